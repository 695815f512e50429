"""A record that its author has just added is not added twice without a word."""

import pytest
import time_machine

from registry import models
from registry.admin.twins import CONFIRMED
from tests import factories
from tests.admin_forms import filled, send, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def add(client, model, **fields):
    address = url(model, "add")
    return send(client, address, filled(client.get(address)) | fields)


JUMELAGE = {"title": "Jumelage", "kind": "twinning", "signed_on": "2024-05"}
OPEN = JUMELAGE | {"signed_on": None}


@pytest.mark.parametrize(
    "changed",
    [{}, {"title": "JUMELAGE"}, {"summary": "Autre"}, {"signed_on": ""}, {"ends_on": "2030"}],
    ids=str,
)
def test_form_that_comes_back_is_not_saved_before_a_look(client, author, changed):
    add(client, models.Agreement, **JUMELAGE)
    again = add(client, models.Agreement, **JUMELAGE | changed)

    first = models.Agreement.objects.get()
    assert url(first) in again.content.decode()
    add(client, models.Agreement, **JUMELAGE | changed | {"signed_on": "2024"}, **{CONFIRMED: "1"})
    assert models.Agreement.objects.count() == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Jumelage de Rochester"},
        {"signed_on": "2023"},
        {"kind": "protocol", "signed_on": ""},
    ],
)
def test_other_record_is_saved_at_once(client, author, changed):
    add(client, models.Agreement, **JUMELAGE)
    add(client, models.Agreement, **JUMELAGE | changed)

    assert models.Agreement.objects.count() == 2


def test_record_of_others_or_of_former_days_is_no_twin(client, author):
    factories.AgreementFactory(**OPEN, created_by=factories.UserFactory())
    with time_machine.travel("2024-01-01"):
        factories.AgreementFactory(**OPEN, created_by=author)
    add(client, models.Agreement, **JUMELAGE)

    assert models.Agreement.objects.count() == 3


def test_renewal_is_no_twin_of_what_it_renews(client, author):
    first = factories.AgreementFactory(**JUMELAGE, created_by=author)
    add(client, models.Agreement, **JUMELAGE | {"signed_on": "", "renews": first.pk})

    assert first.renewals.count() == 1


def test_nameless_records_are_twins_where_all_is_the_same(client, author):
    projects = factories.ProjectFactory.create_batch(2)
    money = {"amount": "10000", "currency": "EUR", "year": "2024"}
    for project in (*projects, projects[0]):
        add(client, models.Contribution, **money, projects=[project.pk])

    assert models.Contribution.objects.count() == 2
