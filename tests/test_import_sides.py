"""What two sides give to a project, in one row: a contribution of each."""

import pytest
from django.utils.translation import override

from registry.models import Contribution, Project
from tests import factories, spreadsheets
from tests.spreadsheets import bring_in, plan, problems


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def csv(*lines: str):
    return spreadsheets.csv("\n".join(lines))


def given() -> list[tuple]:
    """The amount, currency, funders and note of each contribution."""
    return [
        (int(one.amount), one.currency, [str(funder) for funder in one.funders.all()], one.note)
        for one in Contribution.objects.order_by("pk")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("french", "quebec"),
    [
        ("Montant FR", "Montant QC"),
        ("Part française", "Part québécoise"),
        ("Contribution France (€)", "Contribution Québec ($)"),
        ("Montant accordé (France)", "Montant accordé (Québec)"),
        ("Subvention côté FR", "Subvention côté QC"),
        ("Funding France", "Funding Québec"),
    ],
)
@pytest.mark.parametrize("sheet", ["Projet;Porteurs", "Objet;Bénéficiaire"])
def test_amounts_of_two_sides_are_two_contributions(french, quebec, sheet):
    lines = f"{sheet};{french};{quebec};Total", "Atelier;INRS;5 000;7 000;12 000"

    bring_in(csv(*lines))

    assert given() == [(5000, "EUR", [], french), (7000, "CAD", [], quebec)]
    again = plan(csv(*lines))
    assert not again.touched
    assert "both sides" in " ".join(again.notices)


@pytest.mark.django_db
def test_equal_amounts_of_two_sides_are_two_contributions():
    lines = "Objet;Projet;Montant FR (€);Montant QC (€)", "Bourse;Atelier;5 000;5 000"

    bring_in(csv(*lines))

    assert [one[:2] for one in given()] == [(5000, "EUR"), (5000, "EUR")]
    assert Project.objects.get().contributions.count() == 2
    assert not plan(csv(*lines)).touched


@pytest.mark.django_db
def test_funders_of_two_sides_give_the_amount_of_theirs():
    heading = "Projet;Montant FR;Montant QC;Financeur français;Financeur québécois"
    bring_in(csv(heading, "Atelier;5 000;7 000;Consulat;MRIF"))

    assert given() == [(5000, "EUR", ["Consulat"], ""), (7000, "CAD", ["MRIF"], "")]
    (one, other) = Contribution.objects.order_by("pk")
    assert str(one.funders.get().place.country) == "FR"
    assert str(other.funders.get().place.country) == "CA"


@pytest.mark.django_db
@pytest.mark.parametrize("sheet", ["Projet", "Objet"])
def test_funders_in_one_cell_give_the_amount_of_their_country(sheet):
    factories.OrganisationFactory(name="Consulat", place__country="FR")
    factories.OrganisationFactory(name="MRIF", place__country="CA")

    bring_in(
        csv(f"{sheet};Montant FR;Montant QC;Financeurs", 'Atelier;5 000;7 000;"Consulat ; MRIF"')
    )

    assert given() == [(5000, "EUR", ["Consulat"], ""), (7000, "CAD", ["MRIF"], "")]


@pytest.mark.django_db
def test_funder_of_unknown_country_is_asked_about():
    content = csv("Projet;Montant FR;Montant QC;Financeurs", "Atelier;5 000;7 000;Nouveau")

    (problem,) = problems(content)

    assert "which of the two amounts “Nouveau” gives" in problem


@pytest.mark.django_db
def test_side_that_gives_nothing_makes_no_contribution():
    bring_in(csv("Projet;Montant FR;Montant QC", "Atelier;5 000;0", "Forum;–;"))

    assert given() == [(5000, "EUR", [], "Montant FR")]
    assert Project.objects.count() == 2


@pytest.mark.django_db
def test_year_of_the_title_is_that_of_both_sides():
    bring_in(
        csv("Subventions 2021", "Projet;Porteurs;Montant FR;Montant QC", "Atelier;INRS;5000;7000")
    )

    assert [one.year for one in Contribution.objects.all()] == [2021, 2021]


@pytest.mark.django_db
def test_sides_of_a_long_sheet_are_the_same(monkeypatch):
    monkeypatch.setattr("registry.spreadsheets.totals.LONG", 0)

    bring_in(
        csv("Projet;Montant FR;Montant QC;Financeur FR", "Atelier;5000;7000;Consulat", "B;1;2")
    )

    assert [one[:3] for one in given()] == [
        (5000, "EUR", ["Consulat"]),
        (7000, "CAD", []),
        (1, "EUR", []),
        (2, "CAD", []),
    ]
