"""A registry with a database of its own, used by several processes at once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

START = """
import django
django.setup()
from registry.models import *
from registry.spreadsheets import jobs, progress, running, writing
from registry import tasks
from tests.spreadsheets import authority
"""


class Site:
    """What a process needs to work on this registry, and ways to start one."""

    def __init__(self, folder: Path, url: str):
        self.folder = folder
        self.started: list[subprocess.Popen] = []
        self.first = ""  # what the first process does before all else
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "DATA_DIR": str(folder),
            "DEBUG": "true",
            "SECRET_KEY": "for tests alone",
            "DJANGO_SETTINGS_MODULE": "cooperation_site.settings",
            "TASKS_BACKEND": "immediate",
            "LOG_LEVEL": "CRITICAL",
            "LANGUAGE_CODE": "en",
        }

    def start(self, code: str, **environment) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", START + self.first + code],
            cwd=settings.BASE_DIR,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        self.first = ""
        return process

    def run(self, code: str, **environment) -> str:
        process = self.start(code, **environment)
        said, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return said.strip()

    def wait_for(self, name: str, process: subprocess.Popen) -> None:
        """Until the process has made this file."""
        deadline = time.monotonic() + 60
        while not (self.folder / name).exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, f"no process made {name}"
            time.sleep(0.05)


@contextmanager
def new_site(folder: Path) -> Iterator[Site]:
    """A site with a database of its own that has no tables yet."""
    if connection.vendor == "sqlite":
        yield Site(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
        return
    given = settings.DATABASES["default"]
    name = f"registry_processes_{os.getpid()}_{folder.name}"
    keys = {"host": given["HOST"], "user": given["USER"], "password": given["PASSWORD"]}
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    port = f":{given['PORT']}" if given["PORT"] else ""
    with psycopg.connect(
        dbname="postgres", port=given["PORT"] or None, autocommit=True, **keys
    ) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield Site(folder, f"postgres://{given['USER']}{password}@{given['HOST']}{port}/{name}")
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def _database(tmp_path_factory):
    """An empty database with its tables; the tests of a module share it."""
    with new_site(tmp_path_factory.mktemp("site")) as site:
        site.run("from tests.database import make\nmake()\n")
        yield site


@pytest.fixture
def site(_database, tmp_path):
    """The registry, empty again, with a folder of files of its own."""
    site = Site(tmp_path, _database.environment["DATABASE_URL"])
    site.first = "from tests.processes import empty\nempty()\n"
    yield site
    for process in site.started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def empty() -> None:
    """Throw away what imports made."""
    from registry.models import ImportJob, Organisation, Revision

    for model in (Revision, ImportJob, Organisation):
        model._base_manager.all().delete()
