"""Saving in the administration: records with their rows, the trail, and what is refused."""

import datetime
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import models
from registry.choices import Status
from registry.dates import PartialDate
from registry.search import matching
from tests import factories
from tests.admin_forms import add_row, errors, filled, send, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def new(client, model, **fields):
    return filled(client.get(url(model, "add"))) | fields


def create(client, model, data):
    response = send(client, url(model, "add"), data)
    assert response.status_code == 302, errors(response)
    return model.objects.latest("created_at")


def test_agreement_saves_with_parties_signatories_and_citations(client, user):
    rennes, quebec = factories.OrganisationFactory.create_batch(2)
    source = factories.SourceFactory()
    data = new(client, models.Agreement, title="Accord", kind="protocol", signed_on="mai 2024")
    add_row(data, "parties", organisation=rennes.pk, role="party", position="")
    add_row(data, "parties", organisation=quebec.pk, role="party", position="")
    add_row(data, "signatories", name="A. Maire", office="Maire", organisation=rennes.pk)
    add_row(data, "citations", source=source.pk, passage="p. 2")

    agreement = create(client, models.Agreement, data)

    assert agreement.signed_on == PartialDate(2024, 5)
    assert [party.organisation for party in agreement.parties.all()] == [rennes, quebec]
    assert [str(signatory) for signatory in agreement.signatories.all()] == ["A. Maire (Maire)"]
    assert agreement.citations.get().record == agreement


def test_delegation_saves_with_four_stops_and_twelve_participants(client, user):
    places = factories.PlaceFactory.create_batch(4)
    data = new(client, models.Delegation, title="Mission", direction="outgoing", starts_on="2024")
    for number, place in enumerate(places):
        add_row(data, "stops", place=place.pk, starts_on=f"{number + 3} avril 2024")
    for number in range(12):
        add_row(data, "participants", name=f"Personne {number}", role="participant")

    delegation = create(client, models.Delegation, data)

    assert [stop.place for stop in delegation.stops.all()] == places
    assert [stop.position for stop in delegation.stops.all()] == [1, 2, 3, 4]
    assert [one.name for one in delegation.participants.all()] == [
        f"Personne {number}" for number in range(12)
    ]


def test_project_saves_with_partners_and_contribution(client, user):
    call = factories.CallFactory()
    partners = factories.OrganisationFactory.create_batch(2)
    shared = factories.ContributionFactory()
    data = new(client, models.Project, title="Projet", call=call.pk, starts_on="2021")
    for partner in partners:
        add_row(data, "partners", organisation=partner.pk, role="lead")
    add_row(data, "Contribution_projects", contribution=shared.pk)

    project = create(client, models.Project, data)

    assert project.fund == call.fund
    assert [row.organisation for row in project.partners.all()] == partners
    assert list(project.contributions.all()) == [shared]


def test_contribution_saves_with_several_funders_and_projects(client, user):
    funders = factories.OrganisationFactory.create_batch(2)
    projects = factories.ProjectFactory.create_batch(3)
    data = new(client, models.Contribution, amount="20000", year="2021")
    data["funders"] = [funder.pk for funder in funders]
    data["projects"] = [project.pk for project in projects]

    contribution = create(client, models.Contribution, data)

    assert contribution.amount == 20000
    assert set(contribution.funders.all()) == set(funders)
    assert set(contribution.projects.all()) == set(projects)


def test_organisation_saves_with_names_identifiers_and_membership(client, user):
    network = factories.OrganisationFactory()
    data = new(client, models.Organisation, name="Le Poool")
    add_row(data, "other_names", name="Le Pool", kind="spelling")
    add_row(data, "identifiers", scheme="siren", value="213502388")
    add_row(data, "memberships", network=network.pk, role="vice-présidence", starts_on="2019")

    organisation = create(client, models.Organisation, data)

    assert organisation.other_names.get().name == "Le Pool"
    assert organisation.identifiers.get().value == "213502388"
    assert organisation.memberships.get().starts_on == PartialDate(2019)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2010", "2010"),
        ("mai 2024", "2024-05"),
        ("9 avril 2024", "2024-04-09"),
        ("09/04/2024", "2024-04-09"),
        ("1er mars 2021", "2021-03-01"),
    ],
)
def test_date_is_taken_as_people_write_it(client, user, typed, stored):
    agreement = factories.AgreementFactory(signed_on=None)
    data = filled(client.get(url(agreement))) | {"signed_on": typed}

    assert send(client, url(agreement), data).status_code == 302

    agreement.refresh_from_db()
    assert agreement.signed_on.isoformat() == stored


@pytest.mark.parametrize("typed", ["31 février 2024", "bientôt", "2024-13", "99/99/9999", "20240"])
def test_bad_date_is_refused_and_nothing_is_written(client, user, typed):
    agreement = factories.AgreementFactory(title="Avant", signed_on="2010")
    data = filled(client.get(url(agreement))) | {"title": "Après", "signed_on": typed}
    add_row(data, "signatories", name="Une signataire")

    response = send(client, url(agreement), data)

    assert response.context["adminform"].form.errors["signed_on"]
    assert f'value="{typed}"' in response.content.decode()
    agreement.refresh_from_db()
    assert (agreement.title, str(agreement.signed_on)) == ("Avant", "2010")
    assert not agreement.signatories.exists()


def test_bad_row_leaves_the_record_as_it_was(client, user):
    delegation = factories.DelegationFactory(title="Avant")
    place = factories.PlaceFactory()
    data = filled(client.get(url(delegation))) | {"title": "Après"}
    add_row(data, "stops", place=place.pk, starts_on="7 avril 2024", ends_on="3 avril 2024")

    response = send(client, url(delegation), data)

    assert response.status_code == 200
    delegation.refresh_from_db()
    assert delegation.title == "Avant"
    assert not delegation.stops.exists()


@pytest.mark.parametrize("sent", ["abc", "999999", "-1", "1; drop", "é"])
def test_choice_that_does_not_exist_is_refused(client, user, sent):
    agreement = factories.AgreementFactory()
    data = filled(client.get(url(agreement))) | {"renews": sent, "domains": [sent]}

    response = send(client, url(agreement), data)

    assert set(response.context["adminform"].form.errors) == {"renews", "domains"}


def test_loop_of_renewals_is_refused_on_its_field(client, user):
    first = factories.AgreementFactory()
    second = factories.AgreementFactory(renews=first)
    data = filled(client.get(url(first))) | {"renews": second.pk}

    response = send(client, url(first), data)

    assert "renews" in response.context["adminform"].form.errors


def test_participant_without_organisation_or_name_is_refused(client, user):
    delegation = factories.DelegationFactory()
    data = filled(client.get(url(delegation)))
    add_row(data, "participants", role="leader", office="Maire")

    response = send(client, url(delegation), data)

    assert response.status_code == 200
    assert not delegation.participants.exists()


def test_new_row_without_number_comes_last(client, user):
    agreement = factories.AgreementFactory()
    for position in (1, 2):
        models.Signatory.objects.create(
            agreement=agreement, name=f"Signataire {position}", position=position
        )
    data = filled(client.get(url(agreement)))
    add_row(data, "signatories", name="La dernière", position="")

    send(client, url(agreement), data)

    assert agreement.signatories.last().name == "La dernière"


def test_new_row_is_offered_without_number(client, user):
    data = new(client, models.Agreement)

    assert data["parties-0-position"] == ""


def test_rows_take_the_order_of_their_numbers(client, user):
    agreement = factories.AgreementFactory()
    for position, name in enumerate("ABC", 1):
        models.Signatory.objects.create(agreement=agreement, name=name, position=position)
    data = filled(client.get(url(agreement)))
    data |= {"signatories-0-position": 3, "signatories-2-position": 1}

    send(client, url(agreement), data)

    assert [one.name for one in agreement.signatories.all()] == ["C", "B", "A"]


def test_empty_row_with_a_number_alone_is_left_out(client, user):
    data = new(client, models.Agreement, title="Accord", kind="protocol")
    add_row(data, "signatories", name="", position="1")

    agreement = create(client, models.Agreement, data)

    assert not agreement.signatories.exists()


def test_form_saved_untouched_changes_nothing(client, user):
    agreement = factories.AgreementFactory(signed_on="2024-05", checked_on="2024-06-01")
    before = models.Agreement.objects.filter(pk=agreement.pk).values().get()

    send(client, url(agreement), filled(client.get(url(agreement))))

    after = models.Agreement.objects.filter(pk=agreement.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"updated_at", "updated_by_id"}
    assert after["checked_on"] == datetime.date(2024, 6, 1)


def test_new_record_belongs_to_the_authority_of_its_author(client, user):
    authority = factories.AuthorityFactory()
    user.authorities.add(authority)

    agreement = create(
        client, models.Agreement, new(client, models.Agreement, title="Accord", kind="protocol")
    )

    assert agreement.authority == authority
    assert agreement.status == Status.DRAFT
    assert (agreement.created_by, agreement.updated_by) == (user, user)
    assert agreement.published_at is None


def test_trail_tells_the_author_from_who_changed_it_last(client, user):
    author = factories.UserFactory()
    agreement = factories.AgreementFactory(created_by=author, updated_by=author)

    send(client, url(agreement), filled(client.get(url(agreement))))

    agreement.refresh_from_db()
    assert (agreement.created_by, agreement.updated_by) == (author, user)


def test_record_is_found_by_what_its_rows_say(client, user):
    organisation = factories.OrganisationFactory(name="Université d’Évreux")
    data = new(client, models.Agreement, title="Accord", kind="protocol")
    add_row(data, "parties", organisation=organisation.pk, role="party")

    agreement = create(client, models.Agreement, data)

    assert list(matching(models.Agreement.objects.all(), "evreux")) == [agreement]


def test_search_text_is_written_once_for_a_form(client, user):
    data = new(client, models.Delegation, title="Mission", direction="outgoing")
    for number in range(12):
        add_row(data, "participants", name=f"Personne {number}", role="participant")

    with CaptureQueriesContext(connection) as queries:
        create(client, models.Delegation, data)

    # The bulk update of search.index, told by its CASE from the saving of the record itself.
    written = [q["sql"] for q in queries if re.search(r'SET "search_text" = (CASE|\()', q["sql"])]
    assert len(written) == 1


def test_contribution_given_to_a_project_is_found_by_its_title(client, user):
    project, contribution = (
        factories.ProjectFactory(title="Zéphyr"),
        factories.ContributionFactory(),
    )
    data = filled(client.get(url(project)))
    add_row(data, "Contribution_projects", contribution=contribution.pk)
    send(client, url(project), data)
    assert list(matching(models.Contribution.objects.all(), "zephyr")) == [contribution]

    data = filled(client.get(url(project))) | {"Contribution_projects-0-DELETE": "on"}
    send(client, url(project), data)

    assert not project.contributions.exists()
    assert not matching(models.Contribution.objects.all(), "zephyr").exists()


def test_contribution_of_a_project_is_replaced_by_another(client, user):
    project = factories.ProjectFactory()
    project.contributions.add(factories.ContributionFactory())
    other = factories.ContributionFactory()
    data = filled(client.get(url(project)))
    data["Contribution_projects-0-contribution"] = other.pk

    response = send(client, url(project), data)

    assert response.status_code == 302
    assert list(project.contributions.all()) == [other]


def test_source_cited_twice_is_refused_in_words_of_its_own(client, user, in_english):
    source = factories.SourceFactory()
    agreement = factories.AgreementFactory()
    address = f"/en{url(agreement)}".replace("/en/en/", "/en/")
    data = filled(client.get(address))
    add_row(data, "citations", source=source.pk)
    add_row(data, "citations", source=source.pk)

    response = send(client, address, data)

    assert "This source is cited twice." in errors(response)
    assert not agreement.citations.exists()


def test_deleted_organisation_goes_from_the_text_of_what_it_funded(client, user):
    funder = factories.OrganisationFactory(name="Fondation Éphémère")
    contribution = factories.ContributionFactory()
    contribution.funders.add(funder)

    client.post(url(funder, "delete"), {"post": "yes"})

    assert not models.Organisation.objects.filter(pk=funder.pk).exists()
    contribution.refresh_from_db()
    assert "ephemere" not in contribution.search_text


def test_user_is_made_with_a_password_and_authorities(client, user):
    authority = factories.AuthorityFactory()
    password = "une phrase assez longue"
    data = {"username": "nouvelle", "password1": password, "password2": password}
    client.post(url(models.User, "add"), data | {"usable_password": "true"})
    made = models.User.objects.get(username="nouvelle")

    response = send(
        client, url(made), filled(client.get(url(made))) | {"authorities": [authority.pk]}
    )

    assert response.status_code == 302
    assert list(made.authorities.all()) == [authority]


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("20 000 €", "EUR", "20000"),
        ("1\u202f234,50\u00a0€", "EUR", "1234.50"),
        ("12 500 $", "CAD", "12500"),
        ("1,234.50", "USD", "1234.50"),
        ("20 k€", "EUR", "20000"),
    ],
)
def test_amount_is_taken_as_people_write_it(client, user, typed, currency, amount):
    data = new(client, models.Contribution, amount=typed, currency=currency)

    assert create(client, models.Contribution, data).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("12,500", "EUR", "may be read in two ways"),
        ("20 000 €", "CAD", "is not in CAD"),
        ("500 $", "EUR", "is not in EUR"),
        ("beaucoup", "EUR", "is not an amount"),
        ("-5", "EUR", "greater than or equal to 0.01"),
    ],
)
def test_amount_that_is_not_clear_is_asked_about_and_kept(client, user, typed, currency, said):
    add = url(models.Contribution, "add").replace("/admin/", "/en/admin/")
    data = new(client, models.Contribution, amount=typed, currency=currency)

    page = client.post(add, data).content.decode()

    assert said in page.replace("&#x27;", "'")
    assert f'value="{typed}"' in page
    assert not models.Contribution.objects.exists()


def test_amount_shows_as_it_is_written(client, user):
    contribution = factories.ContributionFactory(amount=Decimal("1234.50"), currency="EUR")

    assert 'value="1234,50"' in client.get(url(contribution)).content.decode()
    english = url(contribution).replace("/admin/", "/en/admin/")
    assert 'value="1234.50"' in client.get(english).content.decode()
