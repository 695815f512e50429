"""Every form in which people write a value: read right, or refused with a reason."""

import datetime
from decimal import Decimal

import pytest

from registry.choices import ActivityStatus, AgreementKind, Currency, Direction, OrganisationKind
from registry.dates import AmbiguousDateError, DateError, parse_date, parse_range
from registry.models import Contribution, Delegation, Place, Project
from registry.spreadsheets import widgets
from registry.spreadsheets.amounts import read_amount
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.tables import Conventions, Row
from registry.spreadsheets.values import read_persons, read_stops, split_places, split_values
from tests import factories
from tests.spreadsheets import bring_in, plan, xlsx

pytestmark = pytest.mark.filterwarnings("error")

DATES = {
    "2024-04-09": [
        "9 avril 2024",
        "09 avr. 2024",
        "9-avr-2024",
        "9-Apr-24",
        "le 9 avril 2024",
        "mardi 9 avril 2024",
        "le mardi 9 avril 2024",
        "mar. 9 avril 2024",
        "April 9, 2024",
        "April 9th, 2024",
        "Apr. 9, 2024",
        "9th of April 2024",
        "the 9th of April, 2024",
        "Tuesday, April 9, 2024",
        "Tue 9 Apr 2024",
        "2024-04-09",
        "2024/04/09",
        "2024.4.9",
        "20240409",
        "2024-04-09 14:30",
        "2024-04-09T14:30:00Z",
        "9\u00a0avril\u202f2024",
        "９ avril ２０２４",
    ],
    "2024-04-13": [
        "13/04/2024",
        "04/13/2024",
        "13.04.2024",
        "13-04-2024",
        "13/04/24",
        "13/4/24 9h05",
    ],
    "1958-04-13": ["13/04/58", "58-04-13"],
    "2021-03-01": ["1er mars 2021", "1 er mars 2021", "1ᵉʳ mars 2021", "1st March 2021"],
    "2024-05": ["mai 2024", "Mai 2024", "MAI 2024", "mai-2024", "mai-24", "May 2024", "05/2024"],
    "2024-02": ["févr. 2024", "févr.-24", "FEV 2024", "2024-02", "2/2024"],
    "2010": ["2010", "2010.0", "en 2010", "année 2010", "courant 2010"],
}
PERIODS = {
    "2021/2022": [
        "2021-2022",
        "2021–2022",
        "2021 / 2022",
        "2021 à 2022",
        "de 2021 à 2022",
        "from 2021 to 2022",
        "2021 et 2022",
        "entre 2021 et 2022",
        "2021, 2022",
        "2021-22",
    ],
    "2024-04-03/2024-04-12": [
        "du 3 au 12 avril 2024",
        "3 au 12 avril 2024",
        "3-12 avril 2024",
        "3 – 12 avril 2024",
        "du lundi 3 au mercredi 12 avril 2024",
        "from 3 to 12 April 2024",
        "3-12 April 2024",
        "April 3-12, 2024",
        "April 3 to 12, 2024",
        "2024-04-03/2024-04-12",
        "2024-04-03 au 2024-04-12",
        "2024-04-03 – 2024-04-12",
    ],
    "2024-03-30/2024-04-02": [
        "du 30 mars au 2 avril 2024",
        "30 mars–2 avril 2024",
        "March 30 - April 2, 2024",
        "from March 30 to April 2, 2024",
        "30/03 au 02/04/2024",
        "du 30/03/2024 au 02/04/2024",
    ],
    "2023-12-28/2024-01-03": [
        "du 28 décembre 2023 au 3 janvier 2024",
        "du 28 décembre au 3 janvier 2024",
        "28/12/2023 - 03/01/2024",
        "28/12/2023-03/01/2024",
    ],
    "2024-04-13/2024-04-15": ["13-15/04/2024", "du 13 au 15/04/2024", "13.04.2024–15.04.2024"],
    "2024-04-03/2024-04-04": ["3 et 4 avril 2024", "les 3 et 4 avril 2024", "3 & 4 avril 2024"],
    "2024-03/2024-04": ["mars-avril 2024", "de mars à avril 2024", "03/2024-04/2024"],
    "2023-11/2024-02": ["de novembre 2023 à février 2024", "novembre à février 2024"],
    "2010": [
        "2010",
        "depuis 2010",
        "since 2010",
        "à partir de 2010",
        "2010 -",
        "2010 à aujourd'hui",
    ],
    "2024-05": ["mai 2024", "mai-24"],
}
NO_DATES = [
    "30 février 2024",
    "31/04/2024",
    "32/01/2024",
    "vers 2010",
    "printemps 2024",
    "T1 2024",
    "à définir",
    "45391",
    "avril",
    "12",
    "3000",
    "2024?",
    "13/04/40",
    "31 avril-24",
    "mai 24",
]
NO_PERIODS = [
    "2022-2021",
    "du 12 au 3 avril 2024",
    "du 3 au 12",
    "2019, 2022",
    "3 et 6 avril 2024",
    "2019-2020-2021",
    "jusqu'en 2024",
]
TWO_WAYS = ["09/04/2024", "9/4/24", "24-04-09", "09-04-2024", "09.04.2024", "09/04/2024 14:30"]


def cases(table: dict) -> list:
    return [(text, expected) for expected, texts in table.items() for text in texts]


def iso(start, end) -> str:
    return start.isoformat() + (f"/{end.isoformat()}" if end else "")


@pytest.mark.parametrize(("text", "expected"), cases(DATES))
def test_date_is_read_with_its_precision(text, expected):
    assert parse_date(text, None).isoformat() == expected


@pytest.mark.parametrize(("text", "expected"), cases(PERIODS))
def test_period_is_read_with_its_precision(text, expected):
    assert iso(*parse_range(text, None)) == expected


@pytest.mark.parametrize("text", NO_DATES)
def test_text_that_is_no_date_is_refused(text):
    with pytest.raises(DateError, match=r"\w"):
        parse_date(text, None)


@pytest.mark.parametrize("text", NO_PERIODS)
def test_text_that_is_no_period_is_refused(text):
    with pytest.raises(DateError, match=r"\w"):
        parse_range(text, None)


@pytest.mark.parametrize("text", [*TWO_WAYS, "du 3/4/2024 au 5/4/2024"])
def test_order_that_nothing_settles_is_refused(text):
    with pytest.raises(AmbiguousDateError):
        parse_range(text, None)


# Amounts -----------------------------------------------------------------------------------------

AMOUNTS = {
    (20_000, "EUR"): [
        "20 000 €",
        "20.000 €",
        "20,000 EUR",
        "20000€",
        "€20,000.00",
        "€ 20 000",
        "20\u00a0000\u00a0€",
        "20\u202f000\u202fEUR",
        "20 000 euros",
        "20 000 € TTC",
        "20.000,00 €",
        "20'000 EUR",
        "20k€",
        "20 kEUR",
        "20 mille euros",
        "€20k",
        "20 000,- €",
        "+20 000 €",
    ],
    ("1234.50", "CAD"): [
        "1 234,50 $",
        "1 234,50 $ CA",
        "1 234,50 $ CAD",
        "1 234,50 $ (CAD)",
        "1 234,50 $CAN",
        "CA$ 1,234.50",
        "CA$1,234.50",
        "C$1,234.50",
        "CAD$ 1,234.50",
        "CDN$ 1,234.50",
        "$1,234.50 CAD",
        "$CAD 1,234.50",
        "CAD 1234.5",
        "1 234,50 dollars canadiens",
    ],
    ("1234.50", "USD"): ["US$ 1,234.50", "$1,234.50 USD", "1 234,50 $ US", "$US 1,234.50"],
    ("1234.56", "EUR"): ["1.234,56 EUR", "1,234.56 EUR", "1 234,56€"],
    (1_500_000, "EUR"): ["1,5 M€", "1,5 million d'euros", "1.5 million €", "€1.5M", "1500 k€"],
    (-500, "EUR"): ["-500 €", "- 500 €", "−500 €", "(500 €)", "(500) €", "€-500"],
    (500_000, "XOF"): ["500 000 FCFA", "500 000 F CFA", "XOF 500,000.00"],
    (12_000, "MAD"): ["12 000 DH", "12 000 dirhams", "12 000 MAD"],
    (20_000, None): ["20 000", "20000", "20000.0", "20 000,00", "20'000", "20,000.00", "20 000,-"],
}
NO_AMOUNTS = [
    "beaucoup",
    "$1,234",
    "20 000 dollars",
    "environ 20 000 €",
    "~20 000 €",
    "20 000 à 30 000 €",
    "20 000 - 30 000 €",
    "20 000 € et 5 000 $",
    "20 000 € / an",
    "20 000€ (2021)",
    "12,500",
    "20.125 €",
    "1 23",
    "12,34,567",
    "5000 zł",
    "500- €",
    "1 234,567",
]


@pytest.mark.parametrize(("text", "expected"), cases(AMOUNTS))
def test_amount_is_read_in_every_notation(text, expected):
    number, currency = expected

    assert read_amount(text) == (Decimal(number), currency)


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_amount_that_may_be_wrong_is_refused(text):
    with pytest.raises(CellError):
        read_amount(text)


@pytest.mark.parametrize(
    ("heading", "cell", "column", "currency"),
    [
        ("Montant ($)", "1 234", "", "CAD"),
        ("Montant en dollars canadiens", "1 234", "", "CAD"),
        ("Amount (US$)", "$1,234", "", "USD"),
        ("Amount (CAD)", "$1,234", "", "CAD"),
        ("Montant", "$1,234", "CAD", "CAD"),
        ("Montant", "1 234 $", "USD", "USD"),
        ("Budget en euros", "1 234", "", "EUR"),
        ("Montant_EUR", "1234", "", "EUR"),
        ("Montant (k€)", "1,2340", "", "EUR"),
        ("Montant en milliers d'euros", "1.2340", "", "EUR"),
    ],
)
@pytest.mark.django_db
def test_dollars_are_those_of_the_heading_or_the_column(heading, cell, column, currency):
    bring_in(xlsx([["Projet", heading, "Devise"], ["Atelier", cell, column]]))

    assert Contribution.objects.values_list("amount", "currency").get() == (1234, currency)


@pytest.mark.django_db
def test_dollars_that_nothing_names_are_asked_about():
    found = plan(xlsx([["Project", "Amount ($)"], ["Workshop", "1,234.00"]]))

    assert "Amount ($)" in found.problems[0].message


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "texts"),
    [
        (
            AgreementKind,
            "twinning",
            "Jumelage|JUMELAGES|Convention de jumelage|Sister city|twinning",
        ),
        (AgreementKind, "framework", "Accord-cadre|accord cadre|Framework agreement|Entente-cadre"),
        (AgreementKind, "protocol", "Protocole d’entente|MoU|Memorandum of Understanding"),
        (AgreementKind, "convention", "Entente|Ententes de coopération|Cooperation agreement"),
        (
            AgreementKind,
            "declaration",
            "Déclaration commune|Déclaration d’intention|Joint statement",
        ),
        (Direction, "outgoing", "Sortante|sortant|Outgoing|Mission sortante|out"),
        (Direction, "incoming", "Entrante|Accueil|Incoming|Délégation entrante|in"),
        (ActivityStatus, "completed", "Terminé|Terminée|terminés|Clôturé|Completed|Closed"),
        (OrganisationKind, "company", "Entreprise|Entreprises|Start-up|PME|Company"),
        (OrganisationKind, "association", "Associations|OBNL|OSBL|Non-profit|Association loi 1901"),
        (Currency, "CAD", "CAD|$ CA|$ CAD|CA$|Dollar canadien|dollars canadiens"),
        (Currency, "MAD", "MAD|Dirhams|DH"),
    ],
)
def test_choice_is_read_in_both_languages(kind, value, texts):
    found = {widgets.ChoiceWidget(kind).clean(text, Row("", 2, {})) for text in texts.split("|")}

    assert found == {value}


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("CA", "Canada|CA|CAN|Québec|Canada (Québec)|Québec, Canada"),
        ("US", "États-Unis|USA|U.S.A.|United States of America|Etats-Unis"),
        ("GB", "Royaume-Uni|UK|United Kingdom|Angleterre"),
        ("KR", "Corée du Sud|Republic of Korea|République de Corée|KOR"),
        ("CI", "Côte d’Ivoire|Cote d'Ivoire|Ivory Coast"),
        ("NL", "Pays-Bas|Netherlands|The Netherlands"),
        ("DE", "Allemagne|Germany|Deutschland|DEU"),
        ("RU", "Russie|Russian Federation"),
    ],
)
def test_country_is_read_in_both_languages(code, texts):
    found = {widgets.CountryWidget().clean(text, Row("", 2, {})) for text in texts.split("|")}

    assert found == {code}


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (True, "oui Oui OUI yes Y o x X ✓ ☑ vrai TRUE 1"),
        (False, "non No N faux FALSE 0 ☐ ✗"),
    ],
)
def test_yes_and_no_are_read(value, texts):
    assert {widgets.BooleanWidget().clean(text) for text in texts.split()} == {value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50", 50), ("1 200", 1200), ("1\u202f200", 1200), ("50.0", 50), ("1'200", 1200)],
)
def test_count_is_read(text, expected):
    assert widgets.CountWidget().clean(text) == expected


@pytest.mark.parametrize("text", ["1.200", "1,200", "-5", "50+", "5,5", "cinquante"])
def test_count_that_may_be_wrong_is_refused(text):
    with pytest.raises(CellError):
        widgets.CountWidget().clean(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", (2021, None)),
        ("2021-2022", (2021, 2022)),
        ("2021/2022", (2021, 2022)),
        ("2021 et 2022", (2021, 2022)),
        ("année 2021", (2021, None)),
        (datetime.date(2021, 5, 3), (2021, None)),
    ],
)
def test_years_are_read(text, expected):
    assert widgets.YearsWidget().clean(text, Row("", 2, {})) == expected


@pytest.mark.parametrize(
    "text",
    ["a@b.fr", "mailto:a@b.fr", "localhost", "javascript:alert(1)", "ftp://a.fr", "a.fr b.fr"],
)
def test_what_is_no_web_address_is_refused(text):
    with pytest.raises(CellError):
        widgets.UrlWidget().clean(text)


@pytest.mark.parametrize("text", ["tmq.ca", "//tmq.ca", "<https://tmq.ca>", " https://tmq.ca "])
def test_web_address_is_completed(text):
    assert widgets.UrlWidget().clean(text) == "https://tmq.ca"


# Lists, persons, stops ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Un; Deux", "Un|Deux", "Un\nDeux", "- Un\n- Deux", "1. Un\n2. Deux", "Un ; – ; Deux ;"]
)
def test_list_is_cut(text):
    assert split_values(text) == ["Un", "Deux"]


def test_numbers_that_are_no_list_stay():
    assert split_values("3. Hit ; 1. FC") == ["3. Hit", "1. FC"]


@pytest.mark.parametrize(
    "text",
    [
        "Anne Martin (Maire) ; Luc Roy (Préfet)",
        "Anne Martin, Maire ; Luc Roy, Préfet",
        "Anne Martin (Maire), Luc Roy (Préfet)",
        "Anne Martin (Maire) et Luc Roy (Préfet)",
        "Mme Anne Martin, Maire\nM. Luc Roy, Préfet",
        "Anne Martin – Maire | Luc Roy - Préfet",
    ],
)
def test_persons_are_read_with_their_offices(text):
    found = [(person.name, person.office) for person in read_persons(text)]

    assert found == [("Anne Martin", "Maire"), ("Luc Roy", "Préfet")]


KNOWN = {"Brest", "Rimouski", "Québec"}.__contains__


def lies_in(place, country):
    return (place, country) == ("Québec", "Canada")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brest, Rimouski", ["Brest", "Rimouski"]),
        ("Brest, puis Rimouski", ["Brest", "Rimouski"]),
        ("Brest → Rimouski", ["Brest", "Rimouski"]),
        ("Brest - Rimouski", ["Brest", "Rimouski"]),
        ("Brest et Rimouski", ["Brest", "Rimouski"]),
        ("Brest, Québec, Canada", ["Brest", "Québec (Canada)"]),
        ("Brest, Canada", ["Brest", "Canada"]),
        ("Rochester, NY", ["Rochester, NY"]),
        ("Baie et cap", ["Baie et cap"]),
    ],
)
def test_places_are_cut_where_it_is_safe(text, expected):
    assert split_places(text, KNOWN, lies_in) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Brest : 3-6 avril 2024 ; Québec : 7-12 avril 2024",
        "Brest (3-6 avril 2024), Québec (7-12 avril 2024)",
        "Brest: 3-6 avril 2024, Québec: 7-12 avril 2024",
        "Brest du 3 au 6 avril 2024 ; Québec du 7 au 12 avril 2024",
        "3-6 avril 2024 : Brest\n7-12 avril 2024 : Québec",
    ],
)
def test_stops_are_read_with_their_dates(text):
    found = [(stop.place, iso(stop.starts_on, stop.ends_on)) for stop in read_stops(text, None)]

    assert found == [("Brest", "2024-04-03/2024-04-06"), ("Québec", "2024-04-07/2024-04-12")]


# Through a workbook ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_delegation_with_dates_places_and_counts_as_people_write_them():
    for name in ("Brest", "Rimouski"):
        factories.PlaceFactory(name_fr=name, country="FR")

    bring_in(
        xlsx(
            [
                ["Mission", "Sens", "Dates", "Destinations", "Effectif", "Organisateurs"],
                ["Mer", "Mission sortante", "3 au 12 avril 2024", "Brest → Rimouski", "~50", "–"],
            ]
        )
    )

    mission = Delegation.objects.get()
    assert iso(mission.starts_on, mission.ends_on) == "2024-04-03/2024-04-12"
    assert [str(stop.place) for stop in mission.stops.all()] == ["Brest", "Rimouski"]
    assert (mission.people_count, mission.counts_approximate) == (50, True)
    assert not mission.participants.exists()


@pytest.mark.django_db
def test_cells_that_say_nothing_are_as_good_as_empty():
    bring_in(
        xlsx(
            [
                ["Projet", "Fonds", "Début", "Montant", "Partenaires", "Lieux", "Site web", "Pays"],
                ["Atelier", "-", "n.d.", "néant", "ND", "–", "N/A", "s.o."],
            ]
        )
    )

    project = Project.objects.get()
    assert (project.fund, project.starts_on, project.website) == (None, None, "")
    assert not Contribution.objects.exists()
    assert not project.partners.exists()
    assert not Place.objects.exclude(pk__in=project.places.all()).filter(name_fr="–").exists()


@pytest.mark.django_db
def test_one_date_of_the_file_settles_the_order_of_the_others():
    bring_in(
        xlsx([["Projet", "Début"], ["Un", "09/04/2024"], ["Deux", "13/04/24"], ["Trois", "1/2/24"]])
    )

    found = Project.objects.order_by("pk").values_list("starts_on", flat=True)
    assert [date.isoformat() for date in found] == ["2024-04-09", "2024-04-13", "2024-02-01"]


def test_conventions_settle_what_the_cell_leaves_open():
    row = Row("", 2, {})
    row.conventions = Conventions(day_first=False)

    assert widgets.PartialDateWidget().clean("09/04/2024", row).isoformat() == "2024-09-04"


@pytest.mark.parametrize("piece", ["1 - ", "2024-", "a et ", "(1", "1/"])
def test_very_long_text_is_no_date_and_no_amount(piece):
    text = piece * 8000

    with pytest.raises(DateError, match="…"):
        parse_range(text, None)
    with pytest.raises(CellError, match="…"):
        read_amount(text)
