"""Finding on a sheet the row of its headings, and which kind of record they speak of."""

from itertools import takewhile
from typing import NamedTuple

from registry.spreadsheets.files import Sheet
from registry.spreadsheets.headings import year_of
from registry.spreadsheets.mapping import top_of
from registry.spreadsheets.tables import heading_key
from registry.spreadsheets.vocabulary import find_choice
from registry.text import fold

LEAST_RECOGNISED = 2
# Headings of columns that may count the rows.
ROW_NUMBERS = frozenset(("", "n", "no", "nº", "num", "numero", "number", "rang", "ligne", "row"))
FIRST_NAMES = frozenset(("prenom", "prenoms", "first name", "given name", "civilite"))
LAST_NAMES = frozenset(("nom", "name", "last name", "family name", "nom famille"))
LONGEST_HEADING = 120
# So many rows tell whether a column is filled.
ROWS_LOOKED_AT = 40


class Best(NamedTuple):
    """The row of the headings, the kind of sheet, how many of its columns they are."""

    index: int
    resource: type
    columns: int


def best_kind(sheet: Sheet, resources) -> Best | None:
    """The row of the headings and the kind of sheet that most of them belong to."""
    best, first = None, next((index for index, row in enumerate(sheet.rows) if any(row)), None)
    is_top = True
    for index, cells in top_of(sheet):
        # What is as long as a sentence heads no column.
        pairs = [
            (heading, whole)
            for heading, whole in zip(map(str, cells), grouped(sheet, index), strict=True)
            if heading and len(heading) <= LONGEST_HEADING
        ]
        row = _best_of_row(sheet, index, _without_persons(pairs), resources, best, is_top, first)
        if row and (not best or row[0] > best[0]):
            best = row
        # Below a row of several cells a year is a value, not a heading.
        is_top = is_top and len(pairs) < LEAST_RECOGNISED
    return best and best[1]


def _best_of_row(sheet, index, pairs, resources, best, is_top, first) -> tuple | None:
    """The kind of sheet that these headings fit best, behind what it scores; not below ``best``."""
    found = None
    for order, resource in enumerate(resources):
        bonus = 0.5 if _is_name_of(sheet.name, resource) else 0
        if best and len(pairs) + bonus < best[0][0]:
            continue
        known = resource.known_headings()
        columns = {known.find(one) or (whole and known.find(whole)) for one, whole in pairs}
        columns -= {None, ""}
        if resource.is_yearly and is_top and any(year_of(heading) for heading, _ in pairs):
            columns.add("amount")
        # One column is a table too, if nothing but its heading stands at its top.
        others = [one for one, _whole in pairs if heading_key(one) not in ROW_NUMBERS]
        is_whole = index == first and len(columns) == len(others)
        enough = len(columns) >= LEAST_RECOGNISED or is_whole
        if not enough or not resource.is_recognised_by(columns):
            continue
        score = (
            len(columns) + bonus,
            -resource.seems_other(columns),
            not _lacks_names(sheet, index, resource),
            # «Porteurs» over «Côté français» tells more than that alone.
            sum(heading_key(heading) in known for pair in pairs for heading in pair if heading),
            -index,
            -order,
        )
        # Among the kinds that share these headings, the values tell.
        usual, strange = _choices_in(sheet, index, resource)
        merit = (score[0] + usual, usual - strange, score)
        if not found or merit > found[0]:
            found = merit, (score, Best(index, resource, len(columns)))
    return found and found[1]


def _without_persons(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Beside first names, *Nom* is that of a person."""
    keys = {heading_key(heading) for heading, _whole in pairs}
    if keys.isdisjoint(FIRST_NAMES):
        return pairs
    return [pair for pair in pairs if heading_key(pair[0]) not in LAST_NAMES]


def _lacks_names(sheet: Sheet, index: int, resource) -> bool:
    """Whether a good part of the rows below these headings has nothing to be called by."""
    find, name = resource.known_headings().find, resource.key_columns[0]
    headings = enumerate(sheet.rows[index])
    place = next((at for at, cell in headings if cell and find(str(cell)) == name), None)
    if place is None:
        return False
    rows = [row for row in sheet.rows[index + 1 : index + 1 + ROWS_LOOKED_AT] if any(row)]
    missing = [row for row in rows if place >= len(row) or not row[place]]
    return 4 * len(missing) > len(rows)


def _choices_in(sheet: Sheet, index: int, resource) -> tuple[int, int]:
    """How many columns of choices mostly hold some of them, and how many hardly any.

    What is called a university is no agreement.
    """
    choices, find = resource.choices_read(), resource.known_headings().find
    # Below an empty row another table may begin.
    rows = list(takewhile(any, sheet.rows[index + 1 : index + 1 + ROWS_LOOKED_AT]))
    usual = strange = 0
    for place, heading in enumerate(sheet.rows[index]):
        kind = heading and choices.get(find(str(heading)))
        said = {str(row[place]) for row in rows if kind and place < len(row) and row[place]}
        if said:
            known = sum(find_choice(kind, text) is not None for text in said)
            usual, strange = usual + (2 * known >= len(said)), strange + (2 * known < len(said))
    return usual, strange


def _is_name_of(name: str, resource) -> bool:
    """Whether a sheet is called like this kind, or that and more: *Missions sortantes*."""
    key = f"{heading_key(name)} "
    return any(key.startswith(f"{heading_key(one)} ") for one in resource.sheet_names)


def likely_headings(sheet: Sheet) -> int:
    """The index of the first row that is about as wide as the sheet, all of it short texts."""
    top = list(top_of(sheet))
    widest = max(sum(map(bool, row)) for _index, row in top)
    for index, row in top:
        cells = [cell for cell in row if cell]
        if 2 * len(cells) > widest and all(fold(str(cell))[:1].isalpha() for cell in cells):
            return index
    return next(index for index, row in top if sum(map(bool, row)) == widest)


def grouped(sheet: Sheet, index: int) -> list[str]:
    """Each heading of a row behind the one above it, which may stand over several of them."""
    above = sheet.rows[index - 1] if index else []
    if len([cell for cell in above if cell]) < LEAST_RECOGNISED:
        return [""] * len(sheet.rows[index])
    group, found = "", []
    for position, cell in enumerate(sheet.rows[index]):
        if position < len(above) and above[position]:
            group = str(above[position])
        found.append(f"{group} {cell}" if group and cell and group != cell else "")
    return found
