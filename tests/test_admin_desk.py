"""The desk: what lies on it for whom, at a bounded cost, beside the lists that have it all."""

import pytest
import time_machine
from django.urls import reverse

from registry import history, models
from registry.admin.site import site
from registry.choices import Role, Status
from tests import factories
from tests.rights import RECORDS, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return factories.AuthorityFactory()


def desk_of(client, user) -> dict:
    client.force_login(user)
    with_titles = client.get(reverse("admin:index")).context["blocks"]
    return {str(block.title): block for block in with_titles}


@pytest.fixture(autouse=True)
def _in_english(in_english):
    """Blocks are found by their titles."""


def names(block) -> list[str]:
    return [line.name for line in block.lines]


def test_drafts_are_ones_own(client, ours):
    user = person(Role.CONTRIBUTOR, ours)
    draft = {"status": Status.DRAFT, "authority": ours}
    factories.AgreementFactory(title="Le mien", created_by=user, **draft)
    factories.AgreementFactory(title="D’une collègue", **draft)
    factories.AgreementFactory(title="Publié", created_by=user, authority=ours)

    assert names(desk_of(client, user)["My drafts"]) == ["Le mien"]


def test_reviews_wait_for_those_who_may_publish(client, ours):
    factories.AgreementFactory(title="À relire", status=Status.IN_REVIEW, authority=ours)
    factories.AgreementFactory(title="D’ailleurs", status=Status.IN_REVIEW)

    editors = desk_of(client, person(Role.EDITOR, ours))
    contributors = desk_of(client, person(Role.CONTRIBUTOR, ours))

    assert names(editors["Waiting for my review"]) == ["À relire"]
    assert "Waiting for my review" not in contributors


@time_machine.travel("2024-06-01")
def test_agreements_are_told_by_how_soon_they_end(client, ours):
    for title, ends_on in (("3", "2024-07"), ("6", "2024-10"), ("12", "2025-04"), ("non", "2030")):
        factories.AgreementFactory(title=title, signed_on="2020", ends_on=ends_on, authority=ours)
    lapsed = factories.AgreementFactory(signed_on="2019", ends_on="2022", authority=ours)
    renewed = factories.AgreementFactory(signed_on="2018", ends_on="2021", authority=ours)
    factories.AgreementFactory(signed_on="2021", renews=renewed, authority=ours)

    block = desk_of(client, person(Role.READER, ours))["Agreements that expire"]

    assert [count.number for count in block.counts] == [1, 2, 3, 1]
    assert names(block) == ["3", "6", "12"]
    found = client.get(block.counts[-1].url).context["cl"].queryset
    assert list(found) == [lapsed]


@time_machine.travel("2024-06-01")
def test_calls_and_delegations_come(client, ours):
    for closes_on in ("2024-06-20", "2024-12", "2023"):
        factories.CallFactory(closes_on=closes_on, edition=closes_on, authority=ours)
    factories.DelegationFactory(title="À venir", starts_on="2024-09", ends_on=None, authority=ours)
    factories.DelegationFactory(title="Passée", starts_on="2024-01", ends_on=None, authority=ours)

    desk = desk_of(client, person(Role.READER, ours))

    assert len(names(desk["Calls that close soon"])) == 1
    assert names(desk["Delegations to come"]) == ["À venir"]


def test_links_lead_to_lists_of_as_many(client, ours):
    for model in RECORDS:
        factory = getattr(factories, f"{model.__name__}Factory")
        for status in (Status.IN_REVIEW, Status.PUBLISHED):
            factory(status=status, authority=ours)
    user = person(Role.EDITOR, ours)
    blocks = desk_of(client, user)

    for block in blocks.values():
        assert not block.url or client.get(block.url).status_code == 200
        for count in block.counts:
            listed = client.get(count.url)
            assert listed.context["cl"].result_count == count.number, (block.title, count.label)


def test_nothing_of_others_lies_on_the_desk(client, ours):
    theirs = factories.AuthorityFactory()
    for model in RECORDS:
        record = getattr(factories, f"{model.__name__}Factory")(authority=theirs)
        record.refresh_from_db()
        history.created(record)

    for role in (Role.READER, Role.EDITOR, Role.IMPORTER):
        for block in desk_of(client, person(role, ours)).values():
            assert not [*block.lines, *block.counts], block.title


@pytest.mark.appearance
def test_desk_costs_the_same_for_more_records(client, ours, django_assert_max_num_queries):
    user = person(Role.EDITOR, ours)
    client.force_login(user)

    def grow():
        for model in RECORDS:
            factory = getattr(factories, f"{model.__name__}Factory")
            for status in Status:
                factory(status=status, authority=ours, created_by=user)

    grow()
    with django_assert_max_num_queries(90) as few:
        client.get(reverse("admin:index"))
    for _number in range(3):
        grow()

    with django_assert_max_num_queries(len(few)):
        client.get(reverse("admin:index"))


def test_counts_end_at_a_hundred(client, ours):
    with time_machine.travel("2024-01-01"):
        factories.PlaceFactory.create_batch(103, authority=ours)

    block = desk_of(client, person(Role.READER, ours))["Not checked for a year"]

    assert [count.shown for count in block.counts] == ["100+"]


def test_what_was_added_lately_needs_no_check(client, ours):
    factories.PlaceFactory(authority=ours)
    factories.FundFactory(authority=ours, checked_on="2024-01-01")

    block = desk_of(client, person(Role.READER, ours))["Not checked for a year"]

    assert [(count.label, count.number) for count in block.counts] == [("Fund", 1)]


def test_stranger_without_role_has_an_empty_desk(client):
    assert desk_of(client, person("")) == {}


def test_list_of_models_stays_reachable(client):
    client.force_login(factories.UserFactory())

    content = client.get(reverse("admin:index")).content.decode()

    for model in site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert f'href="{address}"' in content, models
