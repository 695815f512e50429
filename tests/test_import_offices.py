"""Sheets as offices head them, in France, Québec and English: what each heading is read as."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.utils.translation import override

from registry.models import Agreement, Contribution, Delegation, Project
from registry.spreadsheets.files import Sheet, Workbook
from registry.spreadsheets.recognition import recognise
from registry.spreadsheets.resources import IMPORTED, RESOURCES, ContributionResource
from registry.spreadsheets.tables import heading_factor
from registry.spreadsheets.unfolding import unfold
from tests import factories
from tests.spreadsheets import bring_in, counts, csv, plan, problems, xlsx

# The kind of sheet, and the column of each heading: "" is left out, None is asked about.
SHEETS = [
    (
        "agreement",
        {
            "Intitulé": "title",
            "Partenaire québécois": "quebec_parties",
            "Partenaire français": "french_parties",
            "Date de signature": "signed_on",
            "Type d'accord": "kind",
            "Thèmes de coopération": "domains",
            "Observations": "internal_notes",
        },
    ),
    (
        "agreement",
        {
            "Agreement name": "title",
            "Type of agreement": "kind",
            "Date signed": "signed_on",
            "Expires on": "ends_on",
            "Parties": "parties",
            "Signed by": "signatories",
            "Status": "",
            "Link": None,
        },
    ),
    (
        "twinning",
        {
            "Ville partenaire": "city2",
            "Pays": "country2",
            "Année du jumelage": "signed_on",
            "Ville": "city1",
            "Type de partenariat": "kind",
        },
    ),
    (
        "twinning",
        {
            "City": "city1",
            "Partner city": "city2",
            "Country": "country2",
            "Since": "signed_on",
            "Type of cooperation": "kind",
            "Fields": "domains",
        },
    ),
    (
        "twinning",
        {
            "City": "city1",
            "Twinned with": "city2",
            "Country": "country2",
            "Since": "signed_on",
            "Status": "",
        },
    ),
    (
        "twinning",
        {
            "Town": "city1",
            "Twin town": "city2",
            "Country": "country2",
            "Year": "signed_on",
            "Notes": "internal_notes",
        },
    ),
    (
        "delegation",
        {
            "Mission": "title",
            "Chef de délégation": "leaders",
            "Date de départ": "starts_on",
            "Date de retour": "ends_on",
            "Pays": "countries",
            "Villes visitées": "stops",
            "Participants": "participants",
            "Objectifs": "objectives",
            "Nb participants": "people_count",
        },
    ),
    (
        "delegation",
        {
            "Titre de la mission": "title",
            "Dates": "dates",
            "Destination": "stops",
            "Dirigée par": "leaders",
            "Organismes participants": "participants",
            "Type de mission": "direction",
            "Retombées": "results",
        },
    ),
    (
        "delegation",
        {
            "Mission name": "title",
            "Start date": "starts_on",
            "End date": "ends_on",
            "Head of mission": "leaders",
            "Destination(s)": "stops",
            "Purpose": "objectives",
            "Number of participants": "people_count",
            "Outgoing/Incoming": "direction",
        },
    ),
    (
        "project",
        {
            "Nom du projet": "title",
            "Porteur": "leads",
            "Bénéficiaire": "leads",
            "Montant accordé": "amount",
            "Année": "year",
            "Fonds": "fund",
            "Thématique": "domains",
            "Partenaires": "partners",
        },
    ),
    (
        "contribution",
        {
            "Bénéficiaire": "recipients",
            "Objet de la subvention": "title",
            "Montant accordé": "amount",
            "Date de décision": "decided_on",
            "Financeur": "funders",
        },
    ),
    (
        "project",
        {
            "Organisme": "leads",
            "Titre du projet": "title",
            "Montant octroyé ($)": "amount",
            "Année financière": "year",
            "Programme": "fund",
            "Région": None,
        },
    ),
    (
        "contribution",
        {
            "Recipient name": "recipients",
            "Project title": "projects",
            "Amount awarded": "amount",
            "Currency": "currency",
            "Award date": "decided_on",
            "Funding organisation": "funders",
        },
    ),
    (
        "contribution",
        {
            "Identifier": "public_id",
            "Title": "title",
            "Description": "title",
            "Currency": "currency",
            "Amount Awarded": "amount",
            "Award Date": "decided_on",
            "Recipient Org:Name": None,
            "Recipient Org:Identifier": None,
            "Funding Org:Name": None,
            "Funding Org:Identifier": None,
            "Planned Dates:Start Date": None,
            "Planned Dates:End Date": None,
            "Grant Programme:Title": "fund",
        },
    ),
    (
        "contribution",
        {
            "Exercice": "years",
            "N° SIRET bénéficiaire": "recipient_siret",
            "Nom bénéficiaire": "recipients",
            "Objet du dossier": "title",
            "Montant voté": "amount",
            "Date CP": "decided_on",
            "Nature juridique": None,
        },
    ),
    (
        "contribution",
        {
            "Nom de l'organisme bénéficiaire": "recipients",
            "Montant attribué": "amount",
            "Objet": "title",
            "Délibération n°": "decision",
            "Date de la délibération": "decided_on",
            "Direction": None,
        },
    ),
    (
        "organisation",
        {
            "Raison sociale": "name",
            "Forme": "kind",
            "Adresse": None,
            "Code postal": None,
            "Ville": "city",
            "Pays": "country",
            "Téléphone": "",
            "Courriel": "",
            "Site internet": "website",
            "Contact": "",
        },
    ),
    (
        "organisation",
        {
            "Organisation name": "name",
            "Type": "kind",
            "City": "city",
            "Country": "country",
            "Website": "website",
            "Email": "",
            "Acronym": "acronyms",
        },
    ),
    (
        "organisation",
        {
            "Partenaire": "name",
            "Catégorie": "kind",
            "Localisation": "city",
            "Pays": "country",
            "Web": "website",
            "Remarques": "internal_notes",
        },
    ),
    (
        "project",
        {
            "Projet": "title",
            "Financeurs": "funders",
            "Montant": "amount",
        },
    ),
    (
        "contribution",
        {
            "Bénéficiaire": "recipients",
            "Objet": "title",
            "Montant": "amount",
        },
    ),
    (
        "agreement",
        {
            "Intitulé": "title",
            "Type": "kind",
            "Signature": "signed_on",
            "Début": "starts_on",
            "Fin": "ends_on",
            "Partenaires France": "french_parties",
            "Partenaires Québec": "quebec_parties",
        },
    ),
    (
        "project",
        {
            "Projet": "title",
            "Début": "starts_on",
            "Montant": "amount",
        },
    ),
    (
        "project",
        {
            "N°": None,
            "Projet": "title",
            "Année": "year",
            "Montant": "amount",
        },
    ),
    (
        "agreement",
        {
            "ID": "reference",
            "Intitulé": "title",
            "Type": "kind",
            "Date de signature": "signed_on",
        },
    ),
    (
        "agreement",
        {
            "Intitulé :": "title",
            "Type :": "kind",
            "Date de signature :": "signed_on",
        },
    ),
    (
        "agreement",
        {
            "Intitulé *": "title",
            "Type *": "kind",
            "Date de signature (JJ/MM/AAAA)": "signed_on",
        },
    ),
    (
        "agreement",
        {
            "INTITULE": "title",
            "TYPE D'ACCORD": "kind",
            "DATE DE SIGNATURE": "signed_on",
            "PARTENAIRES": "parties",
        },
    ),
    (
        "agreement",
        {
            "intitule_accord": "title",
            "type_accord": "kind",
            "date_signature": "signed_on",
            "partenaires": "parties",
        },
    ),
    (
        "project",
        {
            "nom_projet": "title",
            "annee_debut": "starts_on",
            "annee_fin": "ends_on",
            "montant_eur": "amount",
            "porteur_fr": "french_leads",
            "porteur_qc": "quebec_leads",
        },
    ),
    (
        "project",
        {
            "projectTitle": "title",
            "startDate": "starts_on",
            "endDate": "ends_on",
            "amount": "amount",
            "currency": "currency",
            "leadPartner": "leads",
        },
    ),
    (
        "call",
        {
            "Appel à projets": "edition",
            "Fonds": "fund",
            "Date d'ouverture": "opens_on",
            "Date limite": "closes_on",
            "Budget": "budget",
            "Thèmes": None,
        },
    ),
    (
        "fund",
        {
            "Nom du fonds": "name",
            "Gestionnaire": "managers",
            "Pays": None,
            "Description": "summary",
        },
    ),
    (
        "delegation",
        {
            "Date": "dates",
            "Sens": "direction",
            "Objet": "title",
            "Destination / Provenance": None,
            "Participants": "participants",
            "Nb pers.": "people_count",
            "Suites": "results",
            "Réf. dossier": "reference",
        },
    ),
    (
        "delegation",
        {
            "Mission": "title",
            "Purpose": "objectives",
            "Dates": "dates",
            "File ref.": "reference",
        },
    ),
    (
        "delegation",
        {
            "Date": "dates",
            "Délégation": "title",
            "Accueillie par": "hosts",
            "Nombre de personnes": "people_count",
        },
    ),
    (
        "delegation",
        {
            "Délégation accueillie": "title",
            "Du": "starts_on",
            "Au": "ends_on",
            "Provenance": None,
            "Conduite par": "leaders",
        },
    ),
    (
        "project",
        {
            "Project / Projet": "title",
            "Year / Année": "year",
            "Amount / Montant": "amount",
        },
    ),
    (
        "agreement",
        {
            "Titre / Title": "title",
            "Type": "kind",
            "Partenaires / Partners": "parties",
            "Date de signature / Signature date": "signed_on",
        },
    ),
    (
        "project",
        {
            "Projet": "title",
            "Résumé du projet": "summary",
            "Notes": "internal_notes",
            "Commentaires internes": "internal_notes",
            "Lien": "website",
        },
    ),
    (
        "project",
        {
            "Intitulé du projet": "title",
            "Période de réalisation": "period",
            "Coût total du projet": None,
            "Subvention obtenue": "amount",
            "Statut": "activity_status",
        },
    ),
    (
        "agreement",
        {
            "Type": "kind",
            "Convention": "title",
        },
    ),
    (
        "place",
        {
            "Ville": "name_fr",
            "Pays": "country",
            "Population": "population",
            "Latitude": "latitude",
            "Longitude": "longitude",
        },
    ),
    (
        "contribution",
        {
            "nomAttribuant": "funders",
            "idAttribuant": "funder_siret",
            "dateConvention": "decided_on",
            "referenceDecision": "decision",
            "nomBeneficiaire": "recipients",
            "idBeneficiaire": "recipient_siret",
            "objet": "title",
            "montant": "amount",
            "nature": "kind",
            "conditionsVersement": None,
            "datesPeriodeVersement": None,
            "idRAE": None,
            "notificationUE": None,
            "pourcentageSubvention": None,
        },
    ),
    (
        "contribution",
        {
            "Nom de l'attribuant": "funders",
            "Identification de l'attribuant": "funder_siret",
            "Date de convention": "decided_on",
            "Référence de la décision": "decision",
            "Nom du bénéficiaire": "recipients",
            "Identification du bénéficiaire": "recipient_siret",
            "Objet de la convention": "title",
            "Montant total de la subvention": "amount",
            "Nature de la subvention": "kind",
            "Conditions de versement": None,
        },
    ),
    (
        "project",
        {
            "Collectivité française": "french_leads",
            "Collectivité étrangère": "partners",
            "Pays": "country",
            "Intitulé du projet": "title",
            "Thématique": "domains",
            "Année de démarrage": "starts_on",
            "Cofinancement MEAE (€)": None,
        },
    ),
    (
        "agreement",
        {
            "Titre de l'entente": "title",
            "Nature de l'entente": "kind",
            "Date d'entrée en vigueur": "starts_on",
            "Durée": "term",
            "Partenaires étrangers": "parties",
            "Secteur d'activité": "domains",
        },
    ),
    (
        "project",
        {
            "No de projet": "reference",
            "Titre": "title",
            "Organisme québécois": "quebec_leads",
            "Organisme français": "french_leads",
            "Subvention accordée": "amount",
            "Exercice financier": "year",
            "Domaine d'intervention": "domains",
        },
    ),
]


def found_in(rows: list[list]):
    return recognise(Workbook([Sheet("Feuil1", rows)]), IMPORTED)


@pytest.mark.parametrize(("kind", "columns"), SHEETS)
def test_headings_of_an_office_are_understood(kind, columns):
    found = found_in([[*columns], ["x"] * len(columns), ["y"] * len(columns)])

    layout = found.layouts[0]
    assert layout.kind == kind
    assert {one.heading: one.column for one in layout.columns} == columns


@pytest.mark.parametrize(
    "headings",
    [
        ["Nom", "Prénom", "Fonction", "Organisme", "Courriel"],
        ["Civilité", "Nom", "Prénom", "Téléphone"],
        ["Poste", "Dépenses", "Recettes"],
    ],
)
def test_sheet_of_something_else_is_not_taken_for_a_table(headings):
    found = found_in([headings, ["x"] * len(headings)])

    assert [problem.about for problem in found.problems] == ["sheet"]


@pytest.mark.parametrize(
    ("heading", "closest"),
    [
        ("Cofinancement du ministère", "amount"),
        ("Montant prévu", "amount"),
        ("Siteweb", "website"),
        ("Partenaire pressenti", "partners"),
        ("Coordonnateur du projet", None),
    ],
)
def test_unknown_heading_has_candidates_that_mean_something(heading, closest):
    found = found_in([["Projet", "Fonds", heading], ["x", "y", "z"]])

    near = found.layouts[0].columns[2].near
    assert near[:1] == ([closest] if closest else [])


def test_group_of_headings_gives_those_below_their_meaning():
    rows = [
        ["Accord", "", "Dates", "", "Partenaires", ""],
        ["Intitulé", "Type", "Signature", "Fin", "France", "Québec"],
        ["Entente", "Convention", "2010", "2015", "Brest", "Rimouski"],
    ]

    columns = [one.column for one in found_in(rows).layouts[0].columns]

    assert columns == ["title", "kind", "signed_on", "ends_on", "french_parties", "quebec_parties"]


@pytest.mark.django_db
def test_columns_of_one_list_are_read_together():
    bring_in(
        xlsx(
            [
                ["Intitulé", "Type", "Partenaire 1", "Partenaire 2", "Partenaire 3"],
                ["Entente", "Convention", "Brest métropole", "", "Ville de Rimouski"],
            ]
        )
    )

    parties = Agreement.objects.get().parties.values_list("organisation__name", flat=True)
    assert sorted(parties) == ["Brest métropole", "Ville de Rimouski"]


# Totals and remarks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "total",
    [
        ["TOTAL", "", "15 000 €"],
        ["", "Total général", "15 000 €"],
        ["Sous-total 2021", "", "15 000 €"],
        ["Total :", None, 15000],
        ["", "", "15 000"],
    ],
)
@pytest.mark.django_db
def test_total_is_no_record_and_told(total):
    rows = [
        ["Rennes Métropole – état au 31/12/2021"],
        [],
        ["Projet", "Financeurs", "Montant"],
        ["Un", "Ville", "7 000 €"],
        ["Deux", "Ville", "8 000 €"],
        [],
        total,
    ]

    found = bring_in(xlsx(rows))

    assert Project.objects.count() == Contribution.objects.count() == 2
    assert any("(7)" in notice for notice in found.notices)


@pytest.mark.django_db
def test_remark_below_the_table_is_no_record_and_told():
    rows = [["Bénéficiaire", "Objet", "Montant"], ["Bug", "Fablab", "5 €"], [], ["Source : ville"]]

    found = bring_in(xlsx(rows))

    assert Contribution.objects.count() == 1
    assert any("(4)" in notice for notice in found.notices)


@pytest.mark.django_db
def test_project_whose_name_begins_with_total_is_a_project():
    bring_in(xlsx([["Projet", "Montant"], ["Total Recall", "5 €"], ["Totalement vert", "6 €"]]))

    assert Project.objects.count() == 2


@pytest.mark.django_db
def test_amount_alone_is_refused():
    found = plan(xlsx([["Montant", "Financeur", "Objet"], ["5 €", "Ville", "x"], ["7 €", "", ""]]))

    assert [problem.row for problem in found.problems] == [3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "length", "end"),
    [
        ("Durée (ans)", 3, "2022-02-28"),
        ("Durée (mois)", "18", "2020-08-31"),
        ("Duration (years)", "2.0", "2021-02-28"),
        ("Durée", "3 ans", "2022-02-28"),
    ],
)
def test_heading_says_in_what_it_counts_how_long_an_agreement_lasts(heading, length, end):
    rows = [["Intitulé", "Type", "Signé le", heading], ["A", "Convention", "1er mars 2019", length]]

    bring_in(xlsx(rows))

    assert Agreement.objects.get().ends_on.isoformat() == end


@pytest.mark.django_db
@pytest.mark.parametrize(("word", "is_tacit"), [("Tacite", True), ("Expresse", False)])
def test_reconduction_says_how_an_agreement_is_renewed(word, is_tacit):
    rows = [["Intitulé", "Type", "Reconduction"], ["Accord", "Convention", word]]

    bring_in(xlsx(rows))

    assert Agreement.objects.get().tacit_renewal is is_tacit


@pytest.mark.parametrize(
    ("heading", "column"), [("Grantees", "recipients"), ("Grants", "amount"), ("Pays", None)]
)
def test_english_persons_are_not_what_they_are_given(heading, column):
    assert ContributionResource.known_headings().find(heading) == column


@pytest.mark.django_db
def test_column_that_counts_the_rows_is_left_out():
    bring_in(xlsx([["N°", "Projet"], [1, "Un"], [2, "Deux"], [], ["Source : délibérations"]]))

    assert set(Project.objects.values_list("reference", flat=True)) == {""}


# What a sheet does not say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stops", "country", "direction"),
    [("Québec ; Rimouski", "CA", "outgoing"), ("Rennes", "FR", "incoming")],
)
@pytest.mark.django_db
def test_direction_of_a_delegation_follows_from_its_stops(stops, country, direction):
    for name in stops.split(" ; "):
        factories.PlaceFactory(name_fr=name, country=country)

    bring_in(xlsx([["Mission", "Destinations"], ["Mer", stops]]))

    assert Delegation.objects.get().direction == direction


@pytest.mark.django_db
def test_delegation_through_home_and_abroad_is_asked_about():
    found = plan(xlsx([["Mission", "Pays visités"], ["Mer", "France, Canada"]]))

    assert len(found.problems) == 1


@pytest.mark.django_db
def test_twinning_without_the_country_of_our_town_is_read():
    factories.PlaceFactory(name_fr="Rennes", country="FR", kind="city")

    bring_in(
        xlsx([["Ville", "Jumelée avec", "Pays", "Depuis"], ["Rennes", "Rochester", "USA", 1958]])
    )

    twinning = Agreement.objects.get()
    assert (twinning.kind, str(twinning.signed_on)) == ("twinning", "1958")
    assert set(twinning.parties.values_list("organisation__place__country", flat=True)) == {
        "FR",
        "US",
    }


def test_real_merged_headings_are_read():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Projet", "Partenaires", None, "Montant"], [None, "France", "Québec", None]):
        sheet.append(row)
    sheet.append(["Fablab", "Bug", "Communautaire", "5 €"])
    for area in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(area)
    file = io.BytesIO()
    book.save(file)

    from registry.spreadsheets.files import read_workbook

    file.seek(0)
    layout = recognise(read_workbook(file), IMPORTED).layouts[0]

    assert [one.column for one in layout.columns] == [
        "title",
        "french_leads",
        "quebec_leads",
        "amount",
    ]


@pytest.mark.parametrize(
    ("headings", "kind", "value"),
    [
        (["Name", "Type", "Date", "Expiry", "Partners"], "agreement", "MoU"),
        (["Nom", "Type", "Secteur"], "organisation", "Université"),
        (["Nom", "Type", "Secteur"], "agreement", "Jumelage"),
        (["Name", "Direction", "From", "To"], "delegation", "Outgoing"),
        (["Nom", "Porteur", "Budget"], "project", ""),
    ],
)
def test_values_tell_kinds_that_share_headings(headings, kind, value):
    found = found_in([headings, ["x", value, *["2021"] * (len(headings) - 2)]])

    assert [layout.kind for layout in found.layouts] == [kind]


@pytest.mark.parametrize(
    ("kind", "heading", "column"),
    [
        ("agreement", "Partenaires (France)", "french_parties"),
        ("agreement", "Partenaires (Québec)", "quebec_parties"),
        ("project", "Porteur (France)", "french_leads"),
        ("delegation", "Participants (nombre)", "people_count"),
        ("contribution", "Montant (vote du conseil)", "amount"),
        ("agreement", "N° et intitulé", "title"),
        ("organisation", "N°Siren", "siren"),
        ("place", "N° INSEE", "insee"),
        ("place", "Name (EN)", "name_en"),
        ("delegation", "Date to", "ends_on"),
    ],
)
def test_additions_to_a_heading_say_whose_it_is(kind, heading, column):
    resource = next(resource for resource in IMPORTED if resource.code() == kind)

    assert resource.known_headings().find(heading) == column


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        *(("Amount (000 EUR)", 1000), ("Amount (thousands CAD)", 1000), ("Montant (k CAD)", 1000)),
        *(("Montant (x 1 000 €)", 1000), ("Amount, in thousands of euros", 1000)),
        *(("Montant (10 000 €)", 1), ("Montant 2000", 1), ("Montant (M€)", 1_000_000)),
    ],
)
def test_heading_says_by_what_its_amounts_count(heading, factor):
    assert heading_factor(heading) == factor


@pytest.mark.parametrize(
    "row",
    [
        *(["Sous-total Culture", "1500"], ["Total (2 dossiers)", "1500"]),
        ["", "", "", "Document de travail"],
    ],
)
def test_row_below_contributions_is_none_of_them(row):
    headings = ["Bénéficiaire", "Montant", "Année", "Objet"]
    rows = [headings, ["Les Œufs", "1000", "2021", "Fête"], ["Les Blés", "500", "2021", "Bal"]]

    assert len(found_in([*rows, row]).tables[0].rows) == 2


@pytest.mark.parametrize("row", [["1", "2", "3"], ["(texte)", "(aaaa)", "(liste)"]])
def test_row_that_explains_the_headings_is_left_out(row):
    workbook = Workbook([Sheet("", [["Intitulé", "Date", "Parties"], row, ["A", "2021", "B"]])])
    unfold(workbook, IMPORTED)

    tables = recognise(workbook, IMPORTED).tables

    assert [[one.number for one in table.rows] for table in tables] == [[3]]


def test_headings_of_exports_are_those_of_the_guide():
    guide = (Path(settings.BASE_DIR) / "docs" / "imports.md").read_text()
    names = [
        "Organisations",
        "Agreements",
        "Delegations",
        "Projects",
        "Contributions",
        "Places",
        "Funds",
    ]

    for name, resource in zip(names, RESOURCES, strict=False):
        section = guide.partition(f"\n### {name}\n")[2].partition("\n##")[0]
        columns = resource.columns()
        told = re.findall(r"^\| (?!Heading|-)([^|]+?) \|", section, re.MULTILINE)
        first = [[*column.headings["fr"][:1], *column.headings["en"][:1]] for column in columns]
        labels = {" / ".join(dict.fromkeys(both)) for both in first}
        assert set(told) <= labels, name


def test_number_that_an_office_gives_names_nobody():
    for heading in ("N° partenaire", "Numéro du partenaire", "Partner no."):
        found = found_in([[heading, "Type", "Ville"], ["12", "Association", "Rennes"]])

        assert found.layouts[0].columns[0].column != "name", heading


def told(rows) -> str:
    with override("en"):
        return " ".join(found_in(rows).notices)


@pytest.mark.parametrize("heading", ["Statut", "État actuel", "Lieu de signature"])
def test_what_agreements_do_not_keep_is_left_out_and_told(heading):
    rows = [["Intitulé", "Type", heading], ["A", "Convention", "Rennes"]]

    assert not found_in(rows).problems
    assert f"“{heading}” is left out" in told(rows)


@pytest.mark.parametrize("heading", ["Contact", "Courriel", "Téléphone du référent", "E-mail"])
def test_contact_details_are_left_out_and_told(heading):
    rows = [["Intitulé", "Type", heading], ["A", "Convention", "x"]]

    assert f"“{heading}” is left out: the registry keeps no contact details" in told(rows)


def test_list_of_persons_is_no_list_of_organisations():
    rows = [["Nom complet", "Courriel", "Téléphone"], ["Jean Dupont", "j@example.org", "02"]]

    assert found_in(rows).problems


def test_table_without_headings_is_not_understood():
    rows = [["Accord 1", "Convention", "Rennes"], ["Accord 2", "Convention", "Ville de Québec"]]

    assert found_in(rows).problems[0].about == "sheet"


@pytest.mark.django_db
def test_budgets_of_two_years_are_contributions():
    rows = [["Projet", "2020-2021", "Montant 2021-22 (€)"], ["Atelier", "1000", "2000"]]

    bring_in(xlsx(rows))

    given = Contribution.objects.order_by("year").values_list("year", "last_year", "amount")
    assert [(first, last, int(amount)) for first, last, amount in given] == [
        (2020, 2021, 1000),
        (2021, 2022, 2000),
    ]
    assert counts(plan(xlsx(rows))) == [(0, 0, 1, 0)]


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "is_tacit"), [("tacite", True), ("expresse", False)])
def test_renewal_says_how_where_it_names_no_agreement(said, is_tacit):
    bring_in(xlsx([["Intitulé", "Type", "Renouvellement"], ["A", "Convention", said]]))

    assert Agreement.objects.get().tacit_renewal is is_tacit


@pytest.mark.django_db
def test_cities_with_letters_are_parties():
    bring_in(xlsx([["Title", "Kind", "City A", "City B"], ["A", "Twinning", "Lyon", "Kiel"]]))

    assert Agreement.objects.get().parties.count() == 2


@pytest.mark.django_db
def test_count_below_a_table_is_no_record():
    rows = [["Intitulé", "Type", "Parties", "Date"], ["A", "Convention", "Lyon", "2020"]]

    planned = plan(xlsx([*rows, ["Nombre d'accords", None, None, "1"]]))

    assert not planned.problems
    assert planned.sheets[0].new == 1


@pytest.mark.django_db
def test_domain_may_follow_the_one_above_it():
    above = factories.DomainFactory(name_fr="Bois")
    below = factories.DomainFactory(name_fr="Charpente", parent=above)
    heading = ["Projet", "Domaines"]

    bring_in(xlsx([heading, ["Atelier", "Bois > Charpente"], ["Forum", "NSP"]]))

    assert list(Project.objects.get(title="Atelier").domains.all()) == [below]
    assert not Project.objects.get(title="Forum").domains.exists()
    assert problems(xlsx([heading, ["Rencontre", "Charpente > Bois"]]))


@pytest.mark.django_db
def test_text_cut_by_a_line_break_is_told():
    lines = "Intitulé;Type;Parties\nAccord sur\nla mer;Convention;Rennes\n"
    with override("en"):
        (problem,) = problems(csv(lines))

    assert ":2:" in problem
    assert "“Accord sur”, “la mer”" in problem
    lines = "Intitulé;Type;Parties\nAmérique\nun;Convention;Lyon\ndeux;Convention;Kiel\n"
    assert not problems(csv(lines))
