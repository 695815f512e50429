"""Every export comes back in with no change: for every kind of record, in every format."""

import io

import pytest
from django.core.management import call_command
from django.utils.translation import override

from registry.spreadsheets.exporting.formats import Format, write
from registry.spreadsheets.exporting.rows import RESOURCE_OF, Export
from tests.spreadsheets import plan

pytestmark = pytest.mark.django_db

MODELS = list(RESOURCE_OF)


def exported(model, wanted=Format.XLSX, columns=None) -> io.BytesIO:
    return io.BytesIO(b"".join(write(Export(model.objects.all(), columns), wanted)))


def changes(planned) -> list:
    return [
        (str(one.instance), [(change.label, change.before, change.after) for change in one.changes])
        for one in planned.touched
    ]


@pytest.fixture
def _content():
    call_command("load_content", verbosity=0)


@pytest.mark.usefixtures("_content")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_export_of_the_content_comes_back_unchanged(model, wanted, language):
    with override(language):
        planned = plan(exported(model, wanted))

    assert planned.problems == []
    assert [sheet.model for sheet in planned.sheets] == [model]
    assert planned.sheets[0].unchanged == model.objects.count() > 0
    assert changes(planned) == []
