"""Rows of one project, each with another contribution to it: as lists with a row a funder are."""

from registry.spreadsheets.tables import Row, walk

# What the rows of one project may say otherwise: each of them is a contribution to it.
OF_A_CONTRIBUTION = ("amount", "currency", "funders", "yearly", "decided_on", "decision", "year")
# No project has more; each of them is compared with those before it.
MOST_CONTRIBUTIONS = 50


def with_more(rows: list[Row], first: dict[str, Row]) -> list[Row]:
    """The rows, of which one takes those with other amounts of its project: one for each funder.

    They say the same of the project, or nothing but its title. ``first`` are the first rows of the
    projects so far, on this sheet or another: there may be one for each year.
    """
    kept = []
    for row in walk(rows):
        one = first.setdefault(str(row.get("title", "")), row)
        if one is not row and row.get("title") and _is_more(one, row):
            one.more = (*one.more, row)
        else:
            kept.append(row)
        if one is not row:
            one.rest()
    return kept


def _is_more(first: Row, row: Row) -> bool:
    first.fill()
    own = [name for name in row if name not in OF_A_CONTRIBUTION]
    if len(first.more) >= MOST_CONTRIBUTIONS or any(row[name] != first.get(name) for name in own):
        return False
    money = [_given(one) for one in walk((first, *first.more))]
    given = _given(row)
    return any(given) and given not in money


def _given(row: Row) -> list:
    return [row.side, *map(row.get, OF_A_CONTRIBUTION)]
