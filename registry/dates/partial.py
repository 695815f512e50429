"""Dates known to the year, the month or the day: the value, how it reads.

The stored form is the reduced precision of ISO 8601 (``2010``, ``2024-05``, ``2024-04-09``), which
EDTF level 0 (ISO 8601-2) takes up. It sorts as text, and a shorter value is a prefix of the days
it covers: that is what the look-ups of ``fields.PartialDateField`` rest on.
"""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache, total_ordering

from django.utils import formats
from django.utils.translation import get_language, ngettext, override, pgettext
from django.utils.translation import gettext as _

ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
FIRST_YEAR, LAST_YEAR = 1000, 2999


class DateError(ValueError):
    """A text that is no date; the message says why, in the active language."""


class AmbiguousDateError(DateError):
    """A text such as 09/04/2024 where nothing settles which number is the day."""


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of a year, or a day. ``str()`` reads in the active language."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self):
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise DateError(
                _("The year %(year)s is not between %(first)s and %(last)s.")
                % {"year": self.year, "first": FIRST_YEAR, "last": LAST_YEAR}
            )
        if self.month is not None and not 1 <= self.month <= 12:
            raise DateError(_("There is no month %(month)s.") % {"month": self.month})
        if self.day is not None:
            if self.month is None:
                raise DateError(_("A day needs its month."))
            days = calendar.monthrange(self.year, self.month)[1]
            if not 1 <= self.day <= days:
                raise DateError(
                    ngettext(
                        "This month has no day %(day)s: it has %(days)s day.",
                        "This month has no day %(day)s: it has %(days)s days.",
                        days,
                    )
                    % {"day": self.day, "days": days}
                )

    @classmethod
    def from_iso(cls, text: str) -> "PartialDate":
        match = ISO.fullmatch(text)
        if not match:
            raise DateError(_("“%(value)s” is not a date.") % {"value": text})
        return cls(*(int(part) for part in match.groups() if part))

    @classmethod
    def from_date(cls, date: datetime.date) -> "PartialDate":
        return cls(date.year, date.month, date.day)

    def __lt__(self, other):
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self.isoformat() < other.isoformat()

    def __str__(self):
        return format_date(self)

    @property
    def earliest(self) -> datetime.date:
        """The first day that the date may be."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> datetime.date:
        """The last day that the date may be."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def isoformat(self) -> str:
        if self.day:
            return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"
        return f"{self.year:04d}-{self.month:02d}" if self.month else f"{self.year:04d}"


# Reading aloud ------------------------------------------------------------------------------


def _day(date: PartialDate, language: str | None) -> str:
    return "1er" if date.day == 1 and language == "fr" else str(date.day)


@lru_cache(maxsize=64)
def _name_of(month: int, language: str | None) -> str:
    # "F" is the name that a full date uses: a genitive or lower case where the language has one.
    with override(language):
        return formats.date_format(datetime.date(2000, month, 1), "F")


def format_date(date: PartialDate, language: str | None = None) -> str:
    """``2010``, ``mai 2024``, ``9 avril 2024``; in English ``9 April 2024``.

    In the active language, unless another one is asked for.
    """
    if date.month is None:
        return str(date.year)
    language = language or get_language()
    month = _name_of(date.month, language)
    if date.day is None:
        return f"{month} {date.year}"
    return f"{_day(date, language)} {month} {date.year}"


def format_range(start: PartialDate | None, end: PartialDate | None) -> str:
    """A period as people write it: ``du 3 au 6 avril 2024``, ``2021–2022``, ``depuis 2010``."""
    if start is None and end is None:
        return ""
    if end is None:
        return _on_day(
            start, pgettext("day", "since %(date)s"), pgettext("month", "since %(date)s")
        )
    if start is None:
        return _on_day(end, pgettext("day", "until %(date)s"), pgettext("month", "until %(date)s"))
    if start == end:
        return str(start)
    if start.month is None and end.month is None:
        return f"{start.year}–{end.year}"
    language = get_language()
    first = format_date(start)
    if start.year == end.year and start.month and end.month:
        if start.day is None and end.day is None:
            first = _name_of(start.month, language)
        elif start.day and end.day:
            day, month = _day(start, language), _name_of(start.month, language)
            first = day if start.month == end.month else f"{day} {month}"
    if start.day and end.day:
        return _("from %(start)s to %(end)s") % {"start": first, "end": end}
    return f"{first} – {end}"


def _on_day(date: PartialDate, of_day: str, of_month: str) -> str:
    """French says *depuis le 9 avril* but *depuis avril*."""
    return (of_day if date.day else of_month) % {"date": date}


def format_event(start: PartialDate | None, end: PartialDate | None) -> str:
    """Like ``format_range`` for what happens once: a start alone is its date, not a beginning."""
    return str(start) if start and end is None else format_range(start, end)
