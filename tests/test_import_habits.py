"""What offices write into cells by habit: understood, or refused with what to do instead."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from registry.choices import AgreementKind
from registry.dates import DateError, PartialDate, parse_date, parse_range
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.spreadsheets import approximate, vocabulary
from registry.spreadsheets.amounts import read_amount
from registry.spreadsheets.persons import is_likely_person, is_person, split_listed
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.values import read_stops
from tests import factories
from tests.spreadsheets import bring_in, counts, csv, plan, problems, xlsx


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


PERIODS = {
    "T1 2024": ("2024-01", "2024-03"),
    "1er trimestre 2024": ("2024-01", "2024-03"),
    "Q3 2021": ("2021-07", "2021-09"),
    "2021-Q3": ("2021-07", "2021-09"),
    "4e trimestre de 2023": ("2023-10", "2023-12"),
    "dernier trimestre 2023": ("2023-10", "2023-12"),
    "2e semestre 2023": ("2023-07", "2023-12"),
    "S1 2024": ("2024-01", "2024-06"),
    "3rd quarter of 2021": ("2021-07", "2021-09"),
    "années 1990": ("1990", "1999"),
    "années 2021-2022": ("2021", "2022"),
}


@pytest.mark.parametrize("text", PERIODS)
def test_part_of_a_year_is_a_period(text):
    start, end = parse_range(text)

    assert (start.isoformat(), end.isoformat()) == PERIODS[text]


@pytest.mark.parametrize("text", ["T1 2024", "Q3 2021", "2e semestre 2023", "T5 2024", "S15 2024"])
def test_part_of_a_year_is_no_date(text):
    with pytest.raises(DateError, match=text):
        parse_date(text)


def test_refused_period_is_shown_as_it_was_written():
    with pytest.raises(DateError, match="Printemps 2024"):
        parse_range("Printemps 2024")


PERSONS = {
    "Anne Ma, maire de Rennes, Paul Du, maire de Québec": 2,
    "Anne Ma, maire de Rennes et Paul Du, maire de Québec": 2,
    "Mme Anne Ma, Maire, M. Paul Du, Directeur général": 2,
    "Anne Ma et Paul Du": 2,
    "Anne Ma / Paul Du": 2,
    "Anne Ma, Paul Du, Zoé Petit": 3,
    "Anne Ma, maire de Rennes, présidente de Rennes Métropole": 1,
    "Anne Ma, maire et présidente de Rennes Métropole": 1,
    "Anne Ma, Présidente, Rennes Métropole": 1,
    "Anne Ma, Rennes Métropole": 1,
    "Jean et Marie Dupont": 1,
    "Anne Ma": 1,
}


@pytest.mark.parametrize("text", PERSONS)
def test_persons_without_semicolons_are_told_apart(text):
    assert len(split_listed(text)) == PERSONS[text]


def test_two_names_that_may_be_one_are_refused():
    with pytest.raises(CellError, match="two persons"):
        split_listed("Anne Ma, Paul Du")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anne Ma, adjointe à la culture", True),
        ("Anne Ma - DGS", True),
        ("Mme Anne Ma", True),
        ("Rennes Métropole", False),
        ("Université de Rennes, laboratoire", False),
        ("INRAE - unité mixte", False),
        ("Destination Rennes", False),
    ],
)
def test_person_in_a_list_of_organisations_is_known_by_its_form(text, expected):
    assert is_person(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anne Ma", True),
        ("Jean-Pierre Du Bois", True),
        ("Rennes Métropole", False),
        ("Biotech Santé Bretagne", False),
        ("Ville de Saint-Paul", False),
        ("Anne", False),
    ],
)
def test_name_that_begins_with_a_given_name_is_a_persons(text, expected):
    assert is_likely_person(text) is expected


@pytest.mark.django_db
def test_organisation_among_signatories_is_a_party():
    rows = [["Intitulé", "Type", "Signataires"], ["A", "Convention", "Ville de Rennes ; Anne Ma"]]

    bring_in(xlsx(rows))

    agreement = Agreement.objects.get()
    assert [str(party) for party in agreement.parties.all()] == ["Ville de Rennes"]
    assert [str(one) for one in agreement.signatories.all()] == ["Anne Ma"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dakar, Sénégal; Cotonou, Bénin", ["Dakar (Sénégal)", "Cotonou (Bénin)"]),
        ("Dakar (Sénégal) 3-6 avril 2024", ["Dakar (Sénégal) 2024-04-03"]),
        ("Dakar, Sénégal, 3-6 avril 2024 ; Lomé", ["Dakar (Sénégal) 2024-04-03", "Lomé"]),
        ("Dakar 3-6 avril 2024 ; Lomé 7 avril 2024", ["Dakar 2024-04-03", "Lomé 2024-04-07"]),
    ],
)
def test_stops_with_countries_and_dates_are_read(text, expected):
    stops = read_stops(text, True, lambda name: False, lambda place, name: name in COUNTRIES)

    assert [
        f"{stop.place} {stop.starts_on.isoformat()}" if stop.starts_on else stop.place
        for stop in stops
    ] == expected


COUNTRIES = ("Sénégal", "Bénin")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$1,234.50", "Canadian (CAD) or American (USD)"),
        ("1 000 dollars", "Canadian (CAD) or American (USD)"),
        ("12,500", "two ways"),
        ("20.000", "two ways"),
        ("environ 20 000 €", "exact"),
        ("~ 20 000 €", "exact"),
        ("max. 10 000 €", "exact"),
        ("5 000 + 3 000 €", "more than one number"),
        ("10 000 € à 15 000 €", "more than one number"),
        ("beaucoup", "not an amount"),
    ],
)
def test_amount_that_is_none_says_why(text, said):
    with pytest.raises(CellError) as refused:
        read_amount(text)

    assert said in refused.value.message
    assert refused.value.remedy


OFFERED = {
    "Pacte": "partnership",
    "Charte de coopération": "partnership",
    "Coopération": "partnership",
    "Pacte d'amitié": "twinning",
    "Avenant n° 2": "implementing",
    "Entente de principe": "letter_of_intent",
    "Konvention": "convention",
}
SAME = {
    "Accord-cadre": "framework",
    "Mémorandum d'entente": "protocol",
    "Lettre d'intention": "letter_of_intent",
    "Accord de coopération décentralisée": "convention",
    "Partenariat stratégique": "partnership",
}


@pytest.mark.parametrize("text", OFFERED)
def test_kind_that_is_none_of_ours_is_offered_the_closest(text):
    assert vocabulary.find_choice(AgreementKind, text) is None
    assert vocabulary.offered_choice(AgreementKind, text) == OFFERED[text]


@pytest.mark.parametrize("text", SAME)
def test_kind_by_another_name_is_understood(text):
    assert vocabulary.find_choice(AgreementKind, text) == SAME[text]


# With the registry --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("123 456 789 00012", "12345678900012"),
        ("123.456.789-00012", "12345678900012"),
        ("1.23457E+13", None),
        ("1234567890", None),
        ("FR 12345678901", None),
    ],
)
def test_siret_has_fourteen_digits(number, kept):
    file = xlsx([["Nom", "SIRET"], ["Alpha", number]])

    if kept is None:
        assert [line.split(":")[2] for line in problems(file)] == ["SIRET"]
    else:
        bring_in(file)
        assert Organisation.objects.get().identifiers.get().value == kept


@pytest.mark.django_db
def test_number_whose_last_digit_is_wrong_is_kept_and_told():
    found = plan(xlsx([["Nom", "SIREN"], ["Alpha", "213502389"], ["Bêta", "213502388"]]))

    assert not found.problems
    assert ["213502389" in notice for notice in found.notices] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["LE POOOL", "le poool", "Lé Poool"])
def test_name_in_another_spelling_renames_nothing(name):
    one = factories.OrganisationFactory(name="Le Poool", place=None)

    bring_in(xlsx([["Nom", "Site web"], [name, "https://example.org"]]))

    one.refresh_from_db()
    assert (one.name, one.website) == ("Le Poool", "https://example.org")


@pytest.mark.django_db
def test_title_in_capitals_renames_nothing():
    factories.AgreementFactory(title="Accord d’été", signed_on="2024")

    planned = plan(xlsx([["Intitulé", "Date de signature"], ["ACCORD D'ETE", "2024"]]))

    assert counts(planned) == [(0, 0, 1, 0)]


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["indéterminée", "Illimitée", "–", "à définir", "open-ended"])
def test_agreement_without_end_has_no_date_of_end(word):
    bring_in(xlsx([["Intitulé", "Type", "Échéance"], ["Accord", "Convention", word]]))

    assert Agreement.objects.get().ends_on is None


@pytest.mark.django_db
def test_duration_is_refused_with_what_to_write():
    found = problems(xlsx([["Intitulé", "Type", "Échéance"], ["Accord", "Convention", "3 ans"]]))

    assert len(found) == 1
    assert "duration" in found[0]


@pytest.mark.django_db
def test_number_of_persons_is_no_organisation():
    rows = [["Mission", "Sens", "Participants"], ["M", "Sortante", "12 personnes ; Inria"]]

    assert ["number, not a name" in line for line in problems(xlsx(rows))] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("heading", ["Participants", "# participants", "No. of participants"])
def test_participants_that_are_all_numbers_are_counted(heading):
    rows = [["Mission", "Sens", heading], ["M", "Sortante", 12], ["N", "Entrante", "37"]]

    bring_in(xlsx(rows))

    assert sorted(Delegation.objects.values_list("people_count", flat=True)) == [12, 37]


@pytest.mark.django_db
@pytest.mark.parametrize("heading", ["N° de mission", "Mission no.", "Mission #", "No de dossier"])
def test_number_of_a_mission_is_its_reference_and_no_title(heading):
    bring_in(xlsx([[heading, "Mission", "Sens"], ["2024-7", "M", "Sortante"]]))

    assert Delegation.objects.get().reference == "2024-7"


@pytest.mark.django_db
@pytest.mark.parametrize("headings", [["Objet de l'accord", "Libellé"], ["Libellé", "Objet"]])
def test_heading_of_two_meanings_gives_way_to_a_plainer_one(headings):
    cells = ["Accord" if heading == "Libellé" else "De la mer" for heading in headings]
    bring_in(xlsx([[*headings, "Type"], [*cells, "Convention"]]))

    assert list(Agreement.objects.values_list("title", "summary")) == [("Accord", "De la mer")]


@pytest.mark.django_db
def test_organisation_called_by_a_number_is_refused():
    rows = [["Projet", "Porteurs"], ["Digi", "37"]]

    assert ["is a number, not a name" in line for line in problems(xlsx(rows))] == [True]


@pytest.mark.django_db
def test_kinds_of_places_and_sources_have_usual_words():
    bring_in(xlsx([["Commune", "Pays", "Niveau"], ["Dinan", "France", "Commune"]]))
    bring_in(xlsx([["Titre du document", "Lien", "Type"], ["Bilan", "example.org", "Communiqué"]]))

    assert Place.objects.filter(name_fr="Dinan", kind="city").exists()
    assert Source.objects.get().kind == "press_release"


@pytest.mark.django_db
def test_participants_with_offices_are_persons():
    cell = "Anne Ma, adjointe à la culture ; Paul Du - DGS ; Bretagne Export"
    bring_in(xlsx([["Mission", "Sens", "Participants"], ["M", "Sortante", cell]]))

    found = Delegation.objects.get().participants.values_list("name", "office")
    assert list(found) == [("Anne Ma", "adjointe à la culture"), ("Paul Du", "DGS"), ("", "")]


@pytest.mark.django_db
def test_sheet_whose_projects_are_often_missing_is_of_contributions():
    headings = ["Année", "Financeur", "Bénéficiaire", "Objet", "Montant", "Projet"]
    bring_in(xlsx([headings, [2021, "A", "B", "Fête", 10, ""], [2022, "A", "C", "", 20, "P; Q"]]))

    assert [one.projects.count() for one in Contribution.objects.order_by("year")] == [0, 2]


@pytest.mark.django_db
def test_slash_separates_names_that_are_known():
    for name in ("Rennes", "Québec"):
        factories.OrganisationFactory(name=name, place=None)
    rows = [["Intitulé", "Type", "Parties"], ["A", "Convention", "Rennes / Québec"]]
    bring_in(xlsx([*rows, ["B", "Convention", "Ministère / Ministry"]]))

    found = [sorted(map(str, one.parties.all())) for one in Agreement.objects.order_by("title")]
    assert found == [["Québec", "Rennes"], ["Ministère / Ministry"]]


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1f", "\x7f", "\x85", "_x0000_"])
def test_control_characters_are_left_out_of_what_is_kept(sign):
    bring_in(csv(f"Intitulé;Type\nAccord{sign} A;Convention\n".replace("_x0000_", "\x02")))

    assert Agreement.objects.get().title == "Accord A"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["100 000 €", "25 000 €", "50 %", ""], (100000, 25000, 50, "EUR")),
        (["100 000 $ CA", "", "80", ""], (100000, None, 80, "CAD")),
        ([100000, 25000.5, 50, "CAD"], (100000, 25000.5, 50, "CAD")),
    ],
)
def test_sums_of_a_call_may_name_their_currency(cells, expected):
    headings = ["Fonds", "Édition", "Enveloppe", "Aide maximale", "Taux maximal", "Devise"]
    bring_in(xlsx([headings, ["F", "2024", *cells]]))

    one = Call.objects.get()
    assert (one.budget, one.grant_cap, one.rate_cap, one.currency) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("Taux maximal", "0.5", "part of one"),
        ("Clôture", "45391", "9 April 2024"),
        ("Enveloppe", "100 000 $ US", ""),
    ],
)
def test_number_that_a_spreadsheet_shows_otherwise_is_explained(heading, cell, said):
    rows = [["Fonds", "Édition", heading], ["F", "2024", cell]]
    found = problems(xlsx(rows))

    assert [said in line for line in found] == ([True] if said else [])


@pytest.mark.django_db
def test_column_that_is_missing_is_named_as_missing():
    found = problems(xlsx([["Intitulé", "Signé le"], ["Accord", "2024"]]))

    assert ["no column" in line for line in found] == [True]


@pytest.mark.django_db
def test_new_organisations_with_almost_the_same_name_are_told():
    rows = [
        ["Nom", "Ville"],
        ["Association Bretagne Export", ""],
        ["Asociation Bretagne Export", ""],
    ]

    planned = plan(xlsx(rows))

    assert counts(planned) == [(2, 0, 0, 0)]
    assert ["almost the same" in one for one in planned.notices] == [True]


@pytest.mark.django_db
def test_duration_ends_what_begins_in_its_row():
    rows = [
        ["Intitulé", "Type", "Signé le", "Durée"],
        ["A", "Convention", "1er mars 2021", "3 ans"],
    ]

    bring_in(xlsx(rows))

    assert Agreement.objects.get().ends_on == PartialDate(2024, 2, 29)


@pytest.mark.django_db
def test_project_for_which_nothing_was_given_has_no_contribution():
    bring_in(xlsx([["Projet", "Montant", "Durée"], ["Un", "0 €", "jusqu’en 2025"]]))

    project = Project.objects.get()
    assert (project.ends_on, project.contributions.count()) == (PartialDate(2025), 0)


@pytest.mark.django_db
def test_contribution_of_zero_is_refused_in_plain_words():
    found = problems(xlsx([["Bénéficiaire", "Montant", "Année"], ["Bug", 0, 2021]]))

    assert ["it is zero" in line for line in found] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("names", [["Le Pооol", "Le Poool"], ["Le Poool", "Le Pооol"]])
def test_new_name_in_look_alike_letters_is_told(names):
    planned = plan(xlsx([["Nom"], *([name] for name in names)]))

    assert ["almost the same" in one for one in planned.notices] == [True]


NUMBERS = {
    "21350238800019": "21350238800019",
    "2,1350238800019E+13": "21350238800019",
    "21350238800019.0": "21350238800019",
    "213 502 388 00019": "21350238800019",
    "1234567800010": "01234567800010",
}


@pytest.mark.django_db
@pytest.mark.parametrize("written", NUMBERS)
def test_number_of_a_register_is_read_as_spreadsheets_leave_it(written):
    planned = bring_in(xlsx([["Nom", "SIRET"], ["Ville A", written]]))

    identifier = Organisation.objects.get(name="Ville A").identifiers.get()
    assert identifier.value == NUMBERS[written]
    told = [notice for notice in planned.notices if "took its first zeros away" in notice]
    assert len(told) == identifier.value.startswith("0")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("1234567800012", "write 01234567800012 as a text"),
        ("2,12901E+13", "its last digits are lost"),
        ("12", "Correct it"),
    ],
)
def test_number_of_a_register_that_is_none_says_how_to_mend_it(written, remedy):
    said = problems(xlsx([["Nom", "SIRET"], ["Ville A", written]]))

    assert remedy in said[0]


@pytest.mark.django_db
def test_who_signed_is_no_day_of_signature():
    rows = [["Entente", "Type", "Signée par"], ["A", "Convention", "Anne Ma (Maire)"]]

    bring_in(xlsx(rows))

    assert Agreement.objects.get().signatories.get().office == "Maire"


@pytest.mark.parametrize("cell", ["depuis 2010", "since 2010", "depuis le 9 avril 2024"])
def test_day_since_which_something_holds_is_a_date(cell):
    assert parse_date(cell) in (PartialDate(2010), PartialDate(2024, 4, 9))


@pytest.mark.django_db
def test_unknown_kind_does_not_make_another_table_of_a_sheet():
    rows = [["Intitulé", "Type", "Parties"], ["A", "Traité", "Inria"]]

    assert [line.split(":")[:3] for line in problems(xlsx(rows))] == [["Feuille 1", "2", "Type"]]


@pytest.mark.django_db
@pytest.mark.parametrize("line_end", ["\u2028", "\u2029", "\x85"])
def test_line_ends_of_every_kind_part_a_list(line_end):
    bring_in(csv(f"Intitulé;Type;Parties\nA;Convention;Inria{line_end}Keolis\n"))

    assert Agreement.objects.get().parties.count() == 2


@pytest.mark.django_db
def test_heading_over_others_tells_the_kind_of_a_sheet():
    rows = [["Projet", None, "Porteurs", None]]
    rows += [
        ["Titre", "Résumé", "Côté français", "Côté québécois"],
        ["Digi", "x", "ID4Car", "IVEO"],
    ]

    bring_in(xlsx(rows))

    assert Project.objects.get().partners.filter(role="lead").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headings", "cells", "column", "value"),
    [
        (["Accord", "Type", "Début", "Fin"], ["A", "Convention", 2015, 2012], "Fin", "2012"),
        (["Mission", "Sens", "Du", "Au"], ["M", "Sortante", "2024-04-12", "2024-04-03"], "Au", ""),
        (["Projet", "Début", "Fin"], ["P", 2015, 2012], "Fin", "2012"),
    ],
)
def test_end_before_the_start_names_the_cell_of_the_end(headings, cells, column, value):
    found = plan(xlsx([headings, cells])).problems

    assert [(one.column, value in one.value) for one in found] == [(column, True)]


@pytest.mark.django_db
def test_number_given_twice_names_the_cell_of_the_number():
    rows = [["Référence", "Mission", "Sens"], ["R1", "M", "Sortante"], ["R1", "N", "Sortante"]]

    found = plan(xlsx(rows)).problems

    assert [(one.row, one.column, one.value) for one in found] == [(3, "Référence", "R1")]


@pytest.mark.django_db
def test_few_choices_are_told_beside_the_closest():
    found = problems(xlsx([["Mission", "Sens"], ["M", "Sortnte"], ["N", "Nord"]]))

    assert "Did you mean “Outgoing”? The choices are: Outgoing, Incoming." in found[0]
    assert "Did you mean" not in found[1]


@pytest.mark.django_db
def test_amount_of_nobody_for_nothing_is_refused():
    rows = [["Montant", "Année", "Remarque"], ["5000", 2020, "reçu"]]

    assert ["neither who gave it" in line for line in problems(xlsx(rows))] == [True]


@pytest.mark.django_db
def test_commas_below_an_english_heading_separate_thousands():
    bring_in(csv("Recipient;Title;Amount;Year\nComité A;Voyage;20,000;2021\n"))

    assert Contribution.objects.get().amount == 20_000


@pytest.mark.django_db
def test_commas_below_a_french_heading_may_be_decimals():
    said = problems(csv("Bénéficiaire;Objet;Montant;Année\nComité A;Voyage;20,000;2021\n"))

    assert "two ways" in said[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "funders"),
    [
        ("Ville de Rennes et Ministère de l'Europe et de la mer", 2),
        ("Nantes, Ville de Rennes et Ministère de l'Europe et de la mer", 3),
        ("Ville de Rennes – Ministère de l'Europe et de la mer", 2),
        ("Ville de Rennes et quelqu'un", 1),
    ],
)
def test_word_between_known_names_may_be_part_of_one(cell, funders):
    factories.OrganisationFactory(name="Ville de Rennes")
    factories.OrganisationFactory(name="Ministère de l'Europe et de la mer")

    bring_in(xlsx([["Financeurs", "Objet", "Montant"], [cell, "Fablab", 1000]]))

    assert Contribution.objects.get().funders.count() == funders


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "day"),
    [("Signé le (JJ/MM/AAAA)", "2013-10-02"), ("Signed on (mm/dd/yyyy)", "2013-02-10")],
)
def test_heading_may_say_how_dates_are_written(heading, day):
    cell = "02/10/2013"

    bring_in(xlsx([["Title", "Type", heading], ["One", "Convention", cell]]))

    assert Agreement.objects.get().signed_on.isoformat() == day


@pytest.mark.django_db
def test_letter_at_the_end_of_a_name_is_no_article():
    bring_in(xlsx([["Project", "Start"], ["Lot D", "2021"], ["Lot L", "2021"]]))

    assert Project.objects.count() == 2


@pytest.mark.django_db
def test_dash_in_a_text_is_nothing():
    bring_in(xlsx([["Project", "Summary", "Start"], ["One", "-", "2021"]]))

    assert Project.objects.get().summary == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("numbers", "column"), [(["M-01", "M-02"], "reference"), ([3, 7], None)])
def test_codes_below_a_number_sign_are_references(numbers, column):
    rows = [["N°", "Project", "Start"], [numbers[0], "A", 2021], [numbers[1], "B", 2021]]

    assert plan(xlsx(rows)).layouts[0].columns[0].column == column


@pytest.mark.django_db
def test_period_leaves_a_more_precise_date_beside_it():
    head = ["Title", "Type", "Start", "Period"]

    bring_in(xlsx([head, ["One", "Convention", "March 2014", "2014-2017"]]))

    assert Agreement.objects.get().starts_on.isoformat() == "2014-03"
    (problem,) = plan(xlsx([head, ["Two", "Convention", "2012", "2014-2017"]])).problems
    assert (problem.column, problem.value) == ("Period", "2014-2017")


@pytest.mark.django_db
def test_country_beside_a_destination_says_where_it_lies():
    head = ["Mission", "Direction", "Country", "City"]

    bring_in(xlsx([head, ["One", "Outgoing", "Canada", "Gaspé"]]))

    assert str(Place.objects.get(name_fr="Gaspé").country) == "CA"


@pytest.mark.django_db
def test_idem_is_what_stands_above():
    rows = [["Title", "Type", "Parties"], ["One", "Convention", "Rennes"], ["Two", "idem", '"']]

    bring_in(xlsx(rows))

    second = Agreement.objects.get(title="Two")
    assert (second.kind, [str(one) for one in second.parties.all()]) == ("convention", ["Rennes"])


@pytest.mark.django_db
def test_choice_may_be_written_in_two_languages():
    bring_in(xlsx([["Title", "Type"], ["One", "Jumelage / Twinning"]]))

    assert Agreement.objects.get().kind == AgreementKind.TWINNING


@pytest.mark.django_db
def test_franc_of_two_currencies_is_told():
    planned = plan(xlsx([["Project", "Amount"], ["One", "655 957 FCFA"]]))

    assert any("XAF" in notice for notice in planned.notices)


@pytest.mark.django_db
def test_address_of_a_source_may_stand_beside_its_title():
    head = ["Project", "Source", "Lien vers la source"]

    bring_in(xlsx([head, ["One", "Délibération 12", "https://example.org/12"]]))

    assert Source.objects.get().url == "https://example.org/12"


APPROXIMATE = {
    "fin 2024": "2024",
    "mi-mai 2024": "2024-05",
    "à l'automne 2022": "2022",
    "early 2023": "2023",
}


@pytest.mark.django_db
@pytest.mark.parametrize("text", APPROXIMATE)
def test_date_that_says_about_when_keeps_what_is_sure(text):
    planned = bring_in(csv(f"Intitulé;Type;Date de signature\nA;Entente;{text}"))

    assert Agreement.objects.get().signed_on.isoformat() == APPROXIMATE[text]
    assert f"“{text}” says about when" in " ".join(planned.notices)


@pytest.mark.parametrize(
    "text", ["fin 09/04/2024", "vers 1990", "~2010", "2010 ?", "hiver 2024", "fin"]
)
def test_date_of_which_nothing_is_sure_is_refused(text):
    assert approximate.read(text) is None


@pytest.mark.parametrize("text", ["9/IV/2024", "9 iv 2024", "2024-IV-09"])
def test_month_in_roman_numerals_is_read(text):
    assert parse_date(text) == PartialDate(2024, 4, 9)


COORDINATES = {
    "48,1147° N": "48.1147",
    "48.1147 N": "48.1147",
    "48°06'53\"N": "48.11472",
    "48° 6′ 53″ nord": "48.11472",
    "N 48°06.5'": "48.10833",
    "33.9° S": "-33.9",
    "-33,9°": "-33.9",
    "48,1147": "48.1147",
}


@pytest.mark.django_db
@pytest.mark.parametrize("text", COORDINATES)
def test_coordinates_with_degree_signs_are_read(text):
    headings = ["Lieu", "Pays", "Type", "Latitude", "Longitude"]
    bring_in(xlsx([headings, ["Rennes", "France", "Ville", text, "1° 40′ 48″ O"]]))

    rennes = Place.objects.get(name_fr="Rennes")
    assert (rennes.latitude, rennes.longitude) == (Decimal(COORDINATES[text]), Decimal("-1.68"))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["48°06'53\"O", "48°99'", "N -48,1°", "Rennes"])
def test_latitude_that_is_none_is_refused(text):
    rows = [["Lieu", "Pays", "Type", "Latitude"], ["Rennes", "France", "Ville", text]]

    assert f"“{text}” is not a number" in problems(xlsx(rows))[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stop", "is_told"),
    [
        ("Rochester : 3-6 avril 2024", False),
        ("Rochester : avril 2024", False),
        ("Rochester : 2-6 avril 2024", True),
        ("Rochester : 6-13 avril 2024", True),
    ],
)
def test_stop_outside_the_dates_of_its_delegation_is_told(stop, is_told):
    factories.PlaceFactory(name_fr="Rochester")

    planned = bring_in(csv(f"Mission;Sens;Du;Au;Étapes\nA;Sortante;2024-04-03;2024-04-12;{stop}"))

    assert ("lies outside the dates" in " ".join(planned.notices)) == is_told


@pytest.mark.django_db
@pytest.mark.parametrize("dates", ["1er avril 2024", "12 avril 2025", "juin 2023"])
def test_stop_at_another_time_than_its_new_delegation_is_refused(dates):
    factories.PlaceFactory(name_fr="Rochester")
    rows = f"A;Sortante;2024-04-03;2024-04-12;Rochester : {dates}"

    (problem,) = problems(csv(f"Mission;Sens;Du;Au;Étapes\n{rows}"))

    assert "lies outside the dates of the delegation" in problem
