"""The columns of the lists shown as tables; ``templates/parts/rows/`` has the cells.

The heading of a column that the list can be sorted by is a link to that order; where the list has
two orders for it, following the link again turns it round.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

NEWEST = (("newest", "descending"), ("oldest", "ascending"))
TITLE = (("title", "ascending"),)
NAME = (("name", "ascending"),)


@dataclass(frozen=True)
class Column:
    """A heading, and the orders of the list that it leads to, each with its direction."""

    label: str
    orders: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Heading:
    """A column as the list stands: the order its link leads to, and the direction it has now."""

    label: str
    sort: str = ""
    direction: str = ""


COLUMNS = {
    "agreement": [
        Column(_("Agreement"), TITLE),
        Column(_("Kind")),
        Column(_("State")),
        Column(_("Signed"), NEWEST),
        Column(_("Parties")),
        Column(_("Domains")),
    ],
    "delegation": [
        Column(_("Delegation"), TITLE),
        Column(_("Direction")),
        Column(_("Dates"), NEWEST),
        Column(_("Itinerary")),
        Column(_("Domains")),
    ],
    "project": [
        Column(_("Project"), TITLE),
        Column(_("Period"), NEWEST),
        Column(_("Progress")),
        Column(_("Fund or call")),
        Column(_("Partners")),
        Column(_("Domains")),
    ],
    "organisation": [
        Column(_("Organisation"), NAME),
        Column(_("Kind")),
        Column(_("Place")),
        Column(_("Country")),
    ],
    "place": [
        Column(_("Place"), NAME),
        Column(_("Kind")),
        Column(_("Lies in")),
        Column(_("Country")),
    ],
    "fund": [Column(_("Fund"), NAME), Column(_("Kind")), Column(_("Run by"))],
    "call": [
        Column(_("Call for projects")),
        Column(_("Edition"), (("edition", "descending"),)),
        Column(_("Fund")),
        Column(_("Closes"), (("deadline", "descending"),)),
    ],
    "contribution": [
        Column(_("Contribution")),
        Column(_("Kind")),
        Column(_("Years"), NEWEST),
        Column(_("Amount"), (("amount", "descending"),)),
        Column(_("Funders")),
        Column(_("For")),
    ],
    "source": [
        Column(_("Source"), TITLE),
        Column(_("Kind")),
        Column(_("Date"), NEWEST),
        Column(_("Publisher")),
    ],
}


def headings(kind: str, sort: str) -> list[Heading]:
    return [_heading(column, sort) for column in COLUMNS[kind]]


def _heading(column: Column, sort: str) -> Heading:
    if not column.orders:
        return Heading(column.label)
    others = [order for order, _direction in column.orders if order != sort]
    return Heading(column.label, (others or [sort])[0], dict(column.orders).get(sort, ""))
