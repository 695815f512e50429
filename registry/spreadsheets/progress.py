"""How far an import has come: told by the process that works, read by the pages that wait.

Progress is a small file beside the workbook, never a row of the database: on SQLite the import
holds the only writer's place while it writes, and what it says inside its transaction nobody else
sees. The file is also the heartbeat. A request to cancel is a file too, for the same reason.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path

from registry.choices import ImportState
from registry.models.imports import imports_storage

SECONDS_BETWEEN_BEATS = 1.0
# A process that has said nothing for so long is taken for dead.
SECONDS_OF_SILENCE = 30
# The thread that tells how far a working process has come.
THREAD = "import-progress"
# Time left is told once it can be estimated.
LEAST_SECONDS, LEAST_SHARE = 2, 0.02


class CancelledError(Exception):
    """Somebody asked for the import to stop; what it was writing is rolled back."""


class TooLongForNowError(Exception):
    """The file has more rows than are planned while a page waits."""


@dataclass
class Progress:
    """A phase, how much of it is done, and who says so."""

    phase: str = ImportState.WAITING
    done: int = 0
    total: int = 0
    # When the phase began and when this was written, in seconds since 1970.
    since: float = 0
    at: float = 0
    host: str = ""
    pid: int = 0

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def seconds_left(self) -> int | None:
        spent = self.at - self.since
        if not self.total or spent < LEAST_SECONDS or self.done < self.total * LEAST_SHARE:
            return None
        return max(0, round(spent * (self.total - self.done) / self.done))

    @property
    def is_alive(self) -> bool:
        """Whether the process still works, as far as can be known from here."""
        if self.pid and self.host == socket.gethostname() and not _exists(self.pid):
            return False
        return time.time() - self.at < SECONDS_OF_SILENCE


class Tracker:
    """What the working process knows of its progress; a thread writes it down, and listens."""

    def __init__(self, job_id, on_phase=None):
        self.job_id = job_id
        self.path, self.cancel_path = _path(job_id, "progress"), _path(job_id, "cancel")
        self.on_phase = on_phase
        self.progress = Progress(host=socket.gethostname(), pid=os.getpid(), since=time.time())
        self.is_cancelled = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=THREAD, daemon=True)

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._tell()
        self._thread.start()
        self._token = _current.set(self)
        return self

    def __exit__(self, *_exception):
        _current.reset(self._token)
        self._over.set()
        self._thread.join()
        # The job says by itself what became of it.
        with contextlib.suppress(OSError):
            forget(self.job_id)

    def phase(self, phase: str, total: int) -> None:
        self.progress.phase, self.progress.total = str(phase), total
        self.progress.done, self.progress.since = 0, time.time()
        self.check()
        self._tell()
        if self.on_phase:
            self.on_phase(phase)

    def advance(self, count: int = 1) -> None:
        self.progress.done += count
        if self.is_cancelled:
            raise CancelledError

    def check(self) -> None:
        """Stop if that was asked for; to be called before what cannot be taken back."""
        if self.is_cancelled or self.cancel_path.exists():
            self.is_cancelled = True
            raise CancelledError

    def _beat(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_BEATS):
            self.is_cancelled = self.is_cancelled or self.cancel_path.exists()
            self._tell()

    def _tell(self) -> None:
        # A disk that is full stops the import itself, with a message; not its heartbeat.
        with contextlib.suppress(OSError):
            _write(self.path, self.progress)


class AtOnce:
    """The tracker of an import that a page waits for: it gives a long file up unplanned."""

    def __init__(self, most_rows: int):
        self.most_rows = most_rows

    def __enter__(self):
        self._token = _current.set(self)
        return self

    def __exit__(self, *_exception):
        _current.reset(self._token)

    def phase(self, phase: str, total: int) -> None:
        if phase == ImportState.PLANNING and total > 2 * self.most_rows:
            raise TooLongForNowError

    def advance(self, count: int = 1) -> None:
        pass

    def check(self) -> None:
        pass


_current: ContextVar[Tracker | AtOnce | None] = ContextVar("import_progress", default=None)


@contextlib.contextmanager
def reported_to(tracker):
    """While this lasts, ``tracker`` hears of each phase and each step of this thread."""
    token = _current.set(tracker)
    try:
        yield tracker
    finally:
        _current.reset(token)


# For those who work -------------------------------------------------------------------------------


def phase(phase: str, total: int = 0) -> None:
    """A new phase begins, of so many steps where that is known."""
    if tracker := _current.get():
        tracker.phase(phase, total)


def advance(count: int = 1) -> None:
    """So many steps are done; raises ``CancelledError`` where the import is to stop."""
    if tracker := _current.get():
        tracker.advance(count)


def check() -> None:
    if tracker := _current.get():
        tracker.check()


def each(items: Iterable) -> Iterator:
    """The items, counted as they pass."""
    tracker = _current.get()
    if tracker is None:
        yield from items
        return
    for item in items:
        yield item
        tracker.advance()


# For those who wait -------------------------------------------------------------------------------


def read(job_id) -> Progress | None:
    """What the working process said last; none where nothing was ever said."""
    try:
        return Progress(**json.loads(_path(job_id, "progress").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def announce(job_id) -> None:
    """A job is handed over: from now on somebody has to begin with it."""
    path = _path(job_id, "progress")
    path.parent.mkdir(parents=True, exist_ok=True)
    _path(job_id, "cancel").unlink(missing_ok=True)
    now = time.time()
    _write(path, Progress(since=now, at=now))


def cancel(job_id) -> None:
    path = _path(job_id, "cancel")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def is_cancelled(job_id) -> bool:
    return _path(job_id, "cancel").exists()


def forget(job_id) -> None:
    for ending in ("progress", "cancel"):
        _path(job_id, ending).unlink(missing_ok=True)


def _path(job_id, ending: str) -> Path:
    return Path(imports_storage().path(f"{job_id}.{ending}"))


def _write(path: Path, progress: Progress) -> None:
    progress.at = time.time()
    draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        draft.write_text(json.dumps(asdict(progress)))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
