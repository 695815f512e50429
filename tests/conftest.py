"""Fixtures that every test may ask for."""

import pytest
from django.utils import translation

from tests.browser import browser, page  # noqa: F401


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
