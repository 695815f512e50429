"""Many rows at once, straight to the database."""

import pytest
from django.db import connection

from registry import bulk
from registry.models import Project

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's write lock is held"),
]


def test_next_keys_are_given_once():
    given = [key for count in (3, 0, 1, 2) for key in bulk.next_keys(Project, count)]

    assert len(set(given)) == 6


def test_next_keys_with_gaps_between_them_are_as_many():
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE registry_project_id_seq INCREMENT BY 2")

    first, second, third = bulk.next_keys(Project, 3)

    assert (second - first, third - second) == (2, 2)
