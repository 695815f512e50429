"""Amounts of the two sides of a cooperation in one row: *Montant FR* beside *Montant QC*.

Each side gives a contribution of its own: the row becomes one for each. Who gives stands in a
column of the side, or among the funders of both, where the country of each tells.
"""

import re
from functools import partial

from django.utils.translation import gettext as _

from registry.choices import Currency
from registry.spreadsheets.files import Value
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.rows import place_of_side
from registry.spreadsheets.tables import Row, Table, walk
from registry.spreadsheets.values import is_nothing

COUNTRIES = {"fr": "FR", "qc": "CA"}
CURRENCIES = {"fr": Currency.EUR, "qc": Currency.CAD}
AMOUNTS = {"fr": "french_amount", "qc": "quebec_amount"}
FUNDERS = {"fr": "french_funders", "qc": "quebec_funders"}
NOTHING_GIVEN = re.compile(r"0+(?:[.,]0+)?\s*(?:€|\$|[A-Z]{3})?")
OF_SIDES = frozenset((*AMOUNTS.values(), *FUNDERS.values()))


class SideRow(Row):
    """What one side gives."""

    __slots__ = ("shares_funders", "side")


def has_sides(table: Table) -> bool:
    return not OF_SIDES.isdisjoint(table.headings)


def part(table: Table, year: str | None = None) -> None:
    """Make of each row with amounts of sides a row for each of them.

    ``year`` is that of all amounts, where nothing else says it.
    """
    if not has_sides(table):
        return
    saying = {side: partial(_said_by, side, year) for side in AMOUNTS}
    headings = {
        (side, shares): _headings_of(table.headings, side, shares)
        for side in AMOUNTS
        for shares in (True, False)
    }
    rows: list[Row] = []
    for row in walk(table.rows):
        sides = [side for side, name in AMOUNTS.items() if _gives(row.get(name, ""))]
        for side in sides:
            shares = FUNDERS[side] not in row
            one = SideRow(row.sheet, row.number, headings[side, shares])
            one.side, one.shares_funders = side, shares
            rows.append(row.recast(one, saying[side]))
        if not sides:
            rows.append(row.recast(Row(row.sheet, row.number, row.headings), _said_by_both))
    table.rows = rows
    amount = next((name for name in AMOUNTS.values() if name in table.headings), None)
    if amount:
        table.headings.setdefault("amount", table.headings[amount])


def _headings_of(headings: dict[str, str], side: str, shares_funders: bool) -> dict[str, str]:
    own = {"amount": AMOUNTS[side], "yearly": AMOUNTS[side], "funders": FUNDERS[side]}
    if shares_funders:
        del own["funders"]
    return headings | {name: headings[one] for name, one in own.items() if one in headings}


def _said_by(side: str, year: str | None, said: dict) -> dict:
    """What a row says of one side."""
    own = {name: cell for name, cell in said.items() if name not in OF_SIDES}
    amount = said[AMOUNTS[side]]
    own |= {"yearly": f"{year} : {amount}"} if year else {"amount": amount}
    return own | ({"funders": said[FUNDERS[side]]} if FUNDERS[side] in said else {})


def _said_by_both(said: dict) -> dict:
    """What a row says that gives no amount of a side: all funders give what it says otherwise."""
    own = {name: cell for name, cell in said.items() if name not in OF_SIDES}
    funders = [str(said[name]) for name in (*FUNDERS.values(), "funders") if name in said]
    return own | ({"funders": "\n".join(funders)} if funders else {})


def _gives(cell: Value) -> bool:
    return cell != "" and not is_nothing(cell) and not NOTHING_GIVEN.fullmatch(str(cell))


def giver(row: Row, directory):
    """What finds a funder by its name; a new one of a side lies where the side does."""
    if not row.side or row.shares_funders:
        return directory.organisation
    return partial(directory.organisation, place=place_of_side(row.side, directory))


def keep_of_side(row: Row, organisations: list) -> list:
    """Those of the funders who give what the row says: their countries tell."""
    if not row.side or not row.shares_funders:
        return organisations
    if unknown := next((one for one in organisations if not _country(one)), None):
        error = CellError(
            _("Nothing says which of the two amounts “%(name)s” gives.") % {"name": unknown},
            _("Write the funders of each side in a column of their own, or say where it lies."),
        )
        error.column = "funders"
        raise error
    return [one for one in organisations if _country(one) == COUNTRIES[row.side]]


def note_of_side(row: Row) -> str:
    """What tells whose a contribution is of which nobody is named as giving it."""
    return row.heading("amount") if row.side and not row.get("funders") else ""


def _country(organisation) -> str:
    return str(organisation.place.country) if organisation.place else ""
