"""Numbers of people and of organisations as people write them: ``environ 50 personnes``."""

import re

from django.utils.translation import gettext as _

from registry.spreadsheets.problems import CellError
from registry.text import fold

COUNT = re.compile(r"\d{1,3}(?:[\s'’]\d{3})+|\d+(?:[.,]0)?")
COUNTED = re.compile(
    r"\s*(?:d['’]|de )?(?:personnes?|pers\.?|participant(?:e|\(e\))?s?|membres?|délégués?|élus?"
    r"|people|persons?|members?|delegates|organi[sz]ations?|organismes?|entreprises?|companies"
    r"|structures?|habitants?|inhabitants|hab\.?)\s*\Z",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"(?:±|\+/-|environ|env\.|à peu près|près d[e']|~|≈|about|around|approx\.|approximately)\s*",
    re.IGNORECASE,
)
TENS = {
    "une dizaine": 10,
    "une douzaine": 12,
    "une quinzaine": 15,
    "une vingtaine": 20,
    "une trentaine": 30,
    "une quarantaine": 40,
    "une cinquantaine": 50,
    "une soixantaine": 60,
    "une centaine": 100,
}
# Far above what a column can hold.
LONGEST_COUNT = 40


def read_count(text: str) -> int:
    """A whole number, with or without what it counts: ``1 200``, ``24 personnes``."""
    number = COUNTED.sub("", text.strip())
    if len(number) > LONGEST_COUNT or not COUNT.fullmatch(number):
        raise CellError(
            _("“%(value)s” is not a whole number.") % {"value": text},
            _("Write digits alone."),
        )
    return int(re.sub(r"[.,]0\Z|\D", "", number))


def read_about(text: str) -> tuple[int, bool]:
    """A whole number, and whether it is given as about right: ``une cinquantaine``."""
    plain = text.strip()
    if ten := TENS.get(fold(COUNTED.sub("", plain))):
        return ten, True
    about = ABOUT.match(plain)
    return read_count(plain[about.end() :] if about else plain), bool(about)
