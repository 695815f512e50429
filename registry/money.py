"""Amounts of money: what is one, and how it reads in the active language."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.utils.formats import number_format
from django.utils.translation import get_language

POSITIVE = MinValueValidator(Decimal("0.01"))
SYMBOLS = {"EUR": "€", "CAD": "$ CA", "USD": "$ US", "GBP": "£"}
PREFIXES = {"EUR": "€", "CAD": "CA$", "USD": "US$", "GBP": "£"}
SPACE = "\N{NO-BREAK SPACE}"


def format_money(amount: Decimal, currency: str) -> str:
    """``20 000 €`` in French, ``€20,000`` in English; cents only where there are any.

    Currencies without a usual sign keep their ISO 4217 code, after the number.
    """
    decimals = 0 if amount == amount.to_integral_value() else 2
    number = number_format(amount, decimals, force_grouping=True)
    if get_language() == "en" and currency in PREFIXES:
        return f"{PREFIXES[currency]}{number}"
    return f"{number}{SPACE}{SYMBOLS.get(currency, currency).replace(' ', SPACE)}"
