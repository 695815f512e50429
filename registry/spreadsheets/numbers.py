"""The numbers of public registers: what they look like, and what spreadsheets make of them."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.choices import IdentifierScheme
from registry.spreadsheets.problems import CellError

# What the numbers of a register look like, and how to say so.
FORMS = {
    IdentifierScheme.SIREN: (r"\d{9}", gettext_noop("nine digits")),
    IdentifierScheme.SIRET: (r"\d{14}", gettext_noop("fourteen digits")),
    IdentifierScheme.RNA: (r"W[0-9A-Z]{9}", gettext_noop("a W and nine digits")),
    IdentifierScheme.NEQ: (r"\d{10}", gettext_noop("ten digits")),
    IdentifierScheme.WIKIDATA: (r"Q\d+", gettext_noop("a Q and digits")),
}
WIKIDATA_PAGE = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/", re.IGNORECASE)
# A number that a program wrote as one, all its digits there: 2.1350238800019E+13, 213502388.0.
OF_A_PROGRAM = re.compile(r"\d[.,](\d+)E\+?(\d+)|\d+[.,]0", re.IGNORECASE)
ROUNDED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
# Registers whose numbers may begin with zeros, and end with a digit that the others give.
DIGITS = {IdentifierScheme.SIREN: 9, IdentifierScheme.SIRET: 14}
MOST_ZEROS = 2
# Its establishments are numbered by a rule of their own.
LA_POSTE = "356000000"
# In the départements 01 to 09; no other place has a code of four digits.
OF_A_COMMUNE = re.compile(r"[1-9]\d{3}")


def written_number(scheme: str, text: str) -> str:
    """A number without what people put into it, and with what spreadsheets took away."""
    number = "".join(text.split())
    if scheme == IdentifierScheme.WIKIDATA:
        return WIKIDATA_PAGE.sub("", number).upper()
    if scheme not in FORMS:
        return with_first_zeros(scheme, number) or number
    bare = _bare(number)
    is_whole = re.fullmatch(FORMS[scheme][0], bare)
    return bare if is_whole else with_first_zeros(scheme, bare) or number


def with_first_zeros(scheme: str, text: str) -> str | None:
    """The whole of a number whose first zeros are gone, if its last digit says so."""
    digits, length = _bare(text), DIGITS.get(scheme, 0)
    if scheme == IdentifierScheme.INSEE:
        return f"0{digits}" if OF_A_COMMUNE.fullmatch(digits) else None
    is_short = digits.isdecimal() and 0 < length - len(digits) <= MOST_ZEROS
    return digits.zfill(length) if is_short and is_checked(digits.zfill(length)) else None


def is_checked(digits: str) -> bool:
    """Whether the last digit is the one that the others give (Luhn)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits, len(digits) % 2))
    if sum(number - 9 * (number > 9) for number in doubled) % 10 == 0:
        return True
    is_of_la_poste = digits.startswith(LA_POSTE) and len(digits) > len(LA_POSTE)
    return is_of_la_poste and sum(map(int, digits)) % 5 == 0


def wrong_number(scheme: str, text: str) -> CellError:
    """Why a text is no number of a register, and what to do about it."""
    digits, scheme = _bare(text), IdentifierScheme(scheme)
    length = DIGITS.get(scheme, 0)
    if digits.isdecimal() and 0 < length - len(digits) <= MOST_ZEROS:
        remedy = _(
            "If a spreadsheet took the zeros at its beginning away, write %(number)s as a text."
        ) % {"number": digits.zfill(length)}
    elif ROUNDED.fullmatch(text):
        remedy = _(
            "A spreadsheet rounded it: its last digits are lost. Take it from its source, and give "
            "its column the format of a text."
        )
    else:
        remedy = _("Correct it; if a spreadsheet rounded it, give its column the format of a text.")
    return CellError(
        _("“%(value)s” is no %(scheme)s, which is %(form)s.")
        % {"value": text, "scheme": scheme.label, "form": _(FORMS[scheme][1])},
        remedy,
        value=text,
    )


def _bare(text: str) -> str:
    """A number without spaces, dots, commas and dashes; of one that a program wrote, its digits."""
    number = "".join(text.split())
    match = OF_A_PROGRAM.fullmatch(number)
    if match and (not match[2] or len(match[1]) == int(match[2])):
        number = str(int(Decimal(number.replace(",", "."))))
    return re.sub(r"[.,\-–]", "", number).upper()
