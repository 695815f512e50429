"""django-import-export's widgets, for cells as people fill them in."""

import datetime
import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django_countries import countries
from import_export.widgets import Widget

from registry.choices import Currency
from registry.dates import DateError, PartialDate, parse_date
from registry.spreadsheets import values, vocabulary
from registry.spreadsheets.problems import CellError

TRUE_WORDS = {"true", "vrai", "oui", "yes", "x", "1", "o", "y", "✓", "✔"}
FALSE_WORDS = {"false", "faux", "non", "no", "0", "n"}
DECIMAL = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
YEARS = re.compile(r"(\d{4})(?:\s*[-–—/]\s*(\d{4}))?")


class CellWidget(Widget):
    """A widget that also writes: every cell that it writes, it reads as the same value."""

    def writer(self):
        """What turns a value into a cell, in the active language; ``None``: it is one as it is."""
        return


class TextWidget(CellWidget):
    def clean(self, value, row=None, **kwargs):
        return value.isoformat() if isinstance(value, datetime.date) else value


class LineWidget(TextWidget):
    """A text of one line: a name or a title."""

    def clean(self, value, row=None, **kwargs):
        return " ".join(super().clean(value, row, **kwargs).split())


class LinesWidget(TextWidget):
    """Several short texts, one on each line."""

    def clean(self, value, row=None, **kwargs):
        return "\n".join(values.split_values(super().clean(value, row, **kwargs)))


class PartialDateWidget(CellWidget):
    """A date of known precision; the file settles whether the day comes first."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return PartialDate.from_date(value)
        try:
            return parse_date(value, row.conventions.day_first)
        except DateError as error:
            raise CellError(str(error)) from None


class DayWidget(PartialDateWidget):
    """A date that is always a day."""

    def clean(self, value, row=None, **kwargs):
        date = super().clean(value, row, **kwargs)
        if date.day is None:
            raise CellError(
                _("“%(value)s” is not a day.") % {"value": value}, _("Write 9 April 2024.")
            )
        return date.earliest

    def writer(self):
        return lambda day: str(day or "")


class PeriodWidget(CellWidget):
    """A period, or one date: the end is then ``None``."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return PartialDate.from_date(value), None
        return values.read_range(value, row.conventions.day_first)


class AmountWidget(CellWidget):
    """An amount with its currency, ``None`` where the cell names none."""

    def clean(self, value, row=None, **kwargs):
        text = value.isoformat() if isinstance(value, datetime.date) else value
        return values.read_amount(text, row.conventions.decimal_mark)

    def writer(self):
        return _number


class YearsWidget(CellWidget):
    """A year, or the first and last of some years."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime.date):
            return value.year, None
        match = YEARS.fullmatch(value)
        if not match:
            raise CellError(
                _("“%(value)s” is not a year.") % {"value": value},
                _("Write 2021, or 2021-2022."),
            )
        return int(match[1]), int(match[2]) if match[2] else None

    def writer(self):
        def write(years):
            first, last = years
            return "" if first is None else f"{first}-{last}" if last else first

        return write


class CountWidget(CellWidget):
    """A whole number."""

    def clean(self, value, row=None, **kwargs):
        digits = re.sub(r"\s", "", str(value))
        if not digits.isdecimal():
            raise CellError(
                _("“%(value)s” is not a whole number.") % {"value": value},
                _("Write digits alone."),
            )
        return int(digits)

    def writer(self):
        return _number


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


def _number(value):
    return "" if value is None else value


class BooleanWidget(CellWidget):
    def clean(self, value, row=None, **kwargs):
        word = str(value).strip().lower()
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
        words = vocabulary.choice_words(self.choices)
        found = words.get(vocabulary.word_key(str(value)))
        if found is not None:
            return self.choices(found)
        labels = {str(label): code for code, label in self.choices.choices}
        near = vocabulary.closest(str(value), [*labels, *words])
        label = self.choices(labels.get(near) or words[near]).label if near else ""
        raise CellError(
            _("“%(value)s” is not in the list of choices.") % {"value": value},
            _("Did you mean “%(near)s”?") % {"near": label}
            if near
            else _("The choices are: %(choices)s.") % {"choices": ", ".join(labels)},
        )

    def writer(self):
        if self.choices is Currency:
            return None  # the code, as people write it beside an amount
        labels = {code: str(label) for code, label in self.choices.choices}
        return lambda value: labels.get(value, "")


class CountryWidget(CellWidget):
    """A country by its name in French or English, or its ISO code."""

    def clean(self, value, row=None, **kwargs):
        if code := vocabulary.country_code(str(value)):
            return code
        near = vocabulary.closest(str(value), vocabulary.country_words())
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

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs).strip()
        address = text if "://" in text else f"https://{text}"
        try:
            URLValidator(["http", "https"])(address)
        except ValidationError:
            raise CellError(
                _("“%(value)s” is not a web address.") % {"value": text},
                _("Write it whole, such as https://example.org/page."),
            ) from None
        return address
