"""An import's life besides its preview: in the background, stopped, lost, resumed."""

import json
import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from registry import tasks
from registry.models import ImportJob, Organisation
from registry.spreadsheets import jobs, progress, running
from registry.spreadsheets.problems import UnreadableFileError
from tests.factories import UserFactory
from tests.spreadsheets import authority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "imports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "imports"},
        }
    }


@pytest.fixture
def queue(monkeypatch):
    """Work that is handed over stays where it is, until the test runs it."""
    waiting = []
    for name in ("preview_import", "write_import", "undo_import"):
        task = getattr(tasks, name)

        def enqueue(self, *arguments):
            waiting.append((self, arguments))

        monkeypatch.setattr(type(task), "enqueue", enqueue)
    return waiting


@pytest.fixture
def admin(client):
    user = UserFactory()
    client.force_login(user)
    return user


def workbook(count: int, name="liste.csv") -> SimpleUploadedFile:
    rows = "\n".join(f"Organisation {number:04d}" for number in range(count))
    return SimpleUploadedFile(name, f"Nom\n{rows}\n".encode())


def large(settings, count=50, user=None) -> ImportJob:
    """A job of a file that is too large to be planned at once."""
    settings.IMPORT_SMALL_ROWS = 10
    return tasks.start_import(workbook(count), authority(), user)


def run(queue) -> None:
    task, arguments = queue.pop(0)
    task.call(*arguments)


def page_of(client, job):
    return client.get(reverse("admin:registry_importjob_change", args=[job.pk]))


def leave_dead(job, state) -> None:
    """As if the process that works on the job had been killed."""
    ImportJob.objects.filter(pk=job.pk).update(state=state)
    progress.announce(job.pk)
    path = progress._path(job.pk, "progress")
    said = json.loads(path.read_text()) | {"at": time.time() - 3600, "phase": state}
    path.write_text(json.dumps(said))
    job.refresh_from_db()


# Where the work runs -----------------------------------------------------------------------------


def test_small_file_is_previewed_at_once(queue):
    job = tasks.start_import(workbook(5), authority(), None)

    assert (job.state, queue) == ("previewed", [])


@pytest.mark.parametrize("limit", ["IMPORT_SMALL_ROWS", "IMPORT_SMALL_KILOBYTES"])
def test_large_file_is_previewed_in_the_background(settings, queue, limit):
    setattr(settings, limit, 0)

    job = tasks.start_import(workbook(50), authority(), None)

    assert (job.state, len(queue)) == ("waiting", 1)
    run(queue)
    job.refresh_from_db()
    assert (job.state, job.report["record_count"]) == ("previewed", 50)


def test_large_job_is_written_in_the_background(settings, queue):
    job = large(settings)
    run(queue)
    job.refresh_from_db()

    tasks.confirm_import(job, job.plan_digest)

    assert (job.state, Organisation.objects.count()) == ("writing", 0)
    run(queue)
    job.refresh_from_db()
    assert (job.state, Organisation.objects.count()) == ("confirmed", 50)


def test_large_job_is_confirmed_once(settings, queue):
    job = large(settings)
    run(queue)
    job.refresh_from_db()
    tasks.confirm_import(job, job.plan_digest)

    with pytest.raises(jobs.NotConfirmableError):
        tasks.confirm_import(job, job.plan_digest)

    run(queue)
    assert queue == []


def test_large_job_of_another_digest_is_not_written(settings, queue):
    large(settings)
    run(queue)

    with pytest.raises(jobs.NotConfirmableError):
        tasks.confirm_import(ImportJob.objects.get(), "0" * 64)

    assert queue == []


def test_report_is_in_the_language_of_the_importer(settings, queue):
    settings.IMPORT_SMALL_KILOBYTES = 0
    file = SimpleUploadedFile("liste.csv", b"Nom;Pays\nBug;Frnce\n")
    from django.utils.translation import override

    with override("en"):
        job = tasks.start_import(file, authority(), None)
    run(queue)

    job.refresh_from_db()
    assert "country" in json.dumps(job.report["problems"])


# How it ends -------------------------------------------------------------------------------------


def test_unreadable_large_file_is_refused_with_its_reason(settings, queue, in_english):
    settings.IMPORT_SMALL_KILOBYTES = 0
    job = tasks.start_import(SimpleUploadedFile("a.xlsx", b"%PDF-1.7"), authority(), None)

    run(queue)

    job.refresh_from_db()
    assert job.state == "refused"
    assert "PDF" in job.report["problems"][0]["message"]


def test_unreadable_small_file_keeps_no_job():
    with pytest.raises(UnreadableFileError):
        tasks.start_import(SimpleUploadedFile("a.xlsx", b"%PDF-1.7"), authority(), None)

    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (OperationalError("database or disk is full"), "disk is full"),
        (ZeroDivisionError("secret/path.py"), "administrator"),
    ],
    ids=["disk", "database", "bug"],
)
def test_failure_is_told_without_its_exception(
    settings, queue, monkeypatch, in_english, error, words
):
    job = large(settings)

    def fail(*_arguments):
        raise error

    monkeypatch.setattr(jobs, "plan_workbook", lambda *_given, **_more: fail())
    run(queue)

    job.refresh_from_db()
    assert job.state == "failed"
    assert words in job.report["failure"]
    assert "Error" not in job.report["failure"]
    assert "path" not in job.report["failure"]


def test_cancelled_before_it_begins_it_does_not_begin(settings, queue):
    job = large(settings)

    running.cancel(job)
    run(queue)

    job.refresh_from_db()
    assert job.state == "cancelled"


def test_cancelled_while_it_is_planned_it_stops(settings, queue, monkeypatch):
    job = large(settings)
    plan_workbook = jobs.plan_workbook

    def cancel_first(*arguments, **more):
        progress.cancel(job.pk)
        return plan_workbook(*arguments, **more)

    monkeypatch.setattr(jobs, "plan_workbook", cancel_first)
    run(queue)

    job.refresh_from_db()
    assert job.state == "cancelled"


# Interrupted -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "reading", "planning", "writing"])
def test_job_whose_process_is_silent_is_interrupted(settings, queue, state):
    job = large(settings)
    leave_dead(job, state)

    assert running.settle(job) is None
    assert ImportJob.objects.get().state == "interrupted"


def test_job_whose_process_is_gone_is_interrupted_at_once(settings, queue):
    job = large(settings)
    with progress.Tracker(job.pk) as tracker:
        tracker.progress.pid = 2**22 + 1  # no process has such a number
        tracker.phase("planning", 10)
        ImportJob.objects.update(state="planning")
        job.refresh_from_db()

        assert running.settle(job) is None
    assert job.state == "interrupted"


def test_job_whose_process_works_is_left_alone(settings, queue):
    job = large(settings)
    ImportJob.objects.update(state="planning")
    job.refresh_from_db()

    with progress.Tracker(job.pk) as tracker:
        tracker.phase("planning", 200)
        tracker.advance(50)
        tracker._tell()

        said = running.settle(job)

    assert (said.percent, said.pid) == (25, os.getpid())
    assert job.state == "planning"


def test_time_left_follows_from_what_is_done():
    said = progress.Progress("planning", done=25, total=100, since=100, at=110)

    assert said.seconds_left == 30
    assert progress.Progress("planning", done=0, total=100, since=100, at=110).seconds_left is None


def test_interrupted_job_starts_again(settings, queue):
    job = large(settings)
    leave_dead(job, "planning")
    running.settle(job)
    queue.clear()

    tasks.restart_import(job)
    run(queue)

    job.refresh_from_db()
    assert job.state == "previewed"


def test_job_without_its_file_does_not_start_again(settings, queue):
    job = large(settings)
    leave_dead(job, "planning")
    running.settle(job)
    job.file.delete()

    with pytest.raises(jobs.NotConfirmableError):
        tasks.restart_import(job)


# Pages -------------------------------------------------------------------------------------------


def test_page_of_a_running_job_shows_how_far_it_is(settings, queue, client, admin):
    job = large(settings, user=admin)
    ImportJob.objects.update(state="planning")
    with progress.Tracker(job.pk) as tracker:
        tracker.phase("planning", 200)
        tracker.advance(50)
        tracker._tell()

        response = page_of(client, job)

    page = response.content.decode()
    assert 'value="25"' in page
    assert "25" in page
    assert "100" in page
    assert reverse("admin:registry_importjob_cancel", args=[job.pk]) in page
    assert "refresh" in page
    assert "no-store" in response["Cache-Control"]


def test_page_stops_a_running_job(settings, queue, client, admin):
    job = large(settings, user=admin)

    client.post(reverse("admin:registry_importjob_cancel", args=[job.pk]))

    job.refresh_from_db()
    assert job.state == "cancelled"


def test_page_of_an_interrupted_job_starts_it_again(settings, queue, client, admin):
    job = large(settings, user=admin)
    leave_dead(job, "planning")
    url = reverse("admin:registry_importjob_restart", args=[job.pk])

    assert url in page_of(client, job).content.decode()
    client.post(url)

    job.refresh_from_db()
    assert job.state == "waiting"


def test_list_marks_jobs_that_are_lost(settings, queue, client, admin):
    job = large(settings, user=admin)
    leave_dead(job, "writing")

    client.get(reverse("admin:registry_importjob_changelist"))

    job.refresh_from_db()
    assert job.state == "interrupted"


@pytest.mark.parametrize("action", ["cancel", "restart", "confirm", "abandon"])
def test_job_of_somebody_else_is_out_of_reach(settings, queue, client, action):
    job = large(settings, user=UserFactory())
    stranger = UserFactory(is_superuser=False)
    stranger.authorities.add(authority())
    client.force_login(stranger)

    response = client.post(reverse(f"admin:registry_importjob_{action}", args=[job.pk]))

    assert response.status_code in (302, 403, 404)
    job.refresh_from_db()
    assert job.state == "waiting"


@pytest.mark.parametrize("action", ["cancel", "restart"])
def test_actions_need_a_post(settings, queue, client, admin, action):
    job = large(settings, user=admin)

    response = client.get(reverse(f"admin:registry_importjob_{action}", args=[job.pk]))

    assert response.status_code == 302
    job.refresh_from_db()
    assert job.state == "waiting"


def test_full_disk_at_the_upload_is_told(client, admin, monkeypatch):
    def full(*_arguments, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jobs, "_keep", full)
    data = {"file": workbook(3), "authority": authority().pk}

    response = client.post(reverse("admin:registry_importjob_add"), data)

    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not ImportJob.objects.exists()


def test_full_disk_at_the_confirmation_leaves_the_preview(
    client, admin, settings, queue, monkeypatch, in_english
):
    job = large(settings, user=admin)
    run(queue)
    job.refresh_from_db()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    confirm = reverse("admin:registry_importjob_confirm", args=[job.pk])
    with monkeypatch.context() as patch:
        patch.setattr(progress, "announce", full)
        response = client.post(confirm, {"digest": job.plan_digest}, follow=True)

    assert "disk is full" in response.content.decode()
    client.post(confirm, {"digest": job.plan_digest})
    run(queue)
    job.refresh_from_db()
    assert (job.state, Organisation.objects.count()) == ("confirmed", 50)


def test_confirmation_of_what_no_database_keeps_is_refused(client, admin, settings, queue):
    job = large(settings, user=admin)
    run(queue)

    confirm = reverse("admin:registry_importjob_confirm", args=[job.pk])
    response = client.post(confirm, {"digest": "\0é"}, follow=True)

    assert response.status_code == 200
    assert Organisation.objects.count() == 0


def test_second_confirmation_does_not_say_that_nothing_was_imported(client, admin, in_english):
    job = tasks.start_import(workbook(3), authority(), admin)
    confirm = reverse("admin:registry_importjob_confirm", args=[job.pk])
    client.post(confirm, {"digest": job.plan_digest})

    response = client.post(confirm, {"digest": job.plan_digest}, follow=True)

    assert "confirmed already" in response.content.decode()
    assert Organisation.objects.count() == 3


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("40P01", "Others are writing"),
        ("53100", "disk is full"),
        ("57P01", "connection"),
        (None, "connection"),
    ],
)
def test_what_postgresql_reports_in_any_language_is_told(monkeypatch, in_english, code, words):
    error = OperationalError("arrêt")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = code
    monkeypatch.setattr(running.connection, "vendor", "postgresql")

    assert running.is_transient(error)
    assert words in running.explain(error)


def test_nothing_but_the_workbook_stays_behind(settings, queue):
    job = large(settings)

    run(queue)

    assert progress.read(job.pk) is None


@pytest.mark.parametrize(
    "words", ["database is locked", "could not extend file: No space left on device"]
)
def test_lost_job_is_marked_later_where_nothing_can_be_written(settings, queue, monkeypatch, words):
    job = large(settings)
    leave_dead(job, "planning")

    def busy(_job):
        raise OperationalError(words)

    monkeypatch.setattr(running, "_interrupt", busy)

    assert running.settle(job) is not None
    assert ImportJob.objects.get().state == "planning"


# The size of a page ------------------------------------------------------------------------------


def _size(client, file) -> int:
    job = tasks.start_import(file, authority(), None)
    job.refresh_from_db()
    assert job.state in ("previewed", "refused")
    return len(page_of(client, job).content)


LONG = "Très longue présentation & co. " * 2_000
SIZES = {
    "long-texts": "Nom;Présentation\n" + f"Org {{}};{LONG}\n",
    "many-names": "Nom;Autres noms\n" + "Org {0};" + "|".join(f"a{n} {{0}}" for n in range(150)),
    "many-mentions": "Projet;Autres partenaires\nP {0};"
    + "|".join(f"Association {n} {{0}}" for n in range(40)),
    "wrong-values": "Nom;Pays\n" + f"Org {{}};{'Frnce ' * 1_000}\n",
    "wrong-headings": ";".join(f"Colonne {n} {'x' * 200}" for n in range(400))
    + "\n{}"
    + ";a" * 399,
}


@pytest.mark.appearance
@pytest.mark.parametrize("name", SIZES)
def test_page_stays_small_whatever_the_file(settings, client, admin, name):
    settings.IMPORT_SMALL_KILOBYTES, settings.IMPORT_SMALL_ROWS = 100_000, 1_000
    heading, _line, row = SIZES[name].partition("\n")
    rows = "\n".join(row.strip().format(f"{number:03d}") for number in range(60))

    size = _size(client, SimpleUploadedFile("a.csv", f"{heading}\n{rows}\n".encode()))

    assert size < 1_000_000
