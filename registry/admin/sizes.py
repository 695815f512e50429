"""Lists of any length: nothing is counted, looked through or offered without an end."""

from functools import cache

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property

from registry import search
from registry.choices import Status

# A list is counted so far; beyond, it says that there are more.
MOST_COUNTED = 5_000
# In larger tables filters offer what there may be, without counting what there is.
LARGE = 5_000
# As many choices as a filter of a large table offers.
MOST_CHOICES = 100


class CappedPaginator(Paginator):
    """Counts as far as somebody would leaf; the rest is for filters and the search."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by()
        return rows[: MOST_COUNTED + 1].count()


def is_large(queryset) -> bool:
    return queryset.order_by()[: LARGE + 1].count() > LARGE


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

    That has the published records alone: the others, few, are looked through.
    """
    if not text.strip():
        return queryset
    if not is_large(queryset.model._base_manager.all()):
        return search.matching(queryset, text)
    states = [status for status in Status if status != Status.PUBLISHED]
    others = search.matching(queryset.model._base_manager.filter(status__in=states), text)
    published = search.found(queryset.model.objects.all(), text)
    return queryset.filter(
        Q(pk__in=published.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    )
