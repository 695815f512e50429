"""The addresses behind the bars: the same list, filtered further by one value."""

from django.http import QueryDict
from django.urls import reverse

from registry.dates import DateError, PartialDate, parse_date
from registry.facets import NOT_STATED
from registry.figures.dimensions import Dimension, Label

# What arranges a list, or a figure, without filtering it.
ARRANGING = ("page", "per_page", "sort", "view", "convert")


class Narrowing:
    """Makes the addresses for one list with its present filters."""

    def __init__(self, kind: str, query: QueryDict):
        self.address = reverse(f"registry:{kind}_list")
        self.filters = query.copy()
        for name in ARRANGING:
            self.filters.pop(name, None)

    def to(self, dimension: Dimension, label: Label) -> str:
        """The list of what a bar counts; empty where no filter can say it."""
        chosen = self.filters.getlist(dimension.name)
        if not chosen or (len(chosen) == 1 and chosen[0] == label.parent):
            return self._with(**{dimension.name: label.code})
        # Two values of one filter are either of them, and the bar is of what has both.
        second = dimension.second
        if second in self.filters or label.code in chosen or not self._takes(second):
            return ""
        return self._with(**{second: label.code})

    def to_unstated(self, dimension: Dimension) -> str:
        if dimension.name in self.filters:
            return ""
        return self._with(**{dimension.name: NOT_STATED})

    def years(self) -> tuple[int, int]:
        """The years that the filters leave."""
        since, until = self._date("since"), self._date("until")
        return (since.year if since else 0, until.year if until else 9999)

    def to_year(self, year: int) -> str:
        since, until = self._date("since"), self._date("until")
        whole = PartialDate(year)
        first = max((since, whole), key=lambda date: date.earliest) if since else whole
        last = min((until, whole), key=lambda date: date.latest) if until else whole
        return self._with(since=first.isoformat(), until=last.isoformat())

    def _takes(self, second: str) -> bool:
        """Whether the second side can be asked for: one value of the first, and no other place."""
        return bool(second) and len(self.filters.getlist(second.removeprefix("with_"))) == 1

    def _date(self, name) -> PartialDate | None:
        try:
            return parse_date(self.filters.get(name, ""))
        except DateError:
            return None

    def _with(self, **values) -> str:
        query = self.filters.copy()
        for name, value in values.items():
            query[name] = value
        return f"{self.address}?{query.urlencode()}"
