"""What number formats show of a cell: leading zeros, a currency, a date to its month or year alone.

Who types 04/2024 into a spreadsheet gets the first of April, shown as its month. Only the format
tells it from a day; and only it holds the zeros before a number, its currency, its percent sign.
"""

import html
import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

MEGABYTE = 1 << 20
# How much of an ISO date counts.
YEAR, MONTH = 4, 7
# Built-in formats of Excel: mmm-yy, and 0% and 0.00%. Those of currencies show that of the reader.
MONTH_AND_YEAR, PERCENT = 17, (9, 10)

XF = re.compile(rb'<(?:\w+:)?xf\s[^>]*?numFmtId="(\d+)"')
NUMBER_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# Literal text of a format: in quotes, with the language of its currency, or a sign by itself.
SHOWN = re.compile(r'"([^"]*)"|\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]|\\?([€$£%])')
# No spreadsheet lets anybody write a longer format, or a number of more digits.
LONGEST_CODE, LONGEST_NUMBER = 255, 400
DIGITS = re.compile(r"[0#?]")
CURRENCY = re.compile(
    r"[€£]|[A-Z]{3}|F\s?CFA|\$\s?(?:CAD?|CAN|USD?)?|(?:CAD?|CAN|C|USD?)\s?\$|euros?"
)
# Languages in which a dollar is that of one country.
DOLLARS = {"C0C": "CAD", "1009": "CAD", "409": "USD"}
ODS_UNIT = re.compile(rb'office:(?:currency="([A-Z]{3})"|value-type="(percentage)")')
ODS_VALUE = re.compile(rb'office:value="(-?[0-9.]+(?:E[-+]?[0-9]+)?)"')
ODS_TEXT = re.compile(rb"\s*<text:p>([^<]*)</text:p>")
ODS_NUMBER = re.compile(rb'office:value="(\d+)"')
ODS_YEAR = re.compile(rb"\d{4}")
ODS_MONTH = re.compile(rb"[^\d<]{3,}[\s.'-]*\d{2}(?:\d{2})?|\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d{2}")
ODS_COARSE = re.compile(
    rb'value-type="date"[^>]*>\s*<text:p>(?:%s|%s)</' % (ODS_YEAR.pattern, ODS_MONTH.pattern)
)


@dataclass
class Styles:
    """By the number of a style: its digits, how much of a date it shows, what it adds to a number.

    A unit is a text with the number in it, such as ``{} €`` or ``{} %``.
    """

    widths: dict[int, int] = field(default_factory=dict)
    dates: dict[int, int] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, codes: dict[int, str], used: list[int]) -> "Styles":
        """The styles that use these formats, by their numbers, and show more than a value."""
        styles = cls()
        for index, number in enumerate(used):
            code = codes.get(number, "")
            zeros = re.sub(r'[\\" \u00a0\u202f]', "", code)
            if len(zeros) > 1 and not zeros.strip("0"):
                styles.widths[index] = len(zeros)
            elif number == MONTH_AND_YEAR:
                styles.dates[index] = MONTH
            elif number in PERCENT:
                styles.units[index] = "{} %"
            elif length := date_length(code):
                styles.dates[index] = length
            elif unit := unit_of(code):
                styles.units[index] = unit
        return styles

    def __bool__(self):
        return bool(self.widths or self.dates or self.units)

    def shown(self, style: int, number: str) -> str:
        """A number as its style shows it, where that is not what it is; else nothing."""
        if number.isdigit() and self.widths.get(style, 0) > len(number):
            return number.zfill(self.widths[style])
        return with_unit(number, self.units[style]) if style in self.units else ""


def read_styles(archive: zipfile.ZipFile) -> Styles:
    """The styles of an XLSX that show something else than the value."""
    with archive.open("xl/styles.xml") as part:
        text = part.read(4 * MEGABYTE)
    codes = {}
    for tag in NUMBER_FORMAT.findall(text):
        attributes = dict(ATTRIBUTE.findall(tag))
        code = html.unescape(attributes.get(b"formatCode", b"").decode("utf-8", "replace"))
        codes[int(attributes.get(b"numFmtId", b"0"))] = code if len(code) <= LONGEST_CODE else ""
    used = text.partition(b"cellXfs")[2].partition(b"cellXfs")[0]
    return Styles.of(codes, list(map(int, XF.findall(used))))


def unit_of(code: str) -> str:
    """What a format code writes around a number: its currency or a percent sign."""
    code = re.sub(r"[_*].", "", code.partition(";")[0])  # spaces as wide as a sign
    digits = DIGITS.search(LITERAL.sub(lambda match: "_" * len(match[0]), code))
    for match in SHOWN.finditer(code) if digits else ():
        sign = (match[1] or match[2] or match[4] or "").strip(" \u00a0\u202f")
        if match[4] == "%":
            return "{} %"
        language = (match[3] or "").upper().lstrip("0")
        if sign == "$":
            sign = DOLLARS.get(language, sign)
        if CURRENCY.fullmatch(sign):
            # A dollar of another language is not the one that Québec writes behind the number.
            is_first = match.start() < digits.start() or (sign == "$" and language)
            return f"{sign} {{}}" if is_first else f"{{}} {sign}"
    return ""


def with_unit(number: str, unit: str) -> str:
    """A stored number as it is shown; half of one is 50 %."""
    if len(number) > LONGEST_NUMBER:
        return ""
    try:
        value = Decimal(repr(float(number)))
    except (ValueError, InvalidOperation):
        return ""
    if not value.is_finite():
        return ""
    value = (value * 100 if "%" in unit else value).normalize()
    return unit.format(format(value, "f"))


def date_length(code: str) -> int:
    """How much of a date a format code shows; 0 for a day, a time or no date at all."""
    letters = set(LITERAL.sub("", code.partition(";")[0].lower()))
    if not letters & set("ya") or letters & set("djhs0#?g"):
        return 0
    return MONTH if "m" in letters else YEAR


def may_be_formatted(cells: bytes) -> bool:
    """Whether a row of an ODS may show something else than its values."""
    if b"<text:p>0" in cells or b'"percentage"' in cells or b"office:currency=" in cells:
        return True
    return b'"date"' in cells and bool(ODS_COARSE.search(cells))


def padded(about: bytes, content: bytes) -> str:
    """A number as an ODS shows it: with zeros before its digits, with its unit."""
    unit, value = ODS_UNIT.search(about), ODS_VALUE.search(about)
    if unit and value:
        return with_unit(value[1].decode(), f"{{}} {unit[1].decode() if unit[1] else '%'}")
    text, number = ODS_TEXT.match(content), ODS_NUMBER.search(about)
    is_padded = text and number and text[1].isdigit() and len(text[1]) > len(number[1])
    return text[1].decode() if is_padded and int(text[1]) == int(number[1]) else ""


def shown_length(about: bytes, content: bytes) -> int:
    """How much of its date an ODS shows; 0 for a day."""
    text = ODS_TEXT.match(content)
    if not text or b'"date"' not in about:
        return 0
    if ODS_YEAR.fullmatch(text[1]):
        return YEAR
    return MONTH if ODS_MONTH.fullmatch(text[1]) else 0
