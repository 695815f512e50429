"""What a sheet says beside its table: titles above it, a year in its name, rows that are hidden."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.files import Sheet
from registry.spreadsheets.finding import LEAST_RECOGNISED
from registry.spreadsheets.headings import year_of
from registry.spreadsheets.mapping import IGNORED, SheetLayout
from registry.spreadsheets.problems import row_ranges
from registry.spreadsheets.sides import AMOUNTS
from registry.spreadsheets.tables import Table, heading_currency, heading_factor, heading_key
from registry.spreadsheets.totals import REMARK, YEAR, YEARLY
from registry.text import fold

# «mise à jour du 15/01/2024»: a day says when, not of which year.
DAY = re.compile(r"\d\s*[/.-]\s*(?:19|20)\d{2}|(?:19|20)\d{2}-\d")
SUM = re.compile(r"(?:sous |grand )?tota(?:l|ux)(?: .*)?|somme|cumul|sum")
# «(en milliers d'euros)», «(k€)», «(CAD)».
REMARKS = re.compile(r"\(([^()]{1,40})\)")
# «Subventions 2022 en milliers d'euros», without parentheses.
IN_UNITS = re.compile(
    r"\b(?:en|in)\s+"
    r"((?:milliers?|millions?|thousands?|k ?€|k ?\$|m ?€|k ?eur(?:os?)?|euros?|dollars?)"
    r"(?!\w)[^,;:()–-]{0,30})",
    re.IGNORECASE,
)
OF_AMOUNTS = re.compile(
    r"(?:(?:montants?|sommes?|amounts?) )?(?:en|in) .+|[\d\s.k€$A-Z]+", re.ASCII
)

# What sheets are called that hold the lists of choices of the others, or explain them.
LISTS = frozenset(
    (
        *("liste", "listes", "list", "lists", "parametres", "parametre"),
        *("choix", "codes", "statistiques", "statistics", "stats", "tcd", "pivot", "dashboard"),
        *("graphique", "graphiques", "chart", "charts", "tableau bord", "tableaux bord"),
        *("choices", "settings", "valeurs", "menu"),
        *("page garde", "couverture", "accueil", "sommaire", "cover", "cover page", "contents"),
        *("lisez moi", "readme", "read me", "notice", "aide", "help", "legende", "mode emploi"),
    )
)


def is_list(sheet: Sheet) -> bool:
    """Whether a sheet is called a list of choices or notes, or is hidden, as these often are."""
    name = heading_key(sheet.name)
    return sheet.hidden or name in LISTS or name.split(" ")[0] in LISTS


def rows_above(sheet: Sheet, index: int) -> Iterator[str]:
    """Tells of rows above the headings that hold more than a title."""
    above = sheet.rows[sheet.start : max(sheet.start, index - 1)]
    numbers = [
        number
        for number, row in enumerate(above, sheet.start + 1)
        if sum(map(bool, row)) >= LEAST_RECOGNISED
    ]
    if numbers:
        yield _(
            "%(sheet)s: what stands above the headings in row %(row)s is left out (%(rows)s)."
        ) % {"sheet": sheet.name or _("the file"), "row": index + 1, "rows": row_ranges(numbers)}


def heads_nothing(sheet: Sheet, index: int) -> bool:
    """Whether a row that reads like headings is the last of several of a table without any."""
    above, width = sheet.rows[sheet.start : index], sum(map(bool, sheet.rows[index]))
    is_last = not any(map(any, sheet.rows[index + 1 :]))
    return is_last and any(sum(map(bool, row)) >= width for row in above)


def nothing_below(sheet: Sheet, index: int) -> Iterator[str]:
    """Tells of headings without a table."""
    if not any(map(any, sheet.rows[index + 1 :])):
        yield _("%(sheet)s: no row stands below the headings in row %(row)s.") % {
            "sheet": sheet.name or _("the file"),
            "row": index + 1,
        }


def hidden_rows(sheet: Sheet, table: Table) -> Iterator[str]:
    hidden = set(sheet.hidden_rows)
    numbers = [row.number for row in table.rows if row.number in hidden]
    if numbers:
        yield ngettext(
            "%(sheet)s: %(count)s row is hidden in the workbook: it is imported too (%(rows)s).",
            "%(sheet)s: %(count)s rows are hidden in the workbook: they are imported too "
            "(%(rows)s).",
            len(numbers),
        ) % {
            "sheet": sheet.name or _("the file"),
            "count": len(numbers),
            "rows": row_ranges(numbers),
        }


def year_said(sheet: Sheet, index: int) -> str | None:
    """The year of all that a sheet holds: *2021* or *Subventions 2021* is its name or its title."""
    return _year_of(sheet.name) or next(
        (
            _year_of(title)
            for row in sheet.rows[sheet.start : index]
            if (title := " ".join(str(cell) for cell in row if cell))
        ),
        None,
    )


def _year_of(title: str) -> str | None:
    if REMARK.match(title) or DAY.search(title):
        return None
    years = set(YEAR.findall(title))
    return years.pop() if len(years) == 1 else None


def unit_said(sheet: Sheet, index: int) -> str | None:
    """What the title of a sheet says of its amounts: *Subventions (en milliers d'euros)*."""
    remarks = (
        remark
        for row in sheet.rows[sheet.start : index]
        for cell in row
        for remark in _remarks_of(str(cell))
    )
    return next((one for one in remarks if heading_currency(one) or in_multiples(one)), None)


def _remarks_of(title: str) -> list[str]:
    """What may be a unit: behind *en*, or in parentheses."""
    enclosed = [remark for remark in REMARKS.findall(title) if OF_AMOUNTS.fullmatch(remark)]
    return [*enclosed, *(found.strip() for found in IN_UNITS.findall(title))]


def in_multiples(remark: str) -> bool:
    return heading_factor(f"- {remark}") > 1


def tell_unit(sheet: Sheet, unit: str) -> str:
    return _("%(sheet)s: the amounts are read “%(unit)s”, as its title says.") % {
        "sheet": sheet.name or _("the file"),
        "unit": unit,
    }


def tell_year(sheet: Sheet, year: str) -> str:
    return _(
        "%(sheet)s: no column says the year; %(year)s is read from the title of the sheet."
    ) % {
        "sheet": sheet.name or _("the file"),
        "year": year,
    }


def leave_out_sum(sheet: Sheet, layout: SheetLayout, one, names, known) -> Iterator[str]:
    """Leave out a column that sums up the amounts of years or of sides that stand beside it."""
    is_sum = one.column == "amount" or (one.column is None and SUM.fullmatch(fold(one.heading)))
    if not is_sum or YEARLY not in names:
        return
    headings = [other.heading for other in layout.columns]
    if any(map(year_of, headings)):
        text = _(
            "%(sheet)s: “%(column)s” is left out, for the amounts of its years stand beside it."
        )
    elif set(map(known.find, headings)).issuperset(AMOUNTS.values()):
        text = _("%(sheet)s: “%(column)s” is left out, for the amounts of both sides stand beside.")
    else:
        return
    one.column = IGNORED
    yield text % {"sheet": sheet.name or _("the file"), "column": one.heading}


def leave_out_sections(sheet: Sheet, layout: SheetLayout) -> Iterator[str]:
    """Leave out a column without a heading that holds nothing but lines such as *Amérique*."""
    for one in layout.columns:
        if one.heading or not one.samples:
            continue
        lines = [
            (number, row)
            for number, row in enumerate(sheet.rows[layout.row :], layout.row + 1)
            if one.position < len(row) and row[one.position] != ""
        ]
        if all(sum(map(bool, row)) == 1 for _number, row in lines):
            one.samples = []
            yield ngettext(
                "%(sheet)s: %(count)s row is the heading of a section: it is left out (%(rows)s).",
                "%(sheet)s: %(count)s rows are headings of sections: they are left out (%(rows)s).",
                len(lines),
            ) % {
                "sheet": sheet.name or _("the file"),
                "count": len(lines),
                "rows": row_ranges([number for number, _row in lines]),
            }
