"""Lists of any length: nothing is counted, looked through or offered without an end."""

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


def matching(queryset, text):
    """What staff search for: parts of words in a small table; in a large one the index of words.

    That has the published records alone: the others, few, are looked through.
    """
    if not text.strip():
        return queryset
    if not is_large(queryset.model._base_manager.all()):
        return search.matching(queryset, text)
    others = search.matching(queryset.model._base_manager.exclude(status=Status.PUBLISHED), text)
    published = search.found(queryset.model.objects.all(), text)
    return queryset.filter(
        Q(pk__in=published.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    )
