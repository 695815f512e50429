"""How people put several things, persons, periods and amounts into one cell."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

from registry.choices import Currency
from registry.dates import DateError, PartialDate, parse_range
from registry.spreadsheets.problems import CellError
from registry.text import fold

# Several values in a cell ----------------------------------------------------------------------

BULLET = re.compile(r"^[-–—•·*]\s+")
QUOTED_ITEM = re.compile(r'(?:\A|(?<=[;|\n]))\s*"((?:[^"]|"")+)"\s*(?=[;|\n]|\Z)')
WOULD_BE_CUT = re.compile(r'[;|\n]|\A"|\A[-–—•·*]\s')
WOULD_BE_CUT_ALONE = re.compile(r'[;|\n,]|\A"|\A[-–—•·*]\s')


def split_values(text: str, known: Callable[[str], bool] | None = None) -> list[str]:
    """The values of a cell, cut at ``;``, ``|`` and line breaks, never inside parentheses.

    Where there is none of these and ``known`` is given, commas cut too, but never a text that
    ``known`` recognises, nor before a word in lower case: that goes on with the name before it.
    A value between double quotes is taken as it is: ``join_values`` writes so what would be cut.
    """
    parts = _split_quoted(text) if '"' in text else _split_outside_parentheses(text, ";|\n")
    if len(parts) == 1 and known is not None and not isinstance(parts[0], _Quoted):
        parts = _split_at_commas(text, known)
    values = (
        part if isinstance(part, _Quoted) else BULLET.sub("", part.strip()).strip()
        for part in parts
    )
    return list(dict.fromkeys(str(value) for value in values if value))


def join_values(values: Iterable[str]) -> str:
    """A cell that ``split_values`` reads as these values.

    >>> join_values(["Rennes", "Atelier ; suite"])
    'Rennes; "Atelier ; suite"'
    """
    values = list(values)
    is_alone = len(values) == 1
    return "; ".join([_quoted(value, is_alone) for value in values])


@lru_cache(maxsize=4096)
def _quoted(value: str, is_alone: bool) -> str:
    """The value as it stands in a list; the same names come again and again."""
    cut = WOULD_BE_CUT_ALONE if is_alone else WOULD_BE_CUT
    if cut.search(value) or value.count("(") != value.count(")"):
        return '"' + value.replace('"', '""') + '"'
    return value


class _Quoted(str):
    """A value that stood between quotes."""

    __slots__ = ()


def _split_quoted(text: str) -> list[str]:
    parts, start = [], 0
    for match in QUOTED_ITEM.finditer(text):
        parts += _split_outside_parentheses(text[start : match.start()].strip(";|\n "), ";|\n")
        parts.append(_Quoted(match[1].replace('""', '"')))
        start = match.end()
    return [
        part
        for part in (*parts, *_split_outside_parentheses(text[start:].strip(";|\n "), ";|\n"))
        if part
    ]


def _split_outside_parentheses(text: str, separators: str) -> list[str]:
    if "(" not in text or text.count("(") != text.count(")"):
        return re.split(f"[{re.escape(separators)}]", text)
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter in separators and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _split_at_commas(text: str, known) -> list[str]:
    if "," not in text:
        return [text]
    pieces = [piece.strip() for piece in _split_outside_parentheses(text, ",")]
    parts, start = [], 0
    while start < len(pieces):
        end = next(
            (
                end
                for end in range(len(pieces), start + 1, -1)
                if known(", ".join(pieces[start:end]))
            ),
            start + 1,
        )
        part = ", ".join(pieces[start:end])
        goes_on = part[:1].islower() and not known(part)
        if parts and goes_on:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
        start = end
    return parts


# Persons ---------------------------------------------------------------------------------------

CIVILITY = re.compile(r"^(?:M\.|Mme|Mlle|MM\.|Mr\.?|Mrs\.?|Ms\.?|Monsieur|Madame)\s+")
COLON = re.compile(r"\s:\s")
WITH_PARENTHESES = re.compile(r"(.+?)\s*\((.+)\)")


@dataclass(frozen=True)
class Person:
    name: str
    office: str = ""


def read_persons(text: str) -> list[Person]:
    """Persons written ``Name (office)`` or ``Name, office``."""
    return [read_person(part) for part in split_persons(text)]


def split_persons(text: str) -> list[str]:
    parts = split_values(text)
    if len(parts) == 1:
        pieces = [piece.strip() for piece in _split_outside_parentheses(text, ",")]
        if len(pieces) > 1 and all(WITH_PARENTHESES.fullmatch(piece) for piece in pieces):
            parts = pieces
    return parts


def read_person(text: str) -> Person:
    if text.endswith("()"):
        name, office = text[:-2], ""
    elif match := WITH_PARENTHESES.fullmatch(text):
        name, office = match.groups()
    else:
        name, _comma, office = text.partition(",")
    return Person(CIVILITY.sub("", name.strip()), office.strip())


def write_person(name: str, office: str, is_surely_person: bool = True) -> str:
    """As ``read_person`` takes it; empty parentheses say that a name is a person's."""
    if office:
        return f"{name} ({office})"
    return name if is_surely_person and not set(name) & set(",()") else f"{name} ()"


def read_detail(text: str, knows: Callable[[str], bool], first: bool = False) -> tuple[str, str]:
    """A text and what follows it after a colon: cut where the part that names something is known.

    That is the last part, or with ``first`` the first one.
    """
    for match in COLON.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        if knows(left if first else right):
            return left, right
    return text, ""


# Stops -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StopText:
    place: str
    starts_on: PartialDate | None = None
    ends_on: PartialDate | None = None


def read_stops(text: str, day_first: bool | None) -> list[StopText]:
    """An itinerary: ``Rochester : 3-6 avril 2024 ; Québec : 7-12 avril 2024``."""
    stops = []
    for part in split_values(text):
        place, dates = _cut_stop(part)
        start, end = read_range(dates, day_first) if dates else (None, None)
        stops.append(StopText(place, start, end))
    return stops


def _cut_stop(text: str) -> tuple[str, str]:
    if ":" in text:
        # Usually the first colon; another one where the place has a colon in its name.
        cuts = [(text[: at.start()], text[at.end() :]) for at in re.finditer(":", text)]
        place, dates = next((cut for cut in cuts if _is_range(cut[1])), cuts[0])
        return place.strip(), dates.strip()
    match = WITH_PARENTHESES.fullmatch(text)
    if match and re.search(r"\d{4}", match[2]):
        return match[1], match[2]
    match = re.fullmatch(r"(\D+?),\s*((?:du |from |de )?.*\d{4}.*)", text)
    return (match[1], match[2]) if match else (text, "")


def _is_range(text: str) -> bool:
    try:
        return not text.strip() or bool(parse_range(text))
    except DateError:
        return False


def read_range(text: str, day_first: bool | None) -> tuple[PartialDate, PartialDate | None]:
    try:
        return parse_range(text, day_first)
    except DateError as error:
        raise CellError(str(error), value=text) from None


# Amounts ---------------------------------------------------------------------------------------

CURRENCY_WORDS = {
    Currency.EUR: "€ eur euro euros",
    Currency.CAD: "cad can ca dollar-canadien dollars-canadiens canadian-dollar canadian-dollars "
    "$ca $can ca$ can$ c$ $-ca $-can dollars-ca",
    Currency.USD: "usd us$ $us $-us dollar-américain dollars-américains us-dollar us-dollars",
    Currency.GBP: "£ gbp livre-sterling livres-sterling",
    Currency.CHF: "chf franc-suisse francs-suisses",
    Currency.MAD: "mad dirham dirhams",
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
NUMBER = re.compile(r"[-+]?\d[\d\s'’.,]*")
GROUPED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+|\d+")
MULTIPLES = {"k": 1_000, "m": 1_000_000}


def find_currency(text: str) -> Currency | None:
    """The currency that a text names by its code, sign or name; a bare ``$`` names none."""
    return CURRENCIES.get(re.sub(r"[\s.\-]", "", text.lower()))


def read_amount(text: str, decimal_mark: str | None = None) -> tuple[Decimal, Currency | None]:
    """An amount in French, Québec or English notation, and its currency where it says so.

    ``decimal_mark`` is the mark that the rest of the file shows; without it, ``12,500`` may be
    twelve and a half or twelve thousand and a half, and is refused.
    """
    match = NUMBER.search(text)
    if not match:
        raise CellError(
            _("“%(value)s” is not an amount.") % {"value": text},
            _("Write a number, such as 20 000 € or 1 234,50."),
        )
    number = match[0].strip(" '’")
    before, after = text[: match.start()].strip(), text[match.end() :].strip()
    if number.endswith((".", ",")):
        number = number[:-1]
    factor = 1
    if multiple := re.match(r"([kKM])(?=\W|$|€)", after):
        factor, after = MULTIPLES[multiple[1].lower()], after[1:].strip()
    currency = _currency_of(before, after, text)
    try:
        amount = Decimal(_plain_number(number, decimal_mark, bool(before))) * factor
        cents = amount.quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        raise CellError(
            _("“%(value)s” is not an amount.") % {"value": text},
            _("Write a number, such as 20 000 € or 1 234,50."),
        ) from None
    if amount != cents:
        raise CellError(
            _("“%(value)s” has more than two decimals.") % {"value": text},
            _("Round the amount to the cent."),
        )
    return amount, currency


def _currency_of(before: str, after: str, text: str) -> Currency | None:
    sign = before + after if not (before and after) else f"{before}{after}"
    if not sign:
        return None
    if sign == "$":
        if after:
            # After the number, as Québec writes it.
            return Currency.CAD
        raise CellError(
            _("“%(value)s” does not say which dollars.") % {"value": text},
            _("Write CAD or USD beside the number."),
        )
    if currency := find_currency(sign):
        return currency
    raise CellError(
        _("“%(value)s” is not an amount: “%(sign)s” is no currency that the registry knows.")
        % {"value": text, "sign": sign},
        _("Write the number, then a sign or an ISO code such as €, EUR or CAD."),
    )


def _plain_number(number: str, decimal_mark: str | None, sign_first: bool) -> str:
    """The number with a dot for its decimals and nothing between its thousands."""
    sign, digits = (number[0], number[1:]) if number[0] in "+-" else ("", number)
    mark = mark_of(digits)
    if mark == "":
        return sign + _ungroup(digits, " '’")
    if mark is None:
        # One comma or dot before three digits: thousands or decimals.
        mark = "." if sign_first else decimal_mark
        if mark is None:
            separator = "," if "," in digits else "."
            raise CellError(
                _("“%(value)s” may be read in two ways.") % {"value": number},
                _("Write %(thousands)s or %(decimals)s.")
                % {
                    "thousands": digits.replace(separator, " "),
                    "decimals": digits.rstrip("0").rstrip(".,") or "0",
                },
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
