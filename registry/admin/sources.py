"""Administration of sources."""

from django.contrib import admin, messages
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

# So many authors of a file are told of.
MOST_NAMES = 5


class PublicationYearFilter(YearFilter):
    title = _("year of the document")
    path = "published_on__year"


class SourceFileRows(Rows):
    model = SourceFile
    fields = ("file", "name")
    view_on_site = False  # the box of the file leads to it


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

    def save_formset(self, request, form, formset, change):
        """Tell whose names the new files hold: who opens their properties reads them."""
        super().save_formset(request, form, formset, change)
        if formset.model is not SourceFile:
            return
        replaced = [row for row, fields in formset.changed_objects if "file" in fields]
        for row in (*formset.new_objects, *replaced):
            if names := documents.names_in(row):
                text = _(
                    "“%(file)s” names its authors in its properties: %(names)s. If nobody is to "
                    "read that, put a file without it in its place."
                )
                told = {"file": row.name, "names": ", ".join(names[:MOST_NAMES])}
                self.message_user(request, text % told, messages.WARNING)

    def file_view(self, request, source_id, pk):
        """A file of a source that the public may not see yet."""
        source = self.get_object(request, str(source_id))
        if source is None or not self.has_view_or_change_permission(request, source):
            raise PermissionDenied
        return documents.send(get_object_or_404(source.files, pk=pk))
