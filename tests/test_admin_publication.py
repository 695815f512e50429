"""Publication from the administration: in bulk and by form, and what the public then sees."""

import pytest

from registry import models
from registry.choices import Status
from registry.search import matching
from tests import factories
from tests.admin_forms import filled, send, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def act(client, action, records, reason=""):
    model = type(records[0])
    data = {"action": action, "_selected_action": [record.pk for record in records]}
    data["reason"] = reason
    return client.post(url(model, "changelist"), data, follow=True)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("publish", Status.PUBLISHED),
        ("send_to_review", Status.IN_REVIEW),
        ("return_to_draft", Status.DRAFT),
        ("archive", Status.ARCHIVED),
    ],
)
def test_action_moves_the_chosen_records_alone(client, user, action, status):
    other = next(one for one in Status if one != status)
    chosen = factories.AgreementFactory.create_batch(3, status=other)
    left = factories.AgreementFactory(status=other)

    act(client, action, chosen, reason="À compléter")

    assert {one.status for one in models.Agreement.objects.exclude(pk=left.pk)} == {status}
    left.refresh_from_db()
    assert left.status == other


def test_action_says_how_many_it_changed(client, user):
    drafts = factories.AgreementFactory.create_batch(2, status=Status.DRAFT)
    published = factories.AgreementFactory()

    response = act(client, "publish", [*drafts, published])

    done, refused, _unsourced = messages_of(response)
    assert done.startswith("2")
    assert refused.startswith("1")
    assert url(published) in refused


def test_publishing_names_what_cites_no_source(client, user):
    bare, sourced = factories.AgreementFactory.create_batch(2, status=Status.DRAFT)
    models.Citation.objects.create(agreement=sourced, source=factories.SourceFactory())

    texts = messages_of(act(client, "publish", [bare, sourced]))

    assert any(url(bare) in text for text in texts)
    assert not any(url(sourced) in text for text in texts)


def test_action_keeps_who_and_when(client, user):
    draft = factories.AgreementFactory(status=Status.DRAFT)
    before = draft.updated_at

    act(client, "publish", [draft])

    draft.refresh_from_db()
    assert draft.updated_by == user
    assert draft.updated_at > before
    assert draft.published_at == draft.updated_at


def test_day_of_first_publication_stays(client, user):
    record = factories.AgreementFactory()
    first = record.published_at

    act(client, "archive", [record])
    act(client, "publish", [record])

    record.refresh_from_db()
    assert first is not None
    assert record.published_at == first


def test_form_sets_the_day_of_publication(client, user):
    draft = factories.AgreementFactory(status=Status.DRAFT)

    send(client, url(draft), filled(client.get(url(draft))) | {"_move": "publish"})

    draft.refresh_from_db()
    assert draft.published_at is not None


def test_name_of_an_archived_organisation_leaves_the_text_of_its_agreements(client, user):
    organisation = factories.OrganisationFactory(name="Chambre Zéphyrine")
    agreement = factories.AgreementFactory()
    models.Party.objects.create(agreement=agreement, organisation=organisation)
    assert matching(models.Agreement.objects.all(), "zephyrine").exists()

    act(client, "archive", [organisation])

    assert not matching(models.Agreement.objects.all(), "zephyrine").exists()


def test_name_of_a_published_place_comes_into_the_text_of_its_organisations(client, user):
    place = factories.PlaceFactory(name_fr="Plélan", status=Status.DRAFT)
    organisation = factories.OrganisationFactory(place=place)
    assert not matching(models.Organisation.objects.all(), "plelan").exists()

    act(client, "publish", [place])

    assert list(matching(models.Organisation.objects.all(), "plelan")) == [organisation]


@pytest.mark.parametrize("way", ["bulk", "form"])
def test_publishing_names_the_drafts_it_refers_to(client, user, way):
    draft = factories.OrganisationFactory(name="Le <Poool>", status=Status.DRAFT)
    source = factories.SourceFactory(title="Note interne", status=Status.IN_REVIEW)
    agreement = factories.AgreementFactory(status=Status.DRAFT)
    models.Party.objects.create(agreement=agreement, organisation=draft)
    models.Citation.objects.create(agreement=agreement, source=source)

    if way == "bulk":
        response = act(client, "publish", [agreement])
    else:
        data = filled(client.get(url(agreement))) | {"_move": "publish"}
        response = client.post(url(agreement), data, follow=True)

    warning = next(text for text in messages_of(response) if "Poool" in text)
    assert f'<a href="{url(draft)}">Le &lt;Poool&gt;</a>' in warning
    assert f'<a href="{url(source)}">Note interne</a>' in warning


def test_publishing_among_published_records_warns_of_nothing(client, user):
    agreement = factories.AgreementFactory(status=Status.DRAFT)
    models.Party.objects.create(agreement=agreement, organisation=factories.OrganisationFactory())

    response = act(client, "publish", [agreement])

    assert not any("organisation" in text for text in messages_of(response))


def test_bulk_publication_costs_the_same_for_more_records(
    client, user, django_assert_max_num_queries
):
    with django_assert_max_num_queries(84) as few:
        act(client, "publish", factories.AgreementFactory.create_batch(2, status=Status.DRAFT))

    drafts = factories.AgreementFactory.create_batch(20, status=Status.DRAFT)
    with django_assert_max_num_queries(len(few) + 2):
        act(client, "publish", drafts)


@pytest.mark.parametrize(
    "record",
    ["Place", "Organisation", "Agreement", "Delegation", "Fund", "Call", "Project", "Contribution"],
)
def test_view_on_site_is_offered_for_published_records_alone(client, user, record):
    published = getattr(factories, f"{record}Factory")()
    draft = getattr(factories, f"{record}Factory")(status=Status.DRAFT)

    assert client.get(url(published)).context["has_absolute_url"] is True
    assert client.get(url(draft)).context["has_absolute_url"] is False


def test_action_needs_the_right_to_change(client):
    user = factories.UserFactory(is_superuser=False)
    client.force_login(user)
    draft = factories.AgreementFactory(status=Status.DRAFT)

    response = client.post(
        url(models.Agreement, "changelist"),
        {"action": "publish", "_selected_action": [draft.pk]},
    )

    assert response.status_code == 403
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_view_on_site_of_a_domain_leads_to_its_page(client, user):
    domain = factories.DomainFactory()

    page = client.get(url(domain)).content.decode()

    assert f'href="{domain.get_absolute_url()}"' in page
    assert "/admin/r/" not in page


def test_file_of_a_source_is_linked_once(client, user):
    source = factories.SourceFactory()
    source.files.create(file="0" * 64 + ".pdf", name="a.pdf")

    assert "/admin/r/" not in client.get(url(source)).content.decode()
