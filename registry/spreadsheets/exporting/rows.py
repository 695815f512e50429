"""The cells of many records: a few queries for some thousands of them, and no model instances."""

import json
from collections.abc import Iterator

from django.db import connections, models
from django.db.models import Case, CharField, DateField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils.text import capfirst

from registry.fields import PartialDateField
from registry.rights import PRIVATE_FIELDS, Rights
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column
from registry.spreadsheets.exporting.references import References
from registry.spreadsheets.resources import RESOURCES
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.values import join_values

# Enough that queries cost little, few enough that nothing grows with the number of records.
BATCH = 2_000
RESOURCE_OF = {resource._meta.model: resource for resource in RESOURCES}

# What a cell holds before a format writes it.
Cell = str | int | float | None


class Export:
    """Records as rows of cells under the headings that an import reads, in the active language.

    ``columns`` are the names of those that are wanted; what identifies a record is always there.
    ``may`` are the rights of the person who takes the records away: what they may not know of
    others' records stays empty.
    """

    def __init__(
        self,
        queryset: models.QuerySet,
        columns: list[str] | None = None,
        may: Rights | None = None,
    ):
        self.queryset = queryset
        self.may = may or Rights()
        self.resource: type[RecordResource] = RESOURCE_OF[queryset.model]
        wanted = self.resource.written_columns()
        if columns is not None:
            kept = {*columns, *required_columns(self.resource)}
            wanted = [column for column in wanted if column.column_name in kept]
        self.columns = wanted
        self.names = References(self.may)

    @property
    def name(self) -> str:
        """The name of the sheet: an import tells by it kinds that share headings."""
        return sheet_name(self.resource)

    @property
    def headings(self) -> list[str]:
        return [column.label for column in self.columns]

    @property
    def text_columns(self) -> list[int]:
        """The positions of the columns whose cells hold what people wrote."""
        return [at for at, column in enumerate(self.columns) if column.is_text]

    @property
    def decimal_columns(self) -> list[int]:
        """The positions of the columns whose numbers may have decimals."""
        return [
            at
            for at, column in enumerate(self.columns)
            if isinstance(column.widget, widgets.AmountWidget | widgets.DecimalWidget)
        ]

    def batches(self) -> Iterator[list[tuple[Cell, ...]]]:
        """The rows, some thousands at a time."""
        paths = list(dict.fromkeys(path for column in self.columns for path in column.paths))
        found = self.queryset.values_list("pk", *(self._plain(path) for path in paths))
        at = {path: number for number, path in enumerate(paths, 1)}
        batch = []
        for row in found.iterator(chunk_size=BATCH):
            batch.append(row)
            if len(batch) == BATCH:
                yield self._write(batch, at)
                batch = []
        if batch:
            yield self._write(batch, at)

    def _plain(self, path: str):
        """The field of a path; a date as the database gives it, without a conversion."""
        field = self.queryset.model
        for name in path.split("__"):
            field = (field if isinstance(field, type) else field.related_model)._meta.get_field(
                name
            )
        if path in PRIVATE_FIELDS and not self.may.is_administrator:
            own = Q(authority__in=list(self.may.authorities))
            return Case(When(own, then=F(path)), default=Value(""), output_field=CharField())
        if isinstance(field, PartialDateField | DateField):
            return ExpressionWrapper(F(path), CharField())
        return path

    def _write(self, batch: list[tuple], at: dict[str, int]) -> list[tuple[Cell, ...]]:
        values = list(zip(*batch, strict=True))
        among = _among(values[0], self.queryset.db)
        cells = (self._cells(one, among, values, at) for one in self.columns)
        return list(zip(*cells, strict=True))

    def _cells(self, column: Column, among: RawSQL, values, at) -> list[Cell]:
        if len(column.paths) == 1:
            return column.write(values[at[column.paths[0]]], self.names)
        if column.paths:
            return column.write(
                zip(*(values[at[path]] for path in column.paths), strict=True), self.names
            )
        found = column.gather(self.queryset.model, among, self.names)
        return [join_values(listed) if (listed := found.get(pk)) else "" for pk in values[0]]


def required_columns(resource: type[RecordResource]) -> tuple[str, str]:
    """What a file needs to be recognised and to find its records again."""
    return "public_id", resource.key_columns[0]


def sheet_name(resource: type[RecordResource]) -> str:
    """The name of the sheet, in the active language; an import knows it."""
    return capfirst(str(resource._meta.model._meta.verbose_name_plural))


def _among(keys, using: str) -> RawSQL:
    """The keys as one parameter: databases limit how many a query may have."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])
