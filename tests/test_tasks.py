"""Work in the background: in a process of its own, or by the worker of the database."""

import json
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from registry import tasks
from registry.spreadsheets import running

UPLOAD = """
from django.core.files.uploadedfile import SimpleUploadedFile
from django.conf import settings
settings.IMPORT_SMALL_ROWS = 10
rows = "".join(f"Organisation {number:04d}\\n" for number in range(200))
job = tasks.start_import(SimpleUploadedFile("a.csv", f"Nom\\n{rows}".encode()), authority(), None)
print(job.state)
"""


def _state(site) -> str:
    return site.run("job = ImportJob.objects.get()\nrunning.settle(job)\nprint(job.state)")


def test_process_of_its_own_does_the_work(site):
    site.environment["TASKS_BACKEND"] = "process"

    assert site.run(UPLOAD) == "waiting"
    deadline = time.monotonic() + 60
    while (state := _state(site)) in running.RUNNING:
        assert time.monotonic() < deadline
    assert state == "previewed"


def test_worker_of_the_database_does_the_work(site):
    site.environment["TASKS_BACKEND"] = "database"

    assert site.run(UPLOAD) == "waiting"
    assert _state(site) == "waiting"
    subprocess.run(
        [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay", "--no-reload"],
        cwd=settings.BASE_DIR,
        env=site.environment,
        check=True,
        capture_output=True,
    )
    assert _state(site) == "previewed"


def test_waiting_job_waits_for_its_worker_however_long(site):
    site.environment["TASKS_BACKEND"] = "database"
    site.run(UPLOAD)

    later = "progress.SECONDS_OF_SILENCE = -1\n"

    look = "job = ImportJob.objects.get()\nrunning.settle(job)\nprint(job.state)"
    assert site.run(later + look) == "waiting"
    site.environment["TASKS_BACKEND"] = "process"
    assert site.run(later + look) == "interrupted"


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("registry.tasks.nothing", "{}"),
        ("registry.tasks.start_import", '{"args": [], "kwargs": {}}'),
        ("registry.tasks.preview_import", "{"),
    ],
    ids=["unknown", "no-task", "no-json"],
)
def test_what_is_no_task_is_not_run(path, arguments):
    with pytest.raises(CommandError):
        call_command("run_task", path, arguments)


def test_process_is_started_with_what_the_task_was_given(monkeypatch):
    started = []

    class Process:
        def __init__(self, command, **_options):
            started.append(command)

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    backend = tasks.ProcessBackend("default", {})

    backend.enqueue(tasks.preview_import, ["1", "fr"], {})

    assert started[0][2:4] == ["run_task", "registry.tasks.preview_import"]
    assert json.loads(started[0][4]) == {"args": ["1", "fr"], "kwargs": {}}
