"""The page about the data: what the files hold, column by column, and what may be done with them.

It is made from the definitions by which the files are written, so that it cannot grow stale.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from registry.publishing import linked_data
from registry.publishing.about import licence, publisher
from registry.publishing.columns import Choice, Column
from registry.publishing.datasets import DATASETS, Dataset
from registry.publishing.formats import FORMATS, list_formats
from registry.publishing.relations import Links, Rows


@dataclass(frozen=True)
class Explained:
    """A column as the page explains it."""

    key: str
    headings: list[str]
    kind: str
    meaning: str
    parts: list[tuple[str, str]]
    choices: list[tuple[str, str]]


class Data(TemplateView):
    template_name = "registry/data.html"

    def get_context_data(self, **kwargs):
        datasets = [self._explained(dataset) for dataset in DATASETS.values()]
        changed = max((one["changed"] for one in datasets if one["changed"]), default=None)
        address = self.request.build_absolute_uri(reverse("registry:data"))
        return super().get_context_data(**kwargs) | {
            "title": _("Data"),
            "datasets": datasets,
            "examples": self._examples(),
            "formats": FORMATS.values(),
            "licence": licence(),
            "publisher": publisher(),
            "changed": changed,
            "address": address,
            "today": timezone.localdate(),
            "linked_data": linked_data.script(
                linked_data.catalogue(datasets, address, changed, self.request.build_absolute_uri)
            ),
        }

    def _examples(self) -> list[str]:
        """Addresses that work in every registry."""
        absolute = self.request.build_absolute_uri
        return [
            absolute(reverse("registry:agreement_list_file", args=["csv"])) + "?standing=in_force",
            absolute(reverse("registry:delegation_list_file", args=["ics"])),
            absolute(reverse("registry:project_list_file", args=["json"])) + "?sort=oldest",
        ]

    @staticmethod
    def _explained(dataset: Dataset) -> dict:
        kind = dataset.kind
        path = reverse(f"registry:{kind}_list")
        files = f"{path.rstrip('/')}."
        records = dataset.records
        changed = None
        if hasattr(dataset.model, "updated_at"):
            newest = records.order_by("-updated_at").values_list("updated_at", flat=True)
            changed = newest.first()
        return {
            "kind": kind,
            "name": dataset.name,
            "meaning": dataset.meaning,
            "path": path,
            "count": records.count(),
            "changed": changed,
            "files": [
                {"name": one.name, "media_type": one.media_type, "path": f"{files}{one.ending}"}
                for one in list_formats(kind)
            ],
            "columns": [_explained(column) for column in dataset.columns],
        }


def _explained(column: Column) -> Explained:
    is_nested = isinstance(column, Rows) and not isinstance(column, Links)
    nested = column.columns if is_nested else ()
    choices = [
        (one.key, code, label)
        for one in (column, *nested)
        if isinstance(one, Choice)
        for code, label in one.choices.choices
    ]
    return Explained(
        column.key,
        [cells.label for cells in column.cells()],
        str(column.kind),
        str(column.meaning),
        [(one.key, str(one.kind)) for one in nested],
        choices,
    )
