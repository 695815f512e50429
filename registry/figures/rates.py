"""What a euro was worth in each year, to show amounts of several currencies in one.

The rate of a year is the mean of the European Central Bank's reference rates of its working days,
as the bank itself gives annual averages. The table that comes with the registry is made from the
bank's own file by ``manage.py load_rates``; a newer one in ``DATA_DIR`` takes its place. There is
no rate for a year that is not over, nor for a currency that the bank does not quote: such amounts
are never converted.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from registry.choices import Currency

EURO = "EUR"
SHIPPED = Path(__file__).with_name("ecb_annual_averages.csv")
FIELDS = ("year", "currency", "per_euro")
ORIGIN = (
    "# European Central Bank, euro foreign exchange reference rates, eurofxref-hist.csv: "
    "mean of the days of each year, made by manage.py load_rates\n"
)
# The CFA francs have a fixed parity with the euro (decision 98/683/EC of the Council).
FIXED = {"XOF": Decimal("655.957"), "XAF": Decimal("655.957")}
FIRST_YEAR_OF_THE_EURO = 1999


class RatesError(ValueError):
    """A file that is not the bank's; the message says what is wrong."""


def loaded_path() -> Path:
    return settings.DATA_DIR / "ecb_annual_averages.csv"


def per_euro(year: int, currency: str) -> Decimal | None:
    """How much of the currency was worth a euro on the average of the year, if it is known."""
    if currency == EURO:
        return Decimal(1)
    if currency in FIXED:
        return FIXED[currency] if year >= FIRST_YEAR_OF_THE_EURO else None
    return _table().get((year, currency))


def convert(amount: Decimal, currency: str, year: int, to: str) -> Decimal | None:
    """The amount in another currency at the rates of the year; nothing where one is missing."""
    if currency == to:
        return amount
    one, other = per_euro(year, currency), per_euro(year, to)
    if one is None or other is None:
        return None
    return amount / one * other


def last_year() -> int:
    """The last year of which there are rates."""
    return max((year for year, _currency in _table()), default=0)


def annual_averages(lines: Iterable[str]) -> dict[tuple[int, str], Decimal]:
    """The averages that follow from the bank's history of daily rates (``eurofxref-hist.csv``).

    Only of whole years: those before the last one in the file, for currencies that were quoted on
    every day of theirs.
    """
    reader = csv.DictReader(lines)
    if not reader.fieldnames or "Date" not in reader.fieldnames or "USD" not in reader.fieldnames:
        raise RatesError("The first line must name the columns: Date,USD,…")
    known = [code for code in Currency.values if code in reader.fieldnames]
    daily: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    days: dict[int, int] = defaultdict(int)
    for row in reader:
        try:
            year = int(row["Date"][:4])
            days[year] += 1
            for code in known:
                if row[code] not in (None, "", "N/A"):
                    daily[year, code].append(Decimal(row[code]))
        except (ValueError, InvalidOperation, TypeError):
            raise RatesError(f"Line {reader.line_num} cannot be understood.") from None
    return {
        (year, code): round(sum(values) / len(values), 6)
        for (year, code), values in sorted(daily.items())
        if year < max(days) and len(values) == days[year]
    }


def write(averages: dict[tuple[int, str], Decimal], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(ORIGIN)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows((year, code, rate) for (year, code), rate in averages.items())


def _table() -> dict[tuple[int, str], Decimal]:
    path = loaded_path()
    if not path.exists():
        path = SHIPPED
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> dict[tuple[int, str], Decimal]:
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (int(row["year"]), row["currency"]): Decimal(row["per_euro"])
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        }
