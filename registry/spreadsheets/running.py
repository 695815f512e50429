"""Running a job outside the page that asked for it, and finding out what became of one.

A job that runs is in one of the ``RUNNING`` states. Whatever ends it, it leaves them: with a
preview, a refusal, an import; by cancelling; by a failure that the log explains; or, where its
process is gone without a word, as interrupted. Nothing is half written in any of these: the
registry is written in one transaction.
"""

import datetime
import errno
import logging
import time
from collections.abc import Callable

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import rights
from registry.choices import ImportState
from registry.models import ImportJob, User
from registry.spreadsheets import jobs, progress, undo
from registry.spreadsheets.problems import Problem, UnreadableFileError

logger = logging.getLogger(__name__)

RUNNING = (
    ImportState.WAITING,
    ImportState.READING,
    ImportState.PLANNING,
    ImportState.WRITING,
    ImportState.UNDOING,
)
RESTARTABLE = (ImportState.INTERRUPTED, ImportState.FAILED, ImportState.CANCELLED)
# How long the end of a job waits for its turn to write, while another import writes.
PATIENCE = 15 * 60
FULL_WORDS = ("disk is full", "disk i/o", "no space left", "could not extend")
# Codes of PostgreSQL, whose words depend on its language.
DISK_FULL = "53100"
LOCKED = ("40P01", "55P03")
CUT = ("57P", "08")
FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def run_preview(pk) -> None:
    """Plan the file of a waiting job."""
    job = _take(pk, (ImportState.WAITING,), ImportState.READING)
    if job is None:
        return

    def on_phase(phase):
        if phase == ImportState.PLANNING:
            _move(job, ImportState.READING, ImportState.PLANNING)

    with progress.Tracker(job.pk, on_phase), _Ending(job):
        progress.check()
        jobs.preview(job)


def run_confirm(pk, digest: str) -> None:
    """Write what the preview of this digest showed; the job was put into ``WRITING`` before."""
    job = ImportJob.objects.filter(pk=pk, state=ImportState.WRITING).first()
    if job is None:
        return
    with progress.Tracker(job.pk), _Ending(job):
        try:
            patiently(lambda: jobs.confirm(job, digest, ImportState.WRITING))
        except jobs.RegistryChangedError:
            jobs.preview(job, changed_meanwhile())
        except jobs.NotConfirmableError:
            jobs.preview(job)


def run_undo(pk, user_pk=None, reason: str = "") -> None:
    """Undo an import; the job was put into ``UNDOING`` before."""
    job = ImportJob.objects.filter(pk=pk, state=ImportState.UNDOING).first()
    if job is None:
        return
    user = User.objects.filter(pk=user_pk).first()
    with rights.seen_by(user), progress.Tracker(job.pk), _Ending(job):
        patiently(lambda: undo.undo(job, user, reason, ImportState.UNDOING))


def not_undone() -> str:
    return _("The undoing was stopped before its end: the import is as it was, all of it.")


def changed_meanwhile() -> str:
    return _(
        "Nothing was imported: the registry changed since the preview. Look at the new preview "
        "and confirm again."
    )


class _Ending:
    """Gives a job that did not come to its own end another one, with a message."""

    def __init__(self, job: ImportJob):
        self.job = job

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        if error is None or not isinstance(error, Exception):
            return False
        if self.job.state == ImportState.UNDOING:
            self._leave_imported(error)
        elif isinstance(error, progress.CancelledError):
            self._end(ImportState.CANCELLED, {})
        elif isinstance(error, UnreadableFileError):
            self._end(ImportState.REFUSED, refusal(str(error)))
        else:
            logger.error("The import %s failed", self.job.pk, exc_info=error)
            self._end(ImportState.FAILED, refusal(explain(error)))
        return True

    def _leave_imported(self, error: Exception) -> None:
        """What was to be undone is as it was, with a word on why."""
        if isinstance(error, progress.CancelledError):
            message = not_undone()
        else:
            logger.error("The import %s could not be undone", self.job.pk, exc_info=error)
            message = explain_undoing(error)
        self._end(ImportState.CONFIRMED, self.job.report | {"message": message})

    def _end(self, state: ImportState, report: dict) -> None:
        self.job.state = state
        self.job.report = report
        patiently(
            lambda: ImportJob.objects.filter(pk=self.job.pk, state__in=RUNNING).update(
                state=state, report=report
            )
        )


def refusal(message: str) -> dict:
    """The report of a job that has nothing else to say."""
    return {
        "problem_count": 1,
        "problems": [Problem("", 0, "", "", message).as_dict()],
        "failure": message,
    }


def explain(error: Exception) -> str:
    """What went wrong outside the workbook, as its importer may know it."""
    if is_full(error):
        return _(
            "The server's disk is full: nothing was written. Tell an administrator, then start "
            "the import again."
        )
    if is_locked(error):
        return _(
            "Others are writing to the registry: nothing of this import was written. Try again in "
            "a few minutes."
        )
    if is_cut(error):
        return _(
            "The connection to the database was lost. If this page does not say that the workbook "
            "is imported, nothing of it was written: try again."
        )
    return _(
        "The import failed for a reason that lies in the registry, not in the workbook. Nothing "
        "was written. Tell an administrator, who finds the reason in the log."
    )


def explain_undoing(error: Exception) -> str:
    """What kept an import from being undone."""
    if is_full(error):
        return _(
            "The server's disk is full: nothing was undone. Tell an administrator, then try again."
        )
    return _(
        "The import could not be undone, for a reason that the log tells an administrator. Nothing "
        "of it was changed."
    )


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room; each database reports its own writes in its own words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if isinstance(error, DatabaseError) and (
            _sqlstate(error) == DISK_FULL
            or any(words in str(error).lower() for words in FULL_WORDS)
        ):
            return True
        error = error.__cause__
    return False


def is_transient(error: BaseException) -> bool:
    """Whether the same import may well succeed later."""
    return is_full(error) or is_locked(error) or is_cut(error)


def is_locked(error: BaseException) -> bool:
    """Whether others write: SQLite says that it is locked, PostgreSQL ends one of two that wait."""
    is_waiting = _sqlstate(error) in LOCKED or "locked" in str(error).lower()
    return isinstance(error, OperationalError) and is_waiting


def is_cut(error: BaseException) -> bool:
    """Whether the database went away, as when it restarts; what follows connects anew."""
    if not isinstance(error, OperationalError) or connection.vendor != "postgresql":
        return False
    state = _sqlstate(error)
    is_cut = state is None or state.startswith(CUT)
    if is_cut:
        connection.close_if_unusable_or_obsolete()
    return is_cut


def _sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code for what went wrong; none where it did not come to tell."""
    return getattr(error.__cause__, "sqlstate", "")


def patiently(write: Callable):
    """Write in a short transaction of its own, waiting as long as another import writes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return write()
        except OperationalError as error:
            if not is_locked(error) or time.monotonic() > deadline or connection.in_atomic_block:
                raise
            progress.check()
            time.sleep(0.2)


def _take(pk, states: tuple, state: ImportState) -> ImportJob | None:
    """The job, if nobody else has taken it: the change of its state is the claim."""
    taken = patiently(lambda: ImportJob.objects.filter(pk=pk, state__in=states).update(state=state))
    return ImportJob.objects.get(pk=pk) if taken else None


def _move(job: ImportJob, before: ImportState, after: ImportState) -> None:
    patiently(lambda: ImportJob.objects.filter(pk=job.pk, state=before).update(state=after))
    job.state = after


# For the pages -----------------------------------------------------------------------------------


def cancel(job: ImportJob) -> None:
    """Ask a running job to stop; one that nobody has begun with stops at once."""
    progress.cancel(job.pk)
    # A job that is being written holds the database: only one that waits is changed from here.
    if job.state == ImportState.WAITING and ImportJob.objects.filter(
        pk=job.pk, state=ImportState.WAITING
    ).update(state=ImportState.CANCELLED):
        job.state = ImportState.CANCELLED
    settle(job)


def settle(job: ImportJob) -> progress.Progress | None:
    """How far a running job has come; one whose process is gone is marked as interrupted."""
    if job.state not in RUNNING:
        return None
    said = progress.read(job.pk)
    if said and (said.is_alive or (job.state == ImportState.WAITING and _has_worker())):
        return said
    if said is None and timezone.now() - job.created_at < datetime.timedelta(
        seconds=progress.SECONDS_OF_SILENCE
    ):
        return progress.Progress()
    try:
        _interrupt(job)
    except OperationalError as error:
        if not is_transient(error):
            raise
        # Another import holds the database, or its disk is full: it is marked at a later look.
        return said or progress.Progress()
    return None


def settle_all() -> int:
    """Mark all jobs whose process is gone; how many there were."""
    jobs_ = ImportJob.objects.filter(state__in=RUNNING)
    return sum(settle(job) is None for job in jobs_)


def _has_worker() -> bool:
    """Whether waiting jobs stand in a queue that outlives every process."""
    from django_tasks import default_task_backend

    return default_task_backend.supports_get_result


def _interrupt(job: ImportJob) -> None:
    with transaction.atomic():
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        # Its process may have come to its end since we looked.
        if locked.state == job.state:
            cancelled = progress.is_cancelled(job.pk)
            locked.state = ImportState.CANCELLED if cancelled else ImportState.INTERRUPTED
            if job.state == ImportState.UNDOING:
                locked.state = ImportState.CONFIRMED
                locked.report["message"] = not_undone()
            locked.save(update_fields=["state", "report"])
    job.state = locked.state
    job.report = locked.report
