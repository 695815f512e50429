"""How people put several things, persons, periods and amounts into one cell."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.utils.translation import gettext as _

from registry.dates import DateError, PartialDate, parse_range
from registry.spreadsheets.persons import CIVILITY, split_listed
from registry.spreadsheets.problems import CellError

# Several values in a cell ----------------------------------------------------------------------

# A place with its dates takes fewer letters: a longer text is not looked at closely.
LONGEST_STOP = 300
# Each thing that a cell lists is compared with those before it.
MOST_LISTED = 1_000
# A known name has fewer parts between its commas, and fewer words that may join two names.
MOST_COMMAS = MOST_JOINS = 8
BULLET = re.compile(r"^[-–—•·*]\s+")
NUMBERED = re.compile(r"^(\d{1,2})[.)]\s+")
# What most lists, of which the values stand between semicolons, have nothing of.
CUT_OTHERWISE = re.compile(r'[|\n"()]|(?:\A|;)\s*(?:[-–—•·*]|\d{1,2}[.)])\s')
# A text that nothing cuts, and that begins with a letter and ends with no space.
ONE_NAME = re.compile(r'[^\W\d_](?:[^;|/\n",()]*[^\s;|/\n",()])?')
BETWEEN_KNOWN = re.compile(r"\s+(?:/|\+|&|et|and|–|-)\s+")
QUOTED_ITEM = re.compile(r'(?:\A|(?<=[;|\n]))\s*"((?:[^"]|"")+)"\s*(?=[;|\n]|\Z)')
WOULD_BE_CUT = re.compile(r'[;|\n]|\A"|\A[-–—•·*]\s|\A\d{1,2}[.)]\s')
WOULD_BE_CUT_ALONE = re.compile(r'[;|\n,→]|[-=]>|\A"|\A[-–—•·*]\s')
# How people say that a cell holds nothing.
NOTHING = frozenset(
    (
        *("n/a", "n.a.", "n/d", "n.d.", "s.o.", "s/o", "sans objet", "néant", "aucun", "aucune"),
        *("non applicable", "not applicable", "none", "null", "nan", "nil", "?", "/", ".", "…"),
        *("à définir", "à confirmer", "à préciser", "à déterminer", "à compléter", "non précisé"),
        *("inconnu", "inconnue", "non connu", "non connue", "non renseigné", "non renseignée"),
        *("non communiqué", "non communiquée", "non précisée", "n.c.", "n.r.", "n/r", "n/c"),
        *("tbd", "tbc", "t.b.d.", "t.b.c.", "to be defined", "to be confirmed", "unknown"),
        *("to be determined", "not known", "not available", "not specified", "unspecified", "nd"),
    )
)
# How people say that something has no end: there is no date.
WITHOUT_END = frozenset(
    (
        *("indeterminee", "indetermine", "duree indeterminee", "illimite", "illimitee", "sans fin"),
        *("duree illimitee", "sans limite", "sans limite de duree", "permanent", "permanente"),
        *("sans terme", "sans echeance", "unlimited", "indefinite", "open ended", "no end"),
        *("indefinitely", "sans date", "undated", "non date", "non datee", "s d"),
        *("en cours", "ongoing", "sans", "aucune", "sans limitation de duree", "non limitee"),
    )
)
# The same where a date, a number or a choice should stand: among names these may be acronyms.
NO_VALUE = frozenset(
    (
        *("nd", "nc", "nr", "na", "so", "ns", "nsp", "xx", "xxx", "x", "à venir", "en attente"),
        *("à vérifier", "non disponible", "indisponible", "non défini", "non définie", "pending"),
        *("non datée", "pas de date", "to come", "en cours de définition"),
    )
)
EMPTY_AMOUNT = re.compile(r"[-–—]+\s*(?:€|\$|\$ ?ca|eur|cad)|(?:€|\$)\s*[-–—]+")
LONGEST_NOTHING = max(map(len, NOTHING))
DASHES = frozenset("-–—_ ")


def is_nothing(text: object) -> bool:
    """Whether a cell says that there is nothing: a dash, ``n/a``, ``néant``."""
    if not isinstance(text, str) or (len(text) > LONGEST_NOTHING and text[0] not in DASHES):
        return False
    return text.lower() in NOTHING or DASHES.issuperset(text)


def says_no_value(text: object) -> bool:
    """Whether a cell that is no value of its column says no more than that there is none."""
    word = text.strip().lower() if isinstance(text, str) else ""
    return word in NO_VALUE or bool(EMPTY_AMOUNT.fullmatch(word))


def split_values(text: str, known: Callable[[str], bool] | None = None) -> list[str]:
    """The values of a cell, cut at ``;``, ``|`` and line breaks, never inside parentheses.

    Where there is none of these and ``known`` is given, commas cut too, but never a text that
    ``known`` recognises, nor before a word in lower case: that goes on with the name before it.
    A value between double quotes is taken as it is: ``join_values`` writes so what would be cut.
    """
    if ONE_NAME.fullmatch(text) and not (known and BETWEEN_KNOWN.search(text)):
        return [] if is_nothing(text) else [text]
    return _split(text, known and (lambda part: _split_at_commas(part, known)))


def split_places(
    text: str, known: Callable[[str], bool], lies_in: Callable[[str, str], bool]
) -> list[str]:
    """Places, each with its country or its dates behind a comma: ``Québec, Canada``.

    ``lies_in`` says whether its second argument is the country of the place in the first one.
    Commas, arrows and, between known places, *puis* and *et* separate them.
    """
    places = _split(text, lambda part: _split_way(part, known, lies_in))
    return [_with_country(place, known, lies_in) for place in places]


def _with_country(text: str, known, lies_in) -> str:
    """A place with what follows it behind a comma, if that is its country: ``Dakar (Sénégal)``."""
    place, comma, rest = text.partition(",")
    if not comma or known(text):
        return text
    country, *more = re.split(r"(\s*[,:(]|\s\d)", rest, maxsplit=1)
    if lies_in(place.strip(), country.strip()):
        return f"{place.strip()} ({country.strip()}){''.join(more)}"
    return text


def _split(text: str, cut: Callable[[str], list[str]] | None) -> list[str]:
    values = _cut(text, cut)
    if len(values) > MOST_LISTED:
        raise CellError(
            _("This cell lists %(count)s things: the limit is %(limit)s.")
            % {"count": len(values), "limit": MOST_LISTED},
            _("Check what separates them. A longer list comes in several files: each adds to it."),
            value=f"{text[:100]}…",
        )
    return values


def _cut(text: str, cut: Callable[[str], list[str]] | None) -> list[str]:
    if ";" in text and not CUT_OTHERWISE.search(text):
        parts = dict.fromkeys(filter(None, map(str.strip, text.split(";"))))
        return [part for part in parts if not is_nothing(part)]
    parts = _split_quoted(text) if '"' in text else _split_outside_parentheses(text, ";|\n")
    if len(parts) == 1 and cut is not None and not isinstance(parts[0], _Quoted):
        parts = cut(parts[0])
    elif len(parts) > 1:
        parts = _without_numbers(parts)
    values = (
        part if isinstance(part, _Quoted) else BULLET.sub("", part.strip()).strip()
        for part in parts
    )
    return list(
        dict.fromkeys(
            str(value)
            for value in values
            if value and (isinstance(value, _Quoted) or not is_nothing(value))
        )
    )


def _without_numbers(parts: list[str]) -> list[str]:
    """The items of a list that is numbered from 1 on, without their numbers."""
    found = [NUMBERED.match(part.strip()) for part in parts if part.strip()]
    if all(found) and [int(match[1]) for match in found] == [*range(1, len(found) + 1)]:
        return [match.string[match.end() :] for match in found]
    return parts


def join_values(values: Iterable[str]) -> str:
    """A cell that ``split_values`` reads as these values.

    >>> join_values(["Rennes", "Atelier ; suite"])
    'Rennes; "Atelier ; suite"'
    """
    values = list(values)
    if len(values) == 1:
        return _quoted(values[0], True)
    return "; ".join([_quoted(value, False) for value in values])


@lru_cache(maxsize=4096)
def _quoted(value: str, is_alone: bool) -> str:
    """The value as it stands in a list; the same names come again and again."""
    cut = WOULD_BE_CUT_ALONE if is_alone else WOULD_BE_CUT
    if cut.search(value) or value.count("(") != value.count(")") or is_nothing(value):
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
        return _between_known(text, known)
    pieces = list(filter(None, map(str.strip, _split_outside_parentheses(text, ","))))
    if len(pieces) > 2 * MOST_LISTED:
        return pieces  # refused for their number
    parts, start = [], 0
    while start < len(pieces):
        end = next(
            (
                end
                for end in range(min(len(pieces), start + MOST_COMMAS), start + 1, -1)
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
    return [name for part in parts for name in _between_known(part, known)]


def _between_known(text: str, known) -> list[str]:
    """Names that are all known, cut at a slash or a word between them: "Rennes / Québec".

    The word may be one of a name: «A et ministère de B et de C» are two.
    """
    joins = list(islice(BETWEEN_KNOWN.finditer(text), MOST_JOINS))
    if not joins or known(text):
        return [text]
    names, start = [], 0
    while start < len(text):
        ends = [join for join in reversed(joins) if join.start() > start]
        cuts = [(len(text), len(text)), *((join.start(), join.end()) for join in ends)]
        cut = next((cut for cut in cuts if known(text[start : cut[0]])), None)
        if cut is None:
            return [text]
        names.append(text[start : cut[0]])
        start = cut[1]
    return names


WAY = re.compile(r"\s*(?:→|⇒|[-–=]>|\s>\s)\s*")
THEN = re.compile(r",?\s+(?:puis|et|and|then|&|/|–|-)\s+")


def _split_way(text: str, known, lies_in) -> list[str]:
    parts: list[str] = []
    pieces = [piece for step in WAY.split(text) for piece in _split_at_commas(step, known)]
    for piece in pieces:
        steps = THEN.split(re.sub(r"^(?:puis|et|and|then)\s+", "", piece))
        if len(steps) > 1 and not known(piece) and all(map(known, steps)):
            parts += steps
        elif parts and lies_in(parts[-1], piece):
            parts[-1] += f" ({piece})"
        elif parts and (is_range(piece) or re.fullmatch("[A-Z]{2,3}", piece)):
            parts[-1] += f", {piece}"
        else:
            parts.append(steps[0] if len(steps) == 1 else piece)
    return parts


# Persons ---------------------------------------------------------------------------------------

AFTER_OFFICE = re.compile(r"(?<=\))\s*(?:,|/|&|\bet\b|\band\b)\s+")
SPACED_DASH = re.compile(r"\s[-–—:]\s")
COLON = re.compile(r"\s:\s")
WITH_PARENTHESES = re.compile(r"(.+?)\s*\(((?:[^()]|\([^()]*\))+)\)")


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
        pieces = [piece.strip() for piece in AFTER_OFFICE.split(parts[0])]
        if len(pieces) > 1 and all(WITH_PARENTHESES.fullmatch(piece) for piece in pieces):
            return pieces
        if "(" not in parts[0]:
            return split_listed(parts[0])
    return parts


def read_person(text: str) -> Person:
    if text.endswith("()"):
        name, office = text[:-2], ""
    elif match := WITH_PARENTHESES.fullmatch(text):
        name, office = match.groups()
    elif "," not in text and (dash := SPACED_DASH.search(text)):
        name, office = text[: dash.start()], text[dash.end() :]
    else:
        name, _comma, office = text.partition(",")
    return Person(CIVILITY.sub("", name.strip()), office.strip())


def write_person(name: str, office: str, is_surely_person: bool = True) -> str:
    """As ``read_person`` takes it; empty parentheses say that a name is a person's."""
    if office:
        return f"{name} ({office})"
    is_plain = not set(name) & set(",()") and not SPACED_DASH.search(name)
    return name if is_surely_person and is_plain else f"{name} ()"


def read_detail(text: str, knows: Callable[[str], bool], first: bool = False) -> tuple[str, str]:
    """A text and what follows it after a colon: cut where the part that names something is known.

    That is the last part, or with ``first`` the first one.
    """
    for match in islice(COLON.finditer(text), MOST_JOINS):
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


def read_stops(
    text: str,
    day_first: bool | None,
    known: Callable[[str], bool] = lambda text: False,
    lies_in: Callable[[str, str], bool] = lambda place, country: False,
) -> list[StopText]:
    """An itinerary: ``Rochester : 3-6 avril 2024 ; Québec : 7-12 avril 2024``."""
    stops = []
    for part in split_places(text, known, lies_in):
        place, dates = _cut_stop(part)
        start, end = read_range(dates, day_first) if dates else (None, None)
        stops.append(StopText(place, start, end))
    return stops


def _cut_stop(text: str) -> tuple[str, str]:
    if len(text) > LONGEST_STOP:
        return text, ""
    if ":" in text:
        # Usually the first colon; another one where the place has a colon in its name.
        cuts = [(text[: at.start()], text[at.end() :]) for at in re.finditer(":", text)]
        place, dates = next(
            (cut for cut in cuts if not cut[1].strip() or is_range(cut[1])), cuts[0]
        )
        if dates.strip() and not is_range(dates) and is_range(place):
            place, dates = dates, place
        return place.strip(), dates.strip()
    match = WITH_PARENTHESES.fullmatch(text)
    if match and re.search(r"\d{4}", match[2]):
        return match[1], match[2]
    if match := re.fullmatch(r"(\D+?),\s*((?:du |from |de )?.*\d{4}.*)", text):
        return match[1], match[2]
    match = re.fullmatch(r"(\D+?)\s+((?:du|from|le|les|on|en|in)\s.*\d{4})", text)
    if match and is_range(match[2]):
        return match[1], match[2]
    match = re.fullmatch(r"(\D*[^\s\d,])[\s,]+(\d.*\d{4})", text)
    return (match[1], match[2]) if match and is_range(match[2]) else (text, "")


def is_range(text: str) -> bool:
    """Whether a text is a date or a period, whatever the order of its numbers."""
    try:
        return bool(parse_range(text))
    except DateError:
        return False


def read_range(text: str, day_first: bool | None) -> tuple[PartialDate, PartialDate | None]:
    try:
        return parse_range(text, day_first)
    except DateError as error:
        raise CellError(str(error), value=text) from None
