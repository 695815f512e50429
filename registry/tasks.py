"""Work in the background: what runs there, and where it runs.

Tasks follow the interface that Django 6 has built in (``django_tasks`` until then).
``TASKS_BACKEND`` chooses where they run: each in a process of its own, started by the site (the
default: nothing else has to run); by a worker, ``manage.py db_worker``, that takes them from the
database; or at once.
"""

import contextlib
import json
import subprocess
import sys
import threading

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import get_language, override
from django_tasks import task
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import TaskResult, TaskResultStatus
from django_tasks.utils import get_random_id, normalize_json

from registry import search
from registry.choices import ImportState
from registry.duplicates import finding, merging
from registry.history.shapes import tracked_model
from registry.models import ImportJob
from registry.models.imports import OPEN
from registry.spreadsheets import jobs, progress, running, undo

KILOBYTE = 1 << 10


class ProcessBackend(BaseTaskBackend):
    """Runs each task in a process of its own, which outlives the one that asked for it.

    A thread of the site would take its interpreter from the visitors' pages; a process does not,
    and it goes on when the site restarts.
    """

    def enqueue(self, task, args, kwargs) -> TaskResult:
        self.validate_task(task)
        command = [sys.executable, settings.BASE_DIR / "manage.py", "run_task", task.module_path]
        arguments = json.dumps(normalize_json({"args": args, "kwargs": kwargs}))
        process = subprocess.Popen(  # noqa: S603  our own program, without a shell
            [*command, arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        # Somebody has to take note of its end, or it would stay as a zombie.
        threading.Thread(target=process.wait, daemon=True).start()
        return TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.RUNNING,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


@task()
def find_duplicates() -> None:
    """Look again for organisations and places that may be one."""
    for model in finding.MODELS:
        finding.refresh(model)


@task()
def index_neighbours(model_name: str, pks: list[int]) -> None:
    """Write anew the search texts that speak of these records."""
    with search.deferred():
        search.touch_neighbours(tracked_model(model_name), pks)


def merge_records(kept, gone, user, reason: str):
    """Merge two records; what speaks of them by the thousand is indexed in a while."""
    name, pks = type(kept)._meta.model_name, [kept.pk, gone.pk]
    return merging.merge(kept, gone, user, reason, later=lambda: _index_later(name, pks))


def undo_merge(merge, user) -> list[str]:
    pks = [merge.kept_id, merge.gone_id]
    return merging.undo(merge, user, later=lambda: _index_later(merge.model_name, pks))


def _index_later(model_name: str, pks: list[int]) -> None:
    def start():
        try:
            index_neighbours.enqueue(model_name, pks)
        except OSError:  # no other process: while the page waits
            index_neighbours.call(model_name, pks)

    transaction.on_commit(start)


@task()
def preview_import(job_id: str, language: str) -> None:
    """Read and plan the file of a job."""
    with override(language):
        running.run_preview(job_id)


@task()
def write_import(job_id: str, digest: str, language: str) -> None:
    """Write what the preview of a job showed."""
    with override(language):
        running.run_confirm(job_id, digest)


@task()
def undo_import(job_id: str, user_id: int | None, reason: str, language: str) -> None:
    """Undo what a job imported."""
    with override(language):
        running.run_undo(job_id, user_id, reason)


# Imports -----------------------------------------------------------------------------------------


def start_import(
    upload: UploadedFile, authority, user, publish: bool = False, **choices
) -> ImportJob:
    """A job for an uploaded workbook: a small one is previewed at once, a large one in a while.

    Raises ``UnreadableFileError``, and keeps nothing, where a small one cannot be read.
    """
    if upload.size <= settings.IMPORT_SMALL_KILOBYTES * KILOBYTE:
        try:
            with progress.AtOnce(settings.IMPORT_SMALL_ROWS):
                job, _plan = jobs.start(
                    upload.file, upload.name, authority, user, publish, **choices
                )
                return job
        except progress.TooLongForNowError:
            upload.file.seek(0)
    job = jobs.receive(upload.file, upload.name, authority, user, publish, **choices)
    _enqueue(job, preview_import, get_language())
    return job


def confirm_import(job: ImportJob, digest: str) -> bool:
    """Write the job; whether that is done, as with a small one. Raises as ``jobs.confirm`` does."""
    sheets = job.report.get("sheets", [])
    rows = sum(
        sheet[kind] for sheet in sheets for kind in ("new", "changed", "unchanged", "refused")
    )
    if rows <= settings.IMPORT_SMALL_ROWS:
        jobs.confirm(job, digest)
        return True
    claimed = ImportJob.objects.filter(
        pk=job.pk, state=ImportState.PREVIEWED, plan_digest=digest
    ).update(state=ImportState.WRITING)
    if not claimed:
        raise jobs.NotConfirmableError
    job.state = ImportState.WRITING
    _enqueue(job, write_import, digest, get_language())
    return False


def preview_again(job: ImportJob) -> None:
    """Preview the job's file as it is to be read from now on: a large one in a while."""
    if job.file.size <= settings.IMPORT_SMALL_KILOBYTES * KILOBYTE:
        with contextlib.suppress(progress.TooLongForNowError):
            with progress.AtOnce(settings.IMPORT_SMALL_ROWS):
                jobs.preview(job)
            return
    settled = {"mapping": job.mapping, "profile": job.profile, "good_rows": job.good_rows}
    claimed = ImportJob.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=ImportState.WAITING, **settled
    )
    if not claimed:
        raise jobs.NotConfirmableError
    job.state = ImportState.WAITING
    _enqueue(job, preview_import, get_language())


def undo_imported(job: ImportJob, user, reason: str) -> bool:
    """Undo the job; whether that is done, as with a small one. Raises as ``undo.undo`` does."""
    if job.revisions.count() <= settings.IMPORT_SMALL_ROWS:
        undo.undo(job, user, reason)
        return True
    claimed = ImportJob.objects.filter(pk=job.pk, state=ImportState.CONFIRMED).update(
        state=ImportState.UNDOING
    )
    if not claimed:
        raise undo.NotUndoableError
    job.state = ImportState.UNDOING
    _enqueue(job, undo_import, user.pk, reason, get_language())
    return False


def restart_import(job: ImportJob) -> None:
    """Preview anew a job that was interrupted, failed or was cancelled, while its file is there."""
    restarted = job.file and ImportJob.objects.filter(
        pk=job.pk, state__in=running.RESTARTABLE
    ).exclude(file="").update(state=ImportState.WAITING)
    if not restarted:
        raise jobs.NotConfirmableError
    job.state = ImportState.WAITING
    _enqueue(job, preview_import, get_language())


def _enqueue(job: ImportJob, work, *arguments) -> None:
    try:
        progress.announce(job.pk)
        work.enqueue(str(job.pk), *arguments)
    except OSError as error:
        if job.state == ImportState.UNDOING:
            job.state = ImportState.CONFIRMED
            job.report["message"] = running.explain_undoing(error)
        elif job.state == ImportState.WRITING:
            # What was previewed is there: it is confirmed again once there is room.
            job.state = ImportState.PREVIEWED
            job.report["message"] = running.explain(error)
        else:
            job.state, job.report = ImportState.FAILED, running.refusal(running.explain(error))
        job.save(update_fields=["state", "report"])
    job.refresh_from_db()
