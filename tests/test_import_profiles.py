"""The profiles that come with the software, and the command that applies one by its name."""

import io

import pytest
from django.core.management import CommandError, call_command

from registry.models import Agreement, Contribution, ImportProfile, Organisation, Place
from registry.spreadsheets import profiles
from registry.spreadsheets.mapping import Mapping, SheetMapping, heading_set
from registry.spreadsheets.recipients import read_siret
from registry.spreadsheets.resources import IMPORTED
from tests.factories import OrganisationFactory, PlaceFactory
from tests.spreadsheets import FILES, authority, bring_in, bring_in_path, csv, plan, xlsx

pytestmark = pytest.mark.django_db

GRANTS = FILES / "scdl-subventions.csv"
# A SIRET whose last digit is right, of no establishment that exists.
SIRET = "99000000100018"


def looser(**cells) -> io.BytesIO:
    """A grant as files of before the schema give it: other headings, dates for each payment."""
    row = {
        "nomAttribuant": "Département exemple",
        "idAttribuant": "",
        "dateConvention": "2019-01-08",
        "referenceDecision": "2018-12-17",
        "nombeneficiaire": "SAS Exemple",
        "idbeneficiaire": "",
        "objet": "extension d'un atelier",
        "montant": "90545",
        "nature": "Aide en numéraire",
        "datedeuxiemeVersement": "2019-07-01",
        "PourcentageSubvention": "1",
    } | cells
    return xlsx([list(row), list(row.values())])


def test_columns_of_shipped_profiles_exist():
    resources = {resource.code(): resource for resource in IMPORTED}

    for profile in profiles.SHIPPED:
        if profile.kind:
            known = {column.column_name for column in resources[profile.kind].columns()}
            assert {*profile.columns.values(), *profile.constants} - {""} <= known, profile.code


def test_grants_of_the_schema_come_in_as_contributions():
    planned = bring_in_path(GRANTS)

    grant = Contribution.objects.get(decision="DELIB 1")
    assert planned.mapping.name == "scdl-subventions"
    assert (grant.title, str(grant.amount), grant.currency) == ("Fonctionnement", "1000.50", "EUR")
    assert (str(grant.decided_on.isoformat()), grant.year) == ("2021-01-15", 2021)
    assert grant.funders.get().name == "COMMUNE EXEMPLE"
    assert grant.recipients.get().name == "ASSOCIATION EXEMPLE AA"


def test_profile_that_is_applied_is_told():
    planned = plan(io.BytesIO(GRANTS.read_bytes()))

    [told] = [notice for notice in planned.notices if "scdl-subventions" in notice]
    assert "nomAttribuant" in told
    assert "conditionsVersement" in told


def test_grants_brought_in_twice_change_nothing():
    bring_in_path(GRANTS)

    planned = plan(io.BytesIO(GRANTS.read_bytes()))

    assert not planned.problems
    assert not planned.touched


def test_numbers_of_the_schema_identify_organisations():
    known = OrganisationFactory(name="Un autre nom")
    known.identifiers.create(scheme="siret", value=SIRET)

    bring_in(looser(idbeneficiaire=SIRET))

    assert Contribution.objects.get().recipients.get() == known


def test_siren_known_to_the_registry_identifies_an_establishment():
    known = OrganisationFactory(name="Un autre nom")
    known.identifiers.create(scheme="siren", value=SIRET[:9])

    bring_in(looser(idbeneficiaire=SIRET))

    assert Contribution.objects.get().recipients.get() == known
    assert {one.value for one in known.identifiers.all()} == {SIRET[:9], SIRET}


def test_organisations_of_one_name_and_two_numbers_are_two():
    known = OrganisationFactory(name="SAS Exemple")
    known.identifiers.create(scheme="siret", value="21060004500392")

    bring_in(looser(idbeneficiaire=SIRET))

    assert Organisation.objects.filter(name="SAS Exemple").count() == 2


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (SIRET, SIRET),
        ("990 000 001 00018", SIRET),
        ("99000000100019", None),
        ("9900000020001", None),
        ("", None),
        ("12", None),
        ("35600000000048", "35600000000048"),  # the head office of La Poste
        ("35600000049837", "35600000049837"),  # one of its post offices
        ("35600000049838", None),
    ],
)
def test_siret_is_read(given, read):
    assert read_siret(given) == read


def test_siret_gets_its_leading_zero_back():
    number = next(
        f"0012345670001{digit}" for digit in range(10) if read_siret(f"0012345670001{digit}")
    )

    assert read_siret(number[1:]) == number


def test_siret_that_gets_its_leading_zero_back_is_told():
    planned = bring_in(looser(idbeneficiaire="1234567800010"))

    assert "ôté les premiers zéros de 1 numéro" in str(planned.notices)
    assert Organisation.objects.get(identifiers__value="01234567800010")


def test_number_that_was_rounded_is_left_out_and_told():
    planned = bring_in(looser(idbeneficiaire=34982600000000))

    assert not Contribution.objects.get().recipients.get().identifiers.exists()
    assert any("idbeneficiaire" in notice and "SIRET" in notice for notice in planned.notices)


def test_grants_of_one_decision_are_several():
    rows = [["nomAttribuant", "nomBeneficiaire", "montant", "referenceDecision"]]
    rows += [["Commune", f"Association {name}", 100, "DELIB 1"] for name in ("une", "autre")]

    bring_in(xlsx(rows))

    assert Contribution.objects.filter(decision="DELIB 1").count() == 2


def test_amount_of_a_decision_is_corrected():
    bring_in(looser())

    bring_in(looser(montant="90000"))

    assert [str(one.amount) for one in Contribution.objects.all()] == ["90000.00"]


def test_two_kinds_in_a_cell_are_told_and_kept_in_the_note():
    planned = bring_in(looser(nature="aide en nature;aide en numéraire"))

    grant = Contribution.objects.get()
    assert (grant.kind, grant.note) == ("in_kind", "aide en nature;aide en numéraire")
    assert any("aide en nature;" in notice for notice in planned.notices)


def test_own_profile_goes_before_one_of_the_software():
    headings = GRANTS.read_text().splitlines()[0].split(",")
    mapping = Mapping([SheetMapping(heading_set(headings), "left_out")])
    ImportProfile.objects.create(name="Rien", authority=authority(), mapping=mapping.as_json())

    assert plan(io.BytesIO(GRANTS.read_bytes())).mapping.name == "Rien"


def test_command_reads_by_the_profile_that_it_is_given(tmp_path):
    file = tmp_path / "clubs.csv"
    file.write_text("Structure;Ville;Pays;Couleur\nClub;Rennes;France;bleu\n")
    entry = SheetMapping(
        heading_set(["Structure", "Ville", "Pays", "Couleur"]), columns={"couleur": ""}
    )
    ImportProfile.objects.create(
        name="Clubs", authority=authority(), mapping=Mapping([entry]).as_json()
    )

    call_command("import_workbook", "--profile", "Clubs", str(file))

    assert Organisation.objects.filter(name="Club").exists()


def test_command_names_the_profiles_where_it_does_not_know_one(tmp_path):
    with pytest.raises(CommandError, match="scdl-subventions"):
        call_command("import_workbook", "--profile", "Inconnu", str(tmp_path / "x.csv"))


def test_command_refuses_an_unknown_heading_and_names_the_closest(tmp_path, capsys):
    file = tmp_path / "clubs.csv"
    file.write_text("Structure;Ville;Pays;Site intrenet\nClub;Rennes;France;bleu\n")

    with pytest.raises(SystemExit):
        call_command("import_workbook", str(file))

    assert "Site web" in capsys.readouterr().err
    assert not plan(csv("Structure;Ville\nClub;\n")).problems


def test_row_that_repeats_a_grant_is_read_once_and_told():
    rows = GRANTS.read_text().splitlines()
    repeated = rows[1].replace("2021-01-11/2021-03-09", "2022-01-11/2022-03-09")

    planned = bring_in(csv("\n".join([*rows, repeated])))

    assert Contribution.objects.count() == len(rows) - 1
    assert any("(10)" in notice for notice in planned.notices)


# Twinned towns ---------------------------------------------------------------------------------

TOWNS = "city1,country1,lat1,lng1,city2,country2,lat2,lng2\n"


def towns(*rows: str) -> io.BytesIO:
    return csv(TOWNS + "\n".join(rows))


def test_twinned_towns_become_places_authorities_and_an_agreement():
    planned = bring_in(towns("Bérat,France,43.3786,1.1767,Berat,Albania,40.7022,19.9583"))

    agreement = Agreement.objects.get()
    assert planned.mapping.name == "twin-towns"
    assert (agreement.kind, agreement.signed_on) == ("twinning", None)
    assert [party.organisation.name for party in agreement.parties.all()] == ["Bérat", "Berat"]
    place = Place.objects.get(country="AL", kind="city")
    assert (str(place.latitude), str(place.longitude)) == ("40.70220", "19.95830")
    assert {one.kind for one in Organisation.objects.all()} == {"local_authority"}


def test_pair_the_other_way_round_is_the_same_twinning():
    there, back = (
        "Bonn,Germany,50.7,7.1,Oxford,United Kingdom,51.75,-1.25",
        ("Oxford,United Kingdom,51.75,-1.25,Bonn,Germany,50.7,7.1"),
    )

    planned = bring_in(towns(there, back))

    assert Agreement.objects.count() == 1
    assert any("(3)" in notice for notice in planned.notices)


@pytest.mark.parametrize(
    "again",
    [
        "Bonn,Germany,50.7,7.1,Oxford,United Kingdom,51.75,-1.25",
        "Oxford,United Kingdom,51.75,-1.25,Bonn,Germany,50.7,7.1",
    ],
)
def test_twinned_towns_brought_in_twice_change_nothing(again):
    bring_in(towns("Bonn,Germany,50.7,7.1,Oxford,United Kingdom,51.75,-1.25"))

    assert not plan(towns(again)).touched


def test_coordinates_given_for_two_countries_are_left_out_and_told():
    planned = bring_in(
        towns(
            "Dieppe,France,49.925,1.075,Bonn,Germany,50.7,7.1",
            "Dieppe,Canada,49.925,1.075,Oxford,United Kingdom,51.75,-1.25",
        )
    )

    found = Place.objects.filter(name_fr="Dieppe")
    assert {str(place.country): place.latitude for place in found} == {"FR": None, "CA": None}
    assert any("Dieppe" in notice for notice in planned.notices)


def test_towns_of_nearly_one_name_far_apart_are_two():
    planned = bring_in(
        towns(
            "Marienberg,Germany,50.6,13.1,Oxford,United Kingdom,51.75,-1.25",
            "Marienburg,Germany,52.0,9.8,Oxford,United Kingdom,51.75,-1.25",
        )
    )

    assert not planned.questions
    assert Place.objects.filter(country="DE", kind="city").count() == 2


def test_towns_of_nearly_one_name_close_to_each_other_are_asked_about():
    planned = plan(
        towns(
            "Vagharshapat,Armenia,40.16,44.29,Oxford,United Kingdom,51.75,-1.25",
            "Vagarshapat,Armenia,40.17,44.29,Bonn,Germany,50.7,7.1",
        )
    )

    assert [question.name for question in planned.questions] == ["Vagarshapat"]


def test_country_after_its_region_is_read_and_an_unknown_one_refused():
    planned = plan(
        towns(
            'Akron,"Ohio, United States",41.1,-81.5,Bonn,Germany,50.7,7.1',
            "Almaty,Kazakhstah,43.2,76.9,Bonn,Germany,50.7,7.1",
        )
    )

    assert [(problem.row, problem.value) for problem in planned.problems] == [(3, "Kazakhstah")]


def test_town_of_the_registry_and_its_authority_are_known():
    place = PlaceFactory(name_fr="Bonn", country="DE", kind="city")
    city = OrganisationFactory(name="Ville de Bonn", kind="local_authority", place=place)

    bring_in(towns("Bonn,Germany,50.7,7.1,Oxford,United Kingdom,51.75,-1.25"))

    assert Agreement.objects.get().parties.filter(organisation=city).exists()
    assert Place.objects.filter(name_fr="Bonn").count() == 1


def test_profile_knows_its_headings_with_spaces():
    row = "Ville de Rennes;Bug;1500;unique"

    planned = plan(csv(f"Nom attribuant;Nom Bénéficiaire;Montant;Conditions versement\n{row}"))

    assert not planned.problems
    assert planned.mapping.name == "scdl-subventions"
