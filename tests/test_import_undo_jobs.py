"""Undoing a large import, and previewing it again, outside the page that asked for it."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from registry import tasks
from registry.models import ImportJob, Organisation
from registry.spreadsheets import progress, running, undo
from tests.test_import_jobs import (  # noqa: F401  fixtures
    _own_storage,
    admin,
    large,
    leave_dead,
    page_of,
    queue,
    run,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(settings, queue, admin):  # noqa: F811
    """A large job that was written."""
    job = large(settings, user=admin)
    run(queue)
    job.refresh_from_db()
    tasks.confirm_import(job, job.plan_digest)
    run(queue)
    job.refresh_from_db()
    assert job.state == "confirmed"
    return job


def ask(client, job, view="undo", **data):
    response = client.post(reverse(f"admin:registry_importjob_{view}", args=[job.pk]), data)
    job.refresh_from_db()
    return response


def test_large_import_is_undone_in_the_background(client, imported, queue, admin):  # noqa: F811
    ask(client, imported, reason="Mauvais fichier")

    assert (imported.state, Organisation.objects.count()) == ("undoing", 50)
    assert "import-progress" in page_of(client, imported).content.decode()
    run(queue)
    imported.refresh_from_db()
    assert (imported.state, Organisation.objects.count()) == ("undone", 0)
    assert imported.undone_by == admin
    assert set(imported.revisions.filter(action="deleted").values_list("reason", flat=True)) == {
        "Mauvais fichier"
    }


def test_large_import_is_undone_once(client, imported, queue):  # noqa: F811
    ask(client, imported)
    with pytest.raises(undo.NotUndoableError):
        tasks.undo_imported(ImportJob.objects.get(), None, "")

    run(queue)

    assert queue == []


def test_lost_undoing_leaves_the_import_as_it_is(client, imported, queue):  # noqa: F811
    ask(client, imported)
    leave_dead(imported, "undoing")

    html = page_of(client, imported).content.decode()

    imported.refresh_from_db()
    assert (imported.state, Organisation.objects.count()) == ("confirmed", 50)
    assert imported.report["message"] in html
    ask(client, imported)
    assert imported.state == "undoing"


def test_undoing_is_stopped(client, imported, queue):  # noqa: F811
    ask(client, imported)
    progress.cancel(imported.pk)

    run(queue)

    imported.refresh_from_db()
    assert (imported.state, Organisation.objects.count()) == ("confirmed", 50)
    assert imported.report["record_count"] == 50


def test_undoing_that_fails_says_so(client, imported, queue, monkeypatch, in_english):  # noqa: F811
    ask(client, imported)

    def fail(*arguments):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(undo, "undo", fail)
    run(queue)

    imported.refresh_from_db()
    assert imported.state == "confirmed"
    assert "disk is full" in imported.report["message"]


def test_large_file_is_previewed_again_in_the_background(client, settings, queue, admin):  # noqa: F811
    job = large(settings, user=admin)
    run(queue)

    ask(client, job, "good-rows", good_rows="yes")

    assert (job.state, job.good_rows, len(queue)) == ("waiting", True, 1)
    run(queue)
    job.refresh_from_db()
    assert (job.state, job.good_rows) == ("previewed", True)


def test_lost_second_preview_is_started_again(client, settings, queue, admin):  # noqa: F811
    job = large(settings, user=admin)
    run(queue)
    ask(client, job, "columns", **{"column-0-0": "summary"})
    leave_dead(job, "planning")

    running.settle(job)

    assert job.state == "interrupted"
    tasks.restart_import(job)
    run(queue)
    run(queue)
    job.refresh_from_db()
    assert job.state == "refused"  # as answered: its organisations have no name now
    assert job.mapping["sheets"][0]["columns"] == {"nom": "summary"}


def test_undoing_that_the_disk_has_no_room_to_begin_says_so(
    client,
    imported,
    queue,  # noqa: F811
    monkeypatch,
    in_english,
):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress, "announce", full)

    ask(client, imported)

    page = page_of(client, imported).content.decode()
    assert "nothing was undone" in page
    assert "The import is undone." not in page
    assert (imported.state, Organisation.objects.count()) == ("confirmed", 50)
