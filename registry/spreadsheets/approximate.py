"""Dates that say when in a year or month: *fin 2024*, *mi-mai 2024*, *été 2023*.

The year or month is sure: it is kept, and the preview says so. Of *vers 1990* nothing is.
"""

import re

from django.utils.translation import gettext as _

from registry.dates import DateError, PartialDate, parse_date

# Winters lie in two years.
PART = re.compile(
    r"(?:(?:à la|en|the|in|au|courant)\s+|à l['’])?"
    r"(?:fin|début|debut|mi|milieu|early|mid|late|end|beginning|middle"
    r"|printemps|été|automne|spring|summer|autumn|fall)"
    r"(?:\s+(?:de|en|of|in)(?:\s+l['’]année)?)?(?:\s+d['’]|[\s-]+)(?P<rest>.*\d{4})",
    re.IGNORECASE,
)
LONGEST = 40


def read(text: str) -> PartialDate | None:
    """The year or month in which a text says when; ``None`` for any other."""
    match = PART.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if not match:
        return None
    try:
        date = parse_date(match["rest"], None)
    except DateError:
        return None
    return None if date.day else date


def told(text: str, heading: str) -> str:
    """What to tell of a cell that was read so; nothing of any other."""
    date = read(text)
    return date and _("%(column)s: “%(value)s” says about when: %(date)s is kept of it.") % {
        "column": heading,
        "value": text,
        "date": date,
    }
