"""The rows of a table, and what stands below it without being one: totals and remarks."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.amounts import read_amount
from registry.spreadsheets.files import ErrorCell, Value
from registry.spreadsheets.problems import CellError, row_ranges
from registry.spreadsheets.tables import Row, Table, walk
from registry.spreadsheets.values import is_nothing
from registry.text import fold

TOTAL = re.compile(
    r"(?:(?:grand|sous|sub|s) ?)?tota(?:l|ux)s?"
    r"(?: (?:general|generale|generaux|ttc|ht|eur|euros?|cad|des? .{1,40}|d .{1,40}|\d{4}))*"
    r"|(?:somme|cumul|ensemble)(?: totale?)?"
)
# Beside an amount: "Sous-total Culture", "Total (12 dossiers)".
TOTAL_OF = re.compile(r"(?:sous|sub)[- ]?total\b.*|total\s*[(:–-].*", re.IGNORECASE)
# A line of text alone: "Total : 3 accords", "Nombre total d'accords : 3".
TOTAL_ALONE = re.compile(
    r"(?:nombre )?total (?:\w+ ){0,4}\d+(?: \w+){0,4}|\d+(?: \w+){0,3} au total"
)
# Beside a number: "Nombre d'accords".
COUNT_OF = re.compile(r"(?:nombre|nb|number|count)(?: total)? (?:d|de|des|of) .{1,40}")
SUBTOTAL = re.compile(r"(?:sous|sub) ?total")
REMARK = re.compile(
    r"(?:\*|\(|nb\b|n\.b|sources?\b|notes?\b|mise? à jour|dernière|last|updated|fait (?:à|le))",
    re.IGNORECASE,
)
# The heading of a section that goes on to the next: "2023", "Année 2024".
SECTION = re.compile(r"(?:annee |annees |exercice |year )?(?:19|20)\d{2}(?: (?:19|20)\d{2})?")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
# How people say that a cell holds what the one above it does.
SAME_AS_ABOVE = frozenset(
    (*("idem", "Idem", "IDEM", "id.", "Id.", "ditto", "Ditto", '"', "″", "〃", "''"),)
)
# The column that takes the amounts of several years.
YEARLY = "yearly"
LONGEST_NAME = 120
# Of a table with more cells, a row is filled while somebody looks at it.
LONG = 300_000


def fill(table: Table, rows: list[list[Value]], positions: dict, constants: dict) -> None:
    """Take the rows below the headings; several columns of one list are one cell of it."""
    positions = {name: places for name, places in positions.items() if name != YEARLY}
    # What is in columns that are not read is not kept.
    kept = sorted({place for places in positions.values() for place in places})
    is_dense = kept == list(range(len(kept)))
    is_long = len(rows) * len(kept) > LONG
    read = _reader(positions if is_dense else _moved(positions, kept), constants)
    read_alone = _reader(positions, {})
    above: list[Value] = []
    for number, cells in enumerate(rows, table.heading_row + 1):
        if not SAME_AS_ABOVE.isdisjoint(cells):
            cells = _repeated(cells, above)
        above = cells or above
        row = Row(table.sheet, number, table.headings)
        if table.years:
            row.update(read_alone(cells))
            table.rows += _with_years(row, cells, table, constants)
            continue
        if not is_dense or len(cells) > len(kept):
            cells = [cells[place] for place in kept if place < len(cells)]
        if is_long:
            row.keep(cells, read).fill()
        else:
            row.update(read(cells))
        if row and not row.is_example:
            table.rows.append(row)
        row.rest()


def _moved(positions: dict, kept: list[int]) -> dict:
    """Where the columns stand among those that are kept."""
    places = {place: number for number, place in enumerate(kept)}
    return {name: [places[place] for place in found] for name, found in positions.items()}


def _reader(positions: dict, constants: dict) -> Callable[[list[Value]], dict]:
    """What makes of the cells of a row what it says; nothing where it says nothing itself."""
    several = [(name, places) for name, places in positions.items() if len(places) > 1]
    single = [(name, places[0]) for name, places in positions.items()]

    def read(cells: list[Value]) -> dict:
        width = len(cells)
        said = {
            name: cells[place] for name, place in single if place < width and cells[place] != ""
        }
        for name, places in several:
            if joined := _joined([cells[place] for place in places if place < width]):
                said[name] = joined
        return said | constants if said and constants else said

    return read


def _repeated(cells: list[Value], above: list[Value]) -> list[Value]:
    """The cells, where those that say *idem* are what stands above them."""
    return [
        above[place] if cell in SAME_AS_ABOVE and place < len(above) else cell
        for place, cell in enumerate(cells)
    ]


def _with_years(row: Row, cells: list[Value], table: Table, constants: dict) -> list[Row]:
    """A row with the amounts of its years; one for each of them, where a row is an amount."""
    given = [
        (year, heading, cells[position])
        for position, (year, heading) in table.years.items()
        if position < len(cells) and not is_nothing(cells[position]) and cells[position] != ""
    ]
    if not row or row.is_example:
        return []
    row.update(constants)
    if not table.resource.splits_years:
        if given:
            row[YEARLY] = "; ".join(f"{year} : {cell}" for year, _heading, cell in given)
        return [row]
    rows = []
    for year, heading, cell in given:
        headings = table.headings | {"amount": heading, "years": heading}
        one = Row(row.sheet, row.number, headings)
        one.update(row, amount=cell, years=year)
        rows.append(one)
    return rows or [row]


def _joined(cells: list[Value]) -> Value:
    filled = [cell for cell in cells if cell != ""]
    if len(filled) < 2 or any(isinstance(cell, ErrorCell) for cell in filled):
        return next((cell for cell in filled if isinstance(cell, ErrorCell)), *filled[:1] or [""])
    return "\n".join(map(str, filled))


def leave_out_totals(table: Table, constants: dict) -> list[str]:
    """Take out the rows of totals, and the remarks below the table; what to tell about them.

    ``constants`` are what each row holds that none of its cells says.
    """
    amounts = table.resource.columns_read_as("amounts") & table.headings.keys()
    # A total fills few of its columns: most rows need no closer look.
    most = (len(table.headings) - len(constants)) // 2 + 1
    totals, sections, titles, above = [], [], [], None
    for row in walk(table.rows):
        said = _without(row, constants)
        if len(said) <= most and _is_total(said, amounts):
            totals.append(row)
        if len(said) == 1 < most and _is_section(said):
            sections.append(row)
        if above is not None and len(said) > 2:
            titles.append(above)
        above = row if _may_be_title(said) else None
    # Where a name alone is a record, a total of its own says that it is a section.
    if not table.resource.is_named_alone or len(titles) <= sum(map(_is_subtotal, walk(totals))):
        sections += titles
    left_out = set(map(id, [*totals, *sections]))
    rows = _dated(table, left_out)
    rows, remarks = _without_remarks(rows, set(table.resource.key_columns), constants)
    last = rows[-1] if rows else None
    if (
        last is not None
        and len(rows) > 2
        and _is_sum(_without(last.fill(), constants), rows[:-1], amounts)
    ):
        totals.append(rows.pop())
    table.rows = rows
    return [
        *_told(
            totals,
            table,
            lambda count: ngettext(
                "%(sheet)s: %(count)s row is a total: it is left out (%(rows)s).",
                "%(sheet)s: %(count)s rows are totals: they are left out (%(rows)s).",
                count,
            ),
        ),
        *_told(
            sections,
            table,
            lambda count: ngettext(
                "%(sheet)s: %(count)s row is the heading of a section: it is left out (%(rows)s).",
                "%(sheet)s: %(count)s rows are headings of sections: they are left out (%(rows)s).",
                count,
            ),
        ),
        *_told(
            remarks,
            table,
            lambda count: ngettext(
                "%(sheet)s: %(count)s row below the table is a remark: it is left out (%(rows)s).",
                "%(sheet)s: %(count)s rows below the table are remarks: they are left out "
                "(%(rows)s).",
                count,
            ),
        ),
    ]


def _told(rows: list[Row], table: Table, text) -> list[str]:
    if not rows:
        return []
    return [
        text(len(rows))
        % {
            "sheet": table.sheet or _("the file"),
            "count": len(rows),
            "rows": row_ranges(row.number for row in rows),
        }
    ]


def _is_subtotal(row: Row) -> bool:
    return any(SUBTOTAL.match(fold(str(cell))) for cell in row.values())


def _dated(table: Table, left_out: set[int]) -> list[Row]:
    """The rows that stay; where no column says the year, the line *2023* above them does."""
    if not table.resource.lacks_year(table.headings) or "amount" not in table.headings:
        return [row for row in table.rows if id(row) not in left_out]
    is_amount = table.resource.splits_years
    rows, says, said = [], None, False
    for row in table.rows:
        if id(row) not in left_out:
            if says is not None:
                row = row.recast(Row(row.sheet, row.number, table.headings), says)
            rows.append(row)
        elif len(row.fill()) == 1 and _is_section(row):
            found = YEAR.findall(str(next(iter(row.values()))))
            # One for all rows below the line, which are read by it as long as they are there.
            says = partial(_in_year, is_amount, found[0]) if len(found) == 1 else None
            said = said or says is not None
    if said and is_amount:
        table.headings["years"] = table.resource.fields["years"].label
    elif said:
        table.headings[YEARLY] = table.headings["amount"]
    return rows


def _in_year(is_amount: bool, year: str, said: dict) -> dict:
    """What a row says, with the year of its amount, which may be all that the row is."""
    amount = said.get("amount", "")
    if is_amount:
        return said | {"years": year}
    if amount == "" or is_nothing(amount):
        return said
    return {name: cell for name, cell in said.items() if name != "amount"} | {
        YEARLY: f"{year} : {amount}"
    }


def _without(row: Row, constants: dict) -> dict:
    """What the cells of a row say."""
    return {name: row[name] for name in row if name not in constants} if constants else row


def _is_total(row: dict, amounts: set[str]) -> bool:
    """Whether a row says that it is a total, and holds nothing else but numbers."""
    texts = [str(cell) for column, cell in row.items() if column not in amounts]
    said = [text for text in texts if not re.fullmatch(r"[\d\s.,]+", text)]
    if len(said) != 1:
        return False
    text = fold(said[0])
    if len(row) == 2 and COUNT_OF.fullmatch(text) and len(texts) == 2:
        return True
    if len(row) == 1:
        return bool(TOTAL_ALONE.fullmatch(text))
    return bool(TOTAL.fullmatch(text) or (amounts & row.keys() and TOTAL_OF.fullmatch(said[0])))


def _is_section(row: dict) -> bool:
    return bool(SECTION.fullmatch(fold(str(next(iter(row.values()))))))


def _may_be_title(row: dict) -> bool:
    """Whether it is a text alone: a section, above a full row where a text alone is no record."""
    return len(row) == 1 and str(next(iter(row.values())))[:1].isalpha()


def _is_sum(row: dict, above: list[Row], amounts: set[str]) -> bool:
    """Whether a row holds nothing but the sum of an amount above it."""
    if not row or not row.keys() <= amounts:
        return False
    return all(
        _number(cell) == sum(_number(one.get(column, "")) for one in walk(above))
        for column, cell in row.items()
    )


def _number(cell: Value) -> Decimal:
    try:
        return read_amount(str(cell))[0] if cell else Decimal(0)
    except CellError:
        return Decimal(0)


def _without_remarks(
    rows: list[Row], keys: set[str], constants: dict
) -> tuple[list[Row], list[Row]]:
    """The rows without those at the end that hold one text, which names nothing."""
    end = len(rows)
    if end < 2 or len(_without(rows[0].fill(), constants)) < 3:
        return rows, []
    for row in walk(reversed(rows[1:])):
        said = _without(row, constants)
        if len(said) != 1:
            break
        ((column, cell),) = said.items()
        text, is_name = str(cell), column in keys or not str(cell)[:1].isalpha()
        if not (REMARK.match(text) or len(text) > LONGEST_NAME) and is_name:
            break
        end -= 1
    return rows[:end], rows[end:]
