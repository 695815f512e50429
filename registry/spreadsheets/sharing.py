"""Planning the rows of a long sheet in several processes at once.

The rows are planned in parts. Where all of them are new, helpers take the later parts: copies of
this process, which plan as it would and hand back what is to be written. A helper neither asks the
database nor decides anything that other rows would have to know: as soon as it would, or where it
finds something wrong, it gives up, and its rows are planned here after all.
"""

import contextlib
import io
import itertools
import logging
import marshal
import math
import os
import signal
import tempfile
import threading
import time
import warnings

from django.db import connection

from registry.spreadsheets import progress
from registry.spreadsheets.plans import most_told
from registry.spreadsheets.spool import read_frame, write_frame

logger = logging.getLogger(__name__)

# A part has so many rows or up to twice as many; what is planned does not depend on who plans it.
# They are written together: enough that what changed is told as a whole
# (``changes.TOLD_ONE_BY_ONE``).
PART = 1_001
# After so many rows what cells name is loaded, and helpers can do without the database.
FIRST = 200
# From so many parts on, helpers are worth their beginning; beyond so many, the memory that they
# take counts for more than the time. Many helpers are of little help.
LEAST, MOST, MOST_PROCESSES = 2, 50, 4
# To show a row takes so much of what it takes to plan it; the first ones are, and here.
SHOWING = 0.7
# A helper that takes so many times as long as this process, and some seconds, is not waited for.
PATIENCE, SECONDS = 3, 10


class GivenUpError(BaseException):
    """A helper met what it may not do; no row is the reason."""


def plan(resource, rows: list) -> None:
    """Plan all rows of a sheet, with helpers where that is worth it."""
    parts = _parts(rows)
    is_long = resource.is_final and LEAST <= len(parts) <= MOST
    shares = _shares(parts) if is_long and _may_share(rows) else []
    own = parts[: shares[0]] if shares else parts
    with contextlib.ExitStack() as stack:
        helpers = []
        for number, part in enumerate(own):
            resource.preparation.begin_part()
            if shares and number == 0:
                resource.plan_part(part[:FIRST])
                for start, end in itertools.pairwise(shares):
                    helpers.append(stack.enter_context(Helper(resource, parts[start:end])))
                part = part[FIRST:]
            resource.plan_part(part)
        if helpers:
            resource.put_into_words()
        for helper in helpers:
            helper.finish()
    resource.preparation.begin_part()


def _parts(rows: list) -> list[list]:
    """The rows in parts of one size: an even number of them, which two processes share evenly."""
    count = max(len(rows) // PART // 2 * 2, 1)
    size = max(math.ceil(len(rows) / count), 1)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _shares(parts: list[list]) -> list[int]:
    """Where each process's parts begin: the first rows, which are shown, are planned here."""
    processes, count = min(MOST_PROCESSES, _processors()), len(parts)
    told = most_told(sum(map(len, parts))) / len(parts[0])
    shown = SHOWING * told
    first = max(round((count + shown) / processes - shown), math.ceil(told))
    left, helpers = count - first, min(processes - 1, count - first)
    if helpers < 1:
        return []
    return [first + left * number // helpers for number in range(helpers + 1)]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_share(rows: list) -> bool:
    """Whether all rows are new, and nobody else in this process would be copied with it."""
    others = {thread.name for thread in threading.enumerate()} - {progress.THREAD}
    return (
        hasattr(os, "fork")
        and others == {threading.main_thread().name}
        and threading.current_thread() is threading.main_thread()
        and all(row.key is None and row.plan is None and not row.problems for row in rows)
    )


class Helper:
    """A copy of this process that plans some parts."""

    def __init__(self, resource, parts: list[list]):
        self.resource, self.parts = resource, parts
        self._counts = dict(resource.preparation.counts)
        self._begun = time.monotonic()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        with warnings.catch_warnings():
            # The thread that tells the progress holds nothing that a helper needs.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            code = 1
            try:
                self._work()
                code = 0
            finally:
                os._exit(code)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._file.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def finish(self) -> None:
        """Take over what the helper planned, or plan its rows."""
        result = self._result()
        if result is None or not self.resource.directory.unique.take(result["unique"]):
            logger.info("The rows of a helper are planned once more")
            for part in self.parts:
                self.resource.preparation.begin_part()
                self.resource.plan_part(part)
            return
        preparation = self.resource.preparation
        preparation.take(result["gathered"], self._counts, self._frames())
        self.resource.directory.go_on_from(preparation.counts)
        rows = [row for part in self.parts for row in part]
        self.resource.take(len(rows))
        for row in rows:
            row.clear()

    def _result(self) -> dict | None:
        took = time.monotonic() - self._begun
        deadline = time.monotonic() + SECONDS + PATIENCE * took
        while True:
            pid, code = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._pid = 0
                break
            if time.monotonic() > deadline:
                return None
            progress.advance(0)
            time.sleep(0.005)
        if code:
            return None
        self._file.seek(0)
        return marshal.loads(read_frame(self._file))  # noqa: S302  a copy of ours wrote it

    def _frames(self):
        while frame := read_frame(self._file):
            yield frame

    # In the helper ------------------------------------------------------------------------------

    def _work(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        connection.execute_wrappers.append(_refuse)
        resource, directory = self.resource, self.resource.directory
        preparation = resource.preparation = resource.preparation.helper()
        resource.begin_helping()
        said, taken = directory.said_so_far(), directory.unique.mark()
        for part in self.parts:
            preparation.begin_part()
            resource.plan_part(part)
        if resource.problems or directory.said_so_far() != said:
            raise GivenUpError
        gathered, frames = preparation.hand_over()
        head = {"gathered": gathered, "unique": directory.unique.since(taken)}
        file = io.BufferedWriter(io.FileIO(self._file.fileno(), "wb", closefd=False))
        write_frame(file, marshal.dumps(head))
        for frame in frames:
            write_frame(file, frame)
        file.flush()


def _refuse(*_arguments):
    raise GivenUpError
