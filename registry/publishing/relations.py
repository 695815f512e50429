"""Columns that list: the other records of a relation, or the rows of a record."""

from collections.abc import Sequence

from django.db import models
from django.db.models import ManyToManyField, ManyToManyRel, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from registry.models.base import Ordered
from registry.publishing.columns import (
    Cells,
    Column,
    Country,
    Link,
    as_code,
    as_identifier,
    join,
)
from registry.publishing.reading import Batch, rows_of


class Relation:
    """Rows that belong to records: their query set, their key to the record, where they are.

    ``prefix`` leads from a row to what it tells of: nothing, or the other end of a many-to-many.
    """

    def __init__(self, model: type[models.Model], name: str):
        field = model._meta.get_field(name)
        self.model = field.related_model
        if isinstance(field, ManyToManyField):
            through = field.remote_field.through
            self.owner, self.prefix = field.m2m_field_name(), f"{field.m2m_reverse_field_name()}__"
        elif isinstance(field, ManyToManyRel):
            through, forward = field.through, field.field
            self.owner = forward.m2m_reverse_field_name()
            self.prefix = f"{forward.m2m_field_name()}__"
        else:
            through, self.owner, self.prefix = field.related_model, field.field.name, ""
        self.rows = through._base_manager
        self.order = ("position", "pk") if issubclass(through, Ordered) else ("pk",)


class Rows(Column):
    """The rows of a record, each with the values of its own columns.

    Only rows whose ``required`` neighbour is published are told of and, with ``or_filled``, those
    that say something besides it.
    """

    kind = gettext_lazy("list")

    def __init__(
        self,
        key: str,
        meaning,
        *columns: Column,
        relation: str = "",
        required: str | None = None,
        or_filled: str = "",
        where: Q | None = None,
        heading=None,
    ):
        super().__init__(key, meaning, heading=heading)
        self.columns = columns
        self.name = relation or key
        self.required = required
        self.or_filled = or_filled
        self.where = where or Q()

    def bind(self, model):
        self.relation = Relation(model, self.name)
        for column in self.columns:
            column.bind(self.relation.model)
        return super().bind(model)

    @property
    def heading(self):
        if self._heading is not None:
            return str(self._heading)
        field = self.model._meta.get_field(self.name)
        if isinstance(field, ManyToManyField):
            return str(capfirst(field.verbose_name))
        return str(capfirst(self.relation.model._meta.verbose_name_plural))

    def paths(self):
        return ()

    def values(self, batch):
        rows = self.relation.rows.order_by(*self.relation.order)
        owners, found = rows_of(rows.filter(self.where), self.relation, batch, self.columns)
        shown: dict[int, list] = {}
        for owner, item in zip(owners, self.items(found), strict=True):
            if self.is_shown(item):
                shown.setdefault(owner, []).append(item)
        return [shown.get(pk, []) for pk in batch.keys]

    def is_shown(self, item: dict) -> bool:
        """Decided here rather than by the database, which would look for all that is published."""
        if self.required is None:
            return True
        return bool(item[self.required] or (self.or_filled and item[self.or_filled]))

    def items(self, rows: Batch) -> list:
        keys = [column.key for column in self.columns]
        columns = [column.values(rows) for column in self.columns]
        return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]

    def cells(self):
        found = [Cells(self.key, self.heading, self._in_words)]
        for column in self.columns:
            heading = f"{self.heading} – {column.heading.lower()}"
            key = f"{self.key}_{column.key}"
            if isinstance(column, Link):
                make = _nested(column.key, "id")
                found.append(Cells(f"{key}_id", as_identifier(heading), make, is_text=False))
            elif isinstance(column, Country):
                make = _nested(column.key, "code")
                found.append(Cells(f"{key}_code", as_code(heading), make, is_text=False))
        return found

    def _in_words(self, values: Sequence[list]) -> list[str]:
        return [join([self.words_of(item) for item in items]) if items else "" for items in values]

    def words_of(self, item: dict) -> str:
        """``Ville de Rennes (Maire)``: what the first filled column says, then the others."""
        said = [column.words(item[column.key]) for column in self.columns if item[column.key]]
        return f"{said[0]} ({', '.join(said[1:])})" if len(said) > 1 else "".join(said)

    def words(self, value):
        return ", ".join(map(self.words_of, value))


def _nested(key: str, name: str):
    def make(values) -> list[str]:
        return ["; ".join([item[key][name] for item in items if item[key]]) for items in values]

    return make


class Links(Rows):
    """The published records at the other end of a relation."""

    kind = gettext_lazy("list of records: identifier, label, address")

    def __init__(self, key, meaning, to: str, **options):
        self.to = to
        super().__init__(key, meaning, Link("record", "", to=to, path=""), **options)

    def items(self, rows):
        return self.columns[0].values(rows)

    def is_shown(self, item):
        return item is not None

    def cells(self):
        identifier = as_code if self.to == "domain" else as_identifier
        return [
            Cells(self.key, self.heading, _joined("label")),
            Cells(f"{self.key}_id", identifier(self.heading), _joined("id"), is_text=False),
        ]

    def words(self, value):
        return ", ".join(item["label"] for item in value)


def _joined(name: str):
    def make(values) -> list[str]:
        return [join([item[name] for item in items]) if items else "" for items in values]

    return make
