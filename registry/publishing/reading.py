"""Reading published records and their published neighbours, some thousands at a time.

First the keys of all records in their order, which take eight bytes each; then batch by batch what
is told of them, as plain values. So the memory stays flat, no query is held open while a slow
visitor reads, and what is withdrawn in the meantime is left out of what is still to come.
"""

import json
from array import array
from collections.abc import Iterator, Sequence

from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

# Enough that queries cost little, few enough that nothing grows with the number of records.
BATCH = 2_000


class Batch:
    """Rows read together: the key of each, and the values of the paths that columns ask for."""

    def __init__(self, keys: Sequence[int], values: dict[str, Sequence], source):
        self.keys = keys
        self._values = values
        self.addresses = source.addresses
        self.using = source.using
        # The neighbours that were named already, by kind: the same come again and again.
        self.known: dict[str, dict] = source.known

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, path: str) -> Sequence:
        return self._values[path]


class Reading:
    """The values of columns for the records of a query set, in its order."""

    def __init__(self, queryset: QuerySet, columns, addresses):
        self.columns = columns
        self.addresses = addresses
        self.using = queryset.db
        self.known = {}
        self.keys = array("q", queryset.values_list("pk", flat=True).iterator())
        # Published again, and not only when the keys were read.
        self._records = queryset.model._base_manager.using(self.using)
        if hasattr(queryset, "published"):
            self._records = queryset.model.objects.using(self.using).published()

    def __len__(self):
        return len(self.keys)

    def annotated(self, annotate) -> "Reading":
        """With what ``annotate`` adds to the query set of the records."""
        self._records = annotate(self._records)
        return self

    def batches(self) -> Iterator[tuple[Batch, list[list]]]:
        """Each batch, and the values of the columns, a list for each of them."""
        for start in range(0, len(self.keys), BATCH):
            self.known.clear()
            batch = self._batch(self.keys[start : start + BATCH])
            yield batch, [column.values(batch) for column in self.columns]

    def _batch(self, keys) -> Batch:
        paths, expressions = _expressions(self.columns)
        rows = self._records.order_by().filter(pk__in=among(keys, self.using))
        found = {row[0]: row for row in rows.values_list("pk", *expressions)}
        ordered = [found[pk] for pk in keys if pk in found]
        present, *values = _transposed(ordered, len(paths) + 1)
        return Batch(present, dict(zip(paths, values, strict=True)), self)


def rows_of(rows: QuerySet, relation, owners: Batch, columns) -> tuple[Sequence[int], Batch]:
    """The rows of a relation that belong to the records of a batch: their owners, and a batch."""
    paths, expressions = _expressions(columns, relation.prefix)
    wanted = rows.using(owners.using).filter(
        **{f"{relation.owner}__in": among(owners.keys, owners.using)}
    )
    found = wanted.values_list(f"{relation.owner}_id", f"{relation.prefix}pk", *expressions)
    owner, keys, *values = _transposed(list(found), len(paths) + 2)
    return owner, Batch(keys, dict(zip(paths, values, strict=True)), owners)


def _expressions(columns, prefix: str = "") -> tuple[list[str], list]:
    wanted = {
        path: column.expression(f"{prefix}{path}") for column in columns for path in column.paths()
    }
    return list(wanted), list(wanted.values())


def _transposed(rows: list[tuple], width: int) -> list[Sequence]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def among(keys: Sequence[int], using: str) -> RawSQL:
    """The keys as one parameter: databases limit how many a query may have."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
