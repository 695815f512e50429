"""Dates and periods as French, Québec and English writers put them."""

import datetime
import re
import unicodedata

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.dates.partial import ISO, AmbiguousDateError, DateError, PartialDate
from registry.text import fold

# A year of two digits lies at most so many years ahead.
NEAR_FUTURE = 10
# No date or period takes so many letters: a longer text is not looked at closely.
LONGEST = 120
_MONTHS = (
    "janvier janv jan january",
    "fevrier fevr fev february feb",
    "mars mar march",
    "avril avr april apr",
    "mai may",
    "juin june jun",
    "juillet juil july jul",
    "aout august aug",
    "septembre sept sep september",
    "octobre oct october",
    "novembre nov november",
    "decembre dec december",
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

# As in 9/IV/2024.
_ROMANS = "i ii iii iv v vi vii viii ix x xi xii"
_ROMAN = {name: number for number, name in enumerate(_ROMANS.split(), 1)}

_WEEKDAYS = re.compile(
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b,?\s*(?:le\s|the\s)?\s*"
)
# Only before a day: "mar" is March, too.
_SHORT_WEEKDAY = re.compile(
    r"^(?:lun|mar|mer|jeu|ven|sam|dim|mon|tues?|wed|thu|thurs|fri|sat|sun)\.?,?\s+"
    r"(?=\d{1,2}\w{0,2}[\s-]+[^\W\d])"
)
_TIME = re.compile(
    r"(?:t|,?\s+(?:à |at )?)\d{1,2}(?:\s?h|[:h]\d{2})(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?$"
)
_FOREWORD = re.compile(
    r"^(?:signée?\s+|conclue?\s+|signed\s+)?"
    r"(?:(?:depuis|since)\s+)?(?:(?:le|the|on|en|in|courant|année|an|year|exercice)\s+)?"
)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
# A remark that says no more than what the date is: 2010 (année).
_REMARK = re.compile(
    r"\s*[(\[](?:année|an|year|exercice|mois|month|jour|day|date|(?:date de |date of )?signature"
    r"|signée?|signed)[)\]]$"
)
_INCLUDED = re.compile(r",?\s+\(?(?:inclus|included|inclusive)\)?$")
# A remark that adds nothing: how long the period is.
_LENGTH = re.compile(r"\s*[(,]\s*(?:soit\s+)?\d+ (?:ans?|mois|jours|years?|months?|days?)\s*\)?$")
_DAY = r"(\d{1,2})(?:\s?(?:er|re|e|st|nd|rd|th|°))?"
_YEAR = r"(\d{4}|['’]?\d{2})"
_YEAR_ALONE = re.compile(r"(\d{4})[.,]0+")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NUMERIC = re.compile(
    r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})|(\d{1,2}) (\d{1,2}) (\d{4})"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{4})")
_WORDS_DAY_FIRST = re.compile(rf"{_DAY},?[\s/-]*(?:of\s+)?([^\W\d]+)\.?,?[\s/-]*{_YEAR}")
_WORDS_YEAR_FIRST = re.compile(rf"(\d{{4}}),?[\s/-]+([^\W\d]+)\.?(?:[\s/-]+{_DAY})?")
_WORDS_MONTH_FIRST = re.compile(rf"([^\W\d]+)\.?[\s-]+{_DAY},?\s+(\d{{4}})")
_MONTH_IN_WORDS = re.compile(r"([^\W\d]+)(?:\.?,?[\s-]*(\d{4})|\.?(?:-|\s?['’])(\d{2}))")


def parse_date(text: str, day_first: bool | None = True) -> PartialDate:
    """Read a date as French, Québec or English writers put it.

    ``day_first`` says how to read 09/04/2024; ``None`` means that nothing settles it, and then a
    value that could be either raises ``AmbiguousDateError``. Anything else raises ``DateError``.
    """
    if ISO.fullmatch(text):
        return PartialDate.from_iso(text)
    plain = _TIME.sub("", _plain(text))
    plain = _SHORT_WEEKDAY.sub("", _WEEKDAYS.sub("", _FOREWORD.sub("", plain)))
    try:
        for pattern in (ISO, _YEAR_ALONE, _YEAR_FIRST, _COMPACT):
            if match := pattern.fullmatch(plain):
                return PartialDate(*(int(part) for part in match.groups() if part))
        if match := _NUMERIC.fullmatch(plain):
            return _numeric(match, text, day_first)
        if match := _MONTH_YEAR.fullmatch(plain):
            return PartialDate(int(match[2]), int(match[1]))
        return _in_words(plain, text)
    except DateError as error:
        if str(error):
            raise
        if part := _part_of_year(plain):
            raise DateError(
                _("“%(value)s” is a period, not a date: write its first month, such as %(month)s.")
                % {"value": text, "month": part[0]}
            ) from None
        raise DateError(
            _("“%(value)s” is not a date: write 2010, May 2024 or 9 April 2024.") % {"value": text}
        ) from None


def _in_words(plain: str, text: str) -> PartialDate:
    """A date with the name of its month."""
    if match := _WORDS_DAY_FIRST.fullmatch(plain):
        day, month, year = match.groups()
    elif match := _WORDS_MONTH_FIRST.fullmatch(plain):
        month, day, year = match.groups()
    elif match := _WORDS_YEAR_FIRST.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _MONTH_IN_WORDS.fullmatch(plain):
        day, month, year = None, match[1], match[2] or match[3]
    else:
        raise DateError
    number = MONTH_NUMBERS.get(fold(month)) or (day and _ROMAN.get(month))
    if not number:
        raise DateError
    return PartialDate(_year(year, text), number, int(day) if day else None)


def _plain(text: str) -> str:
    """The text in lower case, with plain digits, letters and spaces."""
    if len(text) > LONGEST:
        shown = f"{text[:LONGEST]}…"
        raise DateError(
            _("“%(value)s” is not a date: write 2010, May 2024 or 9 April 2024.") % {"value": shown}
        )
    plain = " ".join(unicodedata.normalize("NFKC", str(text)).split()).lower()
    bare = _IN_BRACKETS.fullmatch(plain)
    plain = _INCLUDED.sub("", _REMARK.sub("", bare[1] if bare else plain))
    return _LENGTH.sub("", plain).removesuffix(".")


def _year(written: str, text: str) -> int:
    """A year of which only the last two digits may be written: 24 is 2024, 58 is 1958."""
    digits = written.lstrip("'’")
    year = int(digits)
    if len(digits) == 4:
        return year
    if year <= timezone.localdate().year % 100 + NEAR_FUTURE:
        return 2000 + year
    if year >= 50:
        return 1900 + year
    raise DateError(
        _("“%(value)s” does not say of which century it is: write the year with four digits.")
        % {"value": text}
    )


def _numeric(match, text, day_first):
    one, two, three = filter(None, match.groups())
    if len(three) == 2 and "-" in match[0]:
        # Québec writes the year first: 24-04-09. One of the numbers has to tell.
        if int(one) > 31 >= int(three):
            return PartialDate(_year(one, text), int(two), int(three))
        if int(three) <= 31:
            raise AmbiguousDateError(
                _("“%(value)s” may be read in several ways: write the year with four digits.")
                % {"value": text}
            )
    first, second, year = int(one), int(two), _year(three, text)
    if first > 12:
        day_first = True
    elif second > 12:
        day_first = False
    elif first != second and day_first is None:
        raise AmbiguousDateError(
            _(
                "“%(value)s” may be read in two ways: write the month in letters, or %(iso)s "
                "(year-month-day)."
            )
            % {"value": text, "iso": f"{year}-{second:02d}-{first:02d}"}
        )
    return (
        PartialDate(year, second, first)
        if day_first in (True, None)
        else PartialDate(year, first, second)
    )


# Periods ------------------------------------------------------------------------------------

_OPENING = re.compile(r"^(?:du|de|from|entre|between|les|on|années?|years?|période)\s+")
_SINCE = re.compile(r"(?:depuis|since|dès|à partir d[eu']|as of|starting)\s*(?:le |the )?(.+)")
_WITHOUT_END = re.compile(
    r"(.+?)\s*(?:[-–—]>?|→|\b(?:au?|à|to|until)\b)\s*"
    r"(?:en cours|aujourd.hui|ce jour|présent|present|now|today|ongoing|\.{2,3})?"
)
_TO = re.compile(
    r"\s+(?P<and>et|and|&)\s+|\s*(?P<comma>[,;&])\s*"
    r"|\s+(?:jusqu'au|au|à|a|to|until|till|through)\s+(?:le |the )?|\s*(?:[–—/→]|->?)\s*"
)
_SHORT_YEARS = re.compile(r"(\d{4})\s*[-–—/]\s*(\d{2})")
_DAYS_OF_MONTH_ENGLISH = re.compile(
    rf"([^\W\d]+)\.?\s+{_DAY}\s*(?:[-–—]|\bto\b|\band\b)\s*{_DAY},?\s+(\d{{4}})"
)
_PART_OF_YEAR = re.compile(
    r"(?:(?P<sign>[tqsh])\s?(?P<n>[1-4])|(?P<nth>premier|deuxième|second|troisième|quatrième|dernier"
    r"|first|third|fourth|last|\d)(?:er|ère|re|e|ème|nd|st|rd|th)?\s+"
    r"(?P<word>trimestre|quarter|semestre|half))"
    r"(?:\s+(?:de\s+|of\s+)?(?:l['’]année\s+)?|\s*[-/]\s*|\s+d['’])(?P<year>\d{4})"
)
_YEAR_BEFORE_PART = re.compile(r"(\d{4})\s*[-/ ]?\s*([tqsh])\s?([1-4])")
_NTH = {
    "premier": 1,
    "first": 1,
    "deuxième": 2,
    "second": 2,
    "troisième": 3,
    "third": 3,
    "quatrième": 4,
    "fourth": 4,
}
_DECADE = re.compile(r"(?:les\s+)?années\s+(\d{3}0)|(?:the\s+)?(\d{3}0)['’]?s")
_DAY_ALONE = re.compile(_DAY)
# Three or more that follow one another: the first of them, and what stands after the last.
_LISTED = re.compile(r"(\d{1,4})((?:\s*,\s*\d{1,4})+)\s*(?:,|et|and|&)\s*((\d{1,4})\b.*)")
_DAY_AND_MONTH = re.compile(r"\d{1,2}([/.-])\d{1,2}")
_TWO_NUMBERS = re.compile(r"\b(\d{1,2})(?:[/.](\d{1,2})\b|-(\d{1,2})-\d{4}\b)")


def parse_range(text: str, day_first: bool | None = True) -> tuple[PartialDate, PartialDate | None]:
    """Read a period: ``du 3 au 12 avril 2024``, ``3-6 avril 2024``, ``2021-2022``, or one date.

    The end is ``None`` where the text gives one date alone. Raises ``DateError``.
    """
    plain = _WEEKDAYS.sub("", _plain(text))
    if day_first is None:
        day_first = order_shown(plain)
    if part := _part_of_year(plain):
        return part
    try:
        return parse_date(text, day_first), None
    except AmbiguousDateError:
        raise
    except DateError as error:
        first_error = error
    if match := _SINCE.fullmatch(plain) or _WITHOUT_END.fullmatch(plain):
        return parse_date(match[1], day_first), None
    opened = _first_to_last(_OPENING.sub("", plain))
    found = _two_dates(opened, day_first, is_between=opened != plain)
    if found is None:
        if opened != plain:
            return parse_date(opened, day_first), None
        raise first_error
    start, end = found
    if end.latest < start.earliest:
        raise DateError(
            _("“%(value)s” ends before it begins: write the earlier date first.") % {"value": text}
        )
    return start, end


def _part_of_year(plain: str) -> tuple[PartialDate, PartialDate] | None:
    """The first and last month of a quarter or half, or the years of a decade."""
    if match := _DECADE.fullmatch(plain):
        first = int(match[1] or match[2])
        return PartialDate(first), PartialDate(first + 9)
    if match := _YEAR_BEFORE_PART.fullmatch(plain):
        year, sign, number = match.groups()
    elif match := _PART_OF_YEAR.fullmatch(plain):
        year, sign = match["year"], match["sign"] or match["word"][0]
        nth = match["n"] or match["nth"]
        is_half = sign in "sh"
        number = {"dernier": 2 if is_half else 4, "last": 2 if is_half else 4}.get(nth)
        number = number or _NTH.get(nth) or nth
    else:
        return None
    months, number = 6 if sign in "sh" else 3, int(number)
    if not 1 <= number <= 12 // months:
        return None
    last = months * number
    return PartialDate(int(year), last - months + 1), PartialDate(int(year), last)


def _first_to_last(text: str) -> str:
    """A list of years or days that follow one another as a period: ``2021, 2022 et 2023``."""
    if match := _LISTED.fullmatch(text):
        numbers = [int(match[1]), *map(int, re.findall(r"\d+", match[2])), int(match[4])]
        if numbers == [*range(numbers[0], numbers[-1] + 1)]:
            return f"{match[1]}-{match[3]}"
    return text


def order_shown(text: str) -> bool | None:
    """Whether the day comes first, as far as the dates in a text tell: 28/03/2024 does."""
    pairs = ((int(one), int(two or other)) for one, two, other in _TWO_NUMBERS.findall(text))
    orders = {first > 12 for first, second in pairs if (first > 12) != (second > 12)}
    return orders.pop() if len(orders) == 1 else None


def _two_dates(text, day_first, is_between) -> tuple[PartialDate, PartialDate] | None:
    """The dates on both sides of what separates them; the first may leave out what both share."""
    if (match := _SHORT_YEARS.fullmatch(text)) and int(match[2]) == (int(match[1]) + 1) % 100:
        return PartialDate(int(match[1])), PartialDate(int(match[1]) + 1)
    if match := _DAYS_OF_MONTH_ENGLISH.fullmatch(text):
        month, first, last, year = match.groups()
        end = parse_date(f"{last} {month} {year}")
        return PartialDate(end.year, end.month, int(first)), end
    ambiguous = None
    for cut in _TO.finditer(text):
        left, right = text[: cut.start()], text[cut.end() :]
        try:
            end = parse_date(right, day_first)
            start = _beginning(left, end, day_first)
        except AmbiguousDateError as error:
            ambiguous = error
            continue
        except DateError:
            continue
        is_list = cut["comma"] or (cut["and"] and not is_between)
        if not is_list or _follows(start, end):
            return start, end
    if ambiguous:
        raise ambiguous
    return None


def _beginning(text: str, end: PartialDate, day_first) -> PartialDate:
    """The first of two dates, completed from the second one: ``3`` or ``30 mars``."""
    if end.day and _DAY_ALONE.fullmatch(text):
        return PartialDate(end.year, end.month, int(_DAY_ALONE.fullmatch(text)[1]))
    try:
        return parse_date(text, day_first)
    except AmbiguousDateError:
        raise
    except DateError:
        numeric = _DAY_AND_MONTH.fullmatch(text)
        joint = numeric[1] if numeric else " "
        start = parse_date(f"{text}{joint}{end.year}", day_first)
    if (start.day is None) != (end.day is None):
        raise DateError
    if start > end and start.month > end.month:
        # From December to January: the year that is written is that of the end.
        start = PartialDate(start.year - 1, start.month, start.day)
    return start


def _follows(start: PartialDate, end: PartialDate) -> bool:
    """Whether two dates that are listed are neighbours, so that they make a period."""
    if start.day is None or end.day is None:
        return start.month is None and end.month is None and end.year == start.year + 1
    return end.earliest - start.earliest == datetime.timedelta(days=1)
