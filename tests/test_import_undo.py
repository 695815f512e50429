"""The history that an import writes, and the undoing of a whole import."""

import pytest

from registry import models
from tests import factories
from tests.spreadsheets import RENNES, bring_in, bring_in_path, snapshot, xlsx

pytestmark = pytest.mark.django_db

HEADINGS = ["Intitulé", "Type", "Résumé", "Parties", "Domaines", "Date de signature"]


def agreements(*rows):
    return xlsx([HEADINGS, *rows])


def test_import_writes_one_creation_without_values_for_each_new_record():
    bring_in_path(RENNES)

    created = models.Revision.objects.filter(action="created", before={}, after={})
    for model in (models.Agreement, models.Delegation, models.Organisation, models.Place):
        pks = set(model.objects.values_list("pk", flat=True))
        found = created.filter(model_name=model._meta.model_name)
        assert pks
        assert sorted(found.values_list("record_id", flat=True)) == sorted(pks)


def test_same_file_twice_leaves_the_history_as_it_was():
    bring_in_path(RENNES)
    before = snapshot()

    bring_in_path(RENNES)

    assert snapshot() == before
