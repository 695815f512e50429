"""Pages about the site itself."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView


class About(TemplateView):
    template_name = "registry/about.html"
    extra_context = {"title": _("About the registry")}


class Accessibility(TemplateView):
    template_name = "registry/accessibility.html"
    extra_context = {"title": _("Accessibility")}
