"""Administration of sources."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RecordAdmin
from registry.admin.filters import AuthorityFilter, CheckedFilter, YearFilter
from registry.admin.site import site
from registry.models import Source


class PublicationYearFilter(YearFilter):
    title = _("year of the document")
    path = "published_on__year"


@admin.register(Source, site=site)
class SourceAdmin(RecordAdmin):
    list_display = ("title", "publisher", "kind", "published_on", "checked_on", "status_mark")
    list_filter = ("status", "kind", PublicationYearFilter, AuthorityFilter, CheckedFilter)
    list_select_related = ("publisher",)
    autocomplete_fields = ("publisher", "authority")
    sections = (
        (None, {"fields": ("title", "kind", "publisher", "published_on", "url")}),
        (_("Other titles"), {"fields": ("other_titles",)}),
    )
