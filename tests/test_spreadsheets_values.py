"""What people write into cells: amounts, lists, persons, stops, choices and countries."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.choices import AgreementKind, Currency, OrganisationKind
from registry.spreadsheets import vocabulary
from registry.spreadsheets.amounts import read_amount
from registry.spreadsheets.counts import read_about, read_count
from registry.spreadsheets.names import Names
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.reading import formats
from registry.spreadsheets.slips import Slips, is_slip
from registry.spreadsheets.tables import Row
from registry.spreadsheets.values import (
    read_persons,
    read_stops,
    says_no_value,
    split_values,
)
from registry.spreadsheets.widgets import ChoiceWidget, CountryWidget, UrlWidget
from registry.text import name_key

# Amounts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("20 000 €", "20000", "EUR"),
        ("1 234,50", "1234.50", None),
        ("1.234,50 EUR", "1234.50", "EUR"),
        ("1,234.50", "1234.50", None),
        ("$ CA 15 000", "15000", "CAD"),
        ("15 000 $", "15000", "CAD"),
        ("15 000 $ CA", "15000", "CAD"),
        ("CAD 20,000.00", "20000", "CAD"),
        ("US$1,500", "1500", "USD"),
        ("€12,500", "12500", "EUR"),
        ("20.000 €", "20000", "EUR"),
        ("€20.000", "20000", "EUR"),
        ("20,000 EUR", "20000", "EUR"),
        ("15,125 $ CA", "15125", "CAD"),
        ("20 k€", "20000", "EUR"),
        ("1,5 M€", "1500000", "EUR"),
        ("12 000 dollars canadiens", "12000", "CAD"),
        ("5 000 000 FCFA", "5000000", "XOF"),
        ("20'000", "20000", None),
        ("1,234,567", "1234567", None),
        ("99786.57", "99786.57", None),
        ("20 000,00 euros", "20000", "EUR"),
        ("1E+05", "100000", None),
        ("2e3 €", "2000", "EUR"),
    ],
)
def test_amount_is_read_in_every_notation(text, amount, currency):
    assert read_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "beaucoup",
        "$20,000",
        "12,500",
        "12.500",
        "20.125 €",
        "USD 20.125",
        "12,500 TND",
        "12,500 k€",
        "1 23",
        "20 000 zł",
        "1,2345",
        "",
        "à 20 €",
        "9" * 60,
        "1.23E+05",
        "1E+99",
    ],
)
def test_amount_that_may_be_wrong_is_refused(text):
    with pytest.raises(CellError):
        read_amount(text)


def test_ambiguous_amount_follows_what_the_file_shows():
    assert read_amount("12,500", ".")[0] == 12_500
    assert read_amount("12.500", ",")[0] == 12_500
    assert read_amount("12,500", ",")[0] == Decimal("12.5")


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from([(" ", ","), (",", "."), (".", ","), ("", ","), ("", "."), ("'", ".")]),
    st.sampled_from(["", " €", " EUR", " $ CA"]),
)
def test_amount_written_is_the_amount_read(amount, marks, sign):
    thousands, decimals = marks
    text = f"{amount:,.2f}".replace(",", "T").replace(".", decimals).replace("T", thousands)

    assert read_amount(text + sign)[0] == amount


# Lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [" ; ", ";", " | ", "\n", "\n- "])
def test_values_are_cut_at_separators(separator):
    assert split_values(separator.join(["Un", "Deux, trois", "Quatre"])) == [
        "Un",
        "Deux, trois",
        "Quatre",
    ]


def test_values_are_not_cut_inside_parentheses():
    assert split_values("A (maire ; présidente) ; B") == ["A (maire ; présidente)", "B"]


def test_commas_never_cut_a_known_name():
    known = {"Villes, territoires et développement"}.__contains__

    assert split_values("Rennes, Villes, territoires et développement, Brest", known) == [
        "Rennes",
        "Villes, territoires et développement",
        "Brest",
    ]


def test_commas_do_not_cut_before_a_word_in_lower_case():
    assert split_values("Ministère de la Culture, de la Jeunesse et des Sports", bool) != []
    assert split_values("Chambre de métiers, de l’artisanat", lambda text: False) == [
        "Chambre de métiers, de l’artisanat"
    ]


@pytest.mark.parametrize("text", ["Rennes et Québec", "Rennes + Québec", "Rennes / Québec"])
def test_word_or_sign_separates_names_that_are_known(text):
    assert split_values(text, {"Rennes", "Québec"}.__contains__) == ["Rennes", "Québec"]
    assert split_values(text, {"Rennes"}.__contains__) == [text]


def test_list_of_thousands_in_one_cell_is_refused():
    with pytest.raises(CellError, match="5000"):
        split_values(" | ".join(map(str, range(5000))))


def test_commas_do_not_cut_where_they_are_not_safe():
    assert split_values("Accompagnement, suivi") == ["Accompagnement, suivi"]


# Persons and stops -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Anne Martin (Maire)", "Anne Martin, Maire", "Mme Anne Martin (Maire)"]
)
def test_person_has_a_name_and_an_office(text):
    person = read_persons(text)[0]

    assert (person.name, person.office) == ("Anne Martin", "Maire")


def test_persons_may_be_separated_by_commas_after_their_offices():
    persons = read_persons("Anne Martin (Maire), Luc Roy (Préfet)")

    assert [person.name for person in persons] == ["Anne Martin", "Luc Roy"]


@pytest.mark.parametrize(
    "text",
    ["Brest : 3-6 avril 2024", "Brest (3-6 avril 2024)", "Brest, du 3 au 6 avril 2024"],
)
def test_stop_has_a_place_and_dates(text):
    stop = read_stops(text, True)[0]

    assert (stop.place, str(stop.starts_on), str(stop.ends_on)) == (
        "Brest",
        "3 avril 2024",
        "6 avril 2024",
    )


def test_stop_may_be_a_place_alone():
    assert [stop.place for stop in read_stops("Brest ; Rimouski (Canada)", True)] == [
        "Brest",
        "Rimouski (Canada)",
    ]


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(vocabulary.SYNONYMS), ids=lambda kind: kind.__name__)
def test_synonyms_are_of_choices_that_exist(kind):
    assert set(vocabulary.SYNONYMS[kind]) <= set(kind.values)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Pôle de compétitivité", OrganisationKind, "competitiveness_cluster"),
        ("POLE DE COMPETITIVITE", OrganisationKind, "competitiveness_cluster"),
        ("University", OrganisationKind, "university"),
        ("local_authority", OrganisationKind, "local_authority"),
        ("Entente", AgreementKind, "convention"),
        ("€", Currency, "EUR"),
    ],
)
def test_choice_is_read_by_label_synonym_or_code(text, kind, value):
    assert ChoiceWidget(kind).clean(text, Row("", 2, {})) == value


def test_unknown_choice_names_the_closest():
    with pytest.raises(CellError) as refused:
        ChoiceWidget(AgreementKind).clean("Jumelaje", Row("", 2, {}))

    assert str(AgreementKind.TWINNING.label) in refused.value.remedy


@pytest.mark.parametrize("text", ["États-Unis", "ETATS UNIS", "USA", "United States", "US", "usa"])
def test_country_is_read_in_both_languages_and_by_code(text):
    assert CountryWidget().clean(text, Row("", 2, {})) == "US"


def test_unknown_country_names_the_closest():
    with pytest.raises(CellError) as refused:
        CountryWidget().clean("Frnce", Row("", 2, {}))

    assert "France" in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24 personnes", (24, False)),
        ("1 200", (1200, False)),
        ("env. 50 pers.", (50, True)),
        ("une trentaine d’élus", (30, True)),
    ],
)
def test_number_may_be_followed_by_what_it_counts(text, expected):
    assert read_about(text) == expected


@pytest.mark.parametrize("text", ["ND", "nc", "-   €", "$ –", "à venir"])
def test_abbreviation_of_nothing_is_no_value(text):
    assert says_no_value(text)


@pytest.mark.parametrize("text", ["NDC", "- 5 €", "2010"])
def test_value_is_not_taken_for_nothing(text):
    assert not says_no_value(text)


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        ('#,##0.00\\ "€"', "20000", "20000 €"),
        ("_-* #,##0.00\\ [$€-40C]_-;-* #,##0.00\\ [$€-40C]_-", "1234.5", "1234.5 €"),
        ("#,##0.00 [$$-C0C]", "15000", "15000 CAD"),
        ("[$$-409]#,##0", "15000", "USD 15000"),
        ("[$$-C09]#,##0", "15000", "$ 15000"),
        ("0.0%", "0.33500000000000002", "33.5 %"),
    ],
)
def test_number_has_the_unit_that_its_format_shows(code, number, expected):
    assert formats.with_unit(number, formats.unit_of(code)) == expected


@pytest.mark.parametrize("code", ["General", "#,##0.00_€", '0 "hab."', "dd/mm/yyyy", "0.00E+00"])
def test_format_without_a_unit_adds_none(code):
    assert formats.unit_of(code) == ""


def test_address_is_completed_or_refused():
    assert UrlWidget().clean("tmq.ca", Row("", 2, {})) == "https://tmq.ca"
    with pytest.raises(CellError):
        UrlWidget().clean("pas encore", Row("", 2, {}))


# Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le Pool", "Le Poool"),
        ("Atlangames", "Atlantgames"),
        ("Image et Réseaux", "Images & Réseaux"),
        ("Atlant games", "Atlantgames"),
        ("Rochestre", "Rochester"),
        ("Universite de Renmes", "Université de Rennes"),
        ("CCI Ile-et-Vilaine", "CCI Ille-et-Vilaine"),
    ],
)
def test_slip_of_the_keyboard_comes_near(one, other):
    assert is_slip(name_key(one), name_key(other))
    assert is_slip(name_key(other), name_key(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rennes Métropole", "Nantes Métropole"),
        ("Ville de Rennes", "Ville de Québec"),
        ("Ville de Lyon", "Ville de Laon"),
        ("Ville de Nantes", "Ville de Mantes"),
        ("Communiqué du 21 mai 2021", "Communiqué du 21 mai 2022"),
        ("Université de Rennes 1", "Université de Rennes 2"),
        ("Association Bug", "Bug"),
        ("Inria", "IVEO"),
        ("Club Lot", "Club Lots"),
    ],
)
def test_other_name_is_no_slip(one, other):
    assert not is_slip(name_key(one), name_key(other))


def test_name_of_signs_alone_is_found_again():
    names = Names()
    names.add("record", ["!!!"])

    assert names.find("!!!") == ["record"]
    assert not names.find("???")


def test_look_alike_letters_come_near():
    names = Names()
    names.add(object(), ["Le Poool"])

    assert [near.name for near in names.near("Le Pо\u043eol")] == ["Le Poool"]
    assert not names.find("Le Pо\u043eol")


def test_name_of_a_place_is_no_slip_for_another():
    names = Names(lambda word: word == "valencay")
    names.add(object(), ["Ville de Valenca"])

    assert names.near("Ville de Valencay") == []


@given(st.text("abcdefgh éà-", min_size=1, max_size=30))
def test_name_is_never_a_slip_for_itself(name):
    names = Names()
    names.add(object(), [name])

    assert name_key(name) not in {name_key(near.name) for near in names.near(name)}


def test_known_names_one_slip_away_are_those_that_comparing_all_finds(monkeypatch):
    words = ["pool", "poool", "polo", "ville", "vile", "villes", "ab", "metz", "12", "13", "2a"]
    known = sorted({" ".join(pair) for pair in itertools.product(words, ["", *words])})
    for waiting in (0, 10_000):
        monkeypatch.setattr("registry.spreadsheets.slips.WAITING", waiting)
        slips = Slips(known)
        for name in [*known, "polville", "pool 1", "viller pool", "pool vill", "vi lle", "a b ab"]:
            found = {one for one in slips.near(name, set(known)) if is_slip(one, name)}
            assert found == {one for one in known if is_slip(one, name)}, name


def test_number_too_long_for_any_column_is_refused():
    with pytest.raises(CellError):
        read_count("9" * 5_000)
