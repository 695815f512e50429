"""Two editors of one record: nothing is saved over what one of them has not seen."""

import pytest
from django.http import QueryDict
from django.test import Client

from registry import models
from registry.admin.overtaken import as_new
from tests import factories
from tests.admin_forms import add_row, errors, filled, send, url
from tests.rights import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clients():
    """Two people with a browser each."""
    found = []
    for _number in range(2):
        client = Client()
        client.force_login(factories.UserFactory())
        found.append(client)
    return found


def opened(client, record) -> dict:
    """The form as its page has it, with the newest change that the page knew of."""
    response = client.get(url(record))
    return filled(response) | {"_version": str(response.context["version"])}


def test_newer_value_is_not_saved_over(clients):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant", summary="Avant")
    stale = opened(one, agreement)
    send(other, url(agreement), opened(other, agreement) | {"title": "Le sien"})

    response = send(one, url(agreement), stale | {"title": "Le mien"})

    agreement.refresh_from_db()
    assert (response.status_code, agreement.title) == (200, "Le sien")
    conflict = response.context["conflict"]
    assert [(c.name, c.theirs, c.mine) for c in conflict.clashes] == [
        ("title", "Le sien", "Le mien")
    ]
    assert 'value="Le mien"' in response.content.decode()


def test_both_are_kept_where_they_changed_different_fields(clients):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant", summary="Avant", signed_on="2020")
    stale = opened(one, agreement)
    send(other, url(agreement), opened(other, agreement) | {"signed_on": "mai 2021"})

    response = send(one, url(agreement), stale | {"summary": "Le mien"})
    assert response.context["conflict"].clashes == []
    again = filled(response) | {"_version": str(response.context["version"])}
    response = send(one, url(agreement), again)
    assert response.status_code == 302, errors(response)

    agreement.refresh_from_db()
    assert (agreement.signed_on.isoformat(), agreement.summary) == ("2021-05", "Le mien")


@pytest.mark.parametrize(("choice", "title"), [("mine", "Le mien"), ("theirs", "Le sien")])
def test_editor_chooses_between_both_values(clients, choice, title):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant")
    stale = opened(one, agreement)
    send(other, url(agreement), opened(other, agreement) | {"title": "Le sien"})
    response = send(one, url(agreement), stale | {"title": "Le mien"})

    again = filled(response) | {"_version": str(response.context["version"])}
    send(one, url(agreement), again | {"_take-title": choice})

    agreement.refresh_from_db()
    assert agreement.title == title


def test_links_of_both_are_kept(clients):
    one, other = clients
    old, new = factories.DomainFactory.create_batch(2)
    agreement = factories.AgreementFactory(title="Avant")
    agreement.domains.add(old)
    stale = opened(one, agreement)
    send(other, url(agreement), opened(other, agreement) | {"domains": [old.pk, new.pk]})

    response = send(one, url(agreement), stale | {"title": "Le mien"})
    again = filled(response) | {"_version": str(response.context["version"])}
    send(one, url(agreement), again)

    agreement.refresh_from_db()
    assert (agreement.title, set(agreement.domains.all())) == ("Le mien", {old, new})


def test_rows_of_both_are_kept(clients):
    one, other = clients
    agreement = factories.AgreementFactory()
    for name in ("A", "B", "C"):
        models.Signatory.objects.create(agreement=agreement, name=name)
    stale = opened(one, agreement)
    theirs = opened(other, agreement) | {
        "signatories-0-office": "Maire",
        "signatories-1-DELETE": "on",
    }
    add_row(theirs, "signatories", name="La leur")
    send(other, url(agreement), theirs)

    add_row(stale, "signatories", name="La mienne")
    response = send(one, url(agreement), stale | {"signatories-2-office": "Préfète"})
    assert response.context["conflict"].taken
    again = filled(response) | {"_version": str(response.context["version"])}
    response = send(one, url(agreement), again)
    assert response.status_code == 302, errors(response)

    found = {(row.name, row.office) for row in agreement.signatories.all()}
    assert found == {("A", "Maire"), ("C", "Préfète"), ("La leur", ""), ("La mienne", "")}


def test_rows_that_both_changed_are_told_as_the_other_left_them(clients):
    one, other = clients
    agreement = factories.AgreementFactory()
    for name in ("A", "B", "C", "D"):
        models.Signatory.objects.create(agreement=agreement, name=name)
    stale = opened(one, agreement)
    theirs = {"signatories-0-office": "Maire", "signatories-1-DELETE": "on"}
    theirs |= {"signatories-2-office": "Préfète", "signatories-3-office": "Ministre"}
    send(other, url(agreement), opened(other, agreement) | theirs)

    mine = {"signatories-0-office": "Mairesse", "signatories-1-office": "Recteur"}
    response = send(one, url(agreement), stale | mine | {"signatories-2-DELETE": "on"})

    told = [(row.text, row.is_removed) for row in response.context["conflict"].rows]
    assert told == [("A (Maire)", False), ("B (Recteur)", True), ("C (Préfète)", False)]
    assert "C (Préfète)" in response.content.decode()


def test_link_that_a_colleague_removed_stays_removed(clients):
    one, other = clients
    project = factories.ProjectFactory(title="Avant")
    kept, gone = factories.ContributionFactory.create_batch(2)
    project.contributions.add(kept, gone)
    stale, theirs = opened(one, project), opened(other, project)
    prefix = "Contribution_projects"
    number = next(n for n in (0, 1) if theirs[f"{prefix}-{n}-contribution"] == str(gone.pk))
    send(other, url(project), theirs | {f"{prefix}-{number}-DELETE": "on"})

    response = send(one, url(project), stale | {"title": "Le mien"})
    again = filled(response) | {"_version": str(response.context["version"])}
    send(one, url(project), again)

    assert list(project.contributions.all()) == [kept]


def test_move_by_a_colleague_is_caught(clients):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant", status="draft")
    stale = opened(one, agreement)
    send(other, url(agreement), opened(other, agreement) | {"_move": "publish"})

    response = send(one, url(agreement), stale | {"title": "Le mien"})

    agreement.refresh_from_db()
    assert agreement.title == "Avant"
    assert response.context["conflict"]


def test_form_that_knows_everything_saves_at_once(clients):
    one, _other = clients
    agreement = factories.AgreementFactory(title="Avant")
    send(one, url(agreement), opened(one, agreement) | {"title": "Puis"})

    response = send(one, url(agreement), opened(one, agreement) | {"title": "Enfin"})

    agreement.refresh_from_db()
    assert (response.status_code, agreement.title) == (302, "Enfin")


def test_form_of_a_deleted_record_comes_back_as_that_of_a_new_one(clients):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant")
    organisation, another = factories.OrganisationFactory.create_batch(2)
    agreement.parties.create(organisation=organisation, position=1)
    stale = opened(one, agreement) | {"title": "Tapé longtemps", "summary": "Un long résumé"}
    add_row(stale, "parties", organisation=another.pk, role="party")
    other.post(url(agreement, "delete"), {"post": "yes", "reason": "Double"})

    response = send(one, url(agreement), stale)

    assert not models.Agreement.objects.exists()
    page = response.content.decode()
    assert response.context["overtaken"].label == "Avant"
    assert "Un long résumé" in page
    assert f'action="{url(models.Agreement, "add")}"' in page
    again = filled(response)
    response = one.post(url(models.Agreement, "add"), again)
    assert response.status_code == 302, errors(response)
    saved = models.Agreement.objects.get()
    assert saved.title == "Tapé longtemps"
    assert {party.organisation for party in saved.parties.all()} == {organisation, another}


def test_form_of_a_record_deleted_by_others_tells_strangers_nothing(clients):
    one, other = clients
    agreement = factories.AgreementFactory(title="Avant", status="draft")
    stale = opened(other, agreement)
    other.post(url(agreement, "delete"), {"post": "yes"})
    one.force_login(person("contributor", factories.AuthorityFactory()))

    response = send(one, url(agreement), stale)

    assert response.status_code == 302
    assert response.url == "/admin/"


def test_what_was_typed_for_a_record_moved_on_is_handed_back(clients):
    one, other = clients
    authority = factories.AuthorityFactory()
    one.force_login(person("contributor", authority))
    agreement = factories.AgreementFactory(authority=authority, status="draft")
    organisation = factories.OrganisationFactory(name="Université d’Essai")
    stale = opened(one, agreement) | {"summary": "Un long résumé"}
    add_row(stale, "parties", organisation=organisation.pk, role="party")
    send(other, url(agreement), opened(other, agreement) | {"_move": "publish"})

    response = send(one, url(agreement), stale)

    agreement.refresh_from_db()
    assert (response.status_code, agreement.summary) == (409, "")
    page = response.content.decode()
    assert "Un long résumé" in page
    assert "Université d’Essai" in page


def test_text_of_several_lines_that_nobody_touched_is_no_change(clients):
    one, other = clients
    agreement = factories.AgreementFactory(summary="Une ligne\nune autre")
    as_sent = {"summary": "Une ligne\r\nune autre"}  # as browsers end their lines
    stale = opened(one, agreement) | as_sent
    send(other, url(agreement), opened(other, agreement) | as_sent | {"title": "Le sien"})

    response = send(one, url(agreement), stale | {"title": "Le mien"})

    assert [clash.name for clash in response.context["conflict"].clashes] == ["title"]
    revision = models.Revision.objects.first()
    assert list(revision.after) == ["title"]


@pytest.mark.parametrize("count", ["abc", "", "²", "-1"])
def test_number_of_rows_that_is_none_hands_back_no_rows(count):
    sent = QueryDict(mutable=True)
    sent.update({"stops-TOTAL_FORMS": count, "stops-0-notes": "x", "title": "Mission"})

    assert as_new(sent, {})["stops-TOTAL_FORMS"] == "0"
    assert as_new(sent, {})["title"] == "Mission"
