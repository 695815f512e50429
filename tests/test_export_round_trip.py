"""Every export comes back in with no change: for every kind of record, in every format."""

import csv
import io

import openpyxl
import pytest
from django.core.management import call_command
from django.utils.translation import override

from registry.models import (
    Agreement,
    Citation,
    Contribution,
    FundOrganisation,
    Membership,
    OrganisationIdentifier,
    OrganisationName,
    Participant,
    Party,
    ProgrammeItem,
    Project,
    ProjectPartner,
    Signatory,
    Source,
    Stop,
)
from registry.search import deferred
from registry.spreadsheets.exporting.formats import Format, write
from registry.spreadsheets.exporting.rows import RESOURCE_OF, Export
from tests.factories import (
    AgreementFactory,
    CallFactory,
    ContributionFactory,
    DelegationFactory,
    DomainFactory,
    FundFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SourceFactory,
)
from tests.spreadsheets import bring_in, plan, snapshot

pytestmark = pytest.mark.django_db

MODELS = list(RESOURCE_OF)


def exported(model, wanted=Format.XLSX, columns=None) -> io.BytesIO:
    return io.BytesIO(b"".join(write(Export(model.objects.all(), columns), wanted)))


def changes(planned) -> list:
    return [
        (str(one.instance), [(change.label, change.before, change.after) for change in one.changes])
        for one in planned.touched
    ]


@pytest.fixture
def _content():
    call_command("load_content", verbosity=0)


def assert_comes_back(model, wanted):
    """The file that the model's export makes is understood, and changes nothing."""
    planned = plan(exported(model, wanted))

    assert [problem.as_dict() for problem in planned.problems] == [], (model, wanted)
    assert [sheet.model for sheet in planned.sheets] == [model]
    assert changes(planned) == [], (model, wanted)
    assert planned.sheets[0].unchanged == model.objects.count() > 0


FILES = [("xlsx", "fr"), ("ods", "en"), ("csv", "fr"), ("csv", "en")]


def assert_all_come_back():
    """In one test: the records, and those that they need of one another, are made once."""
    for wanted, language in FILES:
        with override(language):
            for model in MODELS:
                assert_comes_back(model, Format(wanted))


@pytest.mark.usefixtures("_content")
def test_export_of_the_content_comes_back_unchanged():
    assert_all_come_back()


# What people write ------------------------------------------------------------------------------

TITLES = [
    "=1+1",
    "+33 2 23 45 67 89",
    "-12 °C la nuit",
    "@accueil",
    "'=2+2",
    "＝SOMME(A1)",
    "#REF!",
    "0042",
    "12,50",
    "2024-05",
    'Dit "le pacte" ; suite',
    "Un, deux, trois",
    "Avec (parenthèse",
    "Atelier : la ville : 2024",
    "20\N{NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}€ | reste",
    "- puce",
    "Œuvre d'Évreux\N{RIGHT SINGLE QUOTATION MARK}s",
    "<b>&amp;</b>",
]
LINES = "Première ligne\r\n- puce ; encore\n\n=3+3\tfin"


def awkward_network():
    """Records of each kind, full of what people write, that name one another."""
    places = [
        PlaceFactory(name_fr=title, latitude="-1.67429", longitude="48.1") for title in TITLES
    ]
    places.append(PlaceFactory(name_fr="Québec (province)", kind="region", country="CA"))
    organisations = [
        OrganisationFactory(name=title, place=place, summary=LINES, website="http://example.org/a")
        for title, place in zip([*TITLES, "Ville jumelle"], places, strict=True)
    ]
    first, second = organisations[:2]
    # A name that two organisations have, and one that is another's other name.
    twin = OrganisationFactory(name="Ville jumelle", place=places[0])
    OrganisationName.objects.create(organisation=twin, name=first.name, kind="alias")
    OrganisationName.objects.create(organisation=first, name="A;B", kind="former")
    OrganisationIdentifier.objects.create(organisation=twin, scheme="siret", value="00042 123")
    OrganisationIdentifier.objects.create(organisation=twin, scheme="siret", value="777")
    Membership.objects.create(
        member=twin, network=first, role="vice : présidence", starts_on="2020"
    )
    Membership.objects.create(member=twin, network=second)
    source = SourceFactory(title="Titre « cité » ; suite", other_titles="=a\nb;c", publisher=twin)
    SourceFactory(title=source.title, published_on="2021-05")
    domains = [DomainFactory(name_fr=title) for title in ("Eau, air ; feu", "=domaine")]
    return [*organisations, twin], places, domains, source


@pytest.fixture
@deferred()
def _awkward():
    organisations, places, domains, source = awkward_network()
    fund = FundFactory(name="Fonds ; commun", acronym="=F")
    FundOrganisation.objects.create(fund=fund, organisation=organisations[0], side="côté : est")
    call = CallFactory(fund=fund, edition="2021-2022", grant_cap="1234.50", rate_cap="80")
    CallFactory(fund=FundFactory(), edition="2021-2022", closes_on="2024-05-07")
    missions = [
        DelegationFactory(title="Mission", starts_on=date, ends_on=None, objectives=LINES)
        for date in ("2024", "2024-04", "2024-04-09", None)
    ]
    for position, (title, place) in enumerate(zip(TITLES, places, strict=False), 1):
        mission = missions[position % 4]
        Stop.objects.create(delegation=mission, place=place, position=position, starts_on="2024-04")
        Stop.objects.create(delegation=mission, place=place, position=position)
        Participant.objects.create(
            delegation=mission, name=title, office="maire, puis ; élue", position=position
        )
        Participant.objects.create(
            delegation=mission,
            organisation=organisations[position],
            name=f"Nom {title}",
            sector="academic",
            role="host",
        )
        item = ProgrammeItem.objects.create(
            delegation=mission, title=title, place=place, position=position
        )
        item.organisations.set(organisations[:3])
    for title in [*TITLES, *TITLES[:3]]:
        agreement = AgreementFactory(
            title=title, signed_on=f"19{Agreement.objects.count() + 10}", signed_during=missions[0]
        )
        Signatory.objects.create(agreement=agreement, name=title, organisation=organisations[-1])
        Signatory.objects.create(agreement=agreement, name=f"M. {title}", office="maire")
        for organisation in organisations[:4]:
            Party.objects.create(agreement=agreement, organisation=organisation)
        agreement.domains.set(domains)
        Citation.objects.create(agreement=agreement, source=source, passage=LINES)
    for number, title in enumerate(TITLES):
        project = ProjectFactory(
            title=title, call=call, starts_on=f"20{number + 10}", reference=f"00{number}"
        )
        project.places.set(places[:3])
        project.agreements.set(Agreement.objects.all()[:5])
        project.delegations.set(missions)
        ProjectPartner.objects.create(project=project, organisation=organisations[0], role="lead")
        given = ContributionFactory(amount="1234.50", year=2021, last_year=2022, note=LINES)
        given.projects.set(Project.objects.all())
        given.funders.set(organisations)


@pytest.mark.usefixtures("_awkward")
def test_export_of_what_people_write_comes_back_unchanged():
    assert_all_come_back()


@pytest.mark.usefixtures("_content")
def test_export_of_the_required_columns_alone_is_recognised():
    for model in MODELS:
        planned = plan(exported(model, Format.CSV, columns=[]))

        assert planned.problems == []
        assert [sheet.model for sheet in planned.sheets] == [model]


@pytest.mark.usefixtures("_awkward")
def test_import_of_an_export_writes_nothing_at_all():
    before = snapshot()
    for model in MODELS:
        bring_in(exported(model, Format.ODS))

    assert snapshot() == before


# Formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*TITLES, "\t=1", "\r=1", " =1", "−1", "＋1", "﹦1"])
def test_no_text_of_a_csv_begins_a_formula(text):
    SourceFactory(title="Source", other_titles=text)

    content = exported(Source, Format.CSV).getvalue().decode("utf-8-sig")

    for row in csv.reader(io.StringIO(content), delimiter=";"):
        assert not [cell for cell in row if cell.startswith(tuple("=+-@\t\r＝＋－＠−﹦"))]


def test_texts_of_an_xlsx_are_typed_as_texts():
    SourceFactory(title="=1+1")

    sheet = openpyxl.load_workbook(exported(Source)).active
    cell = next(cell for cell in sheet[2] if cell.value == "=1+1")

    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_numbers_of_an_xlsx_are_numbers():
    ContributionFactory(amount="1234.50", year=2021)

    values = [cell.value for cell in openpyxl.load_workbook(exported(Contribution)).active[2]]

    assert {1234.5, 2021} <= set(values)


def test_csv_in_french_has_a_mark_semicolons_and_decimal_commas():
    ContributionFactory(amount="1234.50")

    content = exported(Contribution, Format.CSV).getvalue()

    assert content.startswith(b"\xef\xbb\xbf")
    assert '"1234,50"' in content.decode()
    assert content.decode().splitlines()[0].count('";"') > 10


# Nothing is forgotten ---------------------------------------------------------------------------

# Made by the registry itself, or said by another column.
NOT_WRITTEN = {"id", "search_text", "published_at", "created_at", "created_by", "updated_at"}
# The key of links to a draft is no business of a file.
NOT_WRITTEN |= {"updated_by", "code", "preview_key"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_field_has_a_column(model):
    written = set()
    for column in RESOURCE_OF[model].written_columns():
        written |= {path.split("__")[0].removesuffix("_id") for path in column.paths}
        written |= {column.attribute, "public_id"}

    fields = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    assert fields - written - NOT_WRITTEN == set()
