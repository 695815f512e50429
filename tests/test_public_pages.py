"""Every public page of every kind of record, in both languages, inside its query budget."""

import pytest
from django.urls import reverse
from django.utils import translation

from registry.models import Organisation
from tests import factories
from tests.linked import RECORDS, link, one_of_each

pytestmark = pytest.mark.django_db

KINDS = [model._meta.model_name for model in RECORDS]
LANGUAGES = ["fr", pytest.param("en", marks=pytest.mark.appearance)]
LIST_BUDGET, DETAIL_BUDGET, HOME_BUDGET = 12, 36, 40
SEARCH_BUDGET = 40  # of nine kinds, with what each says of its neighbours


def address(name, language="fr", **kwargs):
    with translation.override(language):
        return reverse(f"registry:{name}", kwargs=kwargs)


def address_of(record, language="fr"):
    with translation.override(language):
        return record.get_absolute_url()


@pytest.fixture(scope="module")
def made(shared):
    made = one_of_each()
    link(made, one_of_each())
    return made


@pytest.fixture
def records(db, made):
    return {kind: type(record).objects.get(pk=record.pk) for kind, record in made.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_list_of_each_kind_answers_within_its_budget(
    client, records, kind, language, django_assert_max_num_queries
):
    client.get(address(f"{kind}_list", language))  # after a change the index is built anew
    with django_assert_max_num_queries(LIST_BUDGET):
        response = client.get(address(f"{kind}_list", language))
    assert response.status_code == 200
    shown = {record.pk for record in response.context["object_list"]}
    assert records[kind].pk in shown
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_page_of_each_kind_answers_within_its_budget(
    client, records, kind, language, django_assert_max_num_queries
):
    client.get(address_of(records[kind], language))  # as above
    with django_assert_max_num_queries(DETAIL_BUDGET):
        response = client.get(address_of(records[kind], language))
    assert response.status_code == 200
    assert response.context["record"] == records[kind]
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["home", "search", "domain_list", "about", "accessibility"])
def test_page_of_no_kind_answers_within_its_budget(
    client, records, name, language, django_assert_max_num_queries
):
    budget = SEARCH_BUDGET if name == "search" else HOME_BUDGET
    client.get(address(name, language), {"q": "accord"})  # as above
    with django_assert_max_num_queries(budget):
        response = client.get(address(name, language), {"q": "accord"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("agreement_list", "/accords/", "/en/agreements/"),
        ("delegation_list", "/delegations/", "/en/delegations/"),
        ("project_list", "/projets/", "/en/projects/"),
        ("organisation_list", "/organisations/", "/en/organisations/"),
        ("place_list", "/lieux/", "/en/places/"),
        ("fund_list", "/fonds/", "/en/funds/"),
        ("call_list", "/appels/", "/en/calls/"),
        ("contribution_list", "/financements/", "/en/contributions/"),
        ("source_list", "/sources/", "/en/sources/"),
        ("domain_list", "/domaines/", "/en/domains/"),
        ("search", "/recherche/", "/en/search/"),
    ],
)
def test_address_is_in_the_language_of_its_page(name, french, english):
    assert (address(name, "fr"), address(name, "en")) == (french, english)


def test_domain_page_shows_what_is_below_it(client):
    above = factories.DomainFactory()
    below = factories.DomainFactory(parent=above)
    delegation = factories.DelegationFactory()
    delegation.domains.add(below)
    response = client.get(above.get_absolute_url())
    assert delegation.title in response.text
    assert below.name in response.text


def test_domain_unknown_is_not_found(client):
    assert client.get(address("domain_detail", code="unheard-of")).status_code == 404


@pytest.mark.appearance
def test_queries_do_not_grow_with_rows(client, records):
    """All kinds in one: the records that they need of one another are made once."""
    addresses = [address(f"{kind}_list") for kind in KINDS]
    addresses += [address_of(record) for record in records.values()]
    counts = {one: _queries(client, one) for one in addresses}
    for _more in range(5):
        link(records, one_of_each())
    # A block that is cut at its first records asks once more how many there are.
    grown = {one: (count, _queries(client, one)) for one, count in counts.items()}
    assert {one: (few, many) for one, (few, many) in grown.items() if many > few + 7} == {}


def _queries(client, one):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(one)  # after a change the index is built anew
    with CaptureQueriesContext(connection) as captured:
        assert client.get(one).status_code == 200
    return len(captured)


@pytest.mark.parametrize("kind", KINDS)
def test_other_words_in_an_address_lead_to_the_right_ones(client, records, kind):
    record = records[kind]
    for kwargs in ({}, {"slug": "other-words"}):
        other = address(f"{kind}_detail", public_id=record.public_id, **kwargs)
        response = client.get(other, {"from": "mail"})
        assert response.status_code == 301
        assert response["Location"] == f"{record.get_absolute_url()}?from=mail"


def test_identifier_in_capitals_leads_to_the_record(client):
    record = factories.AgreementFactory(public_id="abcdefgh12")
    response = client.get(address("agreement_detail", public_id="ABCDEFGH12"))
    assert (response.status_code, response["Location"]) == (301, record.get_absolute_url())


@pytest.mark.parametrize("status", ["draft", "in_review", "archived"])
def test_record_that_is_not_published_is_not_found(client, status):
    for kind, record in one_of_each(status=status).items():
        assert client.get(record.get_absolute_url()).status_code == 404, kind
        assert record not in client.get(address(f"{kind}_list")).context["object_list"], kind


def test_switch_of_language_keeps_the_page_and_its_query(client):
    response = client.get(address("agreement_list", "fr"), {"q": "eau", "page": "2"})
    other = f"{address('agreement_list', 'en')}?q=eau&amp;page=2"
    assert f'href="{other}" hreflang="en"' in " ".join(response.text.split())


def test_switch_of_language_takes_the_name_of_that_language(client):
    place = factories.PlaceFactory(name_fr="Québec", name_en="Quebec City")
    response = client.get(place.get_absolute_url())
    assert f'href="{address_of(place, "en")}"' in response.text
    assert address_of(place, "en").endswith("/quebec-city/")


def test_page_says_its_permanent_address_and_its_checks(client):
    record = factories.AgreementFactory(checked_on="2024-05-02")
    text = client.get(record.get_absolute_url()).text
    permanent = address("agreement_detail", public_id=record.public_id)
    assert f"http://testserver{permanent}" in text
    assert '<time datetime="2024-05-02">2 mai 2024</time>' in text


def test_page_says_that_it_was_not_checked_yet(client):
    assert "Pas encore" in client.get(factories.AgreementFactory().get_absolute_url()).text


def test_what_is_not_stated_shows_nothing(client):
    bare = factories.AgreementFactory(signed_on=None)
    text = client.get(bare.get_absolute_url()).text
    assert "standing--" not in text
    assert "<dt>" not in text.split('class="record__body"')[1].split("record-footer")[0]


def test_shared_contribution_is_explained_and_counted_once(client):
    projects = factories.ProjectFactory.create_batch(3)
    factories.ContributionFactory(amount=20000).projects.set(projects)
    factories.ContributionFactory(amount=5000, currency="CAD").projects.add(projects[0])
    response = client.get(projects[0].get_absolute_url())
    assert response.context["totals"] == {"CAD": 5000, "EUR": 20000}
    assert "20\xa0000\xa0€" in response.text
    assert [one.shared_with for one in response.context["contributions"]] == [2, 0]


def test_total_of_a_fund_counts_a_shared_contribution_once(client):
    fund = factories.FundFactory()
    projects = factories.ProjectFactory.create_batch(3, call__fund=fund)
    factories.ContributionFactory(amount=20000).projects.set(projects)
    assert client.get(fund.get_absolute_url()).context["totals"] == {"EUR": 20000}


def test_block_is_cut_and_leads_to_its_list(client):
    organisation = factories.OrganisationFactory()
    for project in factories.ProjectFactory.create_batch(23):
        project.partners.create(organisation=organisation)
    response = client.get(organisation.get_absolute_url())
    (block,) = response.context["blocks"]
    assert (len(block.records), block.total) == (20, 23)
    assert client.get(block.url).context["paginator"].count == 23


@pytest.mark.parametrize("kind", KINDS)
def test_every_block_has_the_number_of_its_list(client, records, kind):
    for block in client.get(address_of(records[kind])).context["blocks"]:
        assert client.get(block.url).context["paginator"].count == block.total, block.url


def test_organisation_met_on_the_way_and_its_delegation_link_to_each_other(client):
    delegation, met = factories.DelegationFactory(), factories.OrganisationFactory()
    delegation.programme.create(title="Visite").organisations.add(met)
    assert met.get_absolute_url() in client.get(delegation.get_absolute_url()).text
    assert delegation.get_absolute_url() in client.get(met.get_absolute_url()).text


def test_participants_read_by_sector_after_those_who_lead(client):
    delegation = factories.DelegationFactory()
    delegation.participants.create(name="Personne A", office="Maire", role="leader")
    delegation.participants.create(
        organisation=factories.OrganisationFactory(name="Atelier"), sector="economic"
    )
    context = client.get(delegation.get_absolute_url()).context
    assert [(label, len(rows)) for label, rows in context["roles"]] == [("Conduite", 1)]
    assert [rows[0].organisation.name for _label, rows in context["sectors"]] == ["Atelier"]


def test_coordinates_from_geonames_are_attributed(client):
    place = factories.PlaceFactory(latitude="48.11", longitude="-1.67")
    assert "geonames.org" not in client.get(place.get_absolute_url()).text
    place.identifiers.create(scheme="geonames", value="2983990")
    assert "https://www.geonames.org/2983990" in client.get(place.get_absolute_url()).text


def test_script_in_a_record_is_shown_as_text(client):
    record = factories.AgreementFactory(title="<script>alert(1)</script>", summary="<b>x</b>")
    text = client.get(record.get_absolute_url()).text
    assert "<script>alert" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


def test_address_that_is_no_web_address_is_not_a_link(client):
    organisation = factories.OrganisationFactory()
    Organisation.objects.filter(pk=organisation.pk).update(website="javascript:alert(1)")
    assert "javascript:" not in client.get(organisation.get_absolute_url()).text


def test_search_finds_by_kind_without_accents(client):
    factories.AgreementFactory(title="Coopération d'Évreux")
    factories.OrganisationFactory(name="Atelier d’Évreux", place=None)
    response = client.get(address("search"), {"q": "EVREUX"})
    assert [len(section.hits) for section in response.context["sections_found"]] == [1, 1]
    assert response.context["total"] == 2


def test_search_of_nothing_says_what_to_do(client):
    response = client.get(address("search"), {"q": "introuvable \0"})
    assert response.status_code == 200
    assert 'class="empty"' in response.text


def test_home_shows_figures_that_link_to_their_lists(client):
    def shown():
        figures = client.get(address("home")).context["figures"]
        return {kind: (url, count) for kind, _label, url, count in figures}["delegation"]

    _url, before = shown()
    factories.DelegationFactory.create_batch(3)
    factories.DelegationFactory(status="draft")
    assert shown() == (address("delegation_list"), before + 3)
