"""The life of an import job: uploaded, previewed, confirmed or abandoned; its file expires."""

import contextlib
import pathlib
import unicodedata

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from registry import bulk, changes
from registry.choices import ImportState
from registry.models import Authority, ImportJob, User
from registry.models.imports import imports_storage, stored_refusals
from registry.spreadsheets import keeping, progress
from registry.spreadsheets.basis import basis
from registry.spreadsheets.files import read_workbook
from registry.spreadsheets.good_rows import refused_workbook
from registry.spreadsheets.mapping import Mapping
from registry.spreadsheets.plans import Plan
from registry.spreadsheets.prepared import Prepared
from registry.spreadsheets.reports import report
from registry.spreadsheets.resources import IMPORTED
from registry.spreadsheets.unfolding import unfold
from registry.spreadsheets.workbook import plan_workbook
from registry.spreadsheets.writing import staged, write

# Any number that no other part of the software locks.
IMPORT_LOCK = 7_203_114_565
# Where others keep writing, the file is planned anew so many times.
ATTEMPTS = 3


class NotConfirmableError(Exception):
    """The job was confirmed or abandoned before, or another preview than this one was confirmed."""


class RegistryChangedError(Exception):
    """The registry changed since the preview: what would be written is not what was shown."""


def receive(
    file,
    filename: str,
    authority: Authority,
    user: User | None = None,
    publish: bool = False,
    mapping: Mapping | None = None,
    good_rows: bool = False,
) -> ImportJob:
    """A job for an uploaded file that is to be previewed later."""
    forget_expired_files()
    job = ImportJob(filename=safe_name(filename), authority=authority, user=user, publish=publish)
    job.good_rows = good_rows
    if mapping is not None:
        job.mapping, job.profile = mapping.as_json(), mapping.name
    job.state = ImportState.WAITING
    _keep(job, file)
    return job


def start(
    file,
    filename: str,
    authority: Authority,
    user: User | None = None,
    publish: bool = False,
    mapping: Mapping | None = None,
    good_rows: bool = False,
) -> tuple[ImportJob, Plan]:
    """A job for an uploaded file, previewed; raises ``UnreadableFileError`` and keeps nothing."""
    forget_expired_files()
    job = ImportJob(filename=safe_name(filename), authority=authority, user=user, publish=publish)
    job.good_rows = good_rows
    plan = plan_workbook(file, authority, user, publish, mapping, good_rows)
    _note(job, plan)
    _keep(job, file)
    keeping.keep(job, plan.prepared)
    return job, plan


def preview(job: ImportJob, message: str = "") -> Plan:
    """Plan the job's file again, against the registry as it now is, and say why."""
    with job.file.open("rb") as file:
        plan = _plan(job, file)
    _note(job, plan)
    if message:
        job.report["message"] = message
    keeping.keep(job, plan.prepared)
    job.save()
    return plan


def confirm(job: ImportJob, digest: str, state: ImportState = ImportState.PREVIEWED) -> None:
    """Write what the preview of this digest showed, all of it or nothing.

    A job that was claimed for writing in the background is in the ``state`` of that.

    What the preview prepared is written where the registry is as it was then. Otherwise the file is
    planned again, before the transaction that writes: where that gives anything else than what was
    shown, nothing is written, and ``RegistryChangedError`` asks for a new preview.
    """
    waiting = ImportJob.objects.filter(pk=job.pk, state=state, plan_digest=digest)
    # The report is long: it is neither read nor written where it stays what it is.
    current = waiting.defer("report").annotate(left_out=F("report__left_out_rows")).first()
    if current is None:
        raise NotConfirmableError
    # The rows that are left out are in no plan that is kept.
    if not current.left_out:
        with keeping.kept(current) as prepared:
            if prepared and _write(current, state, prepared):
                return
    for _attempt in range(ATTEMPTS):
        try:
            with current.file.open("rb") as file:
                plan = _plan(current, file)
        except FileNotFoundError:
            raise NotConfirmableError from None
        if plan.problems or plan.digest != digest:
            break
        refusals = _refused_rows(current, plan) if plan.left_out else None
        if _write(current, state, plan.prepared, report(plan), refusals):
            return
    raise RegistryChangedError


def _write(
    job: ImportJob,
    state: ImportState,
    prepared: Prepared,
    told: dict | None = None,
    refusals: ContentFile | None = None,
) -> bool:
    """Write what was prepared, unless the registry is another one by now.

    ``told`` is the report on it, where that is not the one which the job has.
    """
    try:
        with (
            staged(prepared, job.user, job) as ready,
            bulk.large(prepared.count),
            transaction.atomic(),
        ):
            wait_for_other_imports()
            lock = ImportJob.objects.select_for_update().defer("report")
            locked = lock.annotate(message=F("report__message")).get(pk=job.pk)
            if locked.state != state or locked.plan_digest != prepared.digest or not locked.file:
                raise NotConfirmableError
            if basis(locked.user) != prepared.basis:
                return False
            with changes.wholesale(prepared.count):
                write(prepared, locked.user, locked, ready)
            locked.state = ImportState.CONFIRMED
            locked.confirmed_at = timezone.now()
            if told is not None:
                locked.report = told
            elif locked.message:
                del locked.report["message"]
            if refusals:
                # A file of an earlier try, whose transaction came to nothing, is in the way.
                imports_storage().delete(stored_refusals(locked, ""))
                locked.refused_file.save("refused.xlsx", refusals, save=False)
            progress.check()
            locked.save()
    except keeping.NotOursError:
        return False
    except IntegrityError:
        # Somebody wrote the same between the plan and its end.
        raise RegistryChangedError from None
    keeping.forget(job)
    return True


def _keep(job: ImportJob, file) -> None:
    """Save the job and its file, or neither of them."""
    file.seek(0)
    try:
        job.file.save(job.filename, File(file), save=False)
        job.save()
    except Exception:
        _delete_quietly(job)
        raise


def _delete_quietly(job: ImportJob) -> None:
    with contextlib.suppress(OSError):
        imports_storage().delete(f"{job.pk}.bin")


def abandon(job: ImportJob) -> None:
    """Give the job up and delete its file."""
    with transaction.atomic():
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        if not locked.is_open:
            raise NotConfirmableError
        locked.state = ImportState.CANCELLED
        locked.save()
    if locked.file:
        locked.file.delete()
    keeping.forget(job)
    progress.forget(job.pk)


def forget_expired_files() -> None:
    """Delete the files whose time is over; their jobs remain, with what they changed."""
    for job in ImportJob.objects.filter(expires_at__lt=timezone.now()).exclude(file=""):
        if job.is_open:
            job.state = ImportState.CANCELLED
        job.file.delete(save=False)
        if job.refused_file:
            job.refused_file.delete(save=False)
        keeping.forget(job)
        job.save()
        progress.forget(job.pk)


def safe_name(filename: str) -> str:
    """The last part of a file's name, as text that may be shown."""
    name = pathlib.PurePath(filename.replace("\\", "/")).name
    shown = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return shown.strip()[-255:] or "?"


def mapping_of(job: ImportJob) -> Mapping | None:
    """How the job's file is read; nothing before its first preview, which looks for a profile."""
    return Mapping.from_json(job.mapping, job.profile) if job.mapping else None


def _plan(job: ImportJob, file) -> Plan:
    return plan_workbook(file, job.authority, job.user, job.publish, mapping_of(job), job.good_rows)


def _refused_rows(job: ImportJob, plan: Plan) -> ContentFile:
    """The rows that were left out, as a workbook to be corrected."""
    with job.file.open("rb") as file:
        source = read_workbook(file)
    unfold(source, IMPORTED)
    return ContentFile(refused_workbook(source, plan, pathlib.PurePath(job.filename).stem))


def _note(job: ImportJob, plan: Plan) -> None:
    job.plan_digest = plan.digest
    job.mapping, job.profile = plan.mapping.as_json(), plan.mapping.name
    job.report = report(plan)
    if plan.problems:
        job.state = ImportState.REFUSED
    else:
        job.state = ImportState.PREVIEWED if job.changes_something else ImportState.UNCHANGED


def wait_for_other_imports() -> None:
    """One import writes at a time: on SQLite the transaction sees to it by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
