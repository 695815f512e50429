"""The amounts of records by currency, for lists that are filtered by them; nothing is converted.

Read when somebody first asks, and remembered with the index until the data change.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum
from pyroaring import BitMap

from registry.choices import Status
from registry.facets.index import Index
from registry.facets.reading import raw
from registry.models import Contribution, Project


class Amounts:
    """The amounts of one currency, the smallest first, and the positions of their records."""

    def __init__(self, pairs: Iterable[tuple[float, int]]):
        pairs = sorted(pairs)
        self._amounts = array("d", (amount for amount, _position in pairs))
        self._positions = array("I", (position for _amount, position in pairs))

    def between(self, least: Decimal | None, most: Decimal | None) -> BitMap:
        start = 0 if least is None else bisect_left(self._amounts, float(least))
        stop = len(self._amounts) if most is None else bisect_right(self._amounts, float(most))
        return BitMap(self._positions[start:stop])


def amounts(index: Index, model) -> dict[str, Amounts]:
    """The amounts of the records of an index, by currency."""
    return index.remember(("amounts",), lambda: _read(index, model))


def currencies(index: Index) -> list[str]:
    """The currencies in which anything is stated."""

    def read():
        stated = Contribution.objects.published().filter(amount__isnull=False)
        return sorted(stated.order_by().values_list("currency", flat=True).distinct())

    return index.remember(("currencies",), read)


def _read(index: Index, model) -> dict[str, Amounts]:
    gathered = defaultdict(list)
    for key, currency, amount in raw(_of_projects() if model is Project else _of_contributions()):
        if (position := index.positions.get(key)) is not None:
            gathered[currency].append((float(amount), position))
    return {currency: Amounts(pairs) for currency, pairs in gathered.items()}


def _of_contributions():
    stated = Contribution.objects.published().filter(amount__isnull=False)
    return stated.order_by().values_list("pk", "currency", "amount")


def _of_projects():
    """What each project received; what it shares with others counts in whole, as on its page."""
    links = Contribution.projects.through.objects.filter(
        contribution__status=Status.PUBLISHED, contribution__amount__isnull=False
    )
    by_currency = links.order_by().values_list("project_id", "contribution__currency")
    return by_currency.annotate(Sum("contribution__amount"))
