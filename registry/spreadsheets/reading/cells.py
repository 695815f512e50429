"""What a cell is: a text, a date, or an ``ErrorCell``.

Numbers are texts as they were written: a year reads ``1958`` and never ``1958.0``; widgets turn
them into what their column needs.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from registry.spreadsheets.formulas import unmark

# Neither seen nor, for some of them, held by a database: control characters and marks of direction.
CONTROLS = [*range(9), *range(14, 32), *range(127, 160)]
INVISIBLE = dict.fromkeys(
    [*CONTROLS, *map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")]
) | dict.fromkeys((11, 12, 0x85, 0x2028, 0x2029), "\n")
ERROR_TEXTS = re.compile(
    r"#(?:REF!|N/A|N/D|NAME\?|NOM\s?\?|VALUE!|VALEUR\s?!|DIV/0\s?!|NULL!|NUL\s?!|NUM!|NOMBRE\s?!"
    r"|SPILL!|PROPAGATION!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA)|Err:5\d\d",
    re.IGNORECASE,
)
# With these begin formulas' errors and texts that an export marked.
DOUBTFUL = frozenset("'#Ee")
SPACES = re.compile(r"[^\S\n]+")


class ErrorCell(str):
    """A cell whose formula failed; the text is what it shows, such as ``#REF!``.

    A formula that nobody calculated since it was written is one too: it shows itself, ``=A1+B1``.
    """

    __slots__ = ()


Value = str | datetime.date | ErrorCell


@dataclass
class Sheet:
    """The cells of a sheet, from its first row and column on; a row ends at its last filled one."""

    name: str
    rows: list[list[Value]] = field(default_factory=list)
    hidden: bool = False
    # The numbers of the rows that the spreadsheet does not show.
    hidden_rows: list[int] = field(default_factory=list)
    # Areas of one cell, across and down: (first row, first column, last row, last column), from 1.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    # The index of the row where its table begins, if others stand above it.
    start: int = 0


@dataclass
class Workbook:
    sheets: list[Sheet] = field(default_factory=list)


def clean(value) -> Value:
    """A cell's value as the rest of the package takes it."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # repr() is the shortest text of that number; the format keeps it out of 1E+22.
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    return str(value)


def tidy(text: str) -> str:
    """The text without what nobody sees: several spaces, special ones, invisible letters."""
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # No-break and narrow spaces count as spaces; line breaks separate values, and stay.
    return "\n".join(SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def clean_text(text: str) -> Value:
    # Most texts are tidy: what nobody sees, and spaces other than the usual one, do not print.
    if (
        text.isprintable()
        and "  " not in text
        and text[:1] not in DOUBTFUL
        and text == text.strip()
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    ):
        return text
    text = tidy(text)
    return ErrorCell(text) if ERROR_TEXTS.fullmatch(text) else unmark(text)


class Cleaner:
    """Cleans the cells of a file, which repeat themselves: each text is looked at once."""

    MOST = 100_000

    def __init__(self):
        self.known = _Texts()

    def row(self, cells) -> list[Value]:
        known = self.known
        # True is 1 and 1.0: what is not a text is not looked up.
        cleaned = [known[value] if value.__class__ is str else clean(value) for value in cells]
        if len(known) > self.MOST:
            known.clear()
        while cleaned and cleaned[-1] == "":
            cleaned.pop()
        return cleaned


class _Texts(dict):
    """Texts as they are taken."""

    def __missing__(self, text: str) -> Value:
        self[text] = cleaned = clean_text(text)
        return cleaned
