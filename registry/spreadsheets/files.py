"""Reading a spreadsheet of any usual kind into sheets of cells; the content says which kind it is.

The reading itself happens in a process of its own (``reading``), with limits on its memory and its
time: whatever an untrusted file does to a parser, it does it there.
"""

import contextlib
import datetime
import json
import marshal
import select
import signal
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from registry.spreadsheets.problems import (
    DamagedFileError,
    UnreadableFileError,
)
from registry.spreadsheets.reading.cells import (
    ErrorCell,
    Sheet,
    Value,
    Workbook,
    clean,
    tidy,
)
from registry.spreadsheets.reading.refusals import Limits

__all__ = ["ErrorCell", "Sheet", "Value", "Workbook", "clean", "read_workbook", "tidy"]

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1 << 20
CHUNK = 1 << 20
# A file whose reading leaves the time to do something else.
LARGE = 1 << 18
# A file may take this long and this much memory, and more with its size, up to the limits of the
# settings.
SECONDS_FOR_ALL = 3
SECONDS_FOR_A_MEGABYTE = 3
MEGABYTES_FOR_ALL = 64
MEGABYTES_FOR_A_MEGABYTE = 46
# Where several processes share a processor, reading takes so many times longer.
BUSY = 6
# Only what the reading needs is loaded: neither the site's packages nor Django.
PROGRAM = (
    "import sys; sys.path[:] = {path!r}; "
    "from registry.spreadsheets.reading.child import main; main()"
)


def read_workbook(file, progress=None, meanwhile=None) -> Workbook:
    """Read an open binary file; raises ``UnreadableFileError``.

    ``progress`` is called now and then with the number of rows read so far; what it raises ends the
    reading. ``meanwhile`` is done while a large file is being read that nothing refuses at once.
    """
    with _on_disk(file) as (source, size):
        limits = _limits(size)
        child = subprocess.Popen(  # noqa: S603  our own program, without a shell
            [
                sys.executable,
                *("-I", "-S", "-B", "-c", PROGRAM.format(path=[str(ROOT), *sys.path])),
                json.dumps(vars(limits)),
            ],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
        )
        try:
            return _receive(child, limits, progress, meanwhile if size > LARGE else None)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def _limits(size: int) -> Limits:
    allowance = SECONDS_FOR_ALL + SECONDS_FOR_A_MEGABYTE * size // MEGABYTE
    memory = MEGABYTES_FOR_ALL + MEGABYTES_FOR_A_MEGABYTE * size // MEGABYTE
    return Limits(
        megabytes=settings.IMPORT_MAX_MEGABYTES,
        rows=settings.IMPORT_MAX_ROWS,
        columns=settings.IMPORT_MAX_COLUMNS,
        sheets=settings.IMPORT_MAX_SHEETS,
        inflated=settings.IMPORT_MAX_INFLATED_MEGABYTES,
        ratio=settings.IMPORT_MAX_INFLATION,
        memory=min(settings.IMPORT_READ_MEGABYTES, memory),
        seconds=min(settings.IMPORT_READ_SECONDS, allowance),
    )


@contextlib.contextmanager
def _on_disk(file):
    """The file as one that another process can read from its start, and its size."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        file.fileno()
    except (AttributeError, OSError):
        with tempfile.TemporaryFile() as copy:
            # What passes the limit is not copied: the child sees enough to refuse it.
            left = settings.IMPORT_MAX_MEGABYTES * MEGABYTE + 1
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                copy.write(chunk)
                left -= len(chunk)
            copy.seek(0)
            yield copy, size
    else:
        yield file, size


# What the child says ---------------------------------------------------------------------------


def _receive(child, limits: Limits, progress, meanwhile) -> Workbook:
    workbook, count = Workbook(), 0
    for kind, *content in _frames(child, limits):
        if kind == "found":
            if meanwhile:
                meanwhile()
        elif kind == "sheet":
            name, hidden, hidden_rows, merged = content
            workbook.sheets.append(Sheet(name, [], hidden, hidden_rows, merged))
        elif kind == "rows":
            rows = _with_dates_and_errors(*content)
            workbook.sheets[-1].rows += rows
            count += len(rows)
            if progress:
                progress(count)
        elif kind == "refused":
            messages, values = content
            values = {
                name: _(value) if isinstance(value, str) else value
                for name, value in values.items()
            }
            raise UnreadableFileError(" ".join(_(message) % values for message in messages))
        elif kind == "memory":
            raise _too_much_memory(limits)
        elif kind == "damaged":
            raise DamagedFileError
        else:
            return workbook
    return workbook


# The same errors stand in cell after cell.
_error_cell = lru_cache(maxsize=100)(ErrorCell)


def _with_dates_and_errors(rows: list[list], dates: list, errors: list) -> list[list[Value]]:
    from_ordinal = datetime.date.fromordinal
    for row, column, ordinal in dates:
        rows[row][column] = from_ordinal(ordinal)
    for row, column, shown in errors:
        rows[row][column] = _error_cell(shown)
    return rows


def _frames(child, limits: Limits):
    """The child's messages as they come; an end without a last word is explained."""
    # The system counts the time that the child computes. On a busy machine it waits besides.
    deadline = time.monotonic() + limits.seconds * BUSY
    while True:
        head = _take(child.stdout, 4, deadline, limits)
        body = head and _take(child.stdout, int.from_bytes(head, "big"), deadline, limits)
        if not body:
            raise _explain(child, limits)
        frame = marshal.loads(body)  # noqa: S302  our own process wrote it
        yield frame
        if frame[0] == "end":
            return


def _take(pipe, size: int, deadline: float, limits: Limits) -> bytes:
    """So many bytes; none where the child is gone."""
    parts, left = [], size
    while left:
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([pipe], [], [], remaining)[0]:
            raise _too_much_time(limits)
        part = pipe.read1(min(left, CHUNK))
        if not part:
            return b""
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _explain(child, limits: Limits) -> UnreadableFileError:
    code = child.wait()
    if code in (-signal.SIGXCPU,):
        return _too_much_time(limits)
    if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV):
        # The parser gives up where it gets no memory; the system, where none is left.
        return _too_much_memory(limits)
    return DamagedFileError()


def _too_much_time(limits: Limits) -> UnreadableFileError:
    return UnreadableFileError(
        _(
            "Reading this file takes longer than the limit of %(limit)s seconds for a file of its "
            "size. Copy its cells into a new workbook, or split it."
        )
        % {"limit": limits.seconds}
    )


def _too_much_memory(limits: Limits) -> UnreadableFileError:
    return UnreadableFileError(
        _(
            "Reading this file takes more than the limit of %(limit)s MB of memory for a file of "
            "its size. Copy its cells into a new workbook, or split it."
        )
        % {"limit": limits.memory}
    )
