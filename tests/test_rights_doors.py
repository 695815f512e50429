"""Doors beside the main one: what a contributor of one authority finds when they try each of them.

The matrix (``test_rights_matrix``) walks the addresses; here is what can be sent to them.
"""

import json

import pytest
from django.urls import reverse

from registry import previews
from registry.choices import Role, Status
from registry.models import (
    Agreement,
    Call,
    Citation,
    Contribution,
    Duplicate,
    Membership,
    Organisation,
    Party,
    Project,
    Source,
)
from registry.spreadsheets.exporting.rows import RESOURCE_OF, required_columns
from tests import factories
from tests.admin_forms import filled as data_of
from tests.rights import SECRET, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return factories.AuthorityFactory()


@pytest.fixture
def theirs():
    return factories.AuthorityFactory()


@pytest.fixture
def contributor(client, ours):
    user = person(Role.CONTRIBUTOR, ours)
    client.force_login(user)
    return user


@pytest.fixture
def editor(client, ours):
    user = person(Role.EDITOR, ours)
    client.force_login(user)
    return user


def of(record, page) -> str:
    return reverse(f"admin:registry_{record._meta.model_name}_{page}", args=[record.pk])


def listing(model, page="changelist") -> str:
    return reverse(f"admin:registry_{model._meta.model_name}_{page}")


def text_of(response) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


# Names ------------------------------------------------------------------------------------------


@pytest.fixture
def call_of_hidden_fund(ours, theirs):
    fund = factories.FundFactory(name=SECRET, authority=theirs, status=Status.DRAFT)
    return factories.CallFactory(fund=fund, edition="2031", authority=ours, status=Status.DRAFT)


def test_call_of_a_hidden_fund_is_named_without_it_on_its_page(client, editor, call_of_hidden_fund):
    for page in ("change", "history", "delete"):
        shown = text_of(client.get(of(call_of_hidden_fund, page)))

        assert "2031" in shown
        assert SECRET not in shown, page


@pytest.mark.parametrize("model", [Project, Contribution])
def test_call_of_a_hidden_fund_is_exported_without_it(
    client, editor, ours, call_of_hidden_fund, model
):
    factory = getattr(factories, f"{model.__name__}Factory")
    factory(call=call_of_hidden_fund, fund=None, authority=ours)
    resource = RESOURCE_OF[model]
    columns = {one.column_name for one in resource.written_columns()} - {
        *required_columns(resource)
    }
    query = {"format": "csv", "language": "fr", "columns": columns}

    exported = text_of(client.get(listing(model, "export"), query))

    assert "2031" in exported
    assert SECRET not in exported


def test_draft_shown_by_a_link_names_no_draft_of_others(client, ours, theirs):
    agreement = factories.AgreementFactory(authority=ours, status=Status.DRAFT)
    hidden = factories.OrganisationFactory(name=SECRET, authority=theirs, status=Status.DRAFT)
    Party.objects.create(agreement=agreement, organisation=hidden)
    previews.make(agreement)

    shown = client.get(reverse("registry:preview", args=[previews.token_of(agreement)]))

    assert agreement.title in text_of(shown)
    assert SECRET not in text_of(shown)


# Forged forms -----------------------------------------------------------------------------------


def test_row_of_others_sent_with_our_form_is_left_alone(client, contributor, ours, theirs):
    mine = factories.AgreementFactory(authority=ours, status=Status.DRAFT)
    foreign = factories.AgreementFactory(authority=theirs)
    organisation, another = factories.OrganisationFactory.create_batch(2)
    row = Party.objects.create(agreement=foreign, organisation=organisation)
    data = data_of(client.get(of(mine, "change"))) | {
        "parties-TOTAL_FORMS": "1",
        "parties-INITIAL_FORMS": "1",
        "parties-0-id": row.pk,
        "parties-0-agreement": foreign.pk,
        "parties-0-organisation": another.pk,
        "parties-0-DELETE": "on",
    }

    client.post(of(mine, "change"), data)

    row.refresh_from_db()
    assert (row.agreement, row.organisation) == (foreign, organisation)


def test_key_to_a_draft_of_others_is_no_choice(client, contributor, ours, theirs):
    mine = factories.AgreementFactory(authority=ours, status=Status.DRAFT)
    hidden = factories.AgreementFactory(title=SECRET, authority=theirs, status=Status.DRAFT)
    party = factories.OrganisationFactory(name=SECRET, authority=theirs, status=Status.DRAFT)
    source = factories.SourceFactory(title=SECRET, authority=theirs, status=Status.DRAFT)
    data = data_of(client.get(of(mine, "change"))) | {
        "renews": hidden.pk,
        "parties-TOTAL_FORMS": "1",
        "parties-0-organisation": party.pk,
        "parties-0-position": "1",
        "citations-TOTAL_FORMS": "1",
        "citations-0-source": source.pk,
    }

    response = client.post(of(mine, "change"), data)

    assert SECRET not in text_of(response)
    mine.refresh_from_db()
    assert mine.renews is None
    assert not mine.parties.exists()
    assert not Citation.objects.exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"status": "published"},
        {"published_at": "2020-01-01"},
        {"preview_key": "x"},
        {"_move": "publish"},
        {"_move": "archive"},
        {"_move": "reopen"},
    ],
    ids=str,
)
def test_contributor_publishes_nothing_by_a_forged_form(client, contributor, ours, forged):
    mine = factories.AgreementFactory(authority=ours, status=Status.DRAFT)

    client.post(of(mine, "change"), data_of(client.get(of(mine, "change"))) | forged)

    mine.refresh_from_db()
    assert (mine.status, mine.published_at, mine.preview_key) == (Status.DRAFT, None, "")


def test_record_is_given_to_no_other_authority(client, contributor, ours, theirs):
    mine = factories.AgreementFactory(authority=ours, status=Status.DRAFT)
    data = data_of(client.get(of(mine, "change"))) | {"authority": theirs.pk}

    client.post(of(mine, "change"), data)

    mine.refresh_from_db()
    assert mine.authority == ours


def test_member_of_our_network_is_changed_by_its_own_authority_alone(client, editor, ours, theirs):
    network = factories.OrganisationFactory(authority=ours)
    member = factories.OrganisationFactory(authority=theirs)
    data = data_of(client.get(of(network, "change"))) | {
        "members-TOTAL_FORMS": "1",
        "members-0-member": member.pk,
    }

    client.post(of(network, "change"), data)

    assert not Membership.objects.exists()


def test_contribution_of_others_is_not_given_to_our_project(client, editor, ours, theirs):
    project = factories.ProjectFactory(authority=ours)
    money = factories.ContributionFactory(authority=theirs)
    data = data_of(client.get(of(project, "change"))) | {
        "Contribution_projects-TOTAL_FORMS": "1",
        "Contribution_projects-0-contribution": money.pk,
    }

    client.post(of(project, "change"), data)

    assert not project.contributions.exists()


@pytest.mark.parametrize("action", ["delete_selected", "merge"])
def test_bulk_action_with_forged_keys_touches_nothing_of_others(
    client, editor, ours, theirs, action
):
    hidden = factories.OrganisationFactory(name=SECRET, authority=theirs, status=Status.DRAFT)
    published = factories.OrganisationFactory(authority=theirs)
    data = {"action": action, "_selected_action": [hidden.pk, published.pk], "post": "yes"}

    response = client.post(listing(Organisation), data | {"select_across": "1"}, follow=True)

    assert SECRET not in text_of(response)
    assert Organisation.objects.filter(pk__in=[hidden.pk, published.pk]).count() == 2


def test_pair_of_others_is_not_decided_by_us(client, contributor, ours, theirs):
    def pair(authority):
        one, other = factories.OrganisationFactory.create_batch(2, authority=authority)
        return Duplicate.objects.create(
            model_name="organisation",
            first_id=one.pk,
            second_id=other.pk,
            first_name=str(one),
            second_name=str(other),
        )

    foreign, own = pair(theirs), pair(ours)
    data = {"action": "dismiss", "_selected_action": [foreign.pk, own.pk]}

    response = client.post(listing(Duplicate), data, follow=True)

    foreign.refresh_from_db()
    own.refresh_from_db()
    assert (foreign.is_dismissed, own.is_dismissed) == (False, True)
    assert [message.level_tag for message in response.context["messages"]] == ["warning", "success"]


# Suggestions, parameters, redirects -------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "field"),
    [("agreement", "authority"), ("user", "authorities"), ("user", "groups"), ("revision", "by")],
)
def test_nobody_but_administrators_is_suggested_accounts(client, editor, model, field):
    query = {"app_label": "registry", "model_name": model, "field_name": field, "term": ""}

    assert client.get(reverse("admin:autocomplete"), query).status_code == 403


def test_suggestions_find_no_record_by_what_it_keeps_to_itself(client, editor, theirs):
    factories.OrganisationFactory(authority=theirs, internal_notes=SECRET)
    query = {"app_label": "registry", "model_name": "party", "field_name": "organisation"}

    found = client.get(reverse("admin:autocomplete"), query | {"term": SECRET})

    assert json.loads(found.content)["results"] == []


@pytest.mark.parametrize(
    "parameter",
    [
        "authority__members__password__startswith=a",
        "created_by__email=x",
        "internal_notes__contains=a",
        "parties__organisation__internal_notes__contains=a",
        "renews__title__startswith=Z",
        "_to_field=preview_key",
        "_to_field=internal_notes",
    ],
)
def test_list_answers_no_question_that_it_does_not_ask(client, editor, parameter):
    response = client.get(f"{listing(Agreement)}?{parameter}")

    assert response.status_code in (302, 400), parameter


@pytest.mark.parametrize("target", ["//evil.test/", "https://evil.test/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, target):
    user = factories.UserFactory()
    address = reverse("account_login")

    response = client.post(
        f"{address}?next={target}",
        {"login": user.username, "password": "secret-of-tests", "next": target},
    )

    assert response.status_code == 302
    assert response.url == reverse("admin:index")
    assert "evil" not in client.get(f"/admin/login/?next={target}").headers.get("Location", "")


def test_file_of_a_hidden_source_is_given_to_nobody_else(client, editor, theirs):
    source = factories.SourceFactory(title=SECRET, authority=theirs, status=Status.DRAFT)
    own = factories.SourceFactory(authority=theirs)
    file = source.files.create(file="sources/aa/x.pdf", name=SECRET)

    for holder in (source, own):
        address = reverse("admin:registry_source_file", args=[holder.pk, file.pk])
        assert client.get(address).status_code in (403, 404)
    public = client.get(file.get_absolute_url())
    assert public.status_code == 404


def test_place_of_a_source_is_taken_by_no_forged_parent(client, contributor, ours):
    """Rows are read from the form of their own record alone, whatever key is sent with them."""
    source = factories.SourceFactory(authority=ours, status=Status.DRAFT)
    data = data_of(client.get(of(source, "change"))) | {"publisher": "999999"}

    response = client.post(of(source, "change"), data)

    assert response.status_code == 200
    assert Source.objects.get(pk=source.pk).publisher is None


def test_call_is_not_put_under_a_hidden_fund(client, contributor, ours, theirs):
    fund = factories.FundFactory(name=SECRET, authority=theirs, status=Status.DRAFT)
    data = data_of(client.get(listing(Call, "add"))) | {"fund": fund.pk, "edition": "2040"}

    response = client.post(listing(Call, "add"), data)

    assert SECRET not in text_of(response)
    assert not Call.objects.exists()
