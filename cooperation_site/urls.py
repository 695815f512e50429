"""Addresses of the site: French at the root, other languages below their code."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registry.admin.site import site

urlpatterns = i18n_patterns(
    path(_("admin/"), site.urls),
    path("", include("registry.urls")),
    prefix_default_language=False,
)
