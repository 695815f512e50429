"""The history in the administration: what saving writes, the page that shows it, the way back."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from registry import history, models
from registry.choices import Status
from tests import factories
from tests.admin_forms import add_row, errors, filled, full, send, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = factories.UserFactory(first_name="Camille", last_name="Essai")
    client.force_login(user)
    return user


def edit(client, record, **values):
    """Send the form of the record with other values, as from the browser."""
    data = filled(client.get(url(record))) | values
    response = send(client, url(record), data)
    assert response.status_code == 302, errors(response)


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def restore_url(revision, before=False):
    name = f"admin:registry_{revision.model_name}_restore"
    return reverse(name, args=[revision.record_id, revision.pk]) + ("?before" if before else "")


def confirm(client, address, **values):
    form = client.get(address).context["form"]
    data = {"latest": form["latest"].value(), "reason": ""} | values
    return client.post(address, data, follow=True)


def test_saving_a_form_writes_one_revision_with_who_and_why(client, user):
    agreement = full(models.Agreement)
    party = agreement.parties.first()
    data = filled(client.get(url(agreement)))
    data |= {"title": "Convention", "reason": "Titre de l'acte", "parties-0-role": "associated"}
    add_row(data, "signatories", name="Dominique Essai", office="Maire")

    response = send(client, url(agreement), data)

    assert response.status_code == 302, errors(response)
    revision = models.Revision.objects.get()
    assert (revision.by, revision.reason, revision.action) == (user, "Titre de l'acte", "changed")
    assert revision.after["title"] == "Convention"
    assert [row["role"] for row in revision.before["parties"]] == [party.role]
    assert [row["role"] for row in revision.after["parties"]] == ["associated"]
    assert [row["name"] for row in revision.after["signatories"]] == ["Dominique Essai"]


@pytest.mark.parametrize("model", [models.Agreement, models.Delegation, models.Project])
def test_saving_an_unchanged_form_writes_no_revision(client, user, model):
    edit(client, full(model), reason="Rien")

    assert not models.Revision.objects.exists()


def test_adding_a_record_writes_its_creation(client, user):
    data = filled(client.get(url(models.Fund, "add"))) | {"name": "Fonds d'essai"}

    send(client, url(models.Fund, "add"), data)

    revision = models.Revision.objects.get()
    assert (revision.action, revision.label, revision.by) == ("created", "Fonds d'essai", user)
    assert revision.record_id == models.Fund.objects.get().pk


def test_contribution_linked_on_a_project_is_in_the_history_of_both(client, user):
    project, contribution = factories.ProjectFactory(), factories.ContributionFactory()
    data = filled(client.get(url(project)))
    add_row(data, "Contribution_projects", contribution=contribution.pk)

    response = send(client, url(project), data)

    assert response.status_code == 302, errors(response)
    after = dict(models.Revision.objects.values_list("model_name", "after"))
    assert after == {
        "project": {"contributions": [contribution.public_id]},
        "contribution": {"projects": [project.public_id]},
    }


def test_action_writes_one_revision_for_each_record_that_it_moves(
    client, user, django_assert_max_num_queries
):
    agreements = factories.AgreementFactory.create_batch(5, status=Status.DRAFT)
    factories.AgreementFactory(status=Status.PUBLISHED)
    pks = list(models.Agreement.objects.values_list("pk", flat=True))
    data = {"action": "publish", "_selected_action": pks}

    with django_assert_max_num_queries(48):
        client.post(url(models.Agreement, "changelist"), data)

    revisions = models.Revision.objects.filter(action="published", by=user)
    assert set(revisions.values_list("record_id", flat=True)) == {one.pk for one in agreements}
    assert revisions[0].before["status"] == "draft"


def test_history_page_shows_who_when_why_and_both_values(client, user):
    agreement = factories.AgreementFactory(kind="convention", signed_on="2010")
    edit(client, agreement, kind="protocol", signed_on="9 avril 2010", reason="Vu l'acte")

    shown = text(client.get(url(agreement, "history")))

    for part in ("Camille Essai", "Vu l&#x27;acte", "Convention", "Protocole", "9 avril 2010"):
        assert part in shown


def test_history_page_asks_a_bounded_number_of_queries(client, user, django_assert_max_num_queries):
    delegation = full(models.Delegation)
    for number in range(12):
        with history.tracking(delegation, user):
            delegation.stops.create(place=factories.PlaceFactory(), position=number)

    with django_assert_max_num_queries(14):
        response = client.get(url(delegation, "history"))

    assert len(response.context["entries"]) == 12


def test_restoring_a_version_brings_fields_rows_and_links_back(client, user):
    agreement = full(models.Agreement)
    domain = factories.DomainFactory()
    agreement.domains.add(domain)
    first = history.created(agreement)
    wanted = history.snapshot(agreement)
    data = {
        "title": "Autre",
        "domains": [],
        "parties-0-DELETE": "on",
        "parties-1-role": "associated",
    }
    edit(client, agreement, **data)

    response = confirm(client, restore_url(first), reason="Erreur")

    assert response.status_code == 200
    agreement.refresh_from_db()
    assert history.snapshot(agreement) == wanted
    newest = models.Revision.objects.first()
    assert (newest.action, newest.by, newest.reason) == ("restored", user, "Erreur")


def test_restoring_shows_first_what_would_change_and_changes_nothing(client, user):
    agreement = factories.AgreementFactory(title="Accord ancien")
    edit(client, agreement, title="Accord nouveau")
    revision = models.Revision.objects.get()

    shown = text(client.get(restore_url(revision, before=True)))

    assert "nouveau" in shown
    assert "ancien" in shown
    assert models.Revision.objects.count() == 1


def test_restoring_after_another_change_asks_again(client, user):
    agreement = factories.AgreementFactory(title="Un")
    edit(client, agreement, title="Deux")
    address = restore_url(models.Revision.objects.get(), before=True)
    latest = client.get(address).context["form"]["latest"].value()
    edit(client, agreement, title="Trois")

    client.post(address, {"latest": latest, "reason": ""})

    agreement.refresh_from_db()
    assert agreement.title == "Trois"


def test_deleted_record_comes_back_from_its_history_page(client, user):
    agreement = full(models.Agreement)
    delegation = factories.DelegationFactory()
    delegation.agreements.add(agreement)
    wanted = history.snapshot(agreement, whole=True)
    client.post(url(agreement, "delete"), {"post": "yes", "reason": "En double"})
    assert not models.Agreement.objects.exists()

    page = client.get(url(agreement, "history"))
    confirm(client, page.context["first_url"])

    back = models.Agreement.objects.get(pk=agreement.pk)
    assert history.snapshot(back, whole=True) == wanted
    assert "En double" in text(page)


def test_records_deleted_from_the_list_have_their_history(client, user):
    funds = factories.FundFactory.create_batch(2)
    data = {
        "action": "delete_selected",
        "_selected_action": [fund.pk for fund in funds],
        "post": "yes",
    }

    client.post(url(models.Fund, "changelist"), data)

    assert not models.Fund.objects.exists()
    deletions = models.Revision.objects.filter(action="deleted", by=user)
    assert {one.before["name"] for one in deletions} == {fund.name for fund in funds}


def test_reader_sees_the_history_and_restores_nothing(client):
    agreement = factories.AgreementFactory(title="Accord")
    with history.tracking(agreement):
        agreement.title = "Autre"
        agreement.save()
    reader = factories.UserFactory(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_agreement"))
    reader.authorities.add(agreement.authority)
    client.force_login(reader)
    address = restore_url(models.Revision.objects.get(), before=True)

    page = client.get(url(agreement, "history"))

    assert page.status_code == 200
    assert address not in page.content.decode()
    assert client.get(address).status_code == 403
    assert client.post(address, {"latest": 0}).status_code == 403


def test_change_is_read_on_a_page_of_its_own_and_edited_nowhere(client, user):
    agreement = factories.AgreementFactory(title="Accord")
    edit(client, agreement, title="Convention")
    revision = models.Revision.objects.get()

    response = client.get(url(revision))

    assert "Convention" in text(response)
    assert url(agreement, "history") in response.content.decode()
    client.post(url(revision), {"label": "Faux"})
    revision.refresh_from_db()
    assert revision.label != "Faux"
