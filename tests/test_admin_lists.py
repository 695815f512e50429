"""Lists of the administration: filters, search, suggestions, and addresses that make no sense."""

import pytest
import time_machine
from django.test import RequestFactory
from django.urls import reverse

from registry import models
from registry.admin.site import site
from registry.choices import Status
from tests import factories
from tests.admin_forms import url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def user(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def listed(client, model, **query):
    response = client.get(url(model, "changelist"), query)
    assert response.status_code == 200
    return set(response.context["cl"].queryset)


def choices(response, parameter):
    changelist = response.context["cl"]
    spec = next(s for s in changelist.filter_specs if parameter in s.expected_parameters())
    return [str(choice["display"]) for choice in spec.choices(changelist)]


def test_year_filter_takes_a_date_of_any_precision(client):
    found = {factories.AgreementFactory(signed_on=on) for on in ("2024", "2024-05", "2024-04-09")}
    factories.AgreementFactory(signed_on="2023-12-31")

    assert listed(client, models.Agreement, year="2024") == found


def test_year_filter_lists_the_years_there_are_with_their_counts(client):
    for on in ("2024", "2024-05", "2010", None):
        factories.AgreementFactory(signed_on=on)

    response = client.get(url(models.Agreement, "changelist"))

    assert choices(response, "year")[1:3] == ["2024 (2)", "2010 (1)"]
    assert choices(response, "year")[3].endswith("(1)")


def test_year_filter_finds_records_without_a_date(client):
    factories.AgreementFactory(signed_on="2024")
    undated = factories.AgreementFactory(signed_on=None)

    assert listed(client, models.Agreement, year="none") == {undated}


def test_counts_on_request_do_not_double_those_of_the_filter(client):
    factories.AgreementFactory(signed_on="2024")

    response = client.get(url(models.Agreement, "changelist"), {"_facets": "True"})

    assert choices(response, "year")[1] == "2024 (1)"


def test_country_filter_shows_a_record_once(client):
    agreement = factories.AgreementFactory()
    for organisation in factories.OrganisationFactory.create_batch(2, place__country="CA"):
        models.Party.objects.create(agreement=agreement, organisation=organisation)

    response = client.get(url(models.Agreement, "changelist"), {"country": "CA"})

    assert response.context["cl"].result_count == 1


def test_domain_filter_takes_those_below(client):
    above = factories.DomainFactory()
    below = factories.DomainFactory(parent=above)
    agreement = factories.AgreementFactory()
    agreement.domains.add(below)
    factories.AgreementFactory()

    assert listed(client, models.Agreement, domain=above.pk) == {agreement}


@time_machine.travel("2024-06-01")
def test_standing_filter_finds_what_ends_soon(client):
    soon = factories.AgreementFactory(signed_on="2020", ends_on="2024-07")
    factories.AgreementFactory(signed_on="2020", ends_on="2030")
    ended = factories.AgreementFactory(signed_on="2020", ends_on="2022")

    assert listed(client, models.Agreement, standing="3") == {soon}
    assert listed(client, models.Agreement, standing="ended") == {ended}


@time_machine.travel("2024-06-01")
def test_open_filter_splits_calls(client):
    is_open = factories.CallFactory(opens_on="2024-05", closes_on="2024-07")
    closed = factories.CallFactory(closes_on="2021-05-07")

    assert listed(client, models.Call, open="yes") == {is_open}
    assert listed(client, models.Call, open="no") == {closed}


def test_source_filter_finds_records_without_any(client):
    sourced, bare = factories.AgreementFactory.create_batch(2)
    models.Citation.objects.create(agreement=sourced, source=factories.SourceFactory())

    assert listed(client, models.Agreement, sourced="no") == {bare}
    assert listed(client, models.Agreement, sourced="yes") == {sourced}


def test_authority_filter_shows_where_there_are_several(client):
    factories.AgreementFactory()
    one = client.get(url(models.Agreement, "changelist"))
    other = factories.AgreementFactory(authority=factories.AuthorityFactory(name="Autre"))
    two = client.get(url(models.Agreement, "changelist"))

    shown = [
        "authority" in str([s.expected_parameters() for s in r.context["cl"].filter_specs])
        for r in (one, two)
    ]
    assert shown == [False, True]
    assert listed(client, models.Agreement, authority="Autre") == {other}


@pytest.mark.parametrize(
    "query",
    [
        "year=abc",
        "year=99999999999999999999",
        "country=zz",
        "domain=abc",
        "standing=x",
        "sourced=maybe",
        "checked=",
        "status__exact=zzz",
        "fund=abc",
        "o=99",
        "o=a.b",
        "p=999999",
        "p=abc",
        "part=" + "9" * 5_000,
        "q=%00",
        "q=" + "a " * 500,
        "unknown=1",
        "authority__password__startswith=a",
        "e=1&year=abc",
        "all=",
        "_facets=True&year=abc",
        "year=2024&year=abc",
    ],
)
@pytest.mark.parametrize("model", [models.Agreement, models.Contribution, models.User])
def test_address_that_makes_no_sense_is_answered(client, model, query):
    response = client.get(f"{url(model, 'changelist')}?{query}", follow=True)

    assert response.status_code in (200, 400)


@pytest.mark.parametrize("key", ["x", "\0", "9" * 5_000, "9" * 40])
def test_history_of_what_is_no_key_leads_to_the_desk(client, key):
    for model in (models.Domain, models.Agreement):
        address = reverse(f"admin:registry_{model._meta.model_name}_history", args=[key])

        assert client.get(address, follow=True).status_code == 200
        assert client.get(f"{address}1/", follow=True).status_code in (200, 404)


def test_filter_left_out_is_said(client):
    response = client.get(url(models.Agreement, "changelist"), {"year": "abc"}, follow=True)

    assert len(response.context["messages"]) == 1
    assert response.context["cl"].filter_params == {}


@pytest.mark.parametrize(
    "query", ["authority=abc", "signed_on=abc", "domains=a,b", "status=zzz", "renews=%00", "kind="]
)
def test_form_filled_by_an_odd_address_opens(client, query):
    response = client.get(f"{url(models.Agreement, 'add')}?{query}")

    assert response.status_code == 200


@pytest.mark.parametrize("number", ["abc", "999999", "0", "99999999999999999999999", "%00"])
def test_record_that_does_not_exist_leads_back(client, number):
    address = reverse("admin:registry_agreement_changelist")

    response = client.get(f"{address}{number}/change/")

    assert response.status_code == 302


@pytest.mark.parametrize("typed", ["evreux", "ÉVREUX", "universite evr", "l’université d'évreux"])
def test_search_ignores_accents_and_case(client, typed):
    found = factories.OrganisationFactory(name="L’Université d’Évreux")
    factories.OrganisationFactory(name="Université de Rennes")

    assert listed(client, models.Organisation, q=typed) == {found}


def suggest(client, model, field, term):
    query = {"app_label": "registry", "model_name": model, "field_name": field, "term": term}
    response = client.get(reverse("admin:autocomplete"), query)
    assert response.status_code == 200
    return [result["text"] for result in response.json()["results"]]


def test_suggestions_ignore_accents_and_know_other_names(client):
    organisation = factories.OrganisationFactory(name="Le Poool", place=None)
    models.OrganisationName.objects.create(organisation=organisation, name="Pôle Numérique")

    assert suggest(client, "party", "organisation", "pole numerique") == ["Le Poool"]


def test_suggestions_of_domains_ignore_accents(client):
    parent = factories.DomainFactory(name_fr="Énergie essai")
    factories.DomainFactory(name_fr="Éolien essai", parent=parent)

    assert suggest(client, "agreement", "domains", "eolien essai") == [
        "Énergie essai › Éolien essai"
    ]


def test_suggestions_tell_places_of_one_name_apart(client):
    factories.PlaceFactory(name_fr="Québec", country="CA", kind="city")
    factories.PlaceFactory(name_fr="Québec", country="CA", kind="region")

    labels = suggest(client, "stop", "place", "quebec")

    assert len(set(labels)) == 2
    assert all("Canada" in label for label in labels)


def test_suggestions_say_what_the_public_cannot_see(client):
    factories.OrganisationFactory(name="Brouillonne", place=None, status=Status.DRAFT)

    assert suggest(client, "party", "organisation", "brouill")[0] != "Brouillonne"


def test_suggestions_pass_over_what_no_text_holds(client):
    factories.OrganisationFactory(name="Essai", place=None)

    for field, model in (("organisation", "party"), ("authority", "agreement")):
        assert suggest(client, model, field, "\0") is not None


def test_suggestions_cost_the_same_for_more_records(client, django_assert_max_num_queries):
    factories.OrganisationFactory(name="Essai", place__country="CA")
    with django_assert_max_num_queries(10) as few:
        suggest(client, "party", "organisation", "")
    factories.OrganisationFactory.create_batch(8)

    with django_assert_max_num_queries(len(few)):
        suggest(client, "party", "organisation", "")


@pytest.mark.parametrize("field", ["nothing", "name", "id", ""])
def test_suggestions_for_no_key_are_refused(client, field):
    query = {"app_label": "registry", "model_name": "party", "field_name": field}

    assert client.get(reverse("admin:autocomplete"), query).status_code == 403


@pytest.mark.parametrize("number", ["999999", "0", "-3"])
def test_page_beyond_the_end_is_the_last_one(client, number):
    client.force_login(factories.UserFactory())
    agreements = factories.AgreementFactory.create_batch(52)

    response = client.get(url(models.Agreement, "changelist"), {"p": number})

    changelist = response.context["cl"]
    assert (changelist.page_num, len(changelist.result_list)) == (2, 2), agreements


def test_action_on_what_is_no_key_selects_nothing(client):
    factories.AgreementFactory()
    for model, model_admin in site._registry.items():
        request = RequestFactory().get("/")
        request.user = models.User.objects.get()
        for action in model_admin.get_actions(request):
            garbage = ["x", "", "1' OR 1", "9" * 40, "-1e5", "\0", "[]", "٣x"]
            data = {"action": action, "_selected_action": garbage, "post": "yes"}

            response = client.post(url(model, "changelist"), data, follow=True)

            assert response.status_code == 200, (model, action)
            assert b'class="warning"' in response.content, (model, action)
