"""How long something lasts, where that is written instead of its end: ``3 ans``, ``18 months``."""

import calendar
import re
from dataclasses import dataclass

from registry.dates.partial import PartialDate
from registry.text import fold

_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            *("un une one", "deux two", "trois three", "quatre four", "cinq five", "six"),
            *("sept seven", "huit eight", "neuf nine", "dix ten", "onze eleven", "douze twelve"),
        ),
        1,
    )
    for word in words.split()
}
_DURATION = re.compile(
    r"(?:(?:duree|duration|pour|for|de|of|term) )*(?P<number>\d{1,3}|[a-z]+) "
    r"(?:(?P<months>mois|months?)|ans?|annees?|years?)(?: renouvelables?| renewable)?"
)


@dataclass(frozen=True)
class Duration:
    """A number of months, and how it was written."""

    months: int
    text: str

    def end_from(self, start: PartialDate) -> PartialDate:
        """The last day, or month, or year: three years from 1 March 2021 end on 29 February 2024.

        Where the start is known to its year alone, so is the end: on all its days but the first
        one, what begins in 2021 for three years ends in 2024.
        """
        if start.month is None:
            if self.months % 12:
                raise ValueError
            return PartialDate(start.year + self.months // 12)
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        if start.day is None:
            return PartialDate(year, month + 1)
        if start.day > 1:
            days = calendar.monthrange(year, month + 1)[1]
            return PartialDate(year, month + 1, min(start.day - 1, days))
        year, month = divmod(year * 12 + month - 1, 12)
        return PartialDate(year, month + 1, calendar.monthrange(year, month + 1)[1])


def parse_duration(text: str) -> Duration | None:
    """The duration that a text says; ``None`` where it says something else."""
    match = _DURATION.fullmatch(fold(text)) if len(text) <= 40 else None
    number = match and match["number"]
    count = number and (int(number) if number.isdigit() else _NUMBERS.get(number))
    return Duration(count if match["months"] else count * 12, text) if count else None
