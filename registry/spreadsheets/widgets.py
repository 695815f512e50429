"""django-import-export's widgets, for cells as people fill them in."""

import datetime
import re
from decimal import Decimal
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django_countries import countries
from import_export.widgets import Widget

from registry.choices import Currency
from registry.dates import (
    DateError,
    Duration,
    PartialDate,
    parse_date,
    parse_duration,
    parse_range,
)
from registry.spreadsheets import amounts, approximate, counts, values, vocabulary
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.tables import (
    currency_beside,
    has_quebec_dollars,
    heading_currency,
    heading_factor,
)
from registry.text import fold

# So few choices are told beside the one that comes nearest.
FEW_CHOICES = 9
TRUE_WORDS = {"true", "vrai", "oui", "yes", "x", "1", "1.0", "o", "y", "✓", "✔", "☑", "☒", "✅"}
FALSE_WORDS = {"false", "faux", "non", "no", "0", "0.0", "n", "☐", "✗", "✘", "❌"}
# How an agreement is renewed: of itself, or not.
TRUE_WORDS |= {"tacite", "tacit", "automatique", "automatic", "tacite reconduction"}
TRUE_WORDS |= {"par tacite reconduction", "reconduction tacite"}
FALSE_WORDS |= {"expresse", "express", "aucune", "none", "reconduction expresse"}
DECIMAL = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
# Regions that offices name as a country, and that their own country has to follow.
REGIONS = {"quebec": "CA", "province quebec": "CA", "canada quebec": "CA", "quebec canada": "CA"}
# A day between 1954 and 2064, as Excel counts them.
SERIAL = re.compile(r"[2-5]\d{4}(?:\.\d+)?")
UNTIL = re.compile(r"(?:jusqu['’](?:en|au|à)|until|till)\s+(?:la fin (?:de|d['’])\s*)?(.+)", re.I)
DOLLARS = re.compile(r"\s*(?:\$|dollars?)\s*", re.I)
E_MAIL = re.compile(r"(?:mailto:)?[^\s@/:]+@[^\s@/]+")


class CellWidget(Widget):
    """A widget that also writes: every cell that it writes, it reads as the same value."""

    # Whether a cell that says that there is nothing, such as "–" or "n/a", is as good as empty.
    knows_nothing = True

    def writer(self):
        """What turns a value into a cell, in the active language; ``None``: it is one as it is."""
        return


class TextWidget(CellWidget):
    def clean(self, value, row=None, **kwargs):
        return value.isoformat() if isinstance(value, datetime.date) else value


class LineWidget(TextWidget):
    """A text of one line: a name or a title, which may be *None*."""

    knows_nothing = False

    def clean(self, value, row=None, **kwargs):
        text = value if value.__class__ is str else super().clean(value, row, **kwargs)
        line = " ".join(text.split())
        return text if text == line else line  # the same, not a copy: there are many


class LinesWidget(TextWidget):
    """Several short texts, one on each line."""

    def clean(self, value, row=None, **kwargs):
        return "\n".join(values.split_values(super().clean(value, row, **kwargs)))


class PartialDateWidget(CellWidget):
    """A date of known precision; the file settles whether the day comes first."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return PartialDate.from_date(value)
        if not value[:1].isdigit() and fold(value) in values.WITHOUT_END:
            return None
        try:
            return parse_date(value, row.conventions.day_first)
        except DateError as error:
            if about := approximate.read(value):
                return about
            raise _no_date(value, str(error)) from None


def _no_date(value: str, message: str) -> CellError:
    if SERIAL.fullmatch(value):
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(value[:5]))
        return CellError(
            _("“%(value)s” is a number; as a spreadsheet keeps days, it is %(day)s.")
            % {"value": value, "day": PartialDate.from_date(day)},
            _("Give the cell the format of a date."),
        )
    if parse_duration(value):
        return no_end(value)
    return CellError(message)


def no_end(value: str) -> CellError:
    """A duration says no end by itself."""
    return CellError(
        _("“%(value)s” is a duration, not a date.") % {"value": value},
        _("Write the date on which it ends, such as 31 December 2026."),
    )


class EndWidget(PartialDateWidget):
    """An end, or how long it takes until then."""

    def clean(self, value, row=None, **kwargs) -> PartialDate | Duration | None:
        if isinstance(value, str) and (duration := parse_duration(value)):
            return duration
        return super().clean(value, row, **kwargs)


class DayWidget(PartialDateWidget):
    """A date that is always a day."""

    def clean(self, value, row=None, **kwargs):
        date = super().clean(value, row, **kwargs)
        if date is None:
            return None
        if date.day is None:
            raise CellError(
                _("“%(value)s” is not a day.") % {"value": value}, _("Write 9 April 2024.")
            )
        return date.earliest

    def writer(self):
        return lambda day: str(day or "")


class PeriodWidget(CellWidget):
    """A period, or one date: the end is then ``None``; or the end or the duration alone."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return PartialDate.from_date(value), None
        if fold(value) in values.WITHOUT_END:
            return None
        if duration := parse_duration(value):
            return None, duration
        if until := UNTIL.fullmatch(value.strip()):
            return None, PartialDateWidget.clean(self, until[1], row)
        try:
            return values.read_range(value, row.conventions.day_first)
        except CellError as error:
            if about := approximate.read(value):
                return about, None
            raise _no_date(value, error.message) from None


class AmountWidget(CellWidget):
    """An amount with its currency, ``None`` where the cell names none."""

    def __init__(self, column="amount"):
        super().__init__()
        self.column = column

    def clean(self, value, row=None, **kwargs):
        text = value.isoformat() if isinstance(value, datetime.date) else value
        dollars = _dollars_of(row) if "$" in text else None
        factor = heading_factor(row.heading(self.column))
        beside = currency_beside(row, self.column) if text[-4:-3] in (",", ".") else None
        return amounts.read_amount(text, row.conventions.decimal_mark, dollars, factor, beside)

    def writer(self):
        return _number


def _dollars_of(row) -> Currency | None:
    """Which dollars the row means: its column of currencies or a heading may say it."""
    said = (str(row.get("currency", "")), *row.headings.values())
    found = {amounts.find_currency(said[0]), *map(heading_currency, said[1:])}
    found &= {Currency.CAD, Currency.USD}
    if not found and any(map(has_quebec_dollars, row.headings.values())):
        return Currency.CAD
    return found.pop() if len(found) == 1 else None


class YearlyWidget(AmountWidget):
    """The amounts of several years: ``2021 : 10 000 €; 2022 : 12 000 €``."""

    def __init__(self):
        super().__init__("yearly")

    def clean(self, value, row=None, **kwargs):
        found = []
        for item in values.split_values(value):
            year, colon, amount = item.partition(":")
            span = re.fullmatch(r"\s*(\d{4})(?:-(\d{4}))?\s*", year)
            if not colon or not span:
                raise CellError(
                    _("“%(value)s” does not say an amount of a year.") % {"value": item},
                    _("Write 2021: 10 000 €; 2022: 12 000 €."),
                )
            amount, currency = super().clean(amount.strip(), row)
            years = int(span[1]), int(span[2]) if span[2] else None
            found.append((years, amount, currency))
        return found


class YearsWidget(CellWidget):
    """A year, or the first and last of some years."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return value.year, None
        try:
            first, last = parse_range(value, row.conventions.day_first)
        except DateError:
            first = last = None
        if first is None or first.month or (last and last.month):
            raise CellError(
                _("“%(value)s” is not a year.") % {"value": value},
                _("Write 2021, or 2021-2022."),
            )
        return first.year, last.year if last else None

    def writer(self):
        def write(years):
            first, last = years
            return "" if first is None else f"{first}-{last}" if last else first

        return write


class CountWidget(CellWidget):
    """A whole number."""

    def clean(self, value, row=None, **kwargs):
        return counts.read_count(str(value))

    def writer(self):
        return _number


class AboutWidget(CountWidget):
    """A whole number, and whether the cell gives it as about right."""

    def clean(self, value, row=None, **kwargs):
        return counts.read_about(str(value))


class DecimalWidget(CellWidget):
    """A number with decimals, such as a coordinate or a rate."""

    def clean(self, value, row=None, **kwargs):
        number = str(value).replace("\N{MINUS SIGN}", "-").replace(" ", "").removesuffix("%")
        if not DECIMAL.fullmatch(number):
            raise CellError(
                _("“%(value)s” is not a number.") % {"value": value},
                _("Write digits alone, with a comma or a point before the decimals."),
            )
        return Decimal(number.replace(",", "."))

    def writer(self):
        return _number


class RateWidget(DecimalWidget):
    """A rate in percent; a spreadsheet may keep one half for 50 %."""

    def clean(self, value, row=None, **kwargs):
        rate = super().clean(value, row, **kwargs)
        if 0 < rate <= 1 and "%" not in str(value):
            raise CellError(
                _("“%(value)s” may be a part of one, or of a hundred.") % {"value": value},
                _("Write the percent sign too: %(rate)s.") % {"rate": "50 %"},
            )
        return rate

    def writer(self):
        return lambda rate: f"{rate} %" if rate is not None and 0 < rate <= 1 else _number(rate)


def _number(value):
    return "" if value is None else value


def says_yes_or_no(text: str) -> bool:
    return _word(text) in TRUE_WORDS | FALSE_WORDS


def _word(value) -> str:
    return str(value).strip(" .").lower()


class BooleanWidget(CellWidget):
    def clean(self, value, row=None, **kwargs):
        word = _word(value)
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        raise CellError(
            _("“%(value)s” is neither yes nor no.") % {"value": value}, _("Write yes or no.")
        )

    def writer(self):
        words = {True: _("yes"), False: _("no")}
        return lambda value: words.get(value, "")


class ChoiceWidget(CellWidget):
    """One of a list of choices, by its label in either language, a usual synonym or its code."""

    def __init__(self, choices):
        super().__init__()
        self.choices = choices

    def clean(self, value, row=None, **kwargs):
        found = vocabulary.find_choice(self.choices, str(value))
        if found is not None:
            return self.choices(found)
        if self.choices is Currency and DOLLARS.fullmatch(str(value)):
            raise CellError(
                _("“%(value)s” does not say which dollars: Canadian (CAD) or American (USD).")
                % {"value": value},
                _("Write CAD or USD."),
            )
        labels = [str(label) for label in self.choices.labels]
        near = vocabulary.offered_choice(self.choices, str(value))
        label = self.choices(near).label if near else ""
        remedies = [_("Did you mean “%(near)s”?") % {"near": label}] if near else []
        if not near or len(labels) <= FEW_CHOICES:
            remedies.append(_("The choices are: %(choices)s.") % {"choices": ", ".join(labels)})
        raise CellError(
            _("“%(value)s” is not in the list of choices.") % {"value": value}, " ".join(remedies)
        )

    def writer(self):
        if self.choices is Currency:
            return None  # the code, as people write it beside an amount
        labels = {code: str(label) for code, label in self.choices.choices}
        return lambda value: labels.get(value, "")


class CountryWidget(CellWidget):
    """A country by its name in French or English, or its ISO code."""

    def clean(self, value, row=None, **kwargs):
        code = vocabulary.country_code(str(value)) or REGIONS.get(vocabulary.word_key(str(value)))
        if code:
            return code
        near = vocabulary.closest(str(value), vocabulary.country_words(), cutoff=0.72)
        code = vocabulary.country_words()[near] if near else None
        name = vocabulary.country_name(code) if code else None
        raise CellError(
            _("No country is called “%(value)s”.") % {"value": value},
            _("Did you mean “%(near)s”?") % {"near": name}
            if name
            else _("Write its name in French or English, or its two-letter code."),
        )

    def writer(self):
        names = {code: str(name) for code, name in countries}
        return lambda code: names.get(code, "")


class UrlWidget(TextWidget):
    """A web address; people leave out its beginning."""

    knows_nothing = True

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs).strip().strip("<>")
        if E_MAIL.fullmatch(text):
            raise CellError(
                _("“%(value)s” is an e-mail address, not a web address.") % {"value": text},
                _("Write a web address, such as https://example.org/page."),
            )
        address = text if "://" in text else f"https://{text.removeprefix('//')}"
        try:
            URLValidator(["http", "https"])(address)
            if "." not in urlsplit(address).hostname:
                raise ValidationError("")
        except (ValidationError, ValueError):
            raise CellError(
                _("“%(value)s” is not a web address.") % {"value": text},
                _("Write it whole, such as https://example.org/page."),
            ) from None
        return address
