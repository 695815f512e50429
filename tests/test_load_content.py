"""The command that fills an empty registry, and leaves every other one alone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from registry import search
from registry.models import Domain, Organisation, Place, Source
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def load() -> str:
    output = StringIO()
    with override("en"):
        call_command("load_content", stdout=output)
    return output.getvalue()


def test_load_content_tells_what_it_loaded_in_one_line():
    output = load()

    assert output.startswith("Loaded: 19 places, 52 organisations, 11 agreements, ")
    assert output.count("\n") == 1


def test_load_content_writes_the_search_text():
    load()

    for model in search.INDEXED:
        assert not model.objects.filter(search_text="").exists()
    found = search.matching(Organisation.objects.all(), "le pool")
    assert "Le Poool" in {organisation.name for organisation in found}


def test_load_content_into_a_registry_with_a_record_loads_nothing():
    OrganisationFactory(place=None)

    assert load() == "The registry already holds organisations: nothing was loaded.\n"
    assert Organisation.objects.count() == 1
    assert not Source.objects.exists()


def test_load_content_into_a_registry_that_it_does_not_fit_loads_nothing():
    Domain.objects.get(code="francophonie").delete()

    with pytest.raises(CommandError, match=r"nothing was loaded: .*francophonie"):
        load()

    assert not Place.objects.exists()
    assert not Source.objects.exists()
