"""How the sheets of a file are to be read, where their headings alone do not say it.

A mapping holds for sheets with certain headings: their kind, the column that each heading stands
for, and the values of columns that the sheet does not have. It is made on the page of an import,
kept with it, and may be saved as a profile for the files to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from registry.spreadsheets.files import Sheet, Value, Workbook
from registry.spreadsheets.reading.archives import column_letters
from registry.text import fold

# Titles and notes may stand above the headings, as far down as this; on a very wide sheet as far as
# what is found of so many cells is remembered.
HEADINGS_WITHIN = 40
CELLS_LOOKED_AT = 1_500
# What is longer is no heading, and is told by its beginning.
LONGEST_HEADING = 1_000
# The column of a heading that nobody needs, and the kind of a sheet that is not imported.
IGNORED = ""
LEFT_OUT = "left_out"
SAMPLES = 3
SAMPLE_LENGTH = 80
# Of a long sheet whose column says the same all the way down, no more rows are looked at.
SAMPLED_ROWS = 2_000
# Of the column that gives refused rows their reasons: it is for people, and never read.
REASONS = {"reasons for refusal", "motifs du refus"}


def top_of(sheet: Sheet) -> list[tuple[int, list[Value]]]:
    """The rows of a sheet among which its headings may stand, each with its index."""
    start = next((i for i, row in enumerate(sheet.rows) if i >= sheet.start and any(row)), 0)
    top, cells = [], 0
    for index, row in enumerate(sheet.rows[start : start + HEADINGS_WITHIN], start):
        top.append((index, row))
        cells += len(row)
        if cells > CELLS_LOOKED_AT:
            break
    return top


def column_keys(cells: Iterable[Value]) -> list[str]:
    """What tells the columns of a sheet apart: their folded headings, else their letters."""
    keys: list[str] = []
    for position, cell in enumerate(cells, 1):
        key = _folded(cell)
        letters = f"#{column_letters(position)}"
        if not key:
            key = letters
        elif key in keys:
            key = f"{key} {letters}"
        keys.append(key)
    return keys


def heading_set(cells: Iterable[Value]) -> frozenset[str]:
    """The headings of a row, as a mapping knows a sheet by."""
    return frozenset(key for key in map(_folded, cells) if key and key not in REASONS)


def _folded(cell: Value) -> str:
    return fold(str(cell)[:LONGEST_HEADING])


@dataclass
class SheetMapping:
    """How the sheets with these headings are read."""

    headings: frozenset[str]
    # The code of a kind of sheet, ``LEFT_OUT``, or nothing: as the headings say.
    kind: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    # A mapping that comes with the software names the headings that are enough.
    is_exact: bool = True

    def fitting(self, headings: frozenset[str]) -> "SheetMapping | None":
        """This, for a sheet with these headings; what comes along knows them with spaces too."""
        if self.is_exact:
            return self if headings == self.headings else None
        spelt = {_without_spaces(heading): heading for heading in headings}
        if not set(map(_without_spaces, self.headings)) <= spelt.keys():
            return None
        columns = {spelt.get(_without_spaces(key), key): name for key, name in self.columns.items()}
        return replace(self, columns=columns)


def _without_spaces(heading: str) -> str:
    return heading.replace(" ", "")


@dataclass
class Mapping:
    """How the sheets of a file are read; ``name`` is that of the profile that says so."""

    sheets: list[SheetMapping] = field(default_factory=list)
    name: str = ""

    def of_row(self, cells: Iterable[Value]) -> SheetMapping | None:
        """What is said of a sheet with this row of headings."""
        headings = heading_set(cells)
        if not headings:
            return None
        fitting = (sheet.fitting(headings) for sheet in self.sheets)
        return next(filter(None, fitting), None)

    def of_sheet(self, sheet: Sheet) -> tuple[int, SheetMapping] | None:
        """What is said of the sheet, and the index of its row of headings."""
        for index, cells in top_of(sheet):
            if entry := self.of_row(cells):
                return index, entry
        return None

    def fits(self, workbook: Workbook) -> bool:
        """Whether the file has a sheet for each that is spoken of."""
        found = [entry for sheet in workbook.sheets if (entry := self.of_sheet(sheet))]
        return bool(self.sheets) and all(
            any(entry[1].headings == sheet.headings for entry in found) for sheet in self.sheets
        )

    def put(self, entry: SheetMapping) -> None:
        """Say something of the sheets with these headings, in place of what was said before."""
        self.sheets = [
            sheet
            for sheet in self.sheets
            if not (sheet.is_exact and sheet.headings == entry.headings)
        ]
        self.sheets.insert(0, entry)

    def as_json(self) -> dict:
        return {
            "sheets": [
                {
                    "headings": sorted(sheet.headings),
                    "kind": sheet.kind,
                    "columns": sheet.columns,
                    "constants": sheet.constants,
                    "is_exact": sheet.is_exact,
                }
                for sheet in self.sheets
            ]
        }

    @classmethod
    def from_json(cls, saved: dict, name: str = "") -> "Mapping":
        sheets = [
            SheetMapping(**{**sheet, "headings": frozenset(sheet["headings"])})
            for sheet in (saved or {}).get("sheets", [])
        ]
        return cls(sheets, name)


@dataclass
class ColumnLayout:
    """A column of a file and what it is read as; ``column`` is ``None`` where nothing says it."""

    key: str
    heading: str
    position: int
    column: str | None = None
    samples: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    # Whether another column means the same: one of them is to be read.
    is_doubled: bool = False

    @property
    def letters(self) -> str:
        return column_letters(self.position + 1)

    @property
    def is_asked(self) -> bool:
        return self.is_doubled or (self.column is None and bool(self.samples))


@dataclass
class SheetLayout:
    """A sheet and what its columns are read as; without a kind where nothing says which it is."""

    sheet: str
    row: int
    headings: list[str]
    kind: str = ""
    is_left_out: bool = False
    columns: list[ColumnLayout] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to say how it is read."""
        if self.is_left_out:
            return False
        return not self.kind or any(column.is_asked for column in self.columns)

    def as_json(self) -> dict:
        columns = [
            vars(column) | {"letters": column.letters, "is_asked": column.is_asked}
            for column in self.columns
        ]
        return vars(self) | {"columns": columns, "is_asked": self.is_asked}


def lay_out(sheet: Sheet, index: int) -> SheetLayout:
    """The columns of a sheet below the headings in this row, with the first of their values."""
    below = sheet.rows[index + 1 :]
    width = max((len(row) for row in sheet.rows[index:]), default=0)
    cells = [*sheet.rows[index], *[""] * (width - len(sheet.rows[index]))]
    columns = [
        ColumnLayout(key, str(cell), position)
        for position, (key, cell) in enumerate(zip(column_keys(cells), cells, strict=True))
    ]
    for column in columns:
        column.samples = _samples(below, column.position)
    columns = [column for column in columns if column.heading or column.samples]
    return SheetLayout(sheet.name, index + 1, sorted(heading_set(cells)), columns=columns)


def _samples(rows: list[list[Value]], position: int) -> list[str]:
    """The first different values of a column."""
    found: list[str] = []
    for number, row in enumerate(rows):
        if position < len(row) and row[position] != "":
            text = str(row[position])
            shown = text if len(text) <= SAMPLE_LENGTH else f"{text[: SAMPLE_LENGTH - 1]}…"
            if shown not in found:
                found.append(shown)
            if len(found) == SAMPLES or number > SAMPLED_ROWS:
                break
    return found


def tell(layout: SheetLayout, entry: SheetMapping, labels: dict[str, str], profile: str) -> str:
    """What a mapping did to a sheet, for those who look at the preview."""
    given = {column.key: column for column in layout.columns}
    read = [
        _("“%(heading)s” as %(column)s")
        % {"heading": given[key].heading or given[key].letters, "column": labels[column]}
        for key, column in entry.columns.items()
        if column in labels and key in given
    ]
    ignored = [
        _("“%(heading)s”") % {"heading": given[key].heading or given[key].letters}
        for key, column in entry.columns.items()
        if column == IGNORED and key in given
    ]
    constants = [f"{labels[name]} = {value}" for name, value in entry.constants.items()]
    parts = [
        _("read: %(list)s") % {"list": ", ".join(read)} if read else "",
        _("left out: %(list)s") % {"list": ", ".join(ignored)} if ignored else "",
        _("the same for all rows: %(list)s") % {"list": ", ".join(constants)} if constants else "",
    ]
    told = "; ".join(part for part in parts if part)
    if not told:
        return ""
    names = {"sheet": layout.sheet or _("the file"), "profile": profile, "told": told}
    if profile:
        return _("%(sheet)s, by the profile “%(profile)s” – %(told)s.") % names
    return _("%(sheet)s, as was chosen – %(told)s.") % names
