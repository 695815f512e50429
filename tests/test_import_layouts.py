"""Sheets that are no plain table: on their side, several on one sheet, a column for each year."""

import io

import openpyxl
import pytest
from django.utils.translation import override

from registry.models import Agreement, Contribution, Project
from registry.spreadsheets import totals
from registry.spreadsheets.files import read_workbook
from registry.spreadsheets.good_rows import refused_workbook
from registry.spreadsheets.resources import IMPORTED
from registry.spreadsheets.unfolding import unfold
from tests import factories
from tests.spreadsheets import FILES, bring_in, counts, plan, problems, xlsx

pytestmark = pytest.mark.django_db

HEADINGS = ["Intitulé", "Type", "Date de signature", "Parties"]
FIRST = ["Accord A", "Convention", "2021", "Rennes; Québec"]
SECOND = ["Accord B", "Protocole", "2022", "Rennes"]


@pytest.fixture(autouse=True)
def _in_french():
    with override("fr"):
        yield


def on_side(*rows):
    return [list(column) for column in zip(*rows, strict=True)]


def agreements() -> list[tuple]:
    found = Agreement.objects.order_by("title").prefetch_related("parties__organisation")
    return [
        (one.title, one.kind, str(one.signed_on), sorted(map(str, one.parties.all())))
        for one in found
    ]


EXPECTED = [
    ("Accord A", "convention", "2021", ["Québec", "Rennes"]),
    ("Accord B", "protocol", "2022", ["Rennes"]),
]


@pytest.mark.parametrize(
    "rows",
    [
        on_side(HEADINGS, FIRST, SECOND),
        [["Fiches des accords"], [], *on_side(HEADINGS, FIRST, SECOND)],
        on_side([f"{heading} :" for heading in HEADINGS], FIRST, SECOND),
        on_side([""] * 4, HEADINGS, FIRST, SECOND),
        [HEADINGS, FIRST, HEADINGS, SECOND],
        [HEADINGS, ["Title", "Kind", "Signed on", "Parties"], FIRST, SECOND],
        [["2021"], HEADINGS, FIRST, [], ["2022"], HEADINGS, SECOND],
        [HEADINGS, ["2021"], FIRST, ["Année 2022"], SECOND],
        [HEADINGS, ["Amérique"], FIRST, ["Europe"], SECOND, ["Total : 2 accords"]],
        [HEADINGS, FIRST, [], [], HEADINGS[::-1], SECOND[::-1]],
        [["1. Intitulé", "2. Type", "3) Date de signature", "4 - Parties"], FIRST, SECOND],
    ],
    ids=[
        *("on-side", "on-side-title", "on-side-colons", "on-side-later", "headings-again"),
        *("two-languages", "tables-by-year", "sections", "lone-texts", "another-order", "numbered"),
    ],
)
def test_every_record_of_an_odd_layout_is_read(rows):
    bring_in(xlsx(rows))

    assert agreements() == EXPECTED


def test_tables_of_two_kinds_on_one_sheet_are_both_read_and_told():
    missions = [["Délégations"], [], ["Intitulé", "Sens", "Du"], ["Mission", "Sortante", "2023"]]

    planned = bring_in(xlsx([["Accords"], HEADINGS, FIRST, [], *missions]))

    assert [(sheet.model.__name__, sheet.new) for sheet in planned.sheets] == [
        ("Agreement", 1),
        ("Delegation", 1),
    ]
    assert any("2 tableaux" in one or "2 tables" in one for one in planned.notices)


def test_error_below_the_second_table_gives_its_row():
    rows = [HEADINGS, FIRST, [], ["Intitulé", "Sens", "Du"], ["Mission", "Ailleurs", "2023"]]

    assert [line.split(":")[1:3] for line in problems(xlsx(rows))] == [["5", "Sens"]]


def test_refused_rows_of_two_tables_come_back_on_two_sheets():
    bad = ["Accord C", "Konvention", "2022", ""]
    file = xlsx([HEADINGS, FIRST, bad, [], ["Intitulé", "Sens", "Du"], ["Mission", "Ailleurs", ""]])
    planned = plan(file, good_rows=True)
    file.seek(0)
    source = read_workbook(file)
    unfold(source, IMPORTED)

    book = openpyxl.load_workbook(io.BytesIO(refused_workbook(source, planned, "x")))

    assert [[row[1].value for row in sheet] for sheet in book] == [
        ["Intitulé", "Accord C"],
        ["Intitulé", "Mission"],
    ]


def test_data_that_read_like_headings_stay_data():
    rows = [HEADINGS, FIRST, [], ["Convention", "Convention", "2022", "Rennes"]]

    assert counts(plan(xlsx(rows))) == [(2, 0, 0, 0)]


def given() -> list[tuple]:
    found = Contribution.objects.order_by("year", "amount")
    return [(one.year, int(one.amount), one.currency) for one in found]


YEARS = [
    (["2021", "2022", "2023"], "EUR"),
    ([2021, 2022, 2023], "EUR"),
    (["Montant 2021 ($ CA)", "Montant 2022 ($ CA)", "Montant 2023 ($ CA)"], "CAD"),
    (["Subvention accordée en 2021", "Subvention accordée en 2022", "Budget 2023"], "EUR"),
]


@pytest.mark.parametrize(("headings", "currency"), YEARS)
def test_column_for_each_year_makes_contributions_to_a_project(headings, currency):
    file = xlsx(
        [["Projet", "Porteur", *headings, "Total"], ["P", "Rennes", 10000, "12 000,50", "", 3]]
    )

    bring_in(file)

    assert given() == [(2021, 10000, currency), (2022, 12000, currency)]
    assert Project.objects.get().contributions.count() == 2
    assert counts(plan(file)) == [(0, 0, 1, 0)]


@pytest.mark.parametrize(("headings", "currency"), YEARS)
def test_column_for_each_year_makes_contributions_to_a_recipient(headings, currency):
    rows = [
        ["Bénéficiaire", "Objet", *headings],
        ["A", "Fête", 10, "–", 30],
        ["B", "Fête", "", 20, ""],
    ]
    file = xlsx(rows)

    bring_in(file)

    assert given() == [(2021, 10, currency), (2022, 20, currency), (2023, 30, currency)]
    assert counts(plan(file)) == [(0, 0, 3, 0)]


def test_total_beside_years_is_not_counted_again():
    planned = bring_in(xlsx([["Projet", "2021", "2022", "Montant total"], ["P", 10, 20, 30]]))

    assert [amount for _year, amount, _currency in given()] == [10, 20]
    assert any("Montant total" in one for one in planned.notices)


def test_wrong_amount_of_a_year_names_its_cell():
    factories.OrganisationFactory(name="A")

    found = problems(xlsx([["Bénéficiaire", "2021", "2022"], ["A", 10, "beaucoup"]]))

    assert [line.split(":")[1:3] for line in found] == [["2", "2022"]]


@pytest.mark.parametrize(
    "row",
    [
        ["Entente", "Convention", "2022", "Rennes"],
        ["Accord cadre", "Convention", "", "Rennes; Québec"],
        ["Accord", "Convention", "", "Parties"],
        ["Jumelage", "Partenariat", "", ""],
    ],
)
@pytest.mark.parametrize("blank", [[], [[]]], ids=["at-once", "below-blank"])
def test_row_of_words_that_are_headings_elsewhere_is_a_row(row, blank):
    assert counts(plan(xlsx([HEADINGS, *blank, row]))) == [(1, 0, 0, 0)]


def test_row_of_data_below_unknown_headings_is_never_taken_for_headings():
    rows = [["Tralala", "Truc", "Machin"], ["Accord", "Chose", 2021], ["Entente", "Chose", 2022]]

    assert [one.about for one in plan(xlsx(rows)).problems] == ["sheet"]


def test_what_stands_above_the_headings_is_told():
    rows = [["Service", "Relations"], ["Année", "2024"], [], HEADINGS, FIRST]

    planned = plan(xlsx(rows))

    assert counts(planned) == [(1, 0, 0, 0)]
    assert any("(1–2)" in one for one in planned.notices)


def test_sheet_of_choices_beside_a_table_is_left_out():
    file = xlsx([HEADINGS, FIRST], [["Convention"], ["Protocole"]], names=["Accords", "Listes"])

    assert counts(plan(file)) == [(1, 0, 0, 0)]


def contributions() -> list[tuple]:
    found = Contribution.objects.order_by("year", "amount").prefetch_related("funders")
    return [(one.year, int(one.amount or 0), sorted(map(str, one.funders.all()))) for one in found]


def test_amounts_by_year_leave_no_contribution_of_nothing():
    bring_in(xlsx([["Projet", "Financeurs", "2021", "2022"], ["Un", "Rennes", 1000, 2000]]))

    assert contributions() == [(2021, 1000, ["Rennes"]), (2022, 2000, ["Rennes"])]


def test_project_has_a_row_for_each_of_its_funders():
    rows = [
        ["Projet", "Porteur", "Financeur", "Montant"],
        ["Un", "Brest", "Rennes", 1000],
        ["Un", "Brest", "Québec", 1000],
        ["Un", None, "Nantes", 2000],
    ]

    bring_in(xlsx(rows))

    expected = [(None, 1000, ["Québec"]), (None, 1000, ["Rennes"]), (None, 2000, ["Nantes"])]
    assert sorted(contributions()) == sorted(expected)
    assert Project.objects.get().contributions.count() == 3
    assert counts(plan(xlsx(rows))) == [(0, 0, 1, 0)]


DECIDED = [
    ["Projet", "Porteur", "Montant", "Date de notification", "N° de délibération"],
    ["Un", "Brest", 1000, "15/05/2023", "23-45"],
    ["Deux", "Brest", None, None, None],
]


def test_amount_of_a_project_was_granted_by_a_decision():
    bring_in(xlsx(DECIDED))

    given = Contribution.objects.get()
    assert (given.decided_on.isoformat(), given.decision) == ("2023-05-15", "23-45")
    assert given.year == 2023
    assert counts(plan(xlsx(DECIDED))) == [(0, 0, 2, 0)]


def test_decision_on_the_amount_of_a_known_project_is_a_change_of_that_amount():
    bring_in(xlsx([row[:3] for row in DECIDED]))

    planned = bring_in(xlsx(DECIDED))

    assert counts(planned) == [(0, 1, 1, 0)]
    given = Contribution.objects.get()
    assert (given.decided_on.isoformat(), given.decision) == ("2023-05-15", "23-45")


def test_decision_without_an_amount_is_told():
    planned = plan(xlsx([*DECIDED[:1], ["Un", "Brest", None, "15/05/2023", None]]))

    assert "ni montant" in planned.notices[-1]
    assert counts(planned) == [(1, 0, 0, 0)]


def test_decisions_make_no_list_of_grants_one_of_projects():
    headings = ["Bénéficiaire", "Projet", "Montant", "Date de la délibération", "N° de décision"]

    planned = plan(xlsx([headings, ["Rennes", "Un", 1000, "15/05/2023", "7"]]))

    assert [one.model for one in planned.sheets] == [Contribution]


def test_rows_of_one_project_that_contradict_each_other_are_refused():
    rows = [["Projet", "Porteur", "Montant"], ["Un", "Brest", 1000], ["Un", "Nantes", 2000]]

    assert "porte sur la même fiche que la ligne 2" in plan(xlsx(rows)).problems[0].message


def test_other_row_of_a_project_names_its_own_cell():
    rows = [["Projet", "Montant"], ["Un", 1000], ["Un", "beaucoup"]]

    (problem,) = plan(xlsx(rows)).problems

    assert (problem.row, problem.value) == (3, "beaucoup")


GRANT = [["Bénéficiaire", "Objet", "Montant"], ["Rennes", "Fablab", 1000]]


@pytest.mark.parametrize(
    ("name", "rows", "year"),
    [
        ("2021", GRANT, 2021),
        ("Subventions 2021", GRANT, 2021),
        ("Feuil1", [["Subventions 2021"], [], *GRANT], 2021),
        ("Feuil1", [["Mise à jour : 2021"], [], *GRANT], None),
        ("Feuil1", [["Liste du 03/02/2021"], [], *GRANT], None),
        ("2019-2021", GRANT, None),
    ],
)
def test_title_of_a_sheet_may_say_the_year_of_its_grants(name, rows, year):
    planned = bring_in(xlsx(rows, names=[name]))

    assert Contribution.objects.get().year == year
    assert any("2021 " in notice for notice in planned.notices) == bool(year)


def test_section_lines_may_stand_in_a_column_of_their_own():
    head = ["", *HEADINGS]

    bring_in(xlsx([head, ["Amérique"], ["", *FIRST], ["Europe"], ["", *SECOND]]))

    assert agreements() == EXPECTED


def test_sheet_called_like_a_kind_and_more_is_of_that_kind():
    factories.PlaceFactory(name_fr="Dakar", country="SN")
    head, cells = ["Intitulé", "Du", "Au", "Ville"], ["Un voyage", "2023", "2024", "Dakar"]

    planned = plan(xlsx([head, cells], names=["Missions sortantes"]))

    assert planned.layouts[0].kind == "delegation"


LAYOUTS = [
    ["Projet", "Porteurs", "Porteurs 2", "Montant", "2021", "2022"],
    ["Culture"],
    ["Un", "Brest", "Nantes", None, 1000, 2000],
    ["Deux", "Brest", None, None, None, 500],
    ["Total", None, None, None, 1000, 2500],
    ["Source : délibérations"],
]


@pytest.mark.parametrize("file", [FILES / "rennes.xlsx", FILES / "scdl-subventions.csv", LAYOUTS])
def test_rows_of_a_long_table_say_what_those_of_a_short_one_do(monkeypatch, file):
    def planned():
        return plan(xlsx(file) if file is LAYOUTS else io.BytesIO(file.read_bytes()))

    short = planned()
    monkeypatch.setattr(totals, "LONG", 0)
    long = planned()

    assert long.digest == short.digest
    assert (long.notices, counts(long)) == (short.notices, counts(short))
    assert not long.problems


def test_sheets_of_projects_may_be_called_by_years():
    rows = [["Projet", "Porteur", "Montant"], ["Un", "Brest", 1000]]
    later = [["Projet", "Porteur", "Montant"], ["Un", "Brest", 1000], ["Deux", "Brest", 500]]

    planned = bring_in(xlsx(rows, later, names=["2021", "2022"]))

    assert contributions() == [(2021, 1000, []), (2022, 500, []), (2022, 1000, [])]
    assert Project.objects.count() == 2
    assert sum("en euros" in notice for notice in planned.notices) == 2
    again = plan(xlsx(rows, later, names=["2021", "2022"]))
    assert not again.touched


def test_headings_without_rows_are_told():
    planned = plan(xlsx([HEADINGS], [HEADINGS, FIRST]))

    assert sum("1" in notice and "Feuille 1" in notice for notice in planned.notices) == 1


def test_lines_with_subtotals_of_their_own_are_no_projects():
    head, full = ["Projet", "Fonds", "Montant"], ["FFQCD", 1000]
    rows = [head, ["Axe 1"], ["Un", *full], ["Sous-total axe 1", None, 1000]]
    rows += [["Axe 2"], ["Deux", *full], ["Sous-total axe 2", None, 1000]]

    bring_in(xlsx(rows))

    assert sorted(Project.objects.values_list("title", flat=True)) == ["Deux", "Un"]


@pytest.mark.parametrize(
    ("title", "heading", "amount"),
    [
        ("Subventions (en milliers d'euros)", "Montant", 12_500),
        ("Subventions (en milliers d'euros)", "Montant (€)", 12.5),
        ("Subventions (en faveur de la mer)", "Montant", 12.5),
    ],
)
def test_title_of_a_sheet_may_say_the_unit_of_its_amounts(title, heading, amount):
    planned = bring_in(xlsx([[title], [], ["Bénéficiaire", heading], ["Rennes", 12.5]]))

    assert Contribution.objects.get().amount == amount
    assert any("milliers" in notice for notice in planned.notices) == (amount > 100)


def test_heading_of_a_duration_may_say_its_unit():
    head = ["Intitulé", "Type", "Début", "Durée (ans)"]

    bring_in(xlsx([head, ["Accord A", "Convention", "2021", 3]]))

    assert Agreement.objects.get().ends_on.isoformat() == "2024"
