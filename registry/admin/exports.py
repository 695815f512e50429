"""Exports from the lists of the administration, and the template workbook."""

import copy

from django import forms
from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.spreadsheets.exporting.formats import (
    CONTENT_TYPES,
    Format,
    filename,
    in_language,
    write,
)
from registry.spreadsheets.exporting.rows import RESOURCE_OF, Export, required_columns
from registry.spreadsheets.exporting.template import template

# The sheets of XLSX and ODS end here.
MOST_ROWS = 1_048_575


class ExportForm(forms.Form):
    """What the file is to be."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=Format.choices,
        initial=Format.XLSX,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of headings and labels"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args, model, count, **kwargs):
        super().__init__(*args, **kwargs)
        resource = RESOURCE_OF[model]
        required = required_columns(resource)
        columns = [
            (column.column_name, column.label)
            for column in resource.written_columns()
            if column.column_name not in required
        ]
        self.always = [resource.fields[name].label for name in required]
        self.count = count
        self.fields["columns"].choices = columns
        self.fields["columns"].initial = [name for name, _label in columns]
        self.fields["language"].initial = get_language()

    def clean_format(self):
        wanted = Format(self.cleaned_data["format"])
        if wanted != Format.CSV and self.count > MOST_ROWS:
            raise forms.ValidationError(
                _("A workbook holds %(most)d rows, and the list has more: choose CSV.")
                % {"most": MOST_ROWS}
            )
        return wanted


class ExportMixin:
    """A list whose records can be taken away, as the list is filtered and searched."""

    change_list_template = "admin/registry/exported_change_list.html"
    export_template = "admin/registry/export.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_view)
        name = f"registry_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        filters = QueryDict(mutable=True)
        if request.GET:
            filters["_changelist_filters"] = request.GET.urlencode()
        address = reverse(f"admin:registry_{self.opts.model_name}_export")
        query = filters.urlencode()
        context = {"export_url": f"{address}?{query}" if query else address}
        return super().changelist_view(request, context | (extra_context or {}))

    def export_view(self, request):
        """The page that asks what the file is to be; with its answers, the file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        filters = request.GET.get("_changelist_filters", "")
        listed = self._listed(request, filters)
        if listed is None:
            # The list itself says that the address asks for an unknown filter.
            address = reverse(f"admin:registry_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{address}?e=1")
        count = listed.count()
        form = ExportForm(
            request.GET if "format" in request.GET else None, model=self.model, count=count
        )
        if form.is_valid():
            return self._file(listed, form.cleaned_data, rights.of(request.user))
        title = ngettext("Export %(count)d record", "Export %(count)d records", count)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title % {"count": count},
            "form": form,
            "filters": filters,
            "list_url": reverse(f"admin:registry_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, self.export_template, context)

    def _listed(self, request, filters: str):
        """The records of the list with these filters, in its order; ``None`` for unknown ones."""
        listing = copy.copy(request)
        listing.GET = QueryDict(filters, mutable=True)
        listing.GET.pop("e", None)
        listing.takes_all = True  # a list that is looked at may end sooner
        try:
            queryset = self.get_changelist_instance(listing).queryset
        except IncorrectLookupParameters:
            return None
        return queryset.select_related(None).prefetch_related(None)

    def _file(self, listed, wanted: dict, may) -> StreamingHttpResponse:
        with override(wanted["language"]):
            export = Export(listed, wanted["columns"], may)
            name = filename(export, wanted["format"])
        pieces = in_language(wanted["language"], write(export, wanted["format"]))
        response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[wanted["format"]])
        response["Content-Disposition"] = content_disposition_header(True, name)
        response["Cache-Control"] = "no-store"
        return response


def template_view(request) -> HttpResponse:
    """The empty workbook, in the language of the page or of ``?language=``."""
    language = request.GET.get("language", "")
    with override(language if language in dict(settings.LANGUAGES) else get_language()):
        content, name = template(rights.of(request.user)), str(_("registry-template.xlsx"))
    response = HttpResponse(content, content_type=CONTENT_TYPES[Format.XLSX])
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
