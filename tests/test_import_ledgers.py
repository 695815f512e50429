"""Ledgers of cooperation as atlases, ministries and international offices keep them."""

import gc

import pytest
from django.utils.translation import override

from registry.choices import ActivityStatus, AgreementKind, OrganisationKind
from registry.models import Agreement, Contribution, Delegation, Project
from registry.spreadsheets.tables import Table
from registry.spreadsheets.vocabulary import find_choice
from tests import factories
from tests.spreadsheets import bring_in, csv, plan, problems, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def test_list_of_an_atlas_gives_agreements_of_both_sides():
    factories.OrganisationFactory(name="Ville de Rennes")

    bring_in(
        csv(
            "Collectivité française;Nom de la collectivité étrangère;Pays;Type de partenariat;"
            "Année de début\nVille de Rennes;Commune de Bandiagara;Mali;Convention;2008\n"
        )
    )

    agreement = Agreement.objects.get()
    assert agreement.title == "Convention – Ville de Rennes ; Commune de Bandiagara" or (
        agreement.title == "Convention – Commune de Bandiagara ; Ville de Rennes"
    )
    countries = {one.organisation.name: one.organisation.place for one in agreement.parties.all()}
    assert str(countries["Commune de Bandiagara"].country.code) == "ML"
    assert agreement.starts_on.isoformat() == "2008"


def test_year_beside_an_amount_is_that_of_both():
    bring_in(csv("Projet;Porteur;Année;Montant\nArchives;Ville de Vannes;2023;15 000 €\n"))

    assert Project.objects.get().starts_on.isoformat() == "2023"
    assert Contribution.objects.get().year == 2023


def test_project_with_a_row_for_each_year_is_one():
    bring_in(
        csv(
            "Projet;Porteur;Année;Montant\nArchives;Vannes Agglo;2022;500 €\n"
            "Archives;Vannes Agglo;2023;700 €\n"
        )
    )

    assert Project.objects.count() == 1
    assert set(Contribution.objects.values_list("year", "amount")) == {(2022, 500), (2023, 700)}


def test_who_gave_how_much_in_which_year_is_a_list_of_contributions():
    project = factories.ProjectFactory(title="Patient 360", starts_on="2019")

    bring_in(
        csv(
            "Année;Financeur;Projet;Montant (k€)\n2021;Ville de Vannes;Patient 360;5,5\n"
            "2022;Ville de Vannes;Patient 360;12\n"
        )
    )

    assert Project.objects.get() == project
    assert set(Contribution.objects.values_list("year", "amount")) == {(2021, 5500), (2022, 12000)}


@pytest.mark.parametrize(
    ("title", "amount"),
    [
        ("Subventions en milliers d'euros", 5500),
        ("Subventions versées en k€", 5500),
        ("Grants, in thousands of euros", 5500),
        ("Subventions en Europe", 5.5),
    ],
)
def test_title_may_say_the_unit_without_parentheses(title, amount):
    bring_in(xlsx([[title], ["Année", "Bénéficiaire", "Montant"], [2021, "Vannes Agglo", 5.5]]))

    assert Contribution.objects.get().amount == amount


def test_sections_are_left_out_where_the_title_says_the_year():
    rows = [
        ["Subventions 2022"],
        ["Bénéficiaire", "Objet", "Montant"],
        ["Jumelages"],
        ["Comité d'Exeter", "Fonctionnement", 1500],
        ["Sous-total", None, 1500],
        ["Solidarité"],
        ["Bretagne Sénégal", "Puits", 2500],
    ]

    bring_in(xlsx(rows, names=["Subventions"]))

    assert set(Contribution.objects.values_list("year", "amount")) == {(2022, 1500), (2022, 2500)}


def test_hidden_list_of_choices_is_no_table():
    table = [["Titre", "Type", "Parties", "Date"], ["A", "Convention", "B ; C", "2018"]]
    lists = [["Convention"], ["Protocole"], ["Jumelage"]]

    planned = plan(xlsx(table, lists, names=["Accords", "Listes déroulantes"]))

    assert not planned.problems
    assert [sheet.name for sheet in planned.sheets] == ["Accords"]


def test_countries_of_two_towns_are_told_apart_by_their_headings():
    text = "Ville;Pays;Ville jumelée;{}\nQuimper;France;Limerick;Irlande\n"

    for heading in ("Pays de la ville jumelée", "Pays"):
        assert not problems(csv(text.format(heading)))

    bring_in(csv(text.format("Pays")))
    parties = {one.organisation.place for one in Agreement.objects.get().parties.all()}
    assert {(place.name_fr, str(place.country.code)) for place in parties} == {
        ("Quimper", "FR"),
        ("Limerick", "IE"),
    }


PARTICIPANTS = {
    "Jean Dupont et Marie Tremblay": {"Jean Dupont", "Marie Tremblay"},
    "Inria (2 personnes) ; Keolis": {"Inria", "Keolis"},
    "Inria, Keolis, etc.": {"Inria", "Keolis"},
    "Pierre et Marie Curie": {"Pierre et Marie Curie"},
}


@pytest.mark.parametrize("cell", PARTICIPANTS)
def test_participants_are_told_apart(cell):
    factories.OrganisationFactory(name="Inria")
    factories.OrganisationFactory(name="Keolis")

    bring_in(csv(f'Mission\tSens\tDate\tParticipants\nA\tSortante\t2024\t"{cell}"\n'))

    found = Delegation.objects.get().participants.all()
    assert {one.name or one.organisation.name for one in found} == PARTICIPANTS[cell]
    assert not any(one.office for one in found)


def test_number_in_words_is_no_participant():
    text = "Mission\tSens\tDate\tParticipants\nA\tSortante\t2024\tune cinquantaine d'acteurs\n"

    assert "is a number, not a name" in problems(csv(text))[0]


def test_choices_by_longer_words_for_them():
    said = [
        (AgreementKind, "Letter of Intent (LOI)", "letter_of_intent"),
        (AgreementKind, "Convention (résiliée)", None),
        (ActivityStatus, "En cours de réalisation", "ongoing"),
        (OrganisationKind, "Association culturelle", "association"),
        (OrganisationKind, "Association de villes", "network"),
        (OrganisationKind, "Syndicat mixte", None),
    ]

    assert [find_choice(kind, text) for kind, text, _value in said] == [one[2] for one in said]


def test_grants_by_the_template_of_before_the_schema():
    bring_in(
        csv(
            "COLL_NOM,COLL_SIRET,COLL_TYPE,ACTE_DATE,ACTE_REF,ATTRIB_NOM,ATTRIB_SIRET,SUB_OBJET,"
            "SUB_MONTANT,NOTIF_EU\nNièvre,225800010,DEP,2016-01-01,,AGORA,,Subvention,17 833,\n"
        )
    )

    grant = Contribution.objects.get()
    assert (grant.amount, grant.currency, grant.year) == (17833, "EUR", 2016)
    assert [one.name for one in grant.recipients.all()] == ["AGORA"]


def test_grants_of_the_government_of_canada():
    bring_in(
        csv(
            "ref_number,recipient_legal_name,recipient_country,agreement_title_en,"
            "agreement_title_fr,agreement_value,agreement_start_date,prog_name_fr,owner_org_title\n"
            "GC-1,Université Laval,CA,North,Nord,125000.00,2021-04-01,Découverte,CRSNG\n"
        )
    )

    grant = Contribution.objects.get()
    assert (grant.title, grant.amount, grant.currency) == ("Nord", 125000, "CAD")
    assert [one.name for one in grant.funders.all()] == ["CRSNG"]


AMOUNTS = {
    "Projet\tMontant\tDevise\nA\t12,500\tEUR\n": 12500,
    "Projet\tMontant\tDevise\nA\t12.500\tCAD\n": 12500,
    "Projet\tMontant (€)\nA\t12,500\n": 12500,
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_currency_beside_an_amount_says_that_it_is_in_thousands(text):
    bring_in(csv(text))

    assert Contribution.objects.get().amount == AMOUNTS[text]


@pytest.mark.parametrize(
    "rows", ["Projet\tMontant\nA\t12,500\n", "Projet\tMontant (k€)\nA\t12,500\n"]
)
def test_amount_that_may_be_read_in_two_ways_is_refused(rows):
    assert "two ways" in problems(csv(rows))[0]


@pytest.mark.parametrize("heading", ["Bénéficiaire", "Projet"])
def test_lines_of_years_say_the_year_where_no_column_does(heading):
    rows = [
        [heading, "Fonds", "Montant"],
        [2022],
        ["Festival", "Fonds Sud", 5000],
        ["Atelier", "Fonds Sud", None],
        [2023],
        ["Festival de Vannes", "Fonds Sud", 7000],
    ]

    bring_in(xlsx(rows))

    found = Contribution.objects.filter(amount__isnull=False)
    assert set(found.values_list("year", "amount")) == {(2022, 5000), (2023, 7000)}


def test_days_of_an_itinerary_are_of_the_year_of_its_delegation():
    places = [factories.PlaceFactory(name_fr=name) for name in ("Rochester", "Lévis")]

    bring_in(
        csv(
            "Mission\tSens\tDu\tAu\tÉtapes\nA\tSortante\t3 avril 2024\t12 avril 2024\t"
            "Rochester (3-6 avril), Lévis (du 7 au 12 avril)\n"
        )
    )

    stops = Delegation.objects.get().stops.all()
    assert [stop.place for stop in stops] == places
    assert [stop.starts_on.isoformat() for stop in stops] == ["2024-04-03", "2024-04-07"]


def test_profile_displaces_no_column_by_one_that_the_file_lacks():
    bring_in(
        csv(
            "nomAttribuant;dateConvention;nomBeneficiaire;object;montant\n"
            "Nièvre;2019-05-10;AGORA;Un festival;45000\n"
        )
    )

    assert Contribution.objects.get().title == "Un festival"


def test_address_of_no_source_is_told():
    text = "Projet\tSource\tLien vers le texte\nA\t{}\thttps://example.org/\n"

    assert "names no source" in " ".join(plan(csv(text.format(""))).notices)
    assert "names no source" not in " ".join(plan(csv(text.format("Bulletin"))).notices)


def test_long_table_with_lines_of_years_is_let_go_of(monkeypatch):
    monkeypatch.setattr("registry.spreadsheets.totals.LONG", 0)

    plan(csv("Objet;Bénéficiaire;Montant\n2022;;\nBourse;INRS;500\nStage;INRS;700\n"))

    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Table)]
