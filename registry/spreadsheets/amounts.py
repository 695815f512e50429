"""Amounts of money as people write them, and the currencies that they name."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from registry.choices import Currency
from registry.spreadsheets.problems import CellError
from registry.text import fold

CURRENCY_WORDS = {
    Currency.EUR: "€ eur euro euros",
    Currency.CAD: "cad can ca dollar-canadien dollars-canadiens canadian-dollar canadian-dollars "
    "dollars-ca",
    Currency.USD: "usd dollar-américain dollars-américains us-dollar us-dollars",
    Currency.GBP: "£ gbp livre-sterling livres-sterling",
    Currency.CHF: "chf franc-suisse francs-suisses",
    Currency.MAD: "mad dirham dirhams dh dhs",
    Currency.TND: "tnd dinar dinars dinar-tunisien dinars-tunisiens",
    Currency.XOF: "xof fcfa f-cfa franc-cfa francs-cfa cfa",
    Currency.XAF: "xaf",
    Currency.MGA: "mga ariary",
    Currency.JPY: "jpy yen yens",
    Currency.CNY: "cny yuan yuans rmb",
    Currency.ARS: "ars peso-argentin pesos-argentins",
}
CURRENCIES = {
    word.replace("-", ""): code for code, words in CURRENCY_WORDS.items() for word in words.split()
} | {fold(code.value): code for code in Currency}
# What stands beside a dollar sign, before or after it.
DOLLARS = {
    **dict.fromkeys(("ca", "can", "cad", "cdn", "c", "canadien", "canadiens"), Currency.CAD),
    **dict.fromkeys(("us", "usd", "usa", "américain", "américains"), Currency.USD),
}
# No amount takes so many letters: a longer text is not looked at closely.
LONGEST = 120
NUMBER = re.compile(r"[-+]?\s*\d[\d\s'’.,]*")
GROUPED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+|\d+")
MULTIPLES = {"k": 1_000, "mi": 1_000, "th": 1_000, "m": 1_000_000, "md": 1_000_000_000}
MULTIPLE = re.compile(
    r"(?:(?P<k>k)|(?P<md>m(?:illiar)?ds?)|(?P<m>m|millions?)|(?P<mi>mille|milliers?)"
    r"|(?P<th>thousands?))(?=\W|$|eur|cad|usd|gbp|chf)\s*(?:de\s+|d['’]\s*|of\s+)?",
    re.IGNORECASE,
)
# As programs shorten what is long: 1E+05 is exact, 1,23E+05 may have been rounded.
SCIENTIFIC = re.compile(r"[-+]?\d+(?P<decimals>[.,]\d+)?E[-+]?\d{1,2}(?!\d)", re.IGNORECASE)
# Of an amount with or without taxes, the number says which it is.
TAXES = re.compile(r"\b(?:ttc|ht|hors taxes?|nets?|bruts?)\b", re.IGNORECASE)
DOLLAR_WORDS = re.compile(r"dollars?", re.IGNORECASE)
ABOUT = re.compile(
    r"[~≈±<>≤≥]|\b(?:env|environ|approx|about|around|circa|max|maximum|min|minimum|jusqu|up to"
    r"|plus de|moins de|over|under|près de)\b",
    re.IGNORECASE,
)
# Whole amounts in the Swiss manner (500.–), and losses in that of accountants: (500).
NO_CENTS = re.compile(r"[.,]\s?[-–—]{1,2}(?=\s|$|[^\W\d]|€)")
IN_PARENTHESES = re.compile(r"([^(\d]*)\(([^()]*\d[^()]*)\)([^)\d]*)")


def find_currency(text: str) -> Currency | None:
    """The currency that a text names by its code, sign or name; a bare ``$`` names none."""
    word = re.sub(r"[\s.()\[\]]|(?<=\w)-(?=\w)", "", text.lower())
    if "$" in word:
        return DOLLARS.get(word.replace("$", "", 1))
    return CURRENCIES.get(word) or CURRENCIES.get(re.sub("^dollars?", "", word))


def multiple_of(word: str) -> int:
    """What a word such as ``k€`` or ``milliers`` multiplies by; 1 for any other."""
    match = MULTIPLE.match(word)
    rest = word[match.end() :] if match else ""
    is_unit = match and (find_currency(rest) or rest in ("", "$")) and word not in ("m", "k")
    return MULTIPLES[match.lastgroup] if is_unit else 1


# What a spreadsheet writes for a number by itself, which nobody can read in two ways.
OF_A_CELL = re.compile(r"[1-9][0-9]{0,12}(?:\.[0-9]{1,2})?")


def read_amount(
    text: str,
    decimal_mark: str | None = None,
    dollars: Currency | None = None,
    factor: int = 1,
    beside: Currency | None = None,
) -> tuple[Decimal, Currency | None]:
    """An amount in French, Québec or English notation, and its currency where it says so.

    ``decimal_mark`` is the mark that the rest of the file shows; without it, ``12,500`` may be
    twelve and a half or twelve thousand and a half, and is refused. ``dollars`` are those that the
    rest of the row means by ``$``; ``factor`` is by what its column counts;
    ``beside`` is the currency that its heading or another cell says.
    """
    if OF_A_CELL.fullmatch(text):
        return Decimal(text) * factor, None
    if len(text) > LONGEST:
        raise not_an_amount(f"{text[:LONGEST]}…")
    plain = NO_CENTS.sub("", " ".join(text.replace("\N{MINUS SIGN}", "-").split()))
    loss = IN_PARENTHESES.fullmatch(plain)
    if loss:
        plain = "".join(loss.groups())
    plain = SCIENTIFIC.sub(_written_out, plain)
    match = NUMBER.search(plain)
    if not match:
        raise not_an_amount(text)
    number = "".join(match[0].split(maxsplit=1)) if match[0][0] in "+-" else match[0]
    number = number.strip(" '’")
    before, after = plain[: match.start()].strip(), plain[match.end() :].strip()
    if number.endswith((".", ",")):
        number = number[:-1]
    if multiple := MULTIPLE.match(after):
        factor, after = MULTIPLES[multiple.lastgroup], after[multiple.end() :].strip()
    currency = _currency_of(before, TAXES.sub("", after).strip(), text, dollars)
    try:
        # Nobody counts euros to the third decimal: 20.000 € and 20,000 EUR are in thousands.
        is_money = (currency or beside) not in (None, Currency.TND) and factor == 1
        amount = Decimal(_plain_number(number, decimal_mark, bool(before), is_money))
        amount *= -factor if loss else factor
        cents = amount.quantize(Decimal("0.01"))
    except CellError:
        raise
    except (InvalidOperation, ValueError):
        raise not_an_amount(text) from None
    if amount != cents:
        raise CellError(
            _("“%(value)s” has more than two decimals.") % {"value": text},
            _("Round the amount to the cent."),
        )
    return cents, currency


def not_an_amount(text: str) -> CellError:
    return CellError(
        _("“%(value)s” is not an amount.") % {"value": text},
        _("Write a number, such as 20 000 € or 1 234,50."),
    )


def _written_out(scientific: re.Match) -> str:
    if scientific["decimals"]:
        raise CellError(
            _("“%(value)s” is shortened and may be rounded.") % {"value": scientific[0]},
            _("Write all digits: give the column a number format before you save the file."),
        )
    return format(Decimal(scientific[0]), "f")


def _currency_of(before: str, after: str, text: str, dollars) -> Currency | None:
    sign = (before + after).rstrip("*†‡ ")  # what a note below the table explains
    if not sign:
        return None
    if sign == "$" or DOLLAR_WORDS.fullmatch(sign):
        if dollars or after == "$":
            # After the number, as Québec writes it.
            return dollars or Currency.CAD
        raise CellError(
            _("“%(value)s” does not say which dollars: Canadian (CAD) or American (USD).")
            % {"value": text},
            _(
                "Write CAD or USD beside the number, or give the currency of all rows in a column "
                "“Currency” or on the page of the import."
            ),
        )
    if ABOUT.search(sign):
        raise CellError(
            _("“%(value)s” does not say an exact amount.") % {"value": text},
            _("Write the number alone, and what limits it in a column of notes."),
        )
    if any(map(str.isdigit, sign)):
        raise CellError(
            _("“%(value)s” holds more than one number.") % {"value": text},
            _("Write one amount; another one needs a row of its own."),
        )
    if currency := find_currency(sign):
        return currency
    raise CellError(
        _("“%(value)s” is not an amount: “%(sign)s” is no currency that the registry knows.")
        % {"value": text, "sign": sign},
        _("Write the number, then a sign or an ISO code such as €, EUR or CAD."),
    )


def _plain_number(
    number: str, decimal_mark: str | None, sign_first: bool, is_money: bool = False
) -> str:
    """The number with a dot for its decimals and nothing between its thousands."""
    sign, digits = (number[0], number[1:]) if number[0] in "+-" else ("", number)
    mark = mark_of(digits)
    if mark == "":
        return sign + _ungroup(digits, " '’")
    if mark is None:
        # One comma or dot before three digits: thousands or decimals.
        separator = "," if "," in digits else "."
        mark = "." if sign_first and separator == "," else decimal_mark
        # A cell's own number, shown with its currency, has a dot and no zero at its end: 20.125 €.
        if mark is None and is_money and (separator == "," or digits.endswith("0")):
            mark = "." if separator == "," else ","
        if mark is None:
            thousands, decimals = digits.replace(separator, " "), digits.rstrip("0").rstrip(".,")
            is_to_cents = len(decimals.partition(separator)[2]) <= 2
            raise CellError(
                _("“%(value)s” may be read in two ways.") % {"value": number},
                _("Write %(thousands)s or %(decimals)s.")
                % {"thousands": thousands, "decimals": decimals or "0"}
                if is_to_cents
                else _("Write %(thousands)s, or round it to the cent.") % {"thousands": thousands},
            )
    whole, _mark, decimals = digits.partition(mark) if mark in digits else (digits, "", "")
    if not decimals.isdigit() and decimals:
        raise ValueError
    thousands = " '’" + ("." if mark == "," else ",")
    return f"{sign}{_ungroup(whole, thousands)}" + (f".{decimals}" if decimals else "")


def _ungroup(digits: str, separators: str) -> str:
    spaced = re.sub(f"[{re.escape(separators)}]", " ", digits)
    if not GROUPED.fullmatch(spaced):
        raise ValueError
    return spaced.replace(" ", "")


def mark_of(digits: str) -> str | None:
    """The decimal mark that a number shows: ``,``, ``.``, none (``""``), or unsettled (``None``).

    >>> mark_of("1 234,50"), mark_of("1,234.50"), mark_of("20 000"), mark_of("12,500")
    (',', '.', '', None)
    """
    comma, dot = digits.count(","), digits.count(".")
    if not comma and not dot:
        return ""
    if comma and dot:
        return "," if digits.rfind(",") > digits.rfind(".") else "."
    separator = "," if comma else "."
    if comma + dot > 1:
        return "." if comma else ","
    whole, _mark, rest = digits.partition(separator)
    if len(rest) != 3 or " " in whole or len(whole) > 3 or whole.lstrip("0") == "":
        return separator
    return None
