"""The search page and its suggestions: what comes first, why it is there, what is never told."""

import json

import pytest
from django.urls import reverse

from registry.choices import Status
from registry.search import results
from registry.search.results import HITS, SUGGESTIONS
from tests.factories import (
    AgreementFactory,
    DomainFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def _ask(client, text):
    return client.get(reverse("registry:search"), {"q": text})


def _kinds(response):
    return [section.kind for section in response.context["sections_found"]]


def _titles(text):
    return [str(hit.record) for group in results.search(text).groups for hit in group.hits]


def _suggested(client, text):
    response = client.get(reverse("registry:suggestions"), {"q": text})
    return ["".join(part for part, _is in one["title"]) for one in response.json()["suggestions"]]


# Order -------------------------------------------------------------------------------------------


def test_results_are_ranked_by_name_then_text_and_whole_then_begun():
    titles = [
        "Autre",
        "Aide à Rennesville",
        "Rennesville",
        "Accueil à Rennes",
        "Rennes ici",
        "Rennes",
    ]
    for title in titles:
        AgreementFactory(title=title, summary="Avec Rennes")

    assert _titles("rennes") == [*reversed(titles)][:HITS]


def test_result_that_only_begins_so_comes_after_one_with_the_word():
    AgreementFactory(title="Premier", summary="Rennesville")
    AgreementFactory(title="Second", summary="Rennes")

    assert _titles("rennes") == ["Second", "Premier"]


def test_kind_that_has_the_very_name_comes_first(client):
    AgreementFactory(title="Rennes et Québec")
    PlaceFactory(name_fr="Rennes")

    assert _kinds(_ask(client, "RENNES")) == ["place", "agreement"]


def test_results_are_grouped_counted_and_lead_to_the_list(client):
    AgreementFactory.create_batch(HITS + 2, summary="Zanzibar")
    ProjectFactory(title="Zanzibar")
    DomainFactory(name_fr="Zanzibar")

    response = _ask(client, "zanzib")

    totals = {section.kind: section.group.total for section in response.context["sections_found"]}
    assert totals == {"agreement": HITS + 2, "project": 1, "domain": 1}
    assert response.context["total"] == HITS + 4
    assert f'href="{reverse("registry:agreement_list")}?q=zanzib"' in response.text
    assert len(response.context["sections_found"][0].hits) == HITS


# Why ---------------------------------------------------------------------------------------------


def test_result_marks_the_words_however_they_are_spelt(client):
    AgreementFactory(title="L’Œuvre de <b>Québec</b>", summary="Avec l'E\u0301vreux d’en bas")

    text = _ask(client, "quebec oeuv evreux").text

    assert "<mark>Œuvre</mark>" in text
    assert "&lt;b&gt;<mark>Québec</mark>&lt;/b&gt;" in text
    assert "<mark>E\u0301vreux</mark>" in text
    assert "<b>" not in text


def test_result_tells_the_other_name_by_which_it_was_found(client):
    organisation = OrganisationFactory(name="Le Poool")
    organisation.other_names.create(name="Rennes Atalante", kind="former")
    agreement = AgreementFactory(title="Accord")
    agreement.parties.create(organisation=organisation)

    [group, other] = results.search("atalante").groups

    [passage] = group.hits[0].why.passages
    assert (passage.label, passage.whose) == ("Party", "Le Poool")
    assert passage.parts == [("Rennes ", False), ("Atalante", True)]
    [passage] = other.hits[0].why.passages
    assert passage.label == "Other name"


def test_result_cuts_a_long_text_around_the_word():
    AgreementFactory(summary=f"{'avant ' * 300}Zanzibar{' après' * 300}")

    [passage] = results.search("zanzibar").groups[0].hits[0].why.passages

    assert ("Zanzibar", True) in passage.parts
    assert sum(len(text) for text, _is_marked in passage.parts) < 250


def test_result_shows_passages_for_words_in_different_places():
    AgreementFactory(title="Rennes", summary="Zanzibar").signatories.create(name="Samarcande")

    [hit] = results.search("rennes zanzibar samarcande").groups[0].hits

    assert [passage.label for passage in hit.why.passages] == ["Summary", "Signatory"]


# Spelling ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nantse", "nantes"),
        ("Nante", "nantes"),
        ("Nanntes", "nantes"),
        ("Mantes", "nantes"),
        ("hopitale", "hopital"),
        ("coperatoin", "cooperation"),
        ("cooperatoin decentralise nantse", "cooperation decentralise nantes"),
    ],
)
def test_search_forgives_small_slips_and_says_so(client, typed, meant):
    AgreementFactory(title="Coopération décentralisée de Nantes", summary="Hôpital")

    response = _ask(client, typed)

    assert "agreement" in _kinds(response)
    if typed != "Nante":  # the beginning of the word
        assert f"Results for “{meant}”" in response.text


@pytest.mark.parametrize("typed", ["nte", "Nantwerp", "quebec zanzibar", "x" * 200])
def test_search_does_not_guess_wildly(client, typed):
    AgreementFactory(title="Nantes et Québec")
    assert _ask(client, typed).context["total"] == 0


def test_search_asks_whether_a_far_more_frequent_word_was_meant(client):
    AgreementFactory(title="Renes")
    for number in range(9):
        AgreementFactory(title=f"Rennes {number}")

    assert _ask(client, "renes").context["meant"][0] == "rennes"
    assert "Did you mean" not in _ask(client, "rennes").text


def test_search_that_finds_nothing_tells_what_each_word_finds(client):
    AgreementFactory(title="Rennes")
    AgreementFactory(title="Québec")

    response = _ask(client, "rennes quebec")

    assert [(word, count) for word, count, _url in response.context["alone"]] == [
        ("rennes", 1),
        ("quebec", 1),
    ]


# Drafts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["zanzibar", "zanzi", "zanzibra", "samarcande", "rennes zanzi"])
def test_draft_is_no_result_no_suggestion_and_no_spelling(client, typed):
    AgreementFactory(title="Rennes").parties.create(
        organisation=OrganisationFactory(name="Samarcande", status=Status.DRAFT)
    )
    before = _ask(client, typed).text
    AgreementFactory(title="Zanzibar", summary="Samarcande", status=Status.DRAFT)
    withdrawn = OrganisationFactory(name="Zanzibar")
    withdrawn.other_names.create(name="Samarcande")
    type(withdrawn).objects.all().return_to_draft()

    assert _ask(client, typed).text == before
    assert _suggested(client, typed) == []


# Suggestions -------------------------------------------------------------------------------------


def test_suggestions_are_the_best_names_of_all_kinds(client):
    AgreementFactory(title="Jumelage de Rennes")
    PlaceFactory(name_fr="Rennes")
    ProjectFactory(title="Autre", summary="Rennes")

    assert _suggested(client, "renn") == ["Rennes", "Jumelage de Rennes"]


def test_suggestion_tells_the_other_name_and_marks_it(client):
    organisation = OrganisationFactory(name="Le Poool")
    organisation.other_names.create(name="Rennes Atalante", kind="former")

    response = client.get(reverse("registry:suggestions"), {"q": "atal"})

    [one] = response.json()["suggestions"]
    assert one["other"] == [["Rennes ", False], ["Atalante", True]]
    assert one["url"] == organisation.get_absolute_url()
    assert response["Cache-Control"] == "private, max-age=30"


def test_suggestions_forgive_a_slip(client):
    PlaceFactory(name_fr="Nantes")
    assert _suggested(client, "nantse") == ["Nantes"]


def test_suggestions_are_few_and_cost_the_same_for_many(client, django_assert_max_num_queries):
    for number in range(30):
        organisation = OrganisationFactory(name=f"Zanzibar {number}")
        organisation.other_names.create(name=f"Samarcande {number}")
    with django_assert_max_num_queries(9):
        assert len(_suggested(client, "samar")) == SUGGESTIONS


@pytest.mark.parametrize(
    "typed", ["", " ", "–", '"', "\0", "x" * 10_000, "🦆", "\u202eab", "a* OR b"]
)
def test_search_and_suggestions_take_anything(client, typed):
    PlaceFactory()
    for name in ("search", "suggestions"):
        response = client.get(reverse(f"registry:{name}"), {"q": [typed] * 50})
        assert response.status_code == 200
    assert json.loads(response.text)["suggestions"] == []


def test_results_cost_the_same_for_many(client, django_assert_max_num_queries):
    organisation = OrganisationFactory(name="Zanzibar")
    for _number in range(20):
        AgreementFactory().parties.create(organisation=organisation)
        ProjectFactory().partners.create(organisation=organisation)
    with django_assert_max_num_queries(31):
        assert _ask(client, "zanzibar").context["total"] == 41
