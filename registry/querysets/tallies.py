"""How many of some records there are for each place, country, domain…, in one statement.

The records are listed once, whatever their filters cost; what ties them to values is given as
pairs of a record and a value, which the database groups and counts. So a record
with two participants from one country counts once there.
"""

from dataclasses import dataclass, field

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL

# What pairs are restricted to: the keys of the records that are counted.
LISTED = RawSQL("SELECT id FROM listed", [])


@dataclass(frozen=True)
class Tally:
    """Numbers of records by value, the highest first."""

    counts: dict[str, int] = field(default_factory=dict)
    listed: int = 0  # records
    stated: int = 0  # records that have any value
    values: int = 0  # that any record has

    @property
    def unstated(self) -> int:
        return self.listed - self.stated


def pairs_of(rows, record: str, value: str):
    """Each record of ``LISTED`` with the values that the rows give it."""
    return rows.filter(**{f"{record}__in": LISTED}).order_by().values_list(record, value)


def tallies(records, pairs: dict, most: int) -> dict[str, Tally]:
    """The tally of each name of ``pairs``: a query set of pairs, or several to be joined.

    At most so many values of each; values are given as text.
    """
    tables, parameters = _tables(records, pairs)
    if not tables:
        return {name: Tally() for name in pairs}
    counted = [
        f"""
        SELECT '{name}', NULL, COUNT(DISTINCT record), COUNT(DISTINCT value),
            (SELECT COUNT(*) FROM listed)
        FROM {name}_pairs WHERE value IS NOT NULL
        UNION ALL SELECT * FROM (
            SELECT '{name}', CAST(value AS text), COUNT(DISTINCT record) AS number, 0, 0
            FROM {name}_pairs WHERE value IS NOT NULL
            GROUP BY value ORDER BY number DESC, value LIMIT {int(most)}
        ) AS {name}_first
        """  # noqa: S608  (names and numbers of our own)
        for name in pairs
    ]
    found: dict[str, dict] = {name: {} for name in pairs}
    sums = {}
    rows = _rows(tables, " UNION ALL ".join(counted), parameters)
    for name, value, number, values, listed in rows:
        if value is None:
            sums[name] = (listed, number, values)
        else:
            found[name][value] = number
    return {name: Tally(counts, *sums[name]) for name, counts in found.items()}


def links(records, pairs, most: int) -> list[tuple[int, int, int]]:
    """Two values that the same records have, and how many such records: the most tied first."""
    tables, parameters = _tables(records, {"end": pairs})
    if not tables:
        return []
    query = f"""
        SELECT one.value, other.value, COUNT(DISTINCT one.record) AS number
        FROM end_pairs one JOIN end_pairs other
        ON one.record = other.record AND one.value < other.value
        GROUP BY one.value, other.value ORDER BY number DESC, one.value, other.value
        LIMIT {int(most)}
    """  # noqa: S608  (as above)
    return _rows(tables, query, parameters)


def sums(records, pairs: dict, by_year: bool) -> list[tuple]:
    """What the contributions among ``records`` amount to, by value and currency.

    Rows of the name, the value as text, the currency, the year (0 unless ``by_year``), the sum and
    the number of contributions. One that has several values counts in full for each of them, and
    once for each; those without an amount are left out.
    """
    tables, parameters = _tables(records, pairs)
    if not tables:
        return []
    year = "COALESCE(year, CAST(SUBSTR(decided_on, 1, 4) AS integer), 0)" if by_year else "0"
    summed = [
        f"""
        SELECT '{name}', CAST(value AS text), currency, {year}, SUM(amount), COUNT(*)
        FROM (SELECT DISTINCT record, value FROM {name}_pairs WHERE value IS NOT NULL) AS {name}_own
        JOIN {records.model._meta.db_table} ON id = record
        WHERE amount IS NOT NULL GROUP BY value, currency, {year if by_year else "currency"}
        """  # noqa: S608  (as above)
        for name in pairs
    ]
    return _rows(tables, " UNION ALL ".join(summed), parameters)


def _tables(records, pairs) -> tuple[list[str], list]:
    """The tables of the statement with their parameters; none where no record is listed."""
    try:
        listed, parameters = records.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return [], []
    tables, parameters = [f"listed(id) AS ({listed})"], list(parameters)
    for name, queries in pairs.items():
        first, *others = queries if isinstance(queries, list) else [queries]
        joined = first.union(*others) if others else first
        sql, more = joined.query.sql_with_params()
        tables.append(f"{name}_pairs(record, value) AS ({sql})")
        parameters += more
    return tables, parameters


def _rows(tables, query, parameters):
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {query}", parameters)
        return cursor.fetchall()
