"""Dates that say about when: *fin 2024*, *mi-mai 2024*, *vers 1990*, *été 2023*.

What is sure of them is their year or month: that is kept, and the preview says so.
"""

import re

from django.utils.translation import gettext as _

from registry.dates import DateError, PartialDate, parse_date

ABOUT = re.compile(
    r"(?:(?:(?:à la|en|the|in|au|courant)\s+|à l['’])?"
    r"(?:fin|début|debut|mi|milieu|vers|environ|env\.?|circa|ca\.?|c\.|autour|about|around|early"
    r"|mid|late|end|beginning|middle|printemps|été|automne|hiver|spring|summer|autumn|fall|winter)"
    r"(?:\s+(?:de|en|of|in)(?:\s+l['’]année)?)?(?:\s+d['’]|[\s-]+)|[~≈]\s*)"
    r"(?P<rest>.*\d{4})",
    re.IGNORECASE,
)
# «2010 environ», «2010 ?»
ROUGHLY = re.compile(
    r"(?P<rest>.*\d{4})\s*(?:,?\s+(?:environ|env\.?|approx\.?)|\(?\?\)?)", re.IGNORECASE
)
LONGEST = 40


def read(text: str) -> PartialDate | None:
    """The year or month in a text that says about when; ``None`` for any other."""
    plain = text.strip() if len(text) <= LONGEST else ""
    if plain[:1].isdigit() and plain[-1:].isdigit():
        return None  # as most dates do, which are many
    match = ABOUT.fullmatch(plain) or ROUGHLY.fullmatch(plain)
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
