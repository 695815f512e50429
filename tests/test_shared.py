"""What the tests of a module share, on which many others rest."""

import pytest

from registry.models import Domain
from tests import factories


@pytest.fixture(scope="module")
def common(shared):
    return factories.DomainFactory(code="common")


@pytest.mark.django_db
@pytest.mark.usefixtures("common")
@pytest.mark.parametrize("_time", ["first", "second"])
def test_what_tests_share_is_whole_for_each(_time):
    assert Domain.objects.filter(code="common").exists()
    Domain.objects.filter(code="common").delete()
