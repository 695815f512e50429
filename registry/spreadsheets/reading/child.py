"""What the reading process runs: limit itself, read its standard input, hand over the rows.

The answer is a series of frames on the standard output, each its length and a marshalled tuple:
``("found",)`` once a look at the file has found no reason to refuse it, ``("sheet", name, hidden,
hidden rows, merged areas)``, then ``("rows", rows, dates, errors)`` as often as needed, and at last
``("end",)`` or ``("refused", messages, values)``. Dates and errors stand apart from their row, as
marshal knows neither.
"""

import contextlib
import datetime
import json
import marshal
import os
import resource
import sys

ROWS_IN_A_FRAME = 2_000
MEGABYTE = 1 << 20


def main() -> None:
    wanted = json.loads(sys.argv[1])
    _limit(wanted["memory"], wanted["seconds"])
    out = os.fdopen(os.dup(1), "wb", buffering=MEGABYTE)
    os.dup2(2, 1)  # what a library may print is no frame

    def send(*frame) -> None:
        try:
            data = marshal.dumps(frame)
        except ValueError:
            # Frames hold nothing that marshal cannot write: it means that it got no memory.
            raise MemoryError from None
        out.write(len(data).to_bytes(4, "big"))
        out.write(data)
        if frame[0] == "found":
            out.flush()

    from registry.spreadsheets.reading import refusals

    for name, value in wanted.items():
        setattr(refusals.LIMITS, name, value)
    try:
        _read(send)
    except refusals.Refusal as refusal:
        send("refused", refusal.messages, refusal.values)
    except MemoryError:
        send("memory")
    except Exception:  # whatever the parser stumbled over, the file is the reason
        send("damaged")
    with contextlib.suppress(BrokenPipeError):
        out.flush()
    # Nothing to tidy up: the process is over, and so is its memory.
    os._exit(0)


def _limit(megabytes: int, seconds: int) -> None:
    """The system ends a process that passes these, whatever the library is at."""
    for limit, value in (
        (resource.RLIMIT_AS, megabytes * MEGABYTE),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _soft, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, hard))


def _read(send) -> None:
    from registry.spreadsheets.reading.kinds import read

    with os.fdopen(0, "rb", closefd=False) as file:
        sheets = read(file)
        send("found")
        for sheet, rows in sheets:
            send("sheet", sheet.name, sheet.hidden, sheet.hidden_rows, sheet.merged)
            block = []
            for row in rows:
                block.append(row)
                if len(block) == ROWS_IN_A_FRAME:
                    send("rows", *_plain(block))
                    block = []
            if block:
                send("rows", *_plain(block))
    send("end")


def _plain(rows: list[list]) -> tuple[list, list, list]:
    """The rows with texts alone, and apart what is none: where it stands and what it is."""
    dates, errors = [], []
    date = datetime.date
    for number, row in enumerate(rows):
        for position, value in enumerate(row):
            kind = value.__class__
            if kind is str:
                continue
            if kind is date:
                dates.append((number, position, value.toordinal()))
                row[position] = ""
            else:
                errors.append((number, position, str(value)))
                row[position] = ""
    return rows, dates, errors
