"""The way of a record from draft to archive, with who, when and why; and links to drafts."""

import pytest
import time_machine
from django.urls import reverse

from registry import models, previews
from registry.choices import Role, Status
from tests import factories
from tests.admin_forms import filled, send, url
from tests.rights import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return factories.AuthorityFactory()


def signed_in(client, role, authority):
    user = person(role, authority)
    client.force_login(user)
    return user


def press(client, record, move, **fields):
    """Press a button of the record's form."""
    data = filled(client.get(url(record))) | fields | {"_move": move}
    return send(client, url(record), data)


def test_record_goes_all_the_way_with_who_and_when(client, ours):
    draft = factories.AgreementFactory(status=Status.DRAFT, authority=ours)
    author = signed_in(client, Role.CONTRIBUTOR, ours)
    press(client, draft, "submit")
    editor = signed_in(client, Role.EDITOR, ours)
    press(client, draft, "publish")
    press(client, draft, "archive")
    press(client, draft, "reopen")

    steps = models.Revision.objects.order_by("pk").values_list("action", "by")
    assert list(steps) == [
        ("sent_to_review", author.pk),
        ("published", editor.pk),
        ("archived", editor.pk),
        ("returned_to_draft", editor.pk),
    ]


def test_button_saves_the_form_too(client, ours):
    draft = factories.AgreementFactory(status=Status.DRAFT, authority=ours, title="Avant")
    signed_in(client, Role.EDITOR, ours)

    press(client, draft, "publish", title="Après")

    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("Après", Status.PUBLISHED)
    assert draft.published_at is not None


def test_sending_back_needs_a_comment_that_the_author_sees(client, ours):
    record = factories.AgreementFactory(status=Status.IN_REVIEW, authority=ours)
    signed_in(client, Role.EDITOR, ours)
    response = press(client, record, "send_back")
    assert "reason" in response.context["adminform"].form.errors

    press(client, record, "send_back", reason="Il manque la date de fin")

    record.refresh_from_db()
    assert record.status == Status.DRAFT
    signed_in(client, Role.CONTRIBUTOR, ours)
    assert "Il manque la date de fin" in client.get(url(record)).content.decode()


def test_author_takes_back_what_waits_for_review(client, ours):
    record = factories.AgreementFactory(status=Status.IN_REVIEW, authority=ours)
    signed_in(client, Role.CONTRIBUTOR, ours)
    page = client.get(url(record))
    assert [move.code for move in page.context["moves"]] == ["withdraw"]

    client.post(page.context["move_url"], {"_move": "withdraw"})

    record.refresh_from_db()
    assert record.status == Status.DRAFT


@pytest.mark.parametrize("move", ["publish", "archive", "send_back", "reopen", "nonsense"])
def test_contributor_makes_no_move_of_an_editor(client, ours, move):
    draft = factories.AgreementFactory(status=Status.DRAFT, authority=ours)
    signed_in(client, Role.CONTRIBUTOR, ours)

    press(client, draft, move, reason="x")

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_new_record_is_published_from_its_form_by_an_editor(client, ours):
    signed_in(client, Role.EDITOR, ours)
    data = filled(client.get(url(models.Agreement, "add")))

    send(
        client,
        url(models.Agreement, "add"),
        data | {"title": "Neuf", "kind": "protocol", "_move": "publish"},
    )

    assert models.Agreement.objects.get().status == Status.PUBLISHED


def test_bulk_action_says_what_it_refused_and_why(client, ours, in_english):
    signed_in(client, Role.EDITOR, ours)
    records = [
        factories.AgreementFactory(status=Status.DRAFT, authority=ours),
        factories.AgreementFactory(authority=ours),
        factories.AgreementFactory(),
    ]

    response = client.post(
        url(models.Agreement, "changelist"),
        {"action": "publish", "_selected_action": [one.pk for one in records]},
        follow=True,
    )

    said = [str(message) for message in response.context["messages"]]
    assert said[0] == "1 record published."
    assert any("belong to another authority" in text for text in said)
    assert any("this status already" in text for text in said)


# Links to drafts ---------------------------------------------------------------------------------


@pytest.fixture
def draft(ours):
    return factories.AgreementFactory(title="Brouillonne", status=Status.DRAFT, authority=ours)


def link_to(record) -> str:
    previews.make(record)
    return reverse("registry:preview", args=[previews.token_of(record)])


def test_link_shows_the_draft_to_a_stranger_and_to_nobody_else(client, draft):
    other = factories.OrganisationFactory(name="Autre ébauche", status=Status.DRAFT)
    models.Party.objects.create(agreement=draft, organisation=other)

    response = client.get(link_to(draft))

    content = response.content.decode()
    assert response.status_code == 200
    assert "Brouillonne" in content
    assert "draft-banner" in content
    assert "Autre ébauche" not in content
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("kind", ["Place", "Organisation", "Delegation", "Fund", "Call", "Source"])
def test_link_shows_records_of_every_kind(client, kind):
    record = getattr(factories, f"{kind}Factory")(status=Status.IN_REVIEW)

    assert client.get(link_to(record)).status_code == 200


def test_link_ends_after_its_days(client, draft):
    with time_machine.travel("2024-06-01", tick=False):
        address = link_to(draft)
    with time_machine.travel("2024-06-14", tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel("2024-06-16", tick=False):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("end", ["withdrawn", "made anew", "published", "deleted"])
def test_link_ends_before_its_time(client, draft, end):
    address = link_to(draft)
    if end == "withdrawn":
        previews.withdraw(draft)
    elif end == "made anew":
        previews.make(draft)
    elif end == "published":
        models.Agreement.objects.filter(pk=draft.pk).publish()
    else:
        draft.delete()

    assert client.get(address).status_code == 404


def test_made_up_link_shows_nothing(client, draft):
    address = link_to(draft)

    for made_up in (address[:-4] + "aaa/", address.replace("agreement", "place"), "/brouillon/x/"):
        assert client.get(made_up).status_code == 404


def test_button_makes_and_withdraws_a_link(client, draft, ours):
    signed_in(client, Role.CONTRIBUTOR, ours)
    page = client.get(url(draft))
    client.post(page.context["link_url"])
    shown = client.get(url(draft)).context["preview_url"]
    assert client.get(shown).status_code == 200

    client.post(page.context["link_url"], {"withdraw": "1"})

    assert client.get(shown).status_code == 404


@pytest.mark.parametrize("is_in_bulk", [True, False])
def test_link_does_not_come_back_with_a_draft(client, ours, is_in_bulk):
    draft = factories.AgreementFactory(status=Status.DRAFT, authority=ours)
    previews.make(draft)
    signed_in(client, Role.EDITOR, ours)
    token = previews.token_of(draft)
    if is_in_bulk:
        models.Agreement.objects.archive()
    else:
        press(client, draft, "archive")
    models.Agreement.objects.return_to_draft()

    assert previews.record_of(token) is None
