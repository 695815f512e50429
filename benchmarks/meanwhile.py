"""Whether pages stay readable, and others can write, while a large import is confirmed.

    python -m benchmarks.meanwhile             20 000 projects, on SQLite
    python -m benchmarks.meanwhile 100000 --files=FOLDER     keeps its workbook there
    DATABASE_URL=postgres://… python -m benchmarks.meanwhile

Lists, searches and pages of published projects are read one after the other, first while nothing
else happens and then while another process confirms the import; a third one writes a row ten times
a second and notes how long it waits.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import imports

PUBLISHED = 2_000
SECONDS_IDLE = 10


def confirm(pk: str) -> dict:
    """Confirm a previewed job."""
    from registry.models import ImportJob
    from registry.spreadsheets import jobs

    job, start = ImportJob.objects.get(pk=pk), time.perf_counter()
    jobs.confirm(job, job.plan_digest)
    return {"seconds": time.perf_counter() - start}


def write(until: str) -> dict:
    """Change a row again and again until a file appears; the longest wait."""
    from registry.models import Authority

    # No page shows it: what pages remember stays.
    pk, longest, count, path = Authority.objects.order_by("pk").first().pk, 0.0, 0, Path(until)
    while not path.exists():
        start = time.perf_counter()
        Authority.objects.filter(pk=pk).update(organisation=None)
        longest, count = max(longest, time.perf_counter() - start), count + 1
        time.sleep(0.1)
    return {"longest": longest, "count": count}


def read(is_over) -> list[float]:
    """The seconds that each page takes until that is over."""
    from django.test import Client
    from django.urls import reverse

    from registry.choices import Status
    from registry.models import Project

    projects = Project.objects.filter(status=Status.PUBLISHED)[:20]
    urls = [
        reverse("registry:project_list"),
        reverse("registry:project_list") + "?q=eau",
        reverse("registry:organisation_list"),
        *(project.get_absolute_url() for project in projects),
    ]
    client, seconds, urls = Client(), [], itertools.cycle(urls)
    while not seconds or not is_over():
        url, start = next(urls), time.perf_counter()
        response = client.get(url, secure=True)
        seconds.append(time.perf_counter() - start)
        assert response.status_code == 200, (url, response.status_code)  # noqa: S101
    return seconds


def _start(environment: dict, *arguments: str):
    command = [sys.executable, "-m", "benchmarks.meanwhile", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def _tell(name: str, seconds: list[float]) -> float:
    late = sorted(seconds)[int(0.95 * len(seconds))]
    print(
        f"  pages {name:22} {len(seconds):6} read, median {1000 * median(seconds):6.1f} ms, "
        f"p95 {1000 * late:6.1f} ms",
        flush=True,
    )
    return late


def main(*arguments: str) -> None:
    size = next((int(one) for one in arguments if one.isdigit()), 20_000)
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DEBUG": "true", "SECRET_KEY": "benchmark"}
    os.environ["ALLOWED_HOSTS"] = "testserver"
    imports._django()
    from django.db import connection

    from registry.models import Authority
    from registry.spreadsheets import jobs

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/benchmark.sqlite3"
    workbook = imports.workbook(arguments, folder.name, size)
    print(f"{size} projects, {connection.vendor}", flush=True)
    with imports.database(PUBLISHED) as environment:
        environment |= {"DATA_DIR": folder.name, "SECRET_KEY": "benchmark"}
        with workbook.open("rb") as file:
            owner = Authority.objects.create(name="Essai", code="essai")
            job, _plan = jobs.start(file, workbook.name, owner)
        end = time.perf_counter() + SECONDS_IDLE
        idle = _tell("while nothing happens", read(lambda: time.perf_counter() > end))
        over = Path(folder.name, "over")
        writer = _start(environment, "--write", str(over))
        importer = _start(environment, "--confirm", str(job.pk))
        busy = _tell("while it is confirmed", read(lambda: importer.poll() is not None))
        over.touch()
        confirmed = json.loads(importer.communicate()[0])
        waited = json.loads(writer.communicate()[0])
    print(f"  confirmed in {confirmed['seconds']:.1f} s; p95 {busy / idle:.1f} × the idle one")
    print(f"  longest wait of another writer: {waited['longest']:.1f} s ({waited['count']} writes)")
    folder.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] in (["--confirm"], ["--write"]):
        imports._django()
        print(json.dumps((confirm if sys.argv[1] == "--confirm" else write)(sys.argv[2])))
    else:
        main(*sys.argv[1:])
