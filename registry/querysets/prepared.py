"""Query sets that are compiled once and then asked again and again, each time of other keys.

To write the queries of a record's page takes Django several times longer than the database to
answer them. What a ``Prepared`` builds is written at its first use, with what it prefetches; after
that the database is asked at once. The records are read anew each time, as by any query set.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import copy

from django.db import connection
from django.db.models import F, ForeignObjectRel, ManyToManyField, ManyToManyRel, Prefetch, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import prefetch_related_objects

# Stand in a compiled query for keys that are given later; no record has them.
NUMBER, WORD = -7_402_113_551, "\ue000word\ue000"
MANY = [NUMBER]
UNSHOWN = {"created_at", "created_by", "internal_notes", "preview_key", "published_at"}
UNSHOWN |= {"reference", "search_text", "updated_by"}
# For so many options a query is kept compiled; a day is one.
MOST_OPTIONS = 16


class Prepared:
    """Asks what ``build(key, **options)`` asks: the key changes each time, options hardly do.

    The key is a number, a text, or a list of numbers for a look-up with ``__in``.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self._compiled: dict[tuple, _Compiled] = {}

    def __call__(self, key: int | str | list[int], **options) -> list:
        asked = (type(key), *sorted(options.items()))
        compiled = self._compiled.get(asked)
        if compiled is None:
            if len(self._compiled) >= MOST_OPTIONS:
                self._compiled = {}
            stand_in = {int: NUMBER, str: WORD, list: MANY}[type(key)]
            compiled = self._compiled[asked] = _Compiled(self.build(stand_in, **options))
        return compiled.records(key)


class _Compiled:
    def __init__(self, queryset: QuerySet):
        queryset = queryset.defer(*_unshown(queryset.model, queryset.query.select_related))
        self.compiler = queryset.query.get_compiler(queryset.db)
        sql, self.parameters = self.compiler.as_sql()
        self.pieces = sql.split("%s")
        selected = [column for column, *_rest in self.compiler.select]
        self.converters = self.compiler.get_converters(selected)
        self.make = _Maker(self.compiler.klass_info, self.compiler.select, queryset.db)
        self.annotated = list(self.compiler.annotation_col_map.items())
        self.related, self.others = [], []
        for lookup in queryset._prefetch_related_lookups:
            related = _Related.of(queryset.model, lookup)
            (self.related if related else self.others).append(related or lookup)

    def records(self, key) -> list:
        found = self.rows(key)
        for related in self.related:
            related.put_on(found)
        if self.others and found:
            prefetch_related_objects(found, *self.others)
        return found

    def rows(self, key) -> list:
        if key == []:
            return []  # PostgreSQL knows no empty ``IN ()``
        sql, parameters = self._asking(key if isinstance(key, list) else [key])
        compiler = copy(self.compiler)
        compiler.connection = connection  # of this thread
        compiler.as_sql = lambda *_args, **_kwargs: (sql, parameters)
        compiler.get_converters = lambda _columns: self.converters
        found = compiler.execute_sql()
        if not found:
            return []
        return [self._made(row) for row in compiler.results_iter(found)]

    def _made(self, row):
        record = self.make(row)
        for name, column in self.annotated:
            setattr(record, name, row[column])
        return record

    def _asking(self, keys: list) -> tuple[str, list]:
        """The query and its values, with the keys where their stand-in is: *one* or *one of*."""
        sql, parameters = [self.pieces[0]], []
        for value, piece in zip(self.parameters, self.pieces[1:], strict=True):
            values = keys if value in (NUMBER, WORD) else [value]
            sql += [", ".join(["%s"] * len(values)), piece]
            parameters += values
        return "".join(sql), parameters


class _Maker:
    """Makes a record of the columns of a row, and those joined to it, as a query set does.

    Django looks at each column that was not read; here it is simply missing, which means the same.
    """

    def __init__(self, columns: dict, selected: list, db: str):
        self.model, self.db = columns["model"], db
        first, *_rest, last = [*columns["select_fields"], columns["select_fields"][-1]]
        self.part = slice(first, last + 1)
        self.names = [column[0].target.attname for column in selected[self.part]]
        self.key = first + self.names.index(self.model._meta.pk.attname)
        self.joined = [
            (_Maker(one, selected, db), one["local_setter"], one["remote_setter"])
            for one in columns.get("related_klass_infos", ())
        ]

    def __call__(self, row):
        record = self.model.__new__(self.model)
        state = ModelState()
        state.db, state.adding, state.fields_cache = self.db, False, {}
        record.__dict__.update(zip(self.names, row[self.part], strict=True), _state=state)
        for make, put, put_back in self.joined:
            other = None if row[make.key] is None else make(row)
            put(record, other)
            if other is not None:
                put_back(other, record)
        return record


def _unshown(model, joined: dict | bool, path: str = "") -> Iterator[str]:
    """The columns of the records, and of those joined to them, that no public page shows."""
    for field in model._meta.concrete_fields:
        if field.name in UNSHOWN:
            yield path + field.name
    for name, further in (joined or {}).items():
        yield from _unshown(model._meta.get_field(name).related_model, further, f"{path}{name}__")


class _Related:
    """The rows of a relation of many records, as ``prefetch_related`` reads them."""

    def __init__(self, field, lookup: Prefetch, path: str):
        self.name, self.to_attr, self.field = lookup.prefetch_through, lookup.to_attr, field
        rows = lookup.queryset
        # What is remembered of a record is a query set like this one, with its rows.
        self.nothing = field.related_model._default_manager.all()
        if rows is None:
            rows = self.nothing
        rows = rows.filter(**{f"{path}__in": MANY}).annotate(prefetched_for=F(path))
        self.compiled = _Compiled(rows)

    @classmethod
    def of(cls, model, lookup: Prefetch | str) -> "_Related | None":
        """Nothing for a relation that is left to Django: one to one, or by way of another."""
        lookup = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
        if "__" in lookup.prefetch_through:
            return None
        field = model._meta.get_field(lookup.prefetch_through)
        if isinstance(field, ManyToManyField):
            return cls(field, lookup, field.related_query_name())
        if isinstance(field, ForeignObjectRel) and not field.one_to_one:
            return cls(field, lookup, field.field.name)
        return None

    def put_on(self, records: list) -> None:
        gathered = defaultdict(list)
        if records:
            for row in self.compiled.records([record.pk for record in records]):
                gathered[row.prefetched_for].append(row)
        for record in records:
            rows = gathered[record.pk]
            if isinstance(self.field, ForeignObjectRel) and not isinstance(
                self.field, ManyToManyRel
            ):
                for row in rows:
                    self.field.field.set_cached_value(row, record)
            if self.to_attr:
                setattr(record, self.to_attr, rows)
            else:
                self._remember(record, rows)

    def _remember(self, record, rows: list) -> None:
        """As what ``record.<relation>.all()`` finds."""
        if not hasattr(record, "_prefetched_objects_cache"):
            record._prefetched_objects_cache = {}
        found = type(self.nothing)(self.nothing.model, self.nothing.query)
        found._result_cache, found._prefetch_done = rows, True
        record._prefetched_objects_cache[self._cached_as] = found

    @property
    def _cached_as(self) -> str:
        field = self.field
        return field.name if isinstance(field, ManyToManyField) else field.get_accessor_name()
