"""Tables that other offices publish: grants, aid projects, twinned towns, in their own words."""

from decimal import Decimal

import pytest
from django.urls import reverse

from registry.models import Agreement, Contribution, NameDecision, Place, Project
from registry.spreadsheets.reading.delimited import find_delimiter
from registry.spreadsheets.reports import report
from tests.factories import AuthorityFactory, OrganisationFactory, PlaceFactory, UserFactory
from tests.spreadsheets import bring_in, csv, plan, problems, xlsx
from tests.test_import_mapping import _own_storage, officer, page, settle, upload  # noqa: F401

pytestmark = pytest.mark.django_db


def countries() -> dict:
    return {place.name: place.country.code for place in Place.objects.all()}


@pytest.mark.parametrize(
    "nature", ["en numéraire", "Soutien financier", "aide en numéraire,aide en nature"]
)
def test_nature_of_a_grant_as_others_write_it(nature):
    file = [["Nom bénéficiaire", "Date convention", "Objet", "Montant", "Nature"]]

    bring_in(xlsx([*file, ["Un club", "2021-03-01", "Une fête", 500, nature]]))

    assert Contribution.objects.get().amount == 500


@pytest.mark.parametrize("heading", ["Accordé", "Montant voté", "Attribué", "Subvention UE"])
def test_amount_of_a_grant_by_the_word_of_who_gave_it(heading):
    bring_in(csv(f"Nom association;Année;{heading}\nUn club;2021;500\n"))

    assert Contribution.objects.get().amount == Decimal(500)


def test_count_is_no_reference():
    file = "Projet;Année;Number of projects;Porteurs\nUn projet;2021;3;Un club\n"

    assert any("Number of projects" in one for one in problems(csv(file)))


def test_remark_behind_a_heading_is_no_part_of_it():
    bring_in(csv("Project name (Partner);Year\nA project;2021\n"))

    assert str(Project.objects.get()) == "A project"


def test_country_that_stands_before_the_towns_is_that_of_the_first():
    bring_in(csv("Country,City,Sister city,Country 2\nFrance,Brest,Kiel,Germany\n"))

    assert countries() == {"Brest": "FR", "Kiel": "DE"}


def test_country_that_stands_behind_the_towns_is_that_of_the_second():
    PlaceFactory(name_fr="Brest", country="FR")

    bring_in(csv("City,Sister city,Country\nBrest,Kiel,Germany\n"))

    assert countries() == {"Brest": "FR", "Kiel": "DE"}


@pytest.mark.parametrize(("first", "second"), [("{} ({})",) * 2, ("{}, {}",) * 2])
def test_town_says_its_country(first, second):
    cells = first.format("Brest", "France"), second.format("Kiel", "Allemagne")

    bring_in(xlsx([["Ville", "Ville jumelée"], cells]))

    assert countries() == {"Brest": "FR", "Kiel": "DE"}
    assert Agreement.objects.count() == 1


def test_town_without_country_says_how_to_write_it():
    [first, *_rest] = problems(csv("Ville;Ville jumelée\nBrest;Kiel\n"))

    assert "Brest (" in first


def test_columns_without_heading_known_nor_value_are_told_at_once():
    file = csv("Projet;Année;Zut;Flûte\nUn projet;2021;;\n")

    [notice] = [one for one in plan(file).notices if "Zut" in one]

    assert "Flûte" in notice


def test_problems_of_one_cause_are_told_once_with_their_rows():
    lines = [f"Projet {n};2021;{'Truc' if n != 4 else 'Culture'}" for n in range(2, 9)]
    planned = plan(csv("\n".join(["Projet;Année;Domaine", *lines])))

    told = report(planned)["problems"]

    assert (told[0]["count"], told[0]["rows"]) == (6, "2–3, 5–8")


def test_rows_of_a_file_without_sheets_are_named_without_one():
    file = "Projet;Année;Référence\nUn projet;2021;A-1\nUn autre;2022;A-1\n"

    assert not any("“”" in one or "« »" in one for one in problems(csv(file)))


def test_number_that_another_place_has_names_that_place():
    brest = PlaceFactory(name_fr="Brest", country="FR")
    brest.identifiers.create(scheme="insee", value="29019")

    [problem] = problems(csv("Lieu;Pays;Code INSEE\nKiel;DE;29019\n"))

    assert "Brest" in problem


def test_columns_not_decided_are_left_out_at_once(client, officer):  # noqa: F811
    file = "Projet;Année;Zut;Flûte;Qui\nUn projet;2021;a;b;c\n"
    job = upload(client, file)
    assert 'name="rest"' in page(client, job)

    settle(client, job, rest="yes", **{"column-0-4": "summary"})

    assert job.state == "previewed"
    assert sorted(job.mapping["sheets"][0]["columns"].items()) == [
        ("flute", ""),
        ("qui", "summary"),
        ("zut", ""),
    ]


def test_names_not_decided_are_taken_as_new_at_once(client, officer):  # noqa: F811
    OrganisationFactory(name="Le Poool")
    OrganisationFactory(name="Théâtre du Nord")
    job = upload(
        client, "Projet;Année;Porteurs\nUn projet;2021;Le Pool\nAutre;2021;Théatre du Norrd\n"
    )
    assert 'name="rest"' in page(client, job)

    url = reverse("admin:registry_importjob_names", args=[job.pk])
    client.post(url, {"name-1": "new", "rest": "new"})

    job.refresh_from_db()
    assert job.state == "previewed"
    assert NameDecision.objects.filter(answer="new").count() == 2


def test_amounts_torn_apart_by_their_comma_are_told_at_once():
    rows = [f"Projet {n},2021,160 000,00,Un club\n" for n in range(3)]

    [problem] = problems(csv("".join(["Projet,Année,Montant,Porteurs\n", *rows])))

    assert "2–4" in problem
    assert "160 000.00" in problem


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a,b,c;;\n1,2,3;;\n4,5,6; 7;\n", ","), ("Nom;Note\nDupont, Jean;\nDupond, Jean;\n", ";")],
)
def test_delimiter_that_only_ends_the_lines_parts_nothing(text, delimiter):
    assert find_delimiter(text) == delimiter


def test_titles_of_the_french_schema_need_no_mapping():
    headings = "Nom de l'attribuant;Nom du bénéficiaire;Montant total de la subvention;"

    planned = bring_in(
        csv(f"{headings}Objet;Année;Date ou période de versement\nVille;Un club;500;Fête;2021;x\n")
    )

    assert any("Date ou période de versement" in one for one in planned.notices)


def test_values_that_are_mended_in_the_same_way_are_told_together():
    file = "Projet;Année;Domaine\n" + "".join(f"P{n};2021;Truc {n}\n" for n in range(300))

    [told] = report(plan(csv(file)))["problems"]

    assert (told["count"], told["rows"], told["value_count"]) == (300, "2–301", 300)
    assert told["same"][1]["rows"] == "3"
    assert len(told["same"]) + told["more_values"] == 300


def test_code_of_a_commune_that_lost_its_zero_gets_it_back_and_says_so():
    planned = bring_in(xlsx([["Commune", "Pays", "Code INSEE"], ["Amareins", "FR", 1165]]))

    assert Place.objects.get().identifiers.get().value == "01165"
    assert any("01165" in notice for notice in planned.notices)


def test_number_of_another_row_names_its_place():
    file = "Commune;Pays;Code INSEE\nBrest;FR;29019\nKiel;FR;29019\n"

    [problem] = problems(csv(file))

    assert "Brest" in problem


def test_number_of_a_place_that_others_draft_does_not_name_it():
    hidden = PlaceFactory(name_fr="Brest", authority=AuthorityFactory(), status="draft")
    hidden.identifiers.create(scheme="insee", value="29019")

    [problem] = problems(
        csv("Commune;Pays;Code INSEE\nKiel;DE;29019\n"), user=UserFactory(is_superuser=False)
    )

    assert "Brest" not in problem


def test_municipalities_of_quebec_need_no_mapping():
    bring_in(csv('"mcode","munnom","mdes","mpopul","con1"\n"46005","Abercorn","Village",353,"x"\n'))

    place = Place.objects.get()
    assert (place.name, place.country.code, place.population) == ("Abercorn", "CA", 353)


@pytest.mark.parametrize(
    ("heading", "amount", "is_told"),
    [("Montant", "500", True), ("Montant", "500 €", False), ("Montant (CAD)", "500", False)],
)
def test_euros_that_nothing_names_are_told(heading, amount, is_told):
    planned = plan(csv(f"Projet;Année;{heading}\nUn projet;2021;{amount}\n"))

    assert any("euros" in one for one in planned.notices) is is_told


def test_towns_a_and_b_are_a_pair():
    bring_in(csv("ville_A_nom,ville_B_nom,ville_A_pays,ville_B_pays\nBrest,Kiel,FR,DE\n"))

    assert countries() == {"Brest": "FR", "Kiel": "DE"}


MEMORANDA = """Partner,Country,Type,Date signed,Expiry
University of Glasgow,United Kingdom,MoU,12 May 2020,2025
Kyoto University,Japan,MoU,3 June 2021,2026
"""


def test_list_of_memoranda_without_titles_names_them():
    bring_in(csv(MEMORANDA))

    first = Agreement.objects.get(title="MoU – University of Glasgow")
    assert (first.signed_on.isoformat(), first.ends_on.isoformat()) == ("2020-05-12", "2025")
    assert first.parties.get().organisation.place.country == "GB"
    assert not plan(csv(MEMORANDA)).touched


def test_country_of_an_agreement_moves_no_party_that_has_a_place():
    party = OrganisationFactory(name="INRS", place__country="CA")

    found = plan(
        csv("Titre;Type;Parties;Pays\nA;Convention;INRS;France\nB;Convention;Un, Deux;Iran\n")
    )

    assert ["INRS" in notice for notice in found.notices] == [True, False]
    assert party.place.country == "CA"
    assert not found.problems
