"""The tables of a file once its headings are understood, and how it writes dates and numbers."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from registry.spreadsheets.amounts import find_currency, mark_of, multiple_of
from registry.spreadsheets.files import ErrorCell, Value
from registry.spreadsheets.problems import Problem
from registry.text import ARTICLES, fold

NUMERIC_DATE = re.compile(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*(?:[/.-]\s*\d{4}|[/.]\s*\d{2})\b")
# How a heading says that dates are written.
WRITTEN_DATE = re.compile(r"\b(jj|dd|mm)\s*[/.-]\s*(?:mm|jj|dd)\s*[/.-]\s*(?:aa|yy)", re.IGNORECASE)
GROUPED_NUMBER = re.compile(r"\d[\d\s'’.,]*\d")
# What a number of a spreadsheet reads like with its currency: the dot is the computer's.
NUMBER_OF_A_CELL = re.compile(r"(?:\D{1,5} )?-?\d+\.\d+(?: \D{1,5})?")
# «(000 €)», «x 1 000», but not 10 000.
THOUSANDS = re.compile(r"(?<!\d)(?<!\d[\s.,'’])(?:1[\s.,'’]?)?000(?!\d)")
DOLLARS = re.compile(r"\$|\bdollars?\b", re.IGNORECASE)
FRENCH_AMOUNTS = frozenset(
    ("montant", "montants", "subvention", "aide", "somme", "financement", "soutien", "octroi")
)
# Below such a heading a comma stands between thousands: English writes no decimals with it.
ENGLISH_AMOUNTS = frozenset(("amount", "amounts", "grant", "funding", "award", "awarded"))


@dataclass(frozen=True)
class Conventions:
    """How a file writes what can be written in two ways; ``None`` where nothing settles it."""

    day_first: bool | None = None
    decimal_mark: str | None = None


UNSETTLED = Conventions()
# The own reference of the row that is left out, in both languages.
EXAMPLE_WORDS = ("exemple", "example")


class Row(dict):
    """The cells of a row by the name of their column, empty ones left out.

    A sheet is walked through a few times, a row after the other. Until somebody looks at it, a row
    of a long one is but the list of its cells, a quarter of what they take by their names.
    """

    __slots__ = (
        "_cells",
        "_read",
        "aliases",
        "conventions",
        "headings",
        "key",
        "more",
        "number",
        "passed_on",
        "plan",
        "problems",
        "resource",
        "sheet",
    )

    # The side that gives its amount, where a row of the file says what each of two sides gives.
    side = ""

    def __init__(self, sheet: str, number: int, headings: dict[str, str]):
        super().__init__()
        self.sheet = sheet
        self.number = number
        self.headings = headings
        self.conventions = UNSETTLED
        self.plan = None
        # The primary key of its record, where it is one of the registry and not loaded yet.
        self.key: int | None = None
        # What plans it, for a record that nobody has asked for yet.
        self.resource = None
        # The number and the name of a new record once it is prepared and its plan forgotten.
        self.passed_on: tuple[int, str] | None = None
        self.problems: tuple[Problem, ...] = ()
        # Rows of which this one takes what they say besides.
        self.more: tuple[Row, ...] = ()
        # What its record is also called: a name of the file that was decided to be the same.
        self.aliases: tuple[str, ...] = ()
        self._cells: list[Value] | None = None

    def __setitem__(self, column: str, value: Value):
        self._cells = None  # from now on it says something else than they do
        super().__setitem__(column, value)

    @property
    def record(self):
        """The record that the row describes, for others that name it."""
        if self.passed_on:
            return self.resource.passed_on(*self.passed_on)
        return (self.plan or self.resource.begin(self.fill(), is_named=True)).instance

    @property
    def is_example(self) -> bool:
        """Whether it is the row by which our template shows how to write."""
        return fold(str(self.get("reference", ""))) in EXAMPLE_WORDS

    def heading(self, column: str) -> str:
        """The heading as the file has it."""
        return self.headings.get(column, column)

    def keep(self, cells: list[Value], read: Callable[[list[Value]], dict]) -> "Row":
        """Be these cells, of which ``read`` makes what the row says."""
        self._cells, self._read = cells, read
        return self

    def recast(self, other: "Row", change: Callable[[dict], dict]) -> "Row":
        """The other row, saying what ``change`` makes of what this one says."""
        if self._cells is not None:
            return other.keep(self._cells, _in_turn(self._read, change))
        other.update(change(self))
        return other

    def fill(self) -> "Row":
        if self._cells is not None and not self:
            self.update(self._read(self._cells))
        return self

    def rest(self) -> None:
        """Be but the cells again, until it is filled the next time."""
        if self._cells is not None:
            super().clear()

    def clear(self) -> None:
        """Say nothing any more."""
        self._cells = None
        super().clear()


@lru_cache(maxsize=16)
def _in_turn(read, change):
    return lambda cells: change(read(cells))


def walk(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows one after the other, each filled while it is looked at."""
    for row in rows:
        yield row.fill()
        row.rest()


@dataclass
class Table:
    """A sheet whose headings are understood."""

    sheet: str
    resource: type
    headings: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    hidden: bool = False
    # As the spreadsheet numbers it.
    heading_row: int = 1
    # The year and the heading of each column that holds the amounts of a year.
    years: dict[int, tuple[str, str]] = field(default_factory=dict)

    def amounts_in(self, unit: str) -> bool:
        """Read the amounts in this unit, unless a heading says one; whether any are."""
        names = self.resource.columns_read_as("amounts") & self.headings.keys()
        said = [self.headings[name] for name in names]
        said += [heading for _year, heading in self.years.values()]
        if not said or any(heading_currency(one) or heading_factor(one) > 1 for one in said):
            return False
        self.headings |= {name: f"{self.headings[name]} ({unit})" for name in names}
        self.years = {at: (year, f"{one} ({unit})") for at, (year, one) in self.years.items()}
        return True


# «N° de dossier», "File no.", "Mission #"; "No. of people" and "# people" count.
COUNTED = re.compile(r"^\s*#\s*(?=[^\W\d_])")
NUMBERED = re.compile(r"\bn\s?[°º](?:s\b)?|#|\b(?:no|number)\b(?!\.?\s+of\b)\.?", re.IGNORECASE)


def heading_key(text: str) -> str:
    """What makes two headings equal: no case, accents, articles, nor what is in parentheses."""
    text = NUMBERED.sub(" numero ", COUNTED.sub("nombre ", text.replace("_", " ")))
    # «Bénéficiaire(s)» is a plural; what stands apart in parentheses is a remark.
    plain = re.sub(r"(?<=\w)\((?:s|e|es|x|le|trice|euse)\)", "", text)
    words = fold(re.sub(r"\([^)]*\)", " ", plain)).split()
    return " ".join(word for word in words if word not in ARTICLES) or fold(plain)


@lru_cache(maxsize=1_000)
def heading_currency(text: str):
    """The currency that a heading states: ``Montant (EUR)``, ``Budget en dollars canadiens``."""
    words = re.split(r"[\s_'’]+", re.sub(r"[()\[\],:]", " ", text).strip())
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            if currency := find_currency("".join(words[start : start + length])):
                return currency
    return None


def currency_beside(row: Row, column: str):
    """The currency that the row or the heading says of an amount."""
    said = row.get("currency")
    return find_currency(str(said)) if said else heading_currency(row.heading(column))


@lru_cache(maxsize=1_000)
def has_quebec_dollars(heading: str) -> bool:
    """Whether a heading has a bare dollar sign beside a French word: those are Québec's."""
    is_bare = DOLLARS.search(heading) and not heading_currency(heading)
    return bool(is_bare and set(fold(heading).split()) & FRENCH_AMOUNTS)


@lru_cache(maxsize=1024)
def heading_factor(text: str) -> int:
    """By what the amounts below a heading count: ``Montant (k€)`` is in thousands."""
    if THOUSANDS.search(text):
        return 1_000
    words = re.split(r"[\s()\[\],:_]+", text.lower())[1:]
    # «k CAD» is one unit.
    units = [*words, *(before + after for before, after in pairwise(words) if len(before) == 1)]
    return next((factor for factor in map(multiple_of, units) if factor > 1), 1)


# Conventions -----------------------------------------------------------------------------------


def find_conventions(tables: list[Table]) -> Conventions:
    """What the unambiguous values of the file settle for the others."""
    orders, marks, is_english = set(), set(), False
    for table in tables:
        dates = table.resource.columns_read_as("dates") & table.headings.keys()
        amounts = table.resource.columns_read_as("amounts") & table.headings.keys()
        words = {word for column in amounts for word in fold(table.headings[column]).split()}
        is_english = is_english or bool(words & ENGLISH_AMOUNTS and not words & FRENCH_AMOUNTS)
        orders |= {order for column in dates if (order := order_of(table.headings[column]))}
        for row in walk(table.rows) if dates or amounts else ():
            for column in dates:
                orders |= _orders_of(row.get(column, ""))
            for column in amounts:
                marks |= _marks_of(row.get(column, ""))
    if is_english and not marks:
        marks.add(".")
    return Conventions(
        day_first=orders == {"day"} if len(orders) == 1 else None,
        decimal_mark=marks.pop() if len(marks) == 1 else None,
    )


def order_of(heading: str) -> str | None:
    """Which comes first in the dates below a heading that says so: «Date (JJ/MM/AAAA)»."""
    match = WRITTEN_DATE.search(heading)
    return match and ("month" if match[1].lower() == "mm" else "day")


def _orders_of(value: Value) -> set[str]:
    if isinstance(value, datetime.date | ErrorCell):
        return set()
    orders = set()
    for first, second in NUMERIC_DATE.findall(value):
        if int(first) > 12 >= int(second):
            orders.add("day")
        elif int(second) > 12 >= int(first):
            orders.add("month")
    return orders


def _marks_of(value: Value) -> set[str]:
    if isinstance(value, datetime.date | ErrorCell):
        return set()
    marks = set()
    if NUMBER_OF_A_CELL.fullmatch(value):
        return marks
    for number in GROUPED_NUMBER.findall(value):
        # A number of a spreadsheet's own has a dot, whatever the file writes in its texts.
        if number != value and (mark := mark_of(number)):
            marks.add(mark)
        elif mark_of(number) in (",",) or ("," in number and mark_of(number) == "."):
            marks.add(mark_of(number))
    return marks
