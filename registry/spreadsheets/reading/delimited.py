"""Reading text files: any usual encoding, any delimiter, any line ending."""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from registry.spreadsheets.reading.refusals import Refusal, check_size, gettext_noop

BEYOND_ASCII = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
BEYOND = re.compile(rb"[\x80-\xff]")
# Letters, quotation marks and the euro sign of UTF-8, which in other encodings follow none so.
IN_UTF8 = re.compile(rb"[\xc2-\xc5][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
DELIMITERS = ";,\t|:^~"
# Where none of these cuts anything, and one of those cuts every line alike.
RARE_DELIMITERS = "#!§¦\x1f"
SAMPLE = 64 * 1024
SAMPLE_RECORDS = 60
# By so much of what is beyond ASCII an encoding is told.
SAMPLE_LINES = 1 << 20
# One record may go on over many lines; what is longer has lost its line breaks or a quotation mark.
LONGEST_RECORD = 2_000_000
LONGEST_LINE = 4 * LONGEST_RECORD  # in bytes
DECLARED_DELIMITER = re.compile(r"\Asep=(.)\r?\n?", re.IGNORECASE)
# The letters and signs beyond ASCII that French and English texts are full of.
EXPECTED = frozenset("éèêëàâçùûüîïôöœæÉÈÊÀÂÇÎÔŒ’‘“”«»–—…€°\N{NO-BREAK SPACE}")

# As in "QuÇbec" and "GaspÇ", which is a "é" read in another encoding, or "1œ", which is a half.
MISPLACED = re.compile(r"(?<=[a-z])[ÉÈÊÀÂÇÎÔŒ]|[œŒ](?![^\W\d_])")
# A text in none of the encodings that are tried looks like this in each of them.
MOST_STRANGE, LEAST_STRANGE = 0.15, 20
# How spreadsheets are told to leave a text alone: ="00042".
TEXT_FORMULA = re.compile(r'="([^"]*)"')

# The line below the headings of a table drawn with letters, such as |---|:---:|.
RULE = re.compile(r"[\s:|+=_-]*[-=_]{3}[\s:|+=_-]*")


def read_delimited(data: bytes) -> Iterator[list[str]]:
    """The records of a text file, one list of cells each, blank lines included."""
    text = decode(data)
    del data  # it may be large, and so may the text
    delimiter = None
    if declared := DECLARED_DELIMITER.match(text):
        delimiter = declared[1]
        # The line is kept, empty: the rows keep the numbers that a spreadsheet shows.
        text = "\n" + text[declared.end() :]
    return _records(text, delimiter or find_delimiter(text))


def check_lines(data: bytes) -> None:
    """Refuse by its bytes what has too many lines or a far too long one: a text takes as much."""
    if b'"' not in data:
        # Each line is a row.
        check_size(max(data.count(b"\n"), data.count(b"\r")), 1)
    start = 0
    while len(data) - start > LONGEST_LINE:
        end = start + LONGEST_LINE
        start = max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end)) + 1
        if not start:
            raise too_long()


def too_long() -> Refusal:
    return Refusal(
        gettext_noop(
            "A row of this text has more than %(limit)s letters: a line break or a quotation mark "
            "is missing. Save it anew as CSV."
        ),
        limit=LONGEST_RECORD,
    )


def decode(data: bytes) -> str:
    """The text of a file of unstated encoding.

    UTF-8 is tried first: a text in another encoding is hardly ever valid UTF-8. Windows-1252,
    ISO 8859-15, Mac Roman and DOS accept nearly any bytes, so the one whose letters look like a
    text is taken.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise Refusal(
                    gettext_noop("The text of this file is damaged: save it anew as CSV UTF-8.")
                ) from None
    if encoding := _utf16_without_mark(data[:SAMPLE]):
        return data.decode(encoding, errors="replace")
    if b"\x00" in data:
        raise Refusal(
            gettext_noop(
                "This file is neither a spreadsheet nor a text. Save it as XLSX, ODS or CSV."
            )
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_otherwise(data)


def _decode_otherwise(data: bytes) -> str:
    """The text of a file that is no UTF-8, in the encoding whose letters look like a text."""
    sample = _beyond_ascii(data)
    in_utf8 = len(IN_UTF8.findall(sample))
    if 4 * in_utf8 > len(BEYOND.findall(sample)) - 2 * in_utf8:
        # One letter is cut, or lines of two files were put together.
        raise Refusal(gettext_noop("The text of this file is damaged: save it anew as CSV UTF-8."))
    candidates = {}
    for encoding in ("cp1252", "iso8859_15", "mac_roman", "cp850"):
        try:
            candidates[encoding] = _strangeness(sample.decode(encoding))
        except UnicodeDecodeError:
            continue
    encoding = min(candidates, key=candidates.get)
    strange = candidates[encoding]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:  # beyond the sample: no letter is lost in silence
        text = None
    if text is None or strange > max(LEAST_STRANGE, MOST_STRANGE * len(sample)):
        raise Refusal(
            gettext_noop(
                "The letters of this text cannot be told: it is in an unusual encoding. Save it "
                "anew as CSV UTF-8."
            )
        )
    return text


def _beyond_ascii(data: bytes) -> bytes:
    """What tells the encoding: all of a short text, of a long one lines that are not ASCII."""
    if len(data) <= SAMPLE_LINES:
        return data
    found, size = [], 0
    for match in BEYOND_ASCII.finditer(data):
        found.append(match[0][:SAMPLE])
        size += len(found[-1])
        if size > SAMPLE_LINES:
            break
    return b"".join(found)


def _utf16_without_mark(sample: bytes) -> str | None:
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    if sample[1::2].count(0) > 0.7 * pairs and sample[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * pairs and sample[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _strangeness(text: str) -> int:
    """How many characters beyond ASCII are not those of French or English writing."""
    beyond = Counter(letter for letter in text if letter > "\x7f")
    strange = sum(count for letter, count in beyond.items() if letter not in EXPECTED)
    return strange + len(MISPLACED.findall(text))


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first records into the same number of cells, more than one."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        # The last record of the sample is cut short; one record alone is kept as it is.
        sample = re.split(r"[\r\n]+[^\r\n]*\Z", sample)[0]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths, blank = [], []
        for record in _records(sample, delimiter, lenient=True):
            if record:
                widths.append(len(record))
                blank.append(not any(record[1:]))
            if len(widths) == SAMPLE_RECORDS:
                break
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        width, count = wide.most_common(1)[0]
        # Titles above the headings are of one cell: they count against nobody.
        consistency = count / len(widths)
        usual = 0.2 if delimiter in ";,\t" else 0
        if consistency == 1 and width > 2:
            usual = 0.2  # no list of a cell parts all rows alike, headings included
        if blank[0] and sum(blank) > len(blank) / 2:
            consistency /= 2  # it only ends the lines, as in "a,b,c;;"
        score = (round(consistency + usual, 2), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best if best_score > (0.0, 0) else _rare_delimiter(sample) or best


def _rare_delimiter(sample: str) -> str | None:
    lines = [line for line in sample.splitlines() if line.strip()]
    alike = (one for one in RARE_DELIMITERS if len({line.count(one) for line in lines} - {0}) == 1)
    return next(alike, None) if len(lines) > 1 else None


def _text_of(cell: str) -> str:
    match = TEXT_FORMULA.fullmatch(cell)
    return match[1] if match else cell


class Lines:
    """The lines of a text; CR alone and CRLF become LF, inside quoted cells too."""

    def __init__(self, text: str):
        self.text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        # How much was read since the last record ended.
        self.read = 0

    def ends_quoted(self) -> bool:
        return self.text[-SAMPLE:].rstrip().endswith('"')

    def __iter__(self) -> Iterator[str]:
        text, start, end = self.text, 0, 0
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            self.read += end - start
            if self.read > LONGEST_RECORD:
                raise too_long()
            yield text[start:end]
            start = end


def _records(text: str, delimiter: str, lenient: bool = False):
    csv.field_size_limit(LONGEST_RECORD + 1)
    lines = Lines(text.replace("\x00", "") if "\x00" in text else text)
    del text
    record, number = [], 0
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            lines.read = 0
            number += 1
            if any('="' in cell for cell in record):
                record = [_text_of(cell) for cell in record]
            # It stays as an empty line: the rows keep their numbers.
            yield [] if RULE.fullmatch("".join(record)) else record
    except csv.Error:
        if not lenient:
            raise Refusal(
                gettext_noop("The text of this file cannot be cut into cells: save it anew as CSV.")
            ) from None
    # A quoted cell that goes on to the end of the file has swallowed what follows it.
    if not lenient and record and "\n" in record[-1] and not lines.ends_quoted():
        raise Refusal(
            gettext_noop(
                "A quotation mark is opened in row %(row)s and never closed. Close it, or double "
                "it where it belongs to the text, and upload the file again."
            ),
            row=number,
        )
