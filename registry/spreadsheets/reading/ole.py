"""Looking into XLS files: what their records hold and calamine does not tell.

An XLS is a small file system (OLE) with a stream of records. Calamine reads error cells as empty
and reserves the whole area up to a stray cell; the records say where the cells stand and which
failed.
"""

import struct

from registry.spreadsheets.reading.archives import Part
from registry.spreadsheets.reading.formats import Styles
from registry.spreadsheets.reading.refusals import DamagedRefusal, ProtectedRefusal, check_size

# Sector numbers from here on mean an end or nothing.
LAST = 0xFFFFFFFC
STREAM, ROOT = 2, 5
STREAMS = ("workbook", "book")
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Records by number: cells of one column, of several, and what stands around them.
FORMULA, BLANK, NUMBER, LABEL, BOOL_OR_ERROR, RK, LABEL_SST, RSTRING = (
    0x06,
    0x201,
    0x203,
    0x204,
    0x205,
    0x27E,
    0xFD,
    0xD6,
)
SINGLE = {FORMULA, NUMBER, LABEL, BOOL_OR_ERROR, RK, LABEL_SST, RSTRING}
MULTIPLE_RK, ROW, BOUND_SHEET, BOF, FILE_PASS = 0xBD, 0x208, 0x85, 0x809, 0x2F
XF_RECORD, FORMAT_RECORD = 0xE0, 0x41E


def inspect(data: bytes) -> list[Part]:
    """A look into each sheet of the workbook, in their order."""
    try:
        stream = _workbook_stream(data)
        return _sheets(stream)
    except (struct.error, IndexError, ValueError, RecursionError):
        raise DamagedRefusal from None


def _workbook_stream(data: bytes) -> bytes:
    """The stream of records; a small one stands inside the stream of the root."""
    system = FileSystem(data)
    name = next((name for name in STREAMS if name in system.entries), None)
    if "encryptedpackage" in system.entries:
        raise ProtectedRefusal
    if name is None:
        raise DamagedRefusal
    start, length = system.entries[name]
    return system.read(start, length)


class FileSystem:
    """The file system inside an OLE file, as far as its streams of the first level."""

    def __init__(self, data: bytes):
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift > shift:
            raise DamagedRefusal
        self.data, self.size, self.mini = data, 1 << shift, 1 << mini_shift
        self.most = len(data) // self.size + 1
        count, directory, self.cutoff, self.mini_table, _count, more, more_count = (
            struct.unpack_from("<II4xIIIII", data, 44)
        )
        self.table = self._read_table(count, more, more_count)
        self.root = None
        self.entries = {}
        entries = b"".join(map(self.sector, self.chain(directory, self.table)))
        for place in range(0, len(entries) - 127, 128):
            self._note_entry(entries[place : place + 128])

    def sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def numbers(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.size // 4}I", self.sector(sector))

    def chain(self, start: int, table: list[int]) -> list[int]:
        """The numbers of the sectors that follow one another; never round in a circle."""
        found = []
        while start < LAST:
            if start >= len(table) or len(found) > len(table):
                raise DamagedRefusal
            found.append(start)
            start = table[start]
        return found

    def read(self, start: int, length: int) -> bytes:
        if length >= self.cutoff or self.root is None:
            return b"".join(map(self.sector, self.chain(start, self.table)))[:length]
        small = b"".join(map(self.sector, self.chain(self.root, self.table)))
        table = [
            number
            for sector in self.chain(self.mini_table, self.table)
            for number in self.numbers(sector)
        ]
        parts = (small[one * self.mini : (one + 1) * self.mini] for one in self.chain(start, table))
        return b"".join(parts)[:length]

    def _read_table(self, count: int, more: int, more_count: int) -> list[int]:
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        for _number in range(min(more_count, self.most)):
            *numbers, more = self.numbers(more)
            sectors += numbers
        used = [sector for sector in sectors if sector < LAST][: min(count, self.most)]
        return [number for sector in used for number in self.numbers(sector)]

    def _note_entry(self, entry: bytes) -> None:
        length, kind = struct.unpack_from("<HB", entry, 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        start, size = struct.unpack_from("<II", entry, 116)
        if kind == ROOT:
            self.root = start
        elif kind == STREAM:
            self.entries[name] = start, size


def _sheets(stream: bytes) -> list[Part]:
    starts, used, codes = [], [], {}
    for kind, body in _records(stream, 0):
        if kind == FILE_PASS:
            raise ProtectedRefusal
        if kind == BOUND_SHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == FORMAT_RECORD and len(body) > 5:
            number, length, flags = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + length * (1 + (flags & 1))]
            codes[number] = text.decode("utf-16-le" if flags & 1 else "latin-1", "replace")
        elif kind == XF_RECORD:
            used.append(struct.unpack_from("<H", body, 2)[0])
    styles = Styles.of(codes, used)
    return [_sheet(stream, start, styles) for start in starts]


def _records(stream: bytes, place: int):
    """The records of a part of the stream, to its end."""
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if kind == 0x0A:
            return
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _sheet(stream: bytes, start: int, styles: Styles) -> Part:
    part, hidden, depth = Part(), [], 0
    row = column = 0
    for kind, body in _records(stream, start):
        if kind == BOF:
            depth += 1
            if depth > 1:  # a chart inside the sheet: its records are no cells
                break
        elif kind in SINGLE:
            row_index, column_index, style = struct.unpack_from("<HHH", body)
            row, column = max(row, row_index + 1), max(column, column_index + 1)
            part.filled += 1
            _note(part, kind, body, (row_index + 1, column_index + 1), style, styles)
        elif kind == MULTIPLE_RK:
            row_index, first = struct.unpack_from("<HH", body)
            count = (len(body) - 6) // 6
            row, column = max(row, row_index + 1), max(column, first + count)
            part.filled += count
            for number in range(count):
                style, raw = struct.unpack_from("<H4s", body, 4 + 6 * number)
                place = row_index + 1, first + number + 1
                _note(part, RK, bytes(6) + raw, place, style, styles)
        elif kind == ROW:
            (index,), (flags,) = struct.unpack_from("<H", body), struct.unpack_from("<H", body, 12)
            if flags & 0x20:
                hidden.append(index + 1)
    check_size(row, column, part.filled)
    part.row, part.column, part.hidden_rows = row, column, hidden
    return part


def _note(part: Part, kind: int, body: bytes, place, style: int, styles: Styles) -> None:
    """What calamine does not tell of a cell: its error, its zeros, how much of a date it shows."""
    if style in styles.dates:
        part.shown[place] = styles.dates[style]
    if kind == BOOL_OR_ERROR and body[7]:
        part.errors[place] = ERRORS.get(body[6], "#N/A")
    elif kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        part.errors[place] = ERRORS.get(body[8], "#N/A")
    elif (style in styles.widths or style in styles.units) and kind in (NUMBER, RK, FORMULA):
        number = _number(kind, body)
        written = str(int(number)) if number.is_integer() else repr(number)
        if shown := styles.shown(style, written):
            part.padded[place] = shown


def _number(kind: int, body: bytes) -> float:
    if kind in (NUMBER, FORMULA):
        return struct.unpack_from("<d", body, 6)[0]
    (raw,) = struct.unpack_from("<i", body, 6)
    if raw & 2:
        value = float(raw >> 2)
    else:
        value = struct.unpack("<d", b"\x00" * 4 + struct.pack("<I", raw & 0xFFFFFFFC))[0]
    return value / 100 if raw & 1 else value
