"""Sources, each with the records that it supports."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.views.generic import View

from registry import documents
from registry.choices import Status
from registry.filters import SourceFilterSet
from registry.models import Citation, Source, SourceFile
from registry.models.sources import CITED
from registry.views.base import RecordList
from registry.views.details import BLOCK_LENGTH, RecordDetail

JOINED = {"call": "call__fund"}


@dataclass(frozen=True)
class Supported:
    """Records of one kind that a source supports, each with its passage."""

    title: str
    kind: str
    citations: list
    is_cut: bool
    url: str


class SourceList(RecordList):
    model = Source
    filterset_class = SourceFilterSet

    def listed(self):
        return Source.objects.published().select_related("publisher")


class SourceDetail(RecordDetail):
    model = Source

    def get_queryset(self):
        return super().get_queryset().select_related("publisher")

    def get_context_data(self, **kwargs):
        supported = [self._supported(kind) for kind in CITED]
        return super().get_context_data(**kwargs) | {
            "supported": [group for group in supported if group.citations],
            "files": list(self.object.files.select_related("source")),
        }

    def _supported(self, kind) -> Supported:
        model = Citation._meta.get_field(kind).related_model
        citations = list(
            self.object.citations.filter(**{f"{kind}__status": Status.PUBLISHED})
            .select_related(JOINED.get(kind, kind))
            .order_by("pk")[: BLOCK_LENGTH + 1]
        )
        for citation in citations:
            citation.shown = getattr(citation, kind)
        return Supported(
            str(capfirst(model._meta.verbose_name_plural)),
            kind,
            citations[:BLOCK_LENGTH],
            len(citations) > BLOCK_LENGTH,
            f"{reverse(f'registry:{kind}_list')}?source={self.object.public_id}",
        )


class SourceFileView(View):
    """A file of a published source; of any other one there is nothing to know."""

    def get(self, request, public_id, pk, name):
        rows = SourceFile.objects.filter(source__in=Source.objects.published())
        row = get_object_or_404(rows, source__public_id=public_id.lower(), pk=pk)
        return documents.send(row)
