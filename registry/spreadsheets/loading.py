"""Loading the records that rows are about, with all that their columns compare.

Many at once and without Django's constructors: the rows of a workbook are many, and of most of them
nothing changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models.base import ModelState

from registry import bulk
from registry.history.states import batches

# So many records are loaded together: fewer would ask as many questions for less.
AT_ONCE = 2_000
# What no column compares; it is read where somebody asks for it.
UNREAD = {
    "search_text",
    "created_at",
    "created_by_id",
    "updated_at",
    "updated_by_id",
    "published_at",
}


class Listed(list):
    """What a relation leads to, read as a manager is."""

    def all(self):
        return self


class Loader:
    """Loads records batch by batch; what many of them refer to is loaded once."""

    def __init__(self, unread: Iterable[str] = ()):
        self._unread = UNREAD | set(unread)
        self._known: defaultdict[type, dict[int, models.Model]] = defaultdict(dict)

    def load(self, model, pks: Iterable[int], joined=(), relations=()) -> dict[int, models.Model]:
        """The records by primary key.

        ``joined`` are keys whose targets come along, ``relations`` what a record lists: rows under
        it, with what one of their keys names (``partners__organisation``), or links.
        """
        pks = list(pks)
        records = {one.pk: one for one in self._read(model, "pk", pks)}
        for path in joined:
            key, _separator, rest = path.partition("__")
            self._join(records.values(), model._meta.get_field(key), rest)
        for path in relations:
            name, _separator, rest = path.partition("__")
            found = self._list(model._meta.get_field(name), pks, rest)
            for pk, record in records.items():
                cache = record.__dict__.setdefault("_prefetched_objects_cache", {})
                cache[name] = Listed(found.get(pk, ()))
        return records

    def _read(self, model, key: str, values: list) -> list[models.Model]:
        """The model's rows whose key is among these, in their usual order."""
        fields = (field.attname for field in model._meta.concrete_fields)
        names = [name for name in fields if name not in self._unread]
        ordering = [name for name in model._meta.ordering if name == "position"]
        found = model._base_manager.order_by(*ordering, "pk")
        records = []
        for row in _among(found.values_list(*names), key, values):
            record = model.__new__(model)
            record.__dict__.update(zip(names, row, strict=True))
            record._state = state = ModelState()
            state.adding, state.db = False, found.db
            records.append(record)
        return records

    def _join(self, records: Iterable, key: models.ForeignKey, rest: str = "") -> None:
        records = list(records)
        pks = {record.__dict__[key.attname] for record in records} - {None}
        targets = self._shared(key.related_model, pks, rest)
        for record in records:
            pk = record.__dict__[key.attname]
            record._state.fields_cache[key.name] = None if pk is None else targets[pk]

    def _shared(self, model, pks: set, rest: str = "") -> dict[int, models.Model]:
        """Records to which others refer; each is one for all of them."""
        known = self._known[model]
        new = self.load(model, pks - known.keys(), joined=[rest] if rest else [])
        known |= new
        return known

    def _list(self, relation, pks: list[int], rest: str) -> dict[int, list]:
        """What the records with these keys list."""
        found = defaultdict(list)
        if relation.one_to_many:
            key = relation.field
            rows = self._read(relation.related_model, key.name, pks)
            if rest:
                self._relate(relation.related_model, rows, rest)
            for row in rows:
                found[row.__dict__[key.attname]].append(row)
            return found
        field = relation if isinstance(relation, models.ManyToManyField) else relation.field
        ends = [field.m2m_column_name(), field.m2m_reverse_name()]
        if field is not relation:
            ends.reverse()
        through = field.remote_field.through._base_manager
        pairs = list(_among(through.order_by("pk").values_list(*ends), ends[0], pks))
        wanted = {target for _owner, target in pairs}
        if rest:
            targets = self.load(relation.related_model, wanted, relations=[rest])
        else:
            targets = self._shared(relation.related_model, wanted)
        for owner, target in pairs:
            found[owner].append(targets[target])
        return found

    def _relate(self, model, rows: list, name: str) -> None:
        field = model._meta.get_field(name)
        if not field.many_to_many:
            self._join(rows, field)
            return
        found = self._list(field, [row.pk for row in rows], "")
        for row in rows:
            row.__dict__["_prefetched_objects_cache"] = {name: Listed(found.get(row.pk, ()))}


def _among(queryset, key: str, values: Iterable) -> Iterator:
    """The rows whose key is among these, asked for some at a time."""
    for batch in batches(values, AT_ONCE):
        yield from bulk.plain_rows(queryset.filter(**{f"{key}__in": batch}))
