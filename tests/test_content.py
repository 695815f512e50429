"""The content of fixtures/ says what the five public documents say, and nothing more."""

import datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils.translation import override

from registry.choices import PlaceKind, Standing, Status
from registry.dates import PartialDate
from registry.models import (
    Agreement,
    Call,
    Change,
    Citation,
    Contribution,
    Delegation,
    Domain,
    Fund,
    Membership,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Participant,
    Place,
    PlaceIdentifier,
    PlaceName,
    Project,
    Signatory,
    Source,
)
from registry.models.base import PublicRecord
from registry.models.sources import CITED
from registry.search import matching
from tests.database import as_new

RECORDS = [
    model
    for model in apps.get_app_config("registry").get_models()
    if issubclass(model, PublicRecord)
]
APPERE = "Nathalie Appéré (Maire de Rennes et Présidente de Rennes Métropole)"
MARCHAND = "Bruno Marchand (Maire de Québec)"
ROLLAND = "Johanna Rolland (Maire de Nantes et présidente de Nantes Métropole)"
MEAE = "Ministère de l'Europe et des Affaires étrangères"
MRIF = "Ministère des Relations internationales et de la Francophonie"


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def content(django_db_setup, django_db_blocker):
    """The fixtures, loaded once for all of the tests below; what these change is rolled back."""
    with django_db_blocker.unblock():
        call_command("load_content", stdout=StringIO())
    yield
    with django_db_blocker.unblock():
        as_new()


def names(rows):
    return [str(row) for row in rows]


def stops(delegation):
    return [(stop.place.name, stop.dates) for stop in delegation.stops.all()]


def people(delegation, role):
    return names(delegation.participants.filter(role=role))


def partners(project, role):
    return {str(row.organisation) for row in project.partners.filter(role=role)}


# All records -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_content_all_published_and_valid(model):
    records = list(model.objects.all())

    assert records
    for record in records:
        assert record.status == Status.PUBLISHED
        assert record.checked_on is None
        record.full_clean()


def test_content_rows_of_records_valid():
    rows = [
        row
        for model in apps.get_app_config("registry").get_models()
        if model not in RECORDS and model is not Change  # which the database writes for itself
        for row in model.objects.all()
    ]

    assert len(rows) > 300
    for row in rows:
        row.full_clean()


@pytest.mark.parametrize("cited", CITED)
def test_content_cites_a_source_for_each_record(cited):
    model = apps.get_model("registry", cited)

    assert names(model.objects.filter(citations__isnull=True)) == []


def test_citations_point_at_a_short_passage():
    for citation in Citation.objects.all():
        assert 0 < len(citation.passage.split()) <= 12, citation.passage


def test_sources_all_cited():
    assert names(Source.objects.filter(citations__isnull=True)) == []


def test_source_dates_only_where_the_document_has_one():
    dated = Source.objects.filter(published_on__isnull=False)

    assert [(str(source.published_on), source.publisher.name) for source in dated] == [
        ("21 mai 2021", "Rennes Métropole")
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Communiqué de Rennes Métropole sur la signature du protocole",
        "Communiqué sur le déplacement à Rochester et au Québec du 3 au 12 avril 2024",
        "Communiqué sur le déplacement d'avril 2024",
        "Communiqué du 21 mai 2021",
    ],
)
def test_source_known_by_the_title_that_offices_give_it(title):
    assert sum(title in source.titles for source in Source.objects.all()) == 1


def test_people_named_in_their_public_office_alone():
    assert not Participant.objects.exclude(name="").filter(office="").exists()
    assert not Signatory.objects.filter(office="").exists()
    named = set(Participant.objects.exclude(name="").values_list("name", flat=True))
    named |= set(Signatory.objects.values_list("name", flat=True))
    assert named == {
        "Bruno Marchand",
        "Catherine Vallières-Roland",
        "Johanna Rolland",
        "Malik D. Evans",
        "Nathalie Appéré",
    }


def test_content_found_by_free_text():
    found = matching(Delegation.objects.all(), "augustines scale ai")

    assert names(found) == ["Déplacement à Rochester et au Québec"]


# Domains ---------------------------------------------------------------------------------------


def test_domains_named_in_both_languages():
    assert not Domain.objects.filter(name_fr="").exists()
    assert not Domain.objects.filter(name_en="").exists()


def test_domains_on_two_levels():
    assert Domain.objects.filter(parent=None).count() >= 15
    assert Domain.objects.filter(parent__isnull=False).count() >= 60
    assert not Domain.objects.filter(parent__parent__isnull=False).exists()


@pytest.mark.parametrize(
    "label",
    [
        "Développement économique",
        "Enseignement supérieur et recherche",
        "Culture et patrimoine",
        "Citoyenneté et vie associative",
        "Mobilités",
        "Santé",
        "Numérique",
        "Inclusion sociale",
        "Ville intelligente",
        "Développement durable",
        "Jeu vidéo",
        "Industries culturelles et créatives",
        "Francophonie",
        "Tourisme",
        "Climat",
        "Cybersécurité",
        "Intelligence artificielle",
        "Logement",
        "Aménagement urbain",
        "Alimentation durable",
        "Économie circulaire",
        "Sciences de la mer",
        "Transport maritime",
        "Biotechnologies marines",
        "Participation citoyenne",
        "Eau et assainissement",
        "Énergie",
    ],
)
def test_domain_known_by_its_usual_label(label):
    assert Domain.objects.filter(name_fr=label).exists()


# Places ----------------------------------------------------------------------------------------


def test_cities_and_they_alone_have_coordinates():
    cities = Place.objects.filter(kind=PlaceKind.CITY)

    assert cities.count() == 8
    assert not cities.filter(latitude=None).exists()
    assert not Place.objects.exclude(kind=PlaceKind.CITY).exclude(latitude=None).exists()


def test_places_with_coordinates_have_a_geonames_identifier():
    located = Place.objects.exclude(latitude=None)
    known = PlaceIdentifier.objects.filter(scheme="geonames").values("place")

    assert names(located.exclude(pk__in=known)) == []


@pytest.mark.parametrize(
    ("name", "country", "latitude", "longitude", "within"),
    [
        ("Rennes", "FR", 48.11, -1.67, "Ille-et-Vilaine"),
        ("Nantes", "FR", 47.22, -1.55, "Loire-Atlantique"),
        ("Brest", "FR", 48.39, -4.49, "Bretagne"),
        ("Québec", "CA", 46.81, -71.21, "Québec (province)"),
        ("Montréal", "CA", 45.51, -73.59, "Québec (province)"),
        ("Rimouski", "CA", 48.45, -68.52, "Québec (province)"),
        ("Rochester", "US", 43.15, -77.62, "État de New York"),
    ],
)
def test_city_lies_where_it_is(name, country, latitude, longitude, within):
    city = Place.objects.get(name_fr=name, country=country, kind=PlaceKind.CITY)

    assert float(city.latitude) == pytest.approx(latitude, abs=0.01)
    assert float(city.longitude) == pytest.approx(longitude, abs=0.01)
    assert city.parent.name_fr == within


def test_population_only_where_a_source_states_it():
    populated = Place.objects.filter(population__isnull=False)

    assert [(place.name_fr, place.population) for place in populated] == [("Rimouski", 49_400)]


def test_every_place_lies_in_its_country():
    for place in Place.objects.exclude(kind=PlaceKind.COUNTRY):
        assert place.parent.country == place.country
    assert Place.objects.get(name_fr="Terre de Feu").parent.name_fr == "Argentine"


# Organisations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("Le Pool", "Le Poool"),
        ("Le POOOL", "Le Poool"),
        ("CCI d'Ille-et-Vilaine", "CCI Ille-et-Vilaine"),
        ("ID4Car", "ID4Mobility"),
        ("INRS", "Institut national de la recherche scientifique"),
        ("MEAE", MEAE),
        ("MRIF", MRIF),
        ("TMQ", "Technopole maritime du Québec"),
        ("TBI", "Technopôle Brest Iroise"),
        ("BCI", "Bretagne Commerce international"),
        ("Consulat général de France au Québec", "Consulat général de France à Québec"),
    ],
)
def test_organisation_known_by_its_other_name(other, name):
    row = OrganisationName.objects.get(name=other)

    assert row.organisation.name == name
    assert not Organisation.objects.filter(name=other).exists()


def test_former_name_said_to_be_one():
    assert OrganisationName.objects.get(kind="former").name == "ID4Car"


def test_organisation_identifiers_none_stated():
    assert not OrganisationIdentifier.objects.exists()
    assert PlaceName.objects.filter(name="Québec").count() == 1


def test_memberships_of_the_network_with_their_roles():
    rows = Membership.objects.filter(network__name="AIMF")

    assert {row.member.name: row.role for row in rows} == {
        "Ville de Montréal": "",
        "Ville de Nantes": "présidence de la Commission permanente des villes innovantes",
        "Ville de Québec": "vice-présidence, assurée par le maire Bruno Marchand",
    }


def test_website_only_where_a_source_gives_it():
    sites = Organisation.objects.exclude(website="").values_list("name", "website")

    assert list(sites) == [("Technopole maritime du Québec", "https://tmq.ca")]


# Agreements ------------------------------------------------------------------------------------


def test_protocol_of_quebec_and_rennes():
    protocol = Agreement.objects.get(kind="protocol")

    assert protocol.title == "Protocole de coopération entre la Ville de Québec et Rennes Métropole"
    assert protocol.signed_on == PartialDate(2024, 4, 9)
    assert (protocol.starts_on, protocol.ends_on) == (None, None)
    assert names(protocol.parties.filter(role="party")) == ["Rennes Métropole", "Ville de Québec"]
    assert names(protocol.signatories.all()) == [APPERE, MARCHAND]
    assert protocol.signed_during.title == "Déplacement à Rochester et au Québec"
    assert {domain.name_fr for domain in protocol.domains.all()} == {
        "Culture et patrimoine",
        "Développement économique",
        "Enseignement supérieur et recherche",
    }


def test_twinning_known_to_the_year():
    twinning = Agreement.objects.get(kind="twinning")

    assert twinning.signed_on == PartialDate(1958)
    assert names(twinning.parties.all()) == ["Ville de Rennes", "Ville de Rochester"]


def test_declaration_known_to_the_month():
    declaration = Agreement.objects.get(kind="declaration")

    assert declaration.signed_on == PartialDate(2024, 5)
    assert declaration.term == "2024–2025"
    assert names(declaration.parties.all()) == ["Nantes Métropole", "Ville de Québec"]
    assert names(declaration.signatories.all()) == [ROLLAND, MARCHAND]
    assert declaration.signed_during.title == "Mission de Nantes au Québec"


@pytest.mark.parametrize(("year", "standing"), [(2025, Standing.IN_FORCE), (2026, Standing.ENDED)])
def test_declaration_ends_with_2025(year, standing):
    agreements = Agreement.objects.with_standing(datetime.date(year, 6, 1))

    assert agreements.get(kind="declaration").standing == standing


def test_brest_convention_of_2010():
    convention = Agreement.objects.get(title__contains="Brest métropole")

    assert str(convention.signed_on) == "2010"
    assert names(convention.parties.filter(role="party")) == [
        "Brest métropole",
        "Technopole maritime du Québec",
    ]


def test_tripartite_cooperation_since_2017():
    cooperation = Agreement.objects.get(kind="tripartite")

    assert cooperation.term == "depuis 2017"
    assert cooperation.signed_on is None
    assert {row.organisation.place.country.code for row in cooperation.parties.all()} == {
        "FR",
        "CA",
        "AR",
    }


def test_university_agreements_renewed_under_their_framework():
    renewed = Agreement.objects.get(kind="implementing", renews__isnull=False)

    assert renewed.framework.kind == "framework"
    assert renewed.framework.renews == renewed.renews.framework
    assert set(names(renewed.parties.all())) == {"Université de Rennes", "Université Laval"}
    prepared = names(renewed.delegations.all())
    assert prepared == ["Déplacement à Rochester et au Québec"]


def test_agreements_without_a_stated_date_have_none():
    undated = Agreement.objects.filter(signed_on=None, starts_on=None)

    assert undated.count() == 6
    assert not undated.exclude(ends_on=None).exists()
    standings = undated.with_standing(datetime.date(2024, 6, 1)).values_list("standing", flat=True)
    assert set(standings) == {Standing.UNSTATED}


# Delegations -----------------------------------------------------------------------------------


def test_mission_of_april_2024():
    mission = Delegation.objects.get(title="Déplacement à Rochester et au Québec")

    assert mission.direction == "outgoing"
    assert mission.dates == "du 3 au 12 avril 2024"
    assert stops(mission) == [
        ("Rochester", "du 3 au 6 avril 2024"),
        ("Québec", "du 7 au 12 avril 2024"),
        ("Montréal", "avril 2024"),
    ]
    assert people(mission, "leader") == [APPERE]
    assert people(mission, "participant") == [
        "CCI Ille-et-Vilaine",
        "Le Poool",
        "Université de Rennes",
        "Inria",
        "Keolis Rennes",
        "ID4Mobility",
    ]
    assert len(mission.objective_list) == 7


def test_mission_of_april_2024_meets_its_hosts():
    mission = Delegation.objects.get(title="Déplacement à Rochester et au Québec")
    met = {
        (item.place.name_fr if item.place else "", organisation.name)
        for item in mission.programme.all()
        for organisation in item.organisations.all()
    }

    assert met == {
        ("Rochester", "Université de Rochester"),
        ("Rochester", "Université de Nazareth"),
        ("Rochester", "Institut de technologie de Rochester"),
        ("Rochester", "Greater Rochester Enterprise"),
        ("Rochester", "Chambre de commerce de Rochester"),
        ("Rochester", "Ville de Rochester"),
        ("Québec", "Ville de Québec"),
        ("Québec", "Office municipal d'habitation de Québec"),
        ("Québec", "Monastère des Augustines"),
        ("", "Université Laval"),
        ("", "Institut national de la recherche scientifique"),
        ("Montréal", "Scale AI"),
    }


def test_welcome_of_rochester_in_october_2023():
    welcome = Delegation.objects.get(starts_on__year=2023, starts_on="2023-10-16")

    assert welcome.direction == "incoming"
    assert welcome.dates == "du 16 au 20 octobre 2023"
    assert people(welcome, "leader") == ["Malik D. Evans (Maire de Rochester)"]
    assert people(welcome, "host") == ["Ville de Rennes"]
    assert "Inauguration du square Frederick Douglass" in names(welcome.programme.all())
    assert names(welcome.agreements.all()) == ["Jumelage Rennes – Rochester"]


def test_visit_of_january_2023_known_to_the_month():
    visit = Delegation.objects.get(title="Visite de Catherine Vallières-Roland à Rennes")

    assert visit.dates == "janvier 2023"
    assert visit.participants.get(role="leader").office == (
        "responsable des relations internationales et de la culture du comité exécutif "
        "de la Ville de Québec"
    )
    assert people(visit, "host") == [APPERE]


def test_mission_of_nantes():
    mission = Delegation.objects.get(title="Mission de Nantes au Québec")

    assert mission.dates == "du 24 au 31 mai 2024"
    assert (mission.people_count, mission.organisations_count) == (100, 50)
    assert mission.counts_approximate
    assert people(mission, "leader") == [ROLLAND]
    assert people(mission, "organiser") == [
        "Nantes Métropole",
        "Nantes St Nazaire",
        "CCI Nantes St-Nazaire",
        "Chambre de Métiers et de l'Artisanat de Loire-Atlantique",
    ]
    assert stops(mission) == [("Québec", ""), ("Montréal", "")]


def test_delegation_announced_for_august_2021():
    mission = Delegation.objects.get(title__contains="FAB16")

    assert stops(mission) == [("Montréal", "du 9 au 15 août 2021")]
    assert people(mission, "leader") == ["Bug"]
    assert names(mission.projects.all()) == ["Collaboration FabCity"]


def test_prospecting_mission_known_to_the_year():
    mission = Delegation.objects.get(title__contains="Jeanne-d'Arc")

    assert mission.dates == "2010"
    assert mission.agreements.get().signed_on == PartialDate(2010)


# Money -----------------------------------------------------------------------------------------


def test_fund_run_on_both_sides():
    fund = Fund.objects.get(acronym="FFQCD")
    roles = {(row.role, row.side, row.organisation.name) for row in fund.organisations.all()}

    assert {row for row in roles if row[0] != "funder"} == {
        ("steering", "partie québécoise", MRIF),
        ("steering", "partie française", MEAE),
        ("manager", "partie française", "Consulat général de France à Québec"),
    }
    assert fund.name == "Fonds franco-québécois pour la coopération décentralisée"
    assert "16 projets" in fund.summary


def test_calls_with_their_periods():
    calls = Call.objects.filter(fund__acronym="FFQCD").order_by("edition")

    assert [(call.edition, call.period) for call in calls] == [
        ("2021-2022", "2021–2022"),
        ("2023-2024", "2023–2024"),
    ]


def test_softlanding_call_deadline_without_a_year():
    call = Call.objects.get(edition="2020")

    assert call.fund.kind == "programme"
    assert (call.opens_on, call.closes_on) == (None, None)
    assert "7 mai" in call.deadline_note


@pytest.mark.parametrize(
    ("title", "edition", "leads"),
    [
        ("Digi@access", "2021-2022", {"ID4Mobility", "IVEO", "Propulsion Québec"}),
        (
            "Parcours Data Santé",
            "2021-2022",
            {"Images et Réseaux", "Biotech Santé Bretagne", "Québec International"},
        ),
        ("Collaboration FabCity", "2021-2022", {"Bug", "Communautaire"}),
        ("Accompagnement des entreprises vers l'innovation vertueuse", "2023-2024", {"Le Poool"}),
        (
            "Transformation du patrimoine d'hier au service des lieux culturels de demain",
            "2023-2024",
            {"Rennes Métropole", "Ville de Québec"},
        ),
        ("Filière du jeu vidéo", "2023-2024", {"3 Hit Combo", "Atlantgames"}),
    ],
)
def test_project_led_on_both_sides_under_its_call(title, edition, leads):
    project = Project.objects.get(title=title)

    assert partners(project, "lead") == leads
    assert (project.call.edition, project.fund.acronym) == (edition, "FFQCD")
    assert project.period == edition.replace("-", "–")


def test_calls_of_the_fund_have_three_projects_each():
    calls = Call.objects.filter(fund__acronym="FFQCD")

    assert {call.edition: call.projects.count() for call in calls} == {
        "2021-2022": 3,
        "2023-2024": 3,
    }
    assert Project.objects.count() == 9


def test_projects_of_2021_receive_20_000_euros_together():
    projects = Project.objects.filter(call__edition="2021-2022")
    contribution = Contribution.objects.for_projects(projects).get()

    assert Contribution.objects.for_projects(projects).totals() == {"EUR": 20_000}
    assert contribution.year == 2021
    assert set(names(contribution.funders.all())) == {"Rennes Métropole", MEAE}
    assert contribution.projects.count() == 3


def test_amounts_none_but_the_one_stated():
    assert Contribution.objects.totals() == {"EUR": 20_000}
    assert Contribution.objects.filter(amount=None).count() == 4


def test_patient_360_supported_in_2019_and_2020():
    project = Project.objects.get(title="Patient 360")
    contribution = project.contributions.get()

    assert (project.call, project.fund, contribution.amount) == (None, None, None)
    assert contribution.years == "2019–2020"
    assert set(names(contribution.funders.all())) == {"Rennes Métropole", "État français"}


def test_platform_open_since_march_2021():
    platform = Project.objects.get(title="France2Quebec.net")

    assert platform.website == "https://france2quebec.net"
    assert platform.starts_on == PartialDate(2021, 3)
    assert names(platform.contributions.get().funders.all()) == [MEAE]


def test_post_in_quebec_financed_by_two_authorities():
    contribution = Contribution.objects.get(projects__title__startswith="Chargé de développement")

    assert set(names(contribution.funders.all())) == {
        "Rennes Métropole",
        "Saint-Malo Agglomération",
    }


# Loading ---------------------------------------------------------------------------------------


def test_load_content_again_keeps_what_staff_wrote():
    Source.objects.all().update(title="Relu")
    output = StringIO()

    with override("en"):
        call_command("load_content", stdout=output)

    assert output.getvalue() == "The registry already holds places: nothing was loaded.\n"
    assert set(Source.objects.values_list("title", flat=True)) == {"Relu"}
