"""What a dataset is, and the columns that all of them have."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry.publishing.columns import Address, Column, Date, Day, Label, Link, Moment
from registry.publishing.reading import Reading
from registry.publishing.relations import Rows


def opening(model) -> list[Column]:
    """How a record is known."""
    identifier = "public_id" if hasattr(model, "public_id") else "code"
    return [
        Column(
            "id",
            _("Identifies the record for ever, whatever becomes of its title."),
            path=identifier,
            heading=_("Identifier"),
        ),
        Label("label", _("How the registry names the record."), heading=_("Label")),
        Address("url", _("Leads to the page of the record."), heading=_("Permanent address")),
    ]


def closing() -> list[Column]:
    """What supports a record, and how fresh it is."""
    return [
        Rows(
            "sources",
            _("The documents that support the record, each with the passage that does."),
            Link("source", ""),
            Column("passage", ""),
            Column("address", "", path="source__url"),
            relation="citations",
            required="source",
            heading=_("Sources"),
        ),
        *dates(),
    ]


def dates() -> list[Column]:
    return [
        Day("checked_on", _("The day on which somebody last compared it with its sources.")),
        Moment("published_at", _("When it was first published here.")),
        Moment("updated_at", _("When it was last changed here."), heading=_("Last changed")),
    ]


def period(start: str, end: str) -> list[Column]:
    return [Date("starts_on", start), Date("ends_on", end)]


@dataclass(frozen=True)
class Dataset:
    """The published records of one kind, and what is told of each."""

    model: type[models.Model]
    meaning: str
    columns: list[Column]
    # What the query set of the records needs before the columns can be read.
    annotate: Callable[[QuerySet], QuerySet] = field(default=lambda queryset: queryset)

    def __post_init__(self):
        for column in self.columns:
            column.bind(self.model)

    @property
    def kind(self) -> str:
        return self.model._meta.model_name

    @property
    def name(self) -> str:
        return str(capfirst(self.model._meta.verbose_name_plural))

    @property
    def records(self) -> QuerySet:
        """All that the public may see, domains having no status."""
        records = self.model.objects.all()
        return records.published() if hasattr(records, "published") else records

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def read(self, queryset: QuerySet, addresses, keys: list[str] | None = None) -> Reading:
        """The records of the query set, in its order; ``keys`` are the columns that are wanted."""
        wanted = [column for column in self.columns if keys is None or column.key in keys]
        return Reading(queryset, wanted, addresses).annotated(self.annotate)
