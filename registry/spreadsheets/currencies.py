"""Amounts of which nothing says the currency: they are in euros, and the preview tells so."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.sides import has_sides
from registry.spreadsheets.tables import DOLLARS, Table, heading_currency, walk

MONEY = ("amount", "currency")
# Also the amounts of years: «2021 : 10 000; 2022 : 12 000».
BARE = re.compile(r"[\d\s.,'’:;-]+")


def tell_assumed(table: Table) -> list[str]:
    """A notice where amounts of a table have no currency, in their cell, row or heading."""
    return [*_tell_cfa(table), *_tell_bare(table)]


def _tell_cfa(table: Table) -> list[str]:
    """Two currencies are called so, of the same worth."""
    heading = table.headings.get("amount")
    if not heading:
        return []
    cells = [heading, *(row.get(one, "") for row in walk(table.rows) for one in MONEY)]
    if not any("CFA" in one.upper() for one in set(map(str, cells))):
        return []
    text = _(
        "%(sheet)s: “CFA” is read as the franc of West Africa (XOF). Where it is that of Central"
        " Africa, write XAF."
    )
    return [text % {"sheet": table.sheet or _("the file")}]


def _tell_bare(table: Table) -> list[str]:
    heading = table.headings.get("amount") or table.headings.get("yearly")
    headings = [heading or "", *(heading for _year, heading in table.years.values())]
    if not heading or (not has_sides(table) and any(map(_says_currency, headings))):
        return []
    bare: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in walk(table.rows):
        if "currency" not in row and BARE.fullmatch(str(row.get("amount", row.get("yearly", "")))):
            bare[row.side, row.heading("amount") if row.side else heading].append(row.number)
    return [
        _bare_of(table, side, heading, len(rows))
        for (side, heading), rows in bare.items()
        if not _says_currency(heading)
    ]


def _says_currency(heading: str) -> bool:
    return bool(heading_currency(heading) or DOLLARS.search(heading))


def _bare_of(table: Table, side: str, heading: str, count: int) -> str:
    names = {"sheet": table.sheet or _("the file"), "column": heading, "count": count}
    if side == "qc":
        text = ngettext(
            "%(sheet)s: “%(column)s” says no currency in %(count)s row: it is read as Canadian"
            " dollars. If it is another one, write it in the heading.",
            "%(sheet)s: “%(column)s” says no currency in %(count)s rows: they are read as Canadian"
            " dollars. If it is another one, write it in the heading.",
            count,
        )
        return text % names
    text = ngettext(
        "%(sheet)s: “%(column)s” says no currency in %(count)s row: it is read as euros. If it is"
        " another one, choose it for all rows where you see how the columns are read.",
        "%(sheet)s: “%(column)s” says no currency in %(count)s rows: they are read as euros. If it"
        " is another one, choose it for all rows where you see how the columns are read.",
        count,
    )
    return text % names
