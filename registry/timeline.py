"""The timeline of a list: its records by year, each with its period on one axis.

Records stand under the year in which they begin, the newest first; what is known to the year alone
shows as that year. The bars are drawn on an axis from the first to the last year of the page.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry.choices import Standing
from registry.dates import PartialDate
from registry.filters.base import RecordFilterSet

PAGE_SIZES = (25, 50, 100)
# The fields of the beginning, in the order of preference, and those of the end.
PERIODS = {
    "agreement": (("starts_on", "signed_on"), ("terminated_on", "ends_on")),
    "delegation": (("starts_on", "ends_on"), ("ends_on",)),
    "project": (("starts_on", "ends_on"), ("ends_on",)),
}
# A day of the whole axis would not be seen.
NARROWEST = 0.6
MOST_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """Where a period lies on the axis, in percent; text, for SVG knows no decimal comma."""

    x: str
    width: str
    is_open: bool = False


@dataclass(frozen=True)
class Entry:
    record: object
    start: PartialDate | None
    end: PartialDate | None
    bar: Bar | None = None


@dataclass(frozen=True)
class Year:
    """A year and what begins in it; without a year, what has no date."""

    year: int | None
    entries: list[Entry]


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


class Axis:
    """From the beginning of the first year to the end of the last."""

    def __init__(self, periods: list[tuple[PartialDate, PartialDate]], today: date):
        self.first = min(start.year for start, _end in periods)
        self.last = max(max(start.year, end.year) for start, end in periods)
        self.today = today

    @property
    def ticks(self) -> list[Tick]:
        years = self.last - self.first + 1
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500) if years <= step * MOST_TICKS)
        first = -(-self.first // step) * step
        return [
            Tick(self._text(self.at(date(year, 1, 1))), str(year))
            for year in range(first, self.last + 1, step)
        ]

    @property
    def today_x(self) -> str:
        inside = self.first <= self.today.year <= self.last
        return self._text(self.at(self.today)) if inside else ""

    def at(self, day: date) -> float:
        """Where the beginning of the day lies, in percent."""
        begin = date(self.first, 1, 1).toordinal()
        whole = date(self.last, 12, 31).toordinal() + 1 - begin
        return 100 * (day.toordinal() - begin) / whole

    def bar(self, start: PartialDate, end: PartialDate | None, without_end: bool) -> Bar:
        """From the first day that the beginning may be to the last that the end may be."""
        left = self.at(start.earliest)
        right = 100.0 if without_end else self.at((end or start).latest)
        left = min(left, 100 - NARROWEST)
        width = max(NARROWEST, right - left)
        return Bar(self._text(left), self._text(min(width, 100 - left)), without_end)

    @staticmethod
    def _text(number: float) -> str:
        return f"{number:.2f}%"


def in_order(records: QuerySet, oldest_first: bool) -> QuerySet:
    """By the beginning; what has no date comes last either way."""
    begins, _ends = PERIODS[records.model._meta.model_name]
    begin = Coalesce(*begins)
    order = begin.asc(nulls_last=True) if oldest_first else begin.desc(nulls_last=True)
    return records.order_by(order, F("search_text"), "pk")


def view_context(filterset: RecordFilterSet) -> dict:
    """A page of the timeline of the filtered records."""
    query = filterset.data
    size = query.get("per_page", "")
    size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]
    oldest_first = query.get("sort") == "oldest"
    paginator = Paginator(in_order(filterset.qs, oldest_first), size)
    page = paginator.get_page(query.get("page"))
    today = timezone.localdate()
    periods = [(record, *period_of(record)) for record in page.object_list]
    ends = [(start, end or start) for _record, start, end in periods if start]
    if any(map(is_open, page.object_list)):
        ends.append((PartialDate.from_date(today), PartialDate.from_date(today)))
    axis = Axis(ends, today) if ends else None
    return {
        "axis": axis,
        "years": _by_year([_entry(axis, *period) for period in periods]),
        "timeline_page": page,
        "timeline_pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "oldest_first": oldest_first,
    }


def period_of(record) -> tuple[PartialDate | None, PartialDate | None]:
    begins, ends = PERIODS[record._meta.model_name]
    start = next(filter(None, (getattr(record, name) for name in begins)), None)
    end = next(filter(None, (getattr(record, name) for name in ends)), None)
    return start, end


def _entry(axis: Axis | None, record, start, end) -> Entry:
    if start is None:
        return Entry(record, None, end)
    return Entry(record, start, end, axis.bar(start, end, is_open(record)))


def is_open(record) -> bool:
    """In force, and nothing says until when."""
    return getattr(record, "standing", "") == Standing.IN_FORCE and record.ends_on is None


def _by_year(entries: list[Entry]) -> list[Year]:
    """The entries keep their order."""
    found = groupby(entries, key=lambda entry: entry.start.year if entry.start else None)
    return [Year(year, list(group)) for year, group in found]
