"""The two workbooks of an office, into an empty registry and into one that has the content."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from registry.models import (
    Agreement,
    Citation,
    Contribution,
    Delegation,
    Organisation,
    Place,
    Project,
)
from registry.spreadsheets.slips import is_slip
from tests.spreadsheets import RENNES, SUPPORT, bring_in_path, counts, plan, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def content():
    call_command("load_content", verbosity=0)


def _organisation(name):
    return Organisation.objects.get(name=name)


def test_workbook_fills_an_empty_registry():
    planned = bring_in_path(RENNES)

    assert counts(planned) == [(29, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0), (7, 0, 0, 0)]
    assert Organisation.objects.count() == 29
    assert Agreement.objects.count() == 2
    assert Delegation.objects.count() == 3
    assert Project.objects.count() == 7
    assert not Organisation.objects.exclude(status="draft").exists()


def test_workbook_keeps_dates_as_precise_as_they_are():
    bring_in_path(RENNES)

    twinning = Agreement.objects.get(title="Jumelage Rennes – Rochester")
    welcome = Delegation.objects.get(title__startswith="Accueil de la délégation de Rochester")
    visit = Delegation.objects.get(title__startswith="Visite de Catherine")

    assert twinning.signed_on.isoformat() == "1958"
    assert welcome.starts_on.isoformat() == "2023-10-16"
    assert visit.starts_on.isoformat() == "2023-01"


def test_workbook_links_its_sheets():
    bring_in_path(RENNES)

    mission = Delegation.objects.get(title="Déplacement à Rochester et au Québec")
    digi = Project.objects.get(title="Digi@access")

    assert [str(stop) for stop in mission.stops.all()] == [
        "Rochester, du 3 au 6 avril 2024",
        "Québec, du 7 au 12 avril 2024",
        "Montréal, avril 2024",
    ]
    assert mission.participants.get(role="leader").office.startswith("Maire de Rennes")
    assert _organisation("Le Poool") in {row.organisation for row in mission.participants.all()}
    assert [(row.organisation.name, row.role) for row in digi.partners.all()] == [
        ("ID4Mobility", "lead"),
        ("IVEO", "lead"),
        ("Propulsion Québec", "lead"),
        ("Rennes Métropole", "partner"),
    ]
    assert str(digi.call) == "FFQCD 2021-2022"
    assert digi.fund == digi.call.fund


def test_workbook_places_its_organisations():
    bring_in_path(RENNES)

    assert _organisation("Ville de Rochester").place.country == "US"
    assert _organisation("IVEO").place.kind == "country"
    assert _organisation("Québec International").place.kind == "city"
    assert Place.objects.filter(name_fr="Québec").count() == 1


def test_workbook_cites_its_sources():
    bring_in_path(RENNES)

    titles = Citation.objects.filter(project__isnull=False).values_list("source__title", flat=True)

    assert sorted(set(titles)) == [
        "Communiqué du 21 mai 2021",
        "Communiqué sur le déplacement d'avril 2024",
    ]
    assert Citation.objects.filter(delegation__isnull=False).count() == 3


def test_call_without_its_fund_is_told_and_not_guessed():
    planned = bring_in_path(RENNES)

    assert Project.objects.get(title="Patient 360").call is None
    assert len(planned.notices) == 1
    assert "2019-2020" in planned.notices[0]


def test_text_file_fills_an_empty_registry():
    planned = bring_in_path(SUPPORT)

    contribution = Contribution.objects.get()

    assert (contribution.amount, contribution.currency) == (Decimal(20_000), "EUR")
    assert contribution.year == 2021
    assert sorted(contribution.projects.values_list("title", flat=True)) == [
        "Collaboration FabCity",
        "Digi@access",
        "Parcours Data Santé",
    ]
    assert sorted(contribution.funders.values_list("name", flat=True)) == [
        "Ministère de l'Europe et des Affaires étrangères",
        "Rennes Métropole",
    ]
    assert len(planned.mentions) == 7


@pytest.mark.parametrize("files", [(RENNES, SUPPORT), (SUPPORT, RENNES)], ids=["first", "last"])
def test_shared_contribution_is_one_whatever_comes_first(files):
    for path in files:
        bring_in_path(path)

    assert Contribution.objects.count() == 1
    assert Contribution.objects.totals() == {"EUR": Decimal(20_000)}
    assert Project.objects.count() == 7
    assert Organisation.objects.count() == 29


@pytest.mark.parametrize("path", [RENNES, SUPPORT], ids=lambda path: path.suffix)
def test_same_file_a_second_time_changes_nothing(path):
    bring_in_path(path)
    before = snapshot()

    planned = bring_in_path(path)

    assert planned.touched == []
    assert snapshot() == before


def test_content_takes_the_files_without_doubles(content):
    before = {model: model.objects.count() for model in (Organisation, Agreement, Delegation)}

    bring_in_path(RENNES)
    bring_in_path(SUPPORT)

    assert {model: model.objects.count() for model in before} == before
    assert Contribution.objects.count() == 5
    assert Project.objects.count() == 9
    names = list(Organisation.objects.values_list("name", flat=True))
    assert not [(a, b) for a in names for b in names if a < b and is_slip(a.lower(), b.lower())]


def test_content_is_published_still_after_the_files(content):
    drafts = Organisation.objects.exclude(status="published").count()

    bring_in_path(RENNES)

    assert Organisation.objects.exclude(status="published").count() == drafts


def test_content_and_files_a_second_time_change_nothing(content):
    bring_in_path(RENNES)
    before = snapshot()

    with RENNES.open("rb") as file:
        planned = plan(file)

    assert planned.touched == []
    assert snapshot() == before


def test_planning_writes_nothing(django_assert_max_num_queries):
    before = snapshot()

    with RENNES.open("rb") as file, django_assert_max_num_queries(25):
        planned = plan(file)

    assert len(planned.touched) == 57
    assert snapshot() == before
