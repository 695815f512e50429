"""Amounts of money: what is one, and how it reads in the active language."""

from decimal import Decimal
from functools import cache

from django.core.validators import MinValueValidator
from django.utils.formats import get_format
from django.utils.translation import get_language

POSITIVE = MinValueValidator(Decimal("0.01"))
SYMBOLS = {"EUR": "€", "CAD": "$ CA", "USD": "$ US", "GBP": "£"}
PREFIXES = {"EUR": "€", "CAD": "CA$", "USD": "US$", "GBP": "£"}
SPACE = "\N{NO-BREAK SPACE}"


def format_money(amount: Decimal, currency: str) -> str:
    """``20 000 €`` in French, ``€20,000`` in English; cents only where there are any.

    Currencies without a usual sign keep their ISO 4217 code, after the number.
    """
    language = get_language()
    whole = amount == amount.to_integral_value()
    number = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    number = number.translate(_marks(language))
    if language == "en" and currency in PREFIXES:
        return f"{PREFIXES[currency]}{number}"
    return f"{number}{SPACE}{SYMBOLS.get(currency, currency).replace(' ', SPACE)}"


@cache
def _marks(language: str | None) -> dict[int, str]:
    """What a language writes for the marks of Python: of thousands, and of decimals."""
    names = {",": "THOUSAND_SEPARATOR", ".": "DECIMAL_SEPARATOR"}
    return {ord(mark): get_format(name, language) for mark, name in names.items()}
