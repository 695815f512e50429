"""Fixtures that every test may ask for."""

import gc

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation

from tests import database
from tests.browser import browser, page  # noqa: F401  (fixtures)
from tests.processes import _database, site  # noqa: F401

# Tests that ask for one of these work with the database.
DATABASE = {"db", "transactional_db", "live_server", "site", "content"}


def pytest_configure():
    """What costs each test time and tells nothing is left out."""
    # Passwords of tests guard nothing: the usual hash of each would take a third of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each client of a test reads the list of all static files otherwise.
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_finish():
    """The collector need not look at the modules again and again, nor so often at all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def pytest_collection_modifyitems(config, items):
    """Leave out, without a skip to explain, what is about the other database alone.

    On PostgreSQL, which comes second, also what no database changes: how pages look, and all
    that works without one.
    """
    other = {"postgresql": "sqlite", "sqlite": "postgresql"}[connection.vendor]
    second = connection.vendor == "postgresql"
    left_out = [
        item
        for item in items
        if item.get_closest_marker(other)
        or (second and (item.get_closest_marker("appearance") or not _asks_the_database(item)))
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _asks_the_database(item) -> bool:
    return bool(item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames))


@pytest.fixture(scope="session")
def django_db_use_migrations():
    """No: they take ten seconds. That they make the same tables is tested (test_migrations)."""
    return False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        database.made_from_models()
    TransactionTestCase._fixture_teardown = lambda _case: database.as_new()
    yield
    # PostgreSQL drops no database that somebody still uses, such as a request cut short.
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="module")
def shared(django_db_setup, django_db_blocker):
    """For fixtures of a module: what they make, its tests share; each takes its own changes back.

    A test that changes the objects themselves, and not the database alone, wants them read anew.
    Not for a module that has tests which commit: nothing is committed while this lasts.
    """
    with django_db_blocker.unblock(), transaction.atomic(), translation.override("fr"):
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_french():
    """Each test starts in the first language, whatever the one before it left."""
    with translation.override("fr"):
        yield


@pytest.fixture
def in_english():
    """For tests that compare messages: these are written in English and translated elsewhere."""
    with translation.override("en"):
        yield
