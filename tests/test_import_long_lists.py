"""Lists of one kind that may be very long: their rows are planned one by one and forgotten."""

import pytest

from registry.models import Organisation
from tests.spreadsheets import bring_in, csv, plan, problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch):
    """Of the plans of a sheet two are kept; the others are prepared and forgotten."""
    monkeypatch.setattr("registry.spreadsheets.resources.base.MOST_RECORDS", 2)
    for name in ("MOST_TOLD", "FIRST_TOLD"):
        monkeypatch.setattr(f"registry.spreadsheets.plans.{name}", 2)


@pytest.mark.parametrize(
    "text",
    [
        "Organisation;Sigle;Ville;Pays\n"
        + "".join(f"Atelier {n};AT{n};Dakar;SN\n" for n in range(9)),
        "Lieu;Type de lieu;Pays\n" + "".join(f"Ville {n};Ville;Sénégal\n" for n in range(9)),
    ],
)
def test_long_list_of_one_kind_keeps_few_plans(kept, text):
    planned = bring_in(csv(text))

    assert (len(planned.records), planned.more) == (2, 7)
    assert [sheet.new for sheet in planned.sheets] == [9]
    assert not plan(csv(text)).records, "the same file again changes nothing"


def test_long_list_whose_rows_name_each_other_is_planned_as_a_whole(kept):
    text = "Organisation;Membre de\nAtelier;Réseau : pilote\nRéseau;\n"

    bring_in(csv(text))

    membership = Organisation.objects.get(name="Atelier").memberships.get()
    assert membership.network.name == "Réseau"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["Atelier;AA;", "Bureau;BB;", "Comité;AA;"], "the same record as row 2"),
        (
            ["Atelier;;732829320", "Bureau;;", "Comité;;732829320"],
            "Atelier has this number",
        ),
        (["Atelier;;", "Bureau;;", "Atelier;;"], "the same record as row 2"),
        (["Atelier;AA;", "Bureau;;", "Comité;Bureau;"], "the same record as row 3"),
    ],
)
def test_rows_of_a_long_list_that_share_a_name_or_number_are_told(kept, in_english, rows, said):
    text = "Organisation;Sigle;SIREN\n" + "\n".join(rows) + "\n"

    assert said in " ".join(problems(csv(text)))
