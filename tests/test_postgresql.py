"""`make test` runs on SQLite; this runs what rests on the database on a PostgreSQL as well."""

import os
import subprocess
import sys

import pytest

from tests import postgresql
from tests.machine import lacks

FILES = ("test_fields", "test_models_agreements", "test_models_funding", "test_search")


@pytest.mark.sqlite
def test_database_gives_the_same_answers_on_postgresql():
    names = [f"tests/{name}.py" for name in FILES]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *names]
    try:
        with postgresql.cluster() as url:
            outcome = subprocess.run(
                command,
                env=os.environ | {"DATABASE_URL": url},
                check=False,
                capture_output=True,
                text=True,
            )
    except postgresql.PostgresqlError as error:
        lacks("PostgreSQL", f"{postgresql.HOW_TO_GET_IT} ({error})")
    assert outcome.returncode == 0, outcome.stdout
