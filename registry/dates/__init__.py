"""Dates known to the year, the month or the day."""

from registry.dates.durations import Duration, parse_duration
from registry.dates.partial import (
    FIRST_YEAR,
    ISO,
    LAST_YEAR,
    AmbiguousDateError,
    DateError,
    PartialDate,
    format_date,
    format_event,
    format_range,
)
from registry.dates.reading import MONTH_NUMBERS, parse_date, parse_range

__all__ = [
    "FIRST_YEAR",
    "ISO",
    "LAST_YEAR",
    "MONTH_NUMBERS",
    "AmbiguousDateError",
    "DateError",
    "Duration",
    "PartialDate",
    "format_date",
    "format_event",
    "format_range",
    "parse_date",
    "parse_duration",
    "parse_range",
]
