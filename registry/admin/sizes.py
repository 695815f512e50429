"""Lists of any length: nothing is counted, looked through or offered without an end.

A condition on a large table is met in one of two ways. Where an index finds few records, the list
begins with their keys (``narrowed``). Where it finds many, the list is read in its own order until
the page is full, which is soon, and no index of the condition may serve (``Looked``): the database
would find them all and sort them for the few that are shown.
"""

from functools import cache
from time import monotonic

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import F, Func, Q
from django.utils.functional import cached_property

from registry import search
from registry.choices import Status

# A list is counted so far; beyond, it says that there are more.
MOST_COUNTED = 1_000
# An action takes so many records at once.
MOST_ACTED = 5_000
# In larger tables filters offer what there may be, without counting what there is; and so many
# records are many, which are read in the order of the list.
LARGE = 5_000
# As many choices as a filter of a large table offers.
MOST_CHOICES = 100
# A large table stays so for these seconds, without being counted again.
REMEMBERED = 60


class CappedPaginator(Paginator):
    """Counts as far as somebody would leaf; the rest is for filters and the search."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by()
        return rows[: MOST_COUNTED + 1].count()


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


def narrowed(queryset, keys, walked):
    """The records of a list whose key is among those that a flat query set finds by an index.

    ``walked`` is the same condition for a list that is read in its order.
    """
    if not has_many(queryset.model):
        return queryset.filter(pk__in=keys)
    found = few(keys)
    return queryset.filter(walked if found is None else Q(pk__in=found))


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
    indexes = (*model._meta.indexes, *model._meta.total_unique_constraints)
    return any(index.fields[:1] in ([name], (name,)) for index in indexes)


def matching(queryset, text):
    """What staff search for: parts of words in a small table; in a large one the index of words.

    That has the published records alone: the others are looked through. Words that many records
    have are soon found in the order of the list.
    """
    words = search.typed(text)
    if not words or not has_many(queryset.model):
        return search.matching(queryset, text)
    records = queryset.model._base_manager.order_by()
    published = few(records.filter(search_text__found=words).values_list("pk", flat=True))
    if published is None:
        return search.matching(queryset, text)
    others = records.filter(status__in=[one for one in Status if one != Status.PUBLISHED])
    others = few(search.matching(others, text).values_list("pk", flat=True))
    if others is None:
        return search.matching(queryset, text)
    return queryset.filter(pk__in=published | others)


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
