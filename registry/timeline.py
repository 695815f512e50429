"""The timeline of a list: its records by year, each with its period on one axis.

Records stand under the year in which they begin, the newest first; what is known to the year alone
shows as that year. The bars are drawn on an axis from the first to the last year of the page. Where
the page has a short time, months take the place of years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateformat import format as date_format

from registry.choices import Standing
from registry.dates import PartialDate
from registry.filters.base import RecordFilterSet
from registry.models import Agreement

PAGE_SIZES = (25, 50, 100)
# The fields of the beginning, in the order of preference.
BEGINNINGS = {
    "agreement": ("starts_on", "signed_on"),
    "delegation": ("starts_on", "ends_on"),
    "project": ("starts_on", "ends_on"),
}
# A day of the whole axis would not be seen.
NARROWEST = 0.6
MOST_TICKS = 8
# So many months are told apart, by fewer ticks: their labels are longer.
MOST_MONTHS = 24
MOST_MONTH_TICKS = 6


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
class Group:
    """A year, or a month, and what begins in it; without either, what has no date."""

    when: PartialDate | None
    entries: list[Entry]


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


class Axis:
    """From the beginning of the first year to the end of the last, or of months."""

    def __init__(self, periods: list[tuple[PartialDate, PartialDate]], today: date):
        first = min(start.earliest for start, _end in periods)
        last = max(max(start.latest, end.latest) for start, end in periods)
        self.today = today
        begin, end = 12 * first.year + first.month - 1, 12 * last.year + last.month
        self.by_month = end - begin <= MOST_MONTHS and any(start.month for start, _end in periods)
        if not self.by_month:
            begin, end = 12 * first.year, 12 * (last.year + 1)
        self.months = range(begin, end)
        self.begin, self.end = _first_day(begin), _first_day(end)

    @property
    def ticks(self) -> list[Tick]:
        return self._months() if self.by_month else self._years()

    def _years(self):
        first, years = self.begin.year, len(self.months) // 12
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500) if years <= step * MOST_TICKS)
        beginnings = range(-(-first // step) * step, first + years, step)
        return [Tick(self._text(self.at(date(year, 1, 1))), str(year)) for year in beginnings]

    def _months(self):
        step = next(step for step in (1, 2, 3, 6) if len(self.months) <= step * MOST_MONTH_TICKS)
        days = [_first_day(month) for month in self.months[::step]]
        return [
            Tick(self._text(self.at(day)), date_format(day, "N Y" if is_first else "N"))
            for day, before in zip(days, [None, *days], strict=False)
            for is_first in [before is None or before.year != day.year]
        ]

    @property
    def today_x(self) -> str:
        inside = self.begin <= self.today < self.end
        return self._text(self.at(self.today)) if inside else ""

    def at(self, day: date) -> float:
        """Where the beginning of the day lies, in percent."""
        return 100 * (day - self.begin).days / (self.end - self.begin).days

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


def _first_day(month: int) -> date:
    """Of a month counted from the first of the year 0; the calendar ends with the year 9999."""
    year, month = divmod(month, 12)
    return date(year, month + 1, 1) if year <= MAXYEAR else date.max


class InOrder(Sequence):
    """What a list finds by its beginning; what has no date comes last either way."""

    def __init__(self, filterset: RecordFilterSet, oldest_first: bool):
        begin = Coalesce(*BEGINNINGS[filterset._meta.model._meta.model_name])
        order = begin.asc(nulls_last=True) if oldest_first else begin.desc(nulls_last=True)
        self.by = (order, F("search_text"))
        self.name = "from the oldest" if oldest_first else "from the newest"
        self.filterset = filterset

    def __len__(self):
        return len(self.filterset.found)

    def __getitem__(self, page: slice) -> list:
        keys = self.filterset.keys_by(self.name, self.by, page.start, page.stop)
        records = self.filterset.queryset.filter(pk__in=keys)
        known = {record.pk: record for record in records}
        return [known[key] for key in keys if key in known]


def view_context(filterset: RecordFilterSet) -> dict:
    """A page of the timeline of the filtered records."""
    query = filterset.data
    size = query.get("per_page", "")
    size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]
    oldest_first = query.get("sort") == "oldest"
    paginator = Paginator(InOrder(filterset, oldest_first), size)
    page = paginator.get_page(query.get("page"))
    today = timezone.localdate()
    periods = periods_of(list(page.object_list), today)
    ends = [(start, end or start) for _record, start, end in periods if start]
    if any(is_open(record, end) for record, _start, end in periods):
        ends.append((PartialDate.from_date(today), PartialDate.from_date(today)))
    axis = Axis(ends, today) if ends else None
    return {
        "axis": axis,
        "groups": _grouped(axis, [_entry(axis, *period) for period in periods]),
        "timeline_page": page,
        "timeline_pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "oldest_first": oldest_first,
    }


def periods_of(records: list, today: date) -> list[tuple]:
    """Each record with its beginning and its end, as far as they are known."""
    renewals = {}
    if any(isinstance(record, Agreement) for record in records):
        begun = Agreement.objects.published().begun(today).filter(renews__in=records)
        renewals = {renewal.renews_id: renewal for renewal in begun}
    return [(record, *_period(record, renewals.get(record.pk))) for record in records]


def _period(record, renewal) -> tuple[PartialDate | None, PartialDate | None]:
    names = BEGINNINGS[record._meta.model_name]
    start = next(filter(None, (getattr(record, name) for name in names)), None)
    is_agreement = isinstance(record, Agreement)
    return start, record.end_before(renewal) if is_agreement else record.ends_on


def _entry(axis: Axis | None, record, start, end) -> Entry:
    if start is None:
        return Entry(record, None, end)
    return Entry(record, start, end, axis.bar(start, end, is_open(record, end)))


def is_open(record, end: PartialDate | None) -> bool:
    """In force, and nothing says until when."""
    return getattr(record, "standing", "") == Standing.IN_FORCE and end is None


def _grouped(axis: Axis | None, entries: list[Entry]) -> list[Group]:
    """The entries keep their order."""

    def when(entry):
        start = entry.start
        return start and PartialDate(start.year, start.month if axis.by_month else None)

    return [Group(one, list(group)) for one, group in groupby(entries, key=when)]
