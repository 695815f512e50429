"""Several processes at one registry: two importers, one that is killed, one that is stopped."""

import pytest

RECEIVE = """
import io
from django.core.files.uploadedfile import SimpleUploadedFile
def receive(name, prefix, count=400):
    rows = "".join(f"{{prefix}} {{number:04d}}\\n" for number in range(count))
    return jobs.start(io.BytesIO(f"Nom\\n{{rows}}".encode()), name, authority())[0]
{}
"""
CLAIM = """
import os
job = ImportJob.objects.get(filename="{0}")
ImportJob.objects.filter(pk=job.pk).update(state="writing")
progress.announce(job.pk)
"""
# The process stops in the middle of what it writes, until it is told to go on, or for ever.
PAUSE = """
import pathlib, time
insert = writing.Writer.insert
def slow(*content):
    pathlib.Path({folder!r}, "inside").touch()
    while not pathlib.Path({folder!r}, "go-on").exists():
        progress.advance(0)
        time.sleep(0.05)
    insert(*content)
writing.Writer.insert = slow
"""
CONFIRM = """
running.run_confirm(job.pk, job.plan_digest)
job.refresh_from_db()
print(job.state, job.report.get("message", ""))
"""
COUNT = "print(Organisation.objects.count(), *ImportJob.objects.values_list('state', flat=True))"
SETTLE = "\nprint(running.settle_all())\n"


def _writing(site, name="a.csv"):
    """A process that is in the middle of writing a job."""
    received = RECEIVE.format(f"receive({name!r}, 'Organisation')")
    pause = PAUSE.format(folder=str(site.folder))
    process = site.start(received + CLAIM.format(name) + pause + CONFIRM)
    site.wait_for("inside", process)
    return process


def test_killed_import_leaves_nothing_and_is_started_again(site):
    process = _writing(site)

    process.kill()
    process.communicate()

    again = (
        "\njob = ImportJob.objects.get()\ntasks.restart_import(job)\n"
        "print(job.state)\ntasks.confirm_import(job, job.plan_digest)\n"
    )
    said = site.run(COUNT + SETTLE + COUNT + again + COUNT)
    assert said.splitlines() == ["0 writing", "1", "0 interrupted", "previewed", "400 confirmed"]


def test_import_that_works_is_not_taken_for_dead(site):
    process = _writing(site)

    look = "job = ImportJob.objects.get()\nsaid = running.settle(job)\nprint(said.phase, job.state)"

    assert site.run(look) == "writing writing"
    (site.folder / "go-on").touch()
    assert process.communicate(timeout=60)[0].strip() == "confirmed"


def test_cancelled_import_is_rolled_back(site):
    process = _writing(site)

    stopped_until_the_end = (
        "import time\nprogress.cancel(ImportJob.objects.get().pk)\n"
        "while ImportJob.objects.get().state == 'writing':\n    time.sleep(0.05)\n"
    )
    said = site.run(stopped_until_the_end + COUNT)

    assert process.communicate(timeout=60)[0].strip() == "cancelled"
    assert said == "0 cancelled"


def test_second_importer_of_the_same_is_shown_what_changed(site):
    site.run(RECEIVE.format("receive('b.csv', 'Organisation', 500)"))
    first = _writing(site)
    second = site.start(CLAIM.format("b.csv") + CONFIRM + COUNT)

    (site.folder / "go-on").touch()

    assert first.communicate(timeout=60)[0].strip() == "confirmed"
    outcome, count = second.communicate(timeout=60)[0].strip().rsplit("\n", 1)
    assert outcome.startswith("previewed ")
    assert "changed since the preview" in outcome
    assert count.startswith("400 ")


def test_two_importers_of_different_things_both_write(site):
    site.run(RECEIVE.format("receive('b.csv', 'Association')"))
    first = _writing(site)
    second = site.start(CLAIM.format("b.csv") + CONFIRM + COUNT)

    (site.folder / "go-on").touch()

    assert first.communicate(timeout=60)[0].strip() == "confirmed"
    outcome = second.communicate(timeout=60)[0].strip()
    assert outcome.splitlines() == ["confirmed ", "800 confirmed confirmed"]


FULL = """
import resource
def limit(size):
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
"""


def test_full_disk_keeps_no_upload(site):
    code = FULL + RECEIVE.format(
        "authority()\n"
        "limit(2000)\n"
        "try:\n    receive('a.csv', 'Organisation')\n"
        "except OSError as error:\n    print(running.explain(error))\n"
        "limit(resource.RLIM_INFINITY)\n"
        "import pathlib\n"
        "from django.conf import settings\n"
        "print(len(list(pathlib.Path(settings.DATA_DIR, 'imports').glob('*'))))\n" + COUNT
    )

    said = site.run(code)

    assert "disk is full" in said
    assert said.endswith("\n0\n0")


@pytest.mark.sqlite
def test_full_disk_while_writing_leaves_nothing(site):
    received = RECEIVE.format("receive('a.csv', 'Organisation', 3000)")
    size = (
        "import pathlib\nfrom django.db import connection\n"
        "name = connection.settings_dict['NAME']\n"
        "limit(max(pathlib.Path(name + end).stat().st_size for end in ('', '-wal')"
        " if pathlib.Path(name + end).exists()) + 40_000)\n"
    )
    after = "limit(resource.RLIM_INFINITY)\njob.refresh_from_db()\nprint(job.report['failure'])\n"
    confirm = "running.run_confirm(job.pk, job.plan_digest)\n"

    said = site.run(FULL + received + CLAIM.format("a.csv") + size + confirm + after + COUNT)

    assert "disk is full" in said
    assert said.endswith("0 failed")


CONFIRM_NOW = "jobs.confirm(job, job.plan_digest)\n"
SLOW_UNDO = """
import pathlib, time
from registry.spreadsheets import undo
take = undo._delete
def slow(*content):
    take(*content)
    pathlib.Path({folder!r}, "inside").touch()
    while True:
        time.sleep(0.05)
undo._delete = slow
"""
UNDO = (
    "ImportJob.objects.filter(pk=job.pk).update(state='undoing')\n"
    "progress.announce(job.pk)\nrunning.run_undo(job.pk)\n"
)


def test_killed_undoing_leaves_the_import_as_it_was(site):
    confirmed = RECEIVE.format("job = receive('a.csv', 'Organisation')\n" + CONFIRM_NOW)
    process = site.start(confirmed + SLOW_UNDO.format(folder=str(site.folder)) + UNDO)
    site.wait_for("inside", process)

    process.kill()
    process.communicate()

    again = "\njob = ImportJob.objects.get()\n" + UNDO
    said = site.run(COUNT + SETTLE + COUNT + again + COUNT)
    assert said.splitlines() == ["400 undoing", "1", "400 confirmed", "0 undone"]
