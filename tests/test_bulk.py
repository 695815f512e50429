"""Many rows at once, straight to the database."""

import io

import pytest
from django.db import IntegrityError, connection, transaction

from registry import bulk
from registry.models import Project
from registry.spreadsheets import jobs
from tests.factories import ProjectFactory
from tests.spreadsheets import authority

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's write lock is held"
)


def _asked(sql: str) -> list:
    with connection.cursor() as cursor:
        return cursor.execute(sql).fetchall()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's checks are never off")
@pytest.mark.django_db(transaction=True)
def test_large_import_leaves_the_database_as_guarded_as_it_was():
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    before = _asked(triggers)
    rows = "".join(f"Projet {number};Atelier du pont\n" for number in range(bulk.MANY + 100))

    job, _plan = jobs.start(io.BytesIO(f"Projet;Porteurs\n{rows}".encode()), "a.csv", authority())
    jobs.confirm(job, job.plan_digest)

    assert Project.objects.count() == bulk.MANY + 100
    assert _asked("PRAGMA foreign_key_check") == []
    assert _asked("PRAGMA foreign_keys") == [(1,)]
    assert _asked("PRAGMA ignore_check_constraints") == [(0,)]
    assert _asked(triggers) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectFactory(starts_on="2024", ends_on="2023")


@on_postgresql
@pytest.mark.django_db
def test_next_keys_are_given_once():
    given = [key for count in (3, 0, 1, 2) for key in bulk.next_keys(Project, count)]

    assert len(set(given)) == 6


@on_postgresql
@pytest.mark.django_db
def test_next_keys_with_gaps_between_them_are_as_many():
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE registry_project_id_seq INCREMENT BY 2")

    first, second, third = bulk.next_keys(Project, 3)

    assert (second - first, third - second) == (2, 2)
