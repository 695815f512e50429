"""Lists: their state is their address, with links that change one part of it."""

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


def get(client, query="", kind="agreement"):
    return client.get(f"{reverse(f'registry:{kind}_list')}?{query}")


def test_page_links_keep_the_filters_and_the_order(client):
    factories.AgreementFactory.create_batch(30, kind="twinning")
    factories.AgreementFactory(kind="protocol")
    response = get(client, "kind=twinning&sort=oldest")
    assert response.context["paginator"].count == 30
    assert 'href="?kind=twinning&amp;sort=oldest&amp;page=2"' in response.text
    second = get(client, "kind=twinning&sort=oldest&page=2")
    assert len(second.context["object_list"]) == 5


@pytest.mark.parametrize(
    ("page", "number"), [("999999", 2), ("0", 2), ("-3", 2), ("x", 1), ("9" * 5000, 1), ("1.5", 1)]
)
def test_page_that_does_not_exist_is_one_that_does(client, page, number):
    factories.AgreementFactory.create_batch(30)
    response = get(client, f"page={page}")
    assert response.status_code == 200
    assert response.context["page_obj"].number == number


@pytest.mark.parametrize(("asked", "shown"), [("50", 30), ("7", 25), ("-1", 25), ("x", 25)])
def test_page_size_is_one_of_the_choices(client, asked, shown):
    factories.AgreementFactory.create_batch(30)
    assert len(get(client, f"per_page={asked}").context["object_list"]) == shown


def test_form_left_empty_leads_to_a_short_address(client):
    response = get(client, "q=&kind=twinning&place=&sort=")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('registry:agreement_list')}?kind=twinning"
    assert get(client, "q=&kind=")["Location"] == reverse("registry:agreement_list")


def test_form_keeps_the_order_and_the_page_size(client):
    text = " ".join(get(client, "sort=title&per_page=50").text.split())
    assert '<input type="hidden" name="sort" value="title"' in text
    assert '<input type="hidden" name="per_page" value="50">' in text


def test_chip_removes_its_own_filter_alone(client):
    response = get(client, "q=eau&kind=twinning&since=2010&page=3")
    chips = [(chip.name, chip.text) for chip in response.context["chips"]]
    assert chips == [("q", "eau"), ("kind", "Jumelage"), ("since", "2010")]
    assert 'href="?q=eau&amp;since=2010"' in response.text


def test_chip_shows_names_instead_of_codes(client):
    place = factories.PlaceFactory(name_fr="Rennes")
    domain = factories.DomainFactory(name_fr="Eau")
    response = get(client, f"place={place.public_id}&domain={domain.code}&country=CA")
    texts = {chip.name: chip.text for chip in response.context["chips"]}
    assert texts == {"domain": "Eau", "place": "Rennes", "country": "Canada"}


def test_filter_that_is_not_shown_is_kept_by_the_form(client):
    source = factories.SourceFactory()
    text = " ".join(get(client, f"source={source.public_id}").text.split())
    assert f'<input type="hidden" name="source" value="{source.public_id}"' in text


def test_empty_list_says_what_to_do(client):
    factories.AgreementFactory()
    filtered = get(client, "q=introuvable").text
    assert f'class="button" href="{reverse("registry:agreement_list")}"' in filtered
    nothing = get(client, kind="fund").text
    assert f'class="button" href="{reverse("registry:home")}"' in nothing


def test_list_that_finds_no_word_leads_to_the_search_with_it(client):
    page = client.get(reverse("registry:agreement_list"), {"q": "quebeck & co"}).text

    assert f'{reverse("registry:search")}?q=quebeck%20%26%20co"' in page


def test_value_that_is_not_understood_is_told_and_the_list_shows(client):
    agreement = factories.AgreementFactory()
    response = get(client, "since=hier&place=nulle-part")
    assert response.text.count('role="alert"') == 2
    assert "hier" in response.text
    assert list(response.context["object_list"]) == [agreement]


def test_refused_value_is_shown_as_text(client):
    text = get(client, "since=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_unknown_parameter_changes_nothing(client):
    agreement = factories.AgreementFactory()
    response = get(client, "utm_source=mail&x[]=1&status=draft&order_by=internal_notes")
    assert list(response.context["object_list"]) == [agreement]
    assert not response.context["chips"]


def test_filtered_list_stays_inside_its_budget(client, django_assert_max_num_queries):
    rennes = factories.PlaceFactory(name_fr="Rennes", parent=factories.PlaceFactory(country="FR"))
    quebec = factories.PlaceFactory(name_fr="Québec", country="CA")
    domain = factories.DomainFactory()
    for _one in range(10):
        agreement = factories.AgreementFactory()
        agreement.domains.add(domain)
        for place in (rennes, quebec):
            agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    query = (
        f"place={rennes.public_id}&with_place={quebec.public_id}&domain={domain.code}&since=2020"
    )
    get(client, query)  # after a change the index is built anew
    with django_assert_max_num_queries(8):
        response = get(client, query)
    assert response.context["paginator"].count == 10


def test_total_of_contributions_is_of_all_pages_and_by_currency(client):
    factories.ContributionFactory.create_batch(30, amount=10)
    factories.ContributionFactory(amount=7, currency="CAD")
    factories.ContributionFactory(amount=None)
    assert get(client, kind="contribution").context["totals"] == {"CAD": 7, "EUR": 300}
    assert get(client, "currency=CAD", "contribution").context["totals"] == {"CAD": 7}


def test_page_that_was_rendered_before_reads_no_record(client, django_assert_max_num_queries):
    factories.AgreementFactory.create_batch(3)
    get(client)
    with django_assert_max_num_queries(2):
        response = get(client)
    assert response.text.count('class="card ') == 3
