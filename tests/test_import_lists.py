"""Lists in a row that gives the registry's identifier: what was struck out goes."""

import io

import openpyxl
import pytest
from django.utils.translation import override

from registry import history
from registry.choices import ParticipantRole, PartnerRole, PartyRole
from registry.models import Agreement, Contribution, Delegation, Organisation, Project
from registry.spreadsheets.exporting.formats import Format
from registry.spreadsheets.undo import undo
from tests import factories
from tests.spreadsheets import bring_in, counts, plan, problems, xlsx
from tests.test_export_round_trip import exported
from tests.test_import_undo import imported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_french():
    with override("fr"):
        yield


def edited(model, cells: dict) -> io.BytesIO:
    """The export of a model's only record, with other values below these headings."""
    workbook = openpyxl.load_workbook(exported(model, Format.XLSX))
    sheet = workbook.active
    headings = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in cells.items():
        sheet.cell(2, headings[heading]).value = value
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def told(planned) -> list[tuple]:
    return [
        (change.attribute, change.before, change.after)
        for record in planned.records
        for change in record.changes
    ]


def named(*names) -> list:
    return [factories.OrganisationFactory(name=name, place=None) for name in names]


def agreement(*parties):
    one = factories.AgreementFactory()
    for organisation in parties:
        one.parties.create(organisation=organisation)
    return one


def names(rows) -> list[str]:
    return sorted(str(row) for row in rows.all())


def test_party_that_is_struck_out_goes_and_is_told():
    one = agreement(*named("Alpha", "Bêta", "Gamma"))
    file = edited(Agreement, {"Parties": "Alpha; Gamma; Delta"})

    planned = bring_in(file)

    assert sorted(told(planned)) == [("parties", "", "Delta"), ("parties", "Bêta", "")]
    assert names(one.parties) == ["Alpha", "Delta", "Gamma"]


def test_same_file_again_changes_nothing():
    agreement(*named("Alpha", "Bêta"))
    file = edited(Agreement, {"Parties": "Alpha"})
    bring_in(file)

    assert counts(plan(file)) == [(0, 0, 1, 0)]


def test_row_without_the_identifier_takes_nothing_away():
    one = agreement(*named("Alpha", "Bêta"))
    bring_in(
        xlsx([["Intitulé", "Date de signature", "Parties"], [one.title, "2024-04-09", "Alpha"]])
    )

    assert names(one.parties) == ["Alpha", "Bêta"]


def test_empty_cell_takes_nothing_away():
    one = agreement(*named("Alpha", "Bêta"))

    planned = bring_in(edited(Agreement, {"Parties": None}))

    assert counts(planned) == [(0, 0, 1, 0)]
    assert names(one.parties) == ["Alpha", "Bêta"]


@pytest.mark.parametrize("word", ["(vide)", "(Empty)"])
def test_word_empties_a_list(word):
    one = agreement(*named("Alpha"))
    bring_in(edited(Agreement, {"Parties": word}))

    assert names(one.parties) == []


def test_word_without_the_identifier_is_refused():
    one = agreement(*named("Alpha"))
    file = xlsx([["Intitulé", "Type", "Parties"], [one.title, "Convention", "(vide)"]])

    assert [line.split(":")[2] for line in problems(file)] == ["Parties"]


def test_party_that_moves_to_another_column_changes_its_role():
    one = agreement(*named("Alpha", "Bêta"))
    bring_in(edited(Agreement, {"Parties": "Alpha", "Partenaires associés": "Bêta"}))

    roles = dict(one.parties.values_list("organisation__name", "role"))
    assert roles == {"Alpha": PartyRole.PARTY, "Bêta": PartyRole.ASSOCIATED}


def test_lead_that_becomes_a_partner_stays_once():
    one = factories.ProjectFactory()
    for organisation in named("Alpha", "Bêta"):
        one.partners.create(organisation=organisation, role=PartnerRole.LEAD)
    bring_in(edited(Project, {"Porteurs": "Bêta", "Autres partenaires": "Alpha"}))

    roles = dict(one.partners.values_list("organisation__name", "role"))
    assert roles == {"Bêta": PartnerRole.LEAD, "Alpha": PartnerRole.PARTNER}


def test_links_that_are_struck_out_go():
    domains = [factories.DomainFactory() for _ in range(2)]
    one = factories.ProjectFactory()
    one.domains.set(domains)
    bring_in(edited(Project, {"Domaines": domains[1].name_fr}))

    assert list(one.domains.all()) == [domains[1]]


def test_funder_that_is_struck_out_goes():
    one = factories.ContributionFactory()
    one.funders.set(named("Alpha", "Bêta"))
    bring_in(edited(Contribution, {"Financeurs": "Alpha"}))

    assert names(one.funders) == ["Alpha"]


def test_delegation_is_as_its_edited_row_says():
    one = factories.DelegationFactory()
    for name in ("Rennes", "Lyon"):
        one.stops.create(place=factories.PlaceFactory(name_fr=name), starts_on="2024-04-03")
    one.participants.create(name="Anne", office="Maire", role=ParticipantRole.LEADER)
    one.participants.create(organisation=named("Alpha")[0])
    one.programme.create(title="Visite").organisations.set(named("Bêta"))
    cells = {
        "Étapes": "Rennes : 2024-04-04",
        "Conduite par": "Anne (Présidente)",
        "Participants": "Gamma",
        "Programme": "Réunion",
    }

    bring_in(edited(Delegation, cells))

    assert [str(stop.starts_on) for stop in one.stops.all()] == ["4 avril 2024"]
    assert names(one.participants) == ["Anne (Présidente)", "Gamma"]
    assert [item.title for item in one.programme.all()] == ["Réunion"]


def test_organisation_has_the_names_and_numbers_of_its_edited_row():
    (one,) = named("Alpha")
    one.other_names.create(name="Alfa")
    one.identifiers.create(scheme="siren", value="123456789")
    bring_in(
        edited(Organisation, {"Anciens noms": "Alfa", "Autres noms": "Alph", "SIREN": "987654321"})
    )

    assert set(one.other_names.values_list("name", "kind")) == {
        ("Alfa", "former"),
        ("Alph", "alias"),
    }
    assert list(one.identifiers.values_list("value", flat=True)) == ["987654321"]


def test_undoing_brings_back_what_went():
    one = agreement(*named("Alpha", "Bêta"))
    one.domains.set([factories.DomainFactory()])
    before = history.snapshot(one)
    job = imported(edited(Agreement, {"Parties": "Alpha; Delta", "Domaines": "(vide)"}))
    assert history.snapshot(one) != before

    undo(job, job.user)

    assert history.snapshot(one) == before


def test_draft_that_takes_the_place_of_what_the_public_sees_is_told():
    factories.OrganisationFactory(
        name="Région Bretagne", place=factories.PlaceFactory(name_fr="Rennes")
    )
    rows = [["Organisation", "Lieu", "Pays"], ["Région Bretagne", "Brest", "France"]]

    told_now = plan(xlsx(rows)).notices
    assert [("Brest" in one and "Rennes" in one) for one in told_now] == [True]
    assert plan(xlsx(rows), publish=True).notices == []
