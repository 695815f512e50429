"""Administration of sources."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _

from registry import documents
from registry.admin.base import RecordAdmin
from registry.admin.filters import AuthorityFilter, CheckedFilter, WhoseFilter, YearFilter
from registry.admin.inlines import Rows
from registry.admin.site import site
from registry.models import Source, SourceFile


class PublicationYearFilter(YearFilter):
    title = _("year of the document")
    path = "published_on__year"


class SourceFileRows(Rows):
    model = SourceFile
    fields = ("file", "name")


@admin.register(Source, site=site)
class SourceAdmin(RecordAdmin):
    list_display = ("title", "publisher", "kind", "published_on", "checked_on", "status_mark")
    list_filter = (
        "status",
        "kind",
        PublicationYearFilter,
        WhoseFilter,
        AuthorityFilter,
        CheckedFilter,
    )
    list_select_related = ("publisher",)
    autocomplete_fields = ("publisher", "authority")
    inlines = (SourceFileRows,)
    sections = (
        (None, {"fields": ("title", "kind", "publisher", "published_on", "url")}),
        (_("Other titles"), {"fields": ("other_titles",)}),
    )

    def get_urls(self):
        view = self.admin_site.admin_view(self.file_view)
        address = path("<int:source_id>/files/<int:pk>/", view, name="registry_source_file")
        return [address, *super().get_urls()]

    def file_view(self, request, source_id, pk):
        """A file of a source that the public may not see yet."""
        source = self.get_object(request, str(source_id))
        if source is None or not self.has_view_or_change_permission(request, source):
            raise PermissionDenied
        return documents.send(get_object_or_404(source.files, pk=pk))
