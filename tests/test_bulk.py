"""Many rows at once, straight to the database."""

import io
from contextlib import closing, contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from registry import bulk, changes
from registry.models import Organisation, Project, ProjectPartner, Revision
from registry.spreadsheets import jobs, running
from registry.spreadsheets.writing import Writer, staged, write
from tests.factories import OrganisationFactory, ProjectFactory
from tests.spreadsheets import authority

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's write lock is held"
)

PROJECTS = b"Projet;Porteurs\nProjet A;Atelier du pont\nProjet B;Atelier du pont\n"


def _asked(sql: str) -> list:
    with connection.cursor() as cursor:
        return cursor.execute(sql).fetchall()


on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL keeps its checks, and nobody from writing"
)


@on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("staged", [1, bulk.STAGED])
def test_large_import_leaves_the_database_as_guarded_as_it_was(monkeypatch, staged):
    monkeypatch.setattr(bulk, "STAGED", staged)
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
    assert _asked("SELECT name FROM temp.sqlite_master") == []
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectFactory(starts_on="2024", ends_on="2023")


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_huge_import_has_its_rows_ready_before_it_keeps_others_from_writing(monkeypatch):
    insert, kept = Writer.insert, []

    def noted(*arguments):
        kept.append(connection.in_atomic_block)
        return insert(*arguments)

    monkeypatch.setattr(bulk, "STAGED", 1)
    monkeypatch.setattr(Writer, "insert", noted)
    job, _plan = jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())
    jobs.confirm(job, job.plan_digest)

    assert set(kept) == {False}
    partners = ProjectPartner.objects.values_list("project__title", "organisation__name")
    assert list(partners) == [("Projet A", "Atelier du pont"), ("Projet B", "Atelier du pont")]
    assert Revision.objects.filter(job=job).count() == 3


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_rows_whose_keys_were_taken_meanwhile_are_given_others(monkeypatch):
    monkeypatch.setattr(bulk, "STAGED", 1)
    prepared = jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())[1].prepared

    with staged(prepared) as ready:
        other = ProjectFactory(title="Projet C")
        with transaction.atomic():
            write(prepared, ready=ready)

    assert Project.objects.get(pk=other.pk).title == "Projet C"
    assert Project.objects.count() == 3
    assert ProjectPartner.objects.count() == 2


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_full_disk_of_temporary_tables_is_told_as_such(monkeypatch):
    monkeypatch.setattr(bulk, "STAGED", 1)
    rows = "".join(f"Projet {number};{'long ' * 1_000}\n" for number in range(200))
    job, _plan = jobs.start(io.BytesIO(f"Projet;Résumé\n{rows}".encode()), "a.csv", authority())
    (most,) = _asked("PRAGMA temp.max_page_count")[0]

    # It gives as many pages as there are already, if those are more.
    _asked("PRAGMA temp.max_page_count = 2")
    try:
        with pytest.raises(OperationalError) as failure:
            jobs.confirm(job, job.plan_digest)
    finally:
        _asked(f"PRAGMA temp.max_page_count = {most}")

    assert running.is_full(failure.value)
    assert not Project.objects.exists()
    jobs.confirm(job, job.plan_digest)
    assert Project.objects.count() == 200


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


@contextmanager
def _without_the_right():
    """As a role that owns nothing more than it needs to write."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE clerk")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk")
        cursor.execute("SET LOCAL ROLE clerk")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@on_postgresql
@pytest.mark.django_db
def test_foreign_keys_are_looked_up_by_postgresql_itself_without_the_right_to_do_so():
    assert bulk.may_hold()
    with _without_the_right():
        assert not bulk.may_hold()
        write(jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())[1].prepared)

    assert ProjectPartner.objects.count() == 2


@pytest.mark.django_db
def test_neighbour_that_is_gone_by_now_refuses_the_rows():
    OrganisationFactory(name="Atelier du pont")
    prepared = jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())[1].prepared
    Organisation.objects.all().delete()

    with pytest.raises(IntegrityError), transaction.atomic(), bulk.large(bulk.MANY):
        write(prepared)

    assert not Project.objects.exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_neighbour_is_deleted_by_nobody_until_the_rows_are_there():
    atelier = OrganisationFactory(name="Atelier du pont")
    prepared = jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())[1].prepared
    other, deletion = connection.copy(), "DELETE FROM registry_organisation WHERE id = %s"
    with closing(other), other.cursor() as cursor, transaction.atomic():
        write(prepared)
        cursor.execute("SET lock_timeout = 50")
        with pytest.raises(OperationalError, match="lock"):
            cursor.execute(deletion, [atelier.pk])

    assert ProjectPartner.objects.filter(organisation=atelier).count() == 2


@on_postgresql
@pytest.mark.django_db
def test_rows_whose_keys_are_looked_up_once_are_told_all_the_same():
    before = changes.current()
    write(jobs.start(io.BytesIO(PROJECTS), "a.csv", authority())[1].prepared)

    assert changes.since(before)["project"] == set(Project.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
