"""Addresses of the site: French at the root, other languages below their code."""

from django.conf.urls.i18n import i18n_patterns
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registry import theme
from registry.admin.site import site
from registry.views import sitemaps


def favicon(_request):
    """Browsers ask for it by themselves on pages that name no icon, such as the admin's."""
    return redirect(static("registry/img/favicon.svg"))


urlpatterns = [
    path("favicon.ico", favicon),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:kind>-<int:number>.xml", sitemaps.page, name="sitemap_page"),
    path("theme.css", theme.stylesheet, name="theme"),
    *i18n_patterns(
        path(_("admin/"), site.urls),
        path(_("account/"), include("allauth.urls")),
        path("", include("registry.urls")),
        prefix_default_language=False,
    ),
]
