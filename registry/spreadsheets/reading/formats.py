"""What number formats show of a cell: leading zeros, a date known to its month or year alone.

Who types 04/2024 into a spreadsheet gets the first of April, shown as its month. Only the format
tells it from a day; and only it holds the zeros before a number.
"""

import html
import re
import zipfile
from dataclasses import dataclass, field

MEGABYTE = 1 << 20
# How much of an ISO date counts.
YEAR, MONTH = 4, 7
MONTH_AND_YEAR = 17  # the built-in format of Excel: mmm-yy

XF = re.compile(rb'<(?:\w+:)?xf\s[^>]*?numFmtId="(\d+)"')
NUMBER_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
ODS_TEXT = re.compile(rb"\s*<text:p>([^<]*)</text:p>")
ODS_NUMBER = re.compile(rb'office:value="(\d+)"')
ODS_YEAR = re.compile(rb"\d{4}")
ODS_MONTH = re.compile(rb"[^\d<]{3,}[\s.'-]*\d{2}(?:\d{2})?|\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d{2}")
ODS_COARSE = re.compile(
    rb'value-type="date"[^>]*>\s*<text:p>(?:%s|%s)</' % (ODS_YEAR.pattern, ODS_MONTH.pattern)
)


@dataclass
class Styles:
    """By the number of a style: how many digits it writes, how much of a date it shows."""

    widths: dict[int, int] = field(default_factory=dict)
    dates: dict[int, int] = field(default_factory=dict)


def read_styles(archive: zipfile.ZipFile) -> Styles:
    """The styles of an XLSX that show something else than the value."""
    with archive.open("xl/styles.xml") as part:
        text = part.read(4 * MEGABYTE)
    widths, dates = {}, {MONTH_AND_YEAR: MONTH}
    for tag in NUMBER_FORMAT.findall(text):
        attributes = dict(ATTRIBUTE.findall(tag))
        number = int(attributes.get(b"numFmtId", b"0"))
        code = html.unescape(attributes.get(b"formatCode", b"").decode("utf-8", "replace"))
        zeros = re.sub(r'[\\" \u00a0\u202f]', "", code)
        if len(zeros) > 1 and not zeros.strip("0"):
            widths[number] = len(zeros)
        elif length := date_length(code):
            dates[number] = length
    used = text.partition(b"cellXfs")[2].partition(b"cellXfs")[0]
    styles = Styles()
    for index, number in enumerate(map(int, XF.findall(used))):
        if number in widths:
            styles.widths[index] = widths[number]
        elif number in dates:
            styles.dates[index] = dates[number]
    return styles


def date_length(code: str) -> int:
    """How much of a date a format code shows; 0 for a day, a time or no date at all."""
    letters = set(LITERAL.sub("", code.partition(";")[0].lower()))
    if not letters & set("ya") or letters & set("djhs0#?g"):
        return 0
    return MONTH if "m" in letters else YEAR


def may_be_formatted(cells: bytes) -> bool:
    """Whether a row of an ODS may show something else than its values."""
    return b"<text:p>0" in cells or (b'"date"' in cells and bool(ODS_COARSE.search(cells)))


def padded(about: bytes, content: bytes) -> str:
    """The digits that an ODS shows, where zeros stand before those of the number."""
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
