"""Drafts do not exist for the public: no page names one, counts one or admits that it is there."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import translation

from registry.models import Agreement
from tests import factories
from tests.linked import RECORDS, link, one_of_each

pytestmark = pytest.mark.django_db

WORD = "zyxwdraft"
KINDS = [model._meta.model_name for model in RECORDS]


@pytest.fixture(scope="module")
def drafts(shared):
    """A registry of one published record of each kind, tied to drafts in every possible way."""
    published, drafts = one_of_each(), one_of_each(WORD, status="draft")
    link(published, drafts)
    drafts["organisation"].other_names.create(name=f"{WORD} autrement")
    untitled = factories.FundFactory(name=f"{WORD} du fonds", status="draft")
    factories.CallFactory(fund=untitled)
    return drafts


def crawl(client, *starts):
    """Every page that can be reached by links, but for combinations of several filters.

    The files that pages offer are looked at in ``test_public_files_privacy``.
    """
    seen, found = set(), list(starts)
    while found:
        address = found.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        yield address, response.text
        path = response.request["PATH_INFO"]
        for target in re.findall(r'(?:href|action)="([^"#]*)"', response.text):
            link_ = html.unescape(target).removeprefix("http://testserver")
            link_ = path + link_ if link_.startswith("?") else link_
            is_file = "." in link_.partition("?")[0]
            if link_.startswith("/") and not is_file and "/admin" not in link_:
                found += [link_] if link_.count("=") < 2 else []


def test_drafts_leak_on_no_page(client, drafts):
    hidden = {record.public_id for record in drafts.values()}
    with translation.override("en"):
        english = reverse("registry:home")
    pages = dict(crawl(client, "/", english))
    leaks = [
        address
        for address, text in pages.items()
        if WORD in text.lower() or any(identifier in text for identifier in hidden)
    ]
    assert leaks == []
    assert len(pages) > 2 * 2 * len(KINDS)


def test_words_of_drafts_find_nothing_published(client, drafts):
    # A part of the word, so that what the page repeats of the question cannot hide an answer.
    part = WORD[:-1]
    assert client.get(reverse("registry:search"), {"q": part}).context["total"] == 0
    for kind in KINDS:
        response = client.get(reverse(f"registry:{kind}_list"), {"q": part})
        assert response.context["paginator"].count == 0, kind
        assert WORD not in response.text


def test_every_filter_treats_a_draft_as_unknown(client, drafts):
    for kind in KINDS:
        address = reverse(f"registry:{kind}_list")
        everything = client.get(address)
        for name, field in everything.context["form"].fields.items():
            record = drafts.get(
                getattr(getattr(field, "model", None), "_meta", None)
                and field.model._meta.model_name
            )
            if record is None:
                continue
            for value in (record.public_id, str(record)):
                response = client.get(address, {name: value})
                assert response.context["refusals"], (kind, name, value)
                assert response.context["paginator"].count == everything.context["paginator"].count


def test_no_list_counts_drafts(client, drafts):
    for model in RECORDS:
        kind = model._meta.model_name
        shown = client.get(reverse(f"registry:{kind}_list")).context["paginator"].count
        assert shown == model.objects.filter(status="published").count(), kind
        assert shown < model.objects.count()


@pytest.mark.parametrize("ending", ["/", "/words/", ".json", ".ics"])
def test_draft_answers_as_what_does_not_exist(client, drafts, ending):
    unknown = "0" * 10
    for kind, record in drafts.items():
        below = reverse(f"registry:{kind}_list")
        for method in (client.get, client.head):
            hidden, nothing = (
                method(f"{below}{identifier}{ending}") for identifier in (record.public_id, unknown)
            )
            assert hidden.status_code == nothing.status_code == 404, kind
            assert hidden.text.replace(record.public_id, unknown) == nothing.text, kind
            assert hidden.headers.keys() == nothing.headers.keys(), kind


def test_place_of_a_draft_organisation_does_not_list_its_agreements(client):
    place = factories.PlaceFactory()
    hidden = factories.OrganisationFactory(place=place, status="draft")
    agreement = factories.AgreementFactory()
    agreement.parties.create(organisation=hidden)
    assert agreement.title not in client.get(place.get_absolute_url()).text
    found = client.get(reverse("registry:agreement_list"), {"place": place.public_id})
    assert found.context["paginator"].count == 0


def test_renewal_in_draft_does_not_end_what_it_renews(client):
    agreement = factories.AgreementFactory(signed_on="2020")
    factories.AgreementFactory(signed_on="2021", renews=agreement, status="draft")
    page = client.get(agreement.get_absolute_url())
    assert page.context["standing"] == "in_force"
    Agreement.objects.filter(renews=agreement).update(status="published")
    assert client.get(agreement.get_absolute_url()).context["standing"] == "ended"
