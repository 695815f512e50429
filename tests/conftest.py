"""Fixtures that every test may ask for."""

import pytest
from django.db import connection
from django.utils import translation

from tests.browser import browser, page  # noqa: F401  (fixtures)
from tests.processes import _database, site  # noqa: F401


def pytest_collection_modifyitems(config, items):
    """Leave out, without a skip to explain, what is about the other database alone."""
    other = {"postgresql": "sqlite", "sqlite": "postgresql"}[connection.vendor]
    left_out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


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
