"""Lists of any length: nothing is counted, looked through or offered without an end.

A condition on a large table is met in one of three ways. An index may have the records in the order
of the list (``models.Index(fields=["kind", "updated_at", "id"])``). Where an index finds few, the
list begins with their keys (``narrowed``). All else is ``walked``: record after record is looked at
in the order of the last change, and no index of the condition may serve (``Looked``), since the
database would find them all and sort them for the few that are shown. Such a list ends where it has
as many as are counted, or after ``LOOKED_THROUGH`` records: ``looking`` sees to that, and the page
says so.
"""

from dataclasses import dataclass
from functools import cache
from time import monotonic

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import BooleanField, F, Func, Q, Value
from django.utils.formats import number_format
from django.utils.functional import cached_property

from registry import rights, search
from registry.choices import Status
from registry.models.base import PublicRecord

# A list is counted so far; beyond, it says that there are more.
MOST_COUNTED = 1_000
# A box suggests so many of what many records have.
MOST_SUGGESTED = 200
# An action takes so many records at once.
MOST_ACTED = 5_000
# In larger tables filters offer what there may be, without counting what there is; and so many
# records are many, which are read in the order of the list.
LARGE = 5_000
# So many records are looked at for what no index leads to.
LOOKED_THROUGH = 20_000
# As many choices as a filter of a large table offers.
MOST_CHOICES = 100
# A large table stays so for these seconds, without being counted again.
REMEMBERED = 60
ALONG = "walked_along_"
UNPUBLISHED = [status for status in Status if status != Status.PUBLISHED]


class CappedPaginator(Paginator):
    """Counts as far as somebody would leaf; the rest is for filters and the search."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by()
        return rows[: MOST_COUNTED + 1].count()

    def page(self, number):
        """Of a large table the keys are put in order, and their records read then."""
        if not has_many(self.object_list.model):
            return super().page(number)
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        listed, rows = self.object_list, self.object_list.model._default_manager.all()
        keys = list(listed.values_list("pk", flat=True)[first : first + self.per_page])
        rows = ordered_as(listed, rows.filter(pk__in=keys))
        rows.query.select_related = listed.query.select_related
        rows = rows.prefetch_related(*listed._prefetch_related_lookups)
        return self._get_page(rows, number, self)


def ordered_as(queryset, records):
    """The records in the order of a query set; that of the model where it has none of its own."""
    order = queryset.query.order_by
    return records.order_by(*order) if order else records


def is_large(queryset) -> bool:
    return queryset.order_by()[: LARGE + 1].count() > LARGE


_large: dict[tuple, float] = {}


def has_many(model) -> bool:
    """Whether the table is large; one that was is not asked again for a while."""
    key = (model, LARGE)
    if _large.get(key, 0) > monotonic():
        return True
    if found := is_large(model._base_manager.all()):
        _large[key] = monotonic() + REMEMBERED
    return found


class Looked(Func):
    """A column that is looked at in each row: no index of it serves.

    SQLite, which knows not how many rows have a value, else takes the index of any condition.
    PostgreSQL knows, and is asked plainly.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def looked(name: str) -> Looked:
    return Looked(F(name))


def few(keys) -> set | None:
    """What a flat query set of keys finds, if that is little."""
    found = list(keys.order_by()[: LARGE + 1])
    return set(found) if len(found) <= LARGE else None


def narrowed(queryset, keys, condition):
    """The records of a list whose key is among those that a flat query set finds by an index.

    ``condition`` is the same for a list that is walked.
    """
    if not has_many(queryset.model):
        return queryset.filter(pk__in=keys)
    found = few(keys)
    return walked(queryset, condition) if found is None else queryset.filter(pk__in=found)


def by_index(queryset, **conditions):
    """The records that meet conditions on one column, which an index has."""
    keys = queryset.model.objects.filter(**conditions).values_list("pk", flat=True)
    name = next(iter(conditions)).partition("__")[0]
    plain = {f"looked_at{one.removeprefix(name)}": value for one, value in conditions.items()}
    return narrowed(queryset.alias(looked_at=looked(name)), keys, Q(**plain))


def found_from_afar(model, path, value) -> set | None:
    """The records at the end of whose path a value stands, from its end; ``None`` for many.

    One step after the other: PostgreSQL would rather join all of the tables.
    """
    *names, last = path.split("__")
    steps = []
    for name in names:
        steps.append(model._meta.get_field(name))
        model = steps[-1].related_model
    keys = few(model.objects.filter(**{last: value}).values_list("pk", flat=True))
    for step in reversed(steps):
        if keys is None:
            return None
        if step.one_to_many:
            rows = step.related_model.objects.filter(pk__in=keys)
            keys = few(rows.values_list(step.field.attname, flat=True))
        else:
            holders = step.model.objects.filter(**{f"{step.name}__in": keys})
            keys = few(holders.values_list("pk", flat=True))
    return keys


# Looking through ----------------------------------------------------------------------------------


def walked(queryset, *conditions, oldest=False):
    """The records that meet conditions to which no index leads.

    ``oldest`` begins with those changed longest ago, where it is they that are looked for.
    """
    marks = {"walked": Value(True)} | ({"walked_from_oldest": Value(True)} if oldest else {})
    return queryset.filter(*conditions).alias(**marks)


def along(queryset, **value):
    """The records with a value that an index has in the order of their change.

    Where another condition is walked, it is along these.
    """
    ((name, given),) = value.items()
    return queryset.filter(**value).alias(**{f"{ALONG}{name}": Value(given)})


class Beyond(Func):
    """What comes after a record in the order of an index: ``(updated_at, id) > (…, …)``."""

    output_field = BooleanField()

    def __init__(self, names, sign, record):
        self.sign = sign
        values = [F(name) for name in names], [Value(value) for value in record]
        super().__init__(*values[0], *values[1])

    def as_sql(self, compiler, connection, **_context):
        parts = [compiler.compile(one) for one in self.get_source_expressions()]
        sql, half = [one for one, _parameters in parts], len(parts) // 2
        row = f"({', '.join(sql[:half])}) {self.sign} ({', '.join(sql[half:])})"
        return row, [one for _sql, parameters in parts for one in parameters]


def part_of(records, names, number: int, oldest=False) -> tuple[list[Beyond], bool]:
    """What a part of the records has, in the order of the names; and whether there are more."""
    ordered = records.order_by(*(name if oldest else f"-{name}" for name in names))
    ordered = ordered.values_list(*names)
    first, last = number * LOOKED_THROUGH, (number + 1) * LOOKED_THROUGH
    bounds = []
    if number:
        bounds += [Beyond(names, ">" if oldest else "<", one) for one in ordered[first - 1 : first]]
    ends = list(ordered[last - 1 : last + 1])
    if len(ends) == 2:
        bounds.append(Beyond(names, "<=" if oldest else ">=", ends[0]))
    return bounds, len(ends) == 2


@dataclass(frozen=True)
class Look:
    """Among which records of a large table a list was looked for."""

    number: int
    is_oldest: bool = False
    # Whether it is words, which an index finds in what is published.
    is_search: bool = False
    # Whether it looked at all of its part, and others follow.
    has_more: bool = False
    # Whether it found as many as are counted, and looked no further: sorted are these alone.
    is_full: bool = False

    @property
    def first(self) -> str:
        return number_format(self.number * LOOKED_THROUGH + 1, force_grouping=True)

    @property
    def last(self) -> str:
        return number_format((self.number + 1) * LOOKED_THROUGH, force_grouping=True)


def looking(queryset, records, number: int, most: int):
    """The keys of what a walked query set finds in a part of the records, and how it looked."""
    marks = queryset.query.annotations
    is_oldest = "walked_from_oldest" in marks
    values = [(name.removeprefix(ALONG), marks[name].value) for name in marks if ALONG in name]
    records = records.order_by().filter(**dict(values[:1]))
    names = ("updated_at", "pk") if issubclass(records.model, PublicRecord) else ("pk",)
    bounds, has_more = part_of(records, names, number, is_oldest)
    order = (name if is_oldest else f"-{name}" for name in names)
    found = queryset.filter(*bounds).order_by(*order).values_list("pk", flat=True)
    keys = list(found[:most])
    is_full = len(keys) == most
    return keys, Look(number, is_oldest, False, has_more and not is_full, is_full)


def is_walked(queryset) -> bool:
    return "walked" in queryset.query.annotations and has_many(queryset.model)


@cache
def begins_an_index(model, name: str) -> bool:
    """Whether an index has the records in the order of the field."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    if field.is_relation:  # which sorts by what the other record says
        return False
    if field.db_index or field.unique:
        return True
    indexes = [one for one in model._meta.indexes if one.condition is None]
    indexes += model._meta.total_unique_constraints
    return any(index.fields[:1] in ([name], (name,)) for index in indexes)


@cache
def goes_on_by_change(model, name: str) -> bool:
    """Whether an index has the records of each value of the field in the order of their change."""
    return any(index.fields == [name, "updated_at", "id"] for index in model._meta.indexes)


# Words --------------------------------------------------------------------------------------------


def matching(queryset, text, number: int | None = 0, also=()):
    """What staff search for: parts of words in a small table; in a large one the index of words.

    That has the published records alone. The others, those of whoever asks, are looked through: a
    part of them, or all where ``number`` is ``None``. The keys in ``also`` are found besides.
    """
    words = search.typed(text)
    if not words or not has_many(queryset.model):
        return _with_words(queryset, text, also)
    with search.steady():
        published, others, has_more = _by_words(queryset.model, text, words, number)
    if published is None or others is None:
        return walked(_with_words(queryset, text, also))
    if number or has_more:
        queryset = queryset.alias(searched=Value(has_more))
    return queryset.filter(pk__in={*others, *(() if number else published), *also})


def _with_words(queryset, text, also):
    found = search.matching(queryset, text)
    return found | queryset.filter(pk__in=also) if also else found


def _by_words(model, text, words, number) -> tuple[set | None, set | None, bool]:
    """What is published and has the words, what is not, and whether more of that may have them."""
    records = model._base_manager.order_by()
    published = few(records.filter(search_text__found=words).values_list("pk", flat=True))
    if published is None:
        return None, None, False
    others, has_more = _unpublished(records, number)
    return published, few(search.matching(others, text).values_list("pk", flat=True)), has_more


def _unpublished(records, number: int | None):
    """A part of what is not published, and of their own authorities, and whether there is more."""
    may, others = rights.current(), records.filter(status__in=UNPUBLISHED)
    if may.is_administrator:
        groups = [{"status": status} for status in UNPUBLISHED]
    else:
        groups = [{"authority": authority} for authority in sorted(may.authorities)]
        others = may.own(others)
    if number is None:
        return others, False
    among, more = Q(pk__in=[]), False
    for group in groups:
        bounds, has_more = part_of(records.filter(**group), ("updated_at", "pk"), number)
        among |= Q(*bounds, **group)
        more |= has_more
    return others.filter(among) if number or more else others, more


def referred(model, text, authorities) -> list:
    """The keys of these authorities' records whose own reference is searched for.

    Search texts do not have it, as it is nobody else's. In a large table it is typed in full.
    """
    text = text.strip()
    records = model._base_manager.order_by().filter(authority__in=authorities)
    records = records.exclude(reference="")
    if has_many(model):
        records = records.filter(reference__in={text, text.upper()})
    else:
        records = records.filter(reference__icontains=text)
    return list(records.values_list("pk", flat=True)[:MOST_COUNTED]) if text else []
