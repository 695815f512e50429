"""Remembered pages: the same as fresh ones, for strangers alone, until anything changes."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from registry.models import Project
from registry.page_cache import Page, Pages
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings):
    settings.PAGE_CACHE_MEGABYTES = 1
    return Client()


@pytest.fixture
def project():
    return factories.ProjectFactory(title="Jardins partagés")


LIST = "/projets/"


def test_unchanged_page_is_the_same_and_asks_for_the_version_alone(
    client, project, django_assert_num_queries
):
    first = client.get(LIST)
    with django_assert_num_queries(1):
        again = client.get(LIST)
    assert again.content == first.content
    assert again.headers == first.headers


def test_page_that_the_visitor_has_is_not_sent_again(client, project):
    etag = client.get(LIST)["ETag"]
    response = client.get(LIST, headers={"if-none-match": etag})
    assert response.status_code == 304
    assert not response.content
    assert response["ETag"] == etag
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("address", ["list", "detail"])
def test_page_changes_with_the_data(client, project, address):
    path = LIST if address == "list" else project.get_absolute_url()
    etag = client.get(path)["ETag"]
    Project.objects.filter(pk=project.pk).update(summary="Autre", activity_status="ongoing")
    changed = client.get(path, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert "En cours" in changed.text


def test_withdrawn_record_is_gone_at_once(client, project):
    assert "Jardins" in client.get(LIST).text
    path = project.get_absolute_url()
    assert client.get(path).status_code == 200
    Project.objects.filter(pk=project.pk).return_to_draft()
    assert "Jardins" not in client.get(LIST).text
    assert client.get(path).status_code == 404


def test_page_of_another_language_or_host_is_another_page(client, project, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    french = client.get(LIST)
    english = client.get("/en/projects/")
    other = client.get(LIST, headers={"host": "other.example"})
    assert len({french.text, english.text, other.text}) == 3
    assert "other.example" in other.text


def test_somebody_signed_in_neither_gets_nor_leaves_a_page(client, project):
    client.get(LIST)
    staff = client
    staff.force_login(factories.UserFactory())
    assert not staff.get(LIST).has_header("ETag")


def test_page_with_a_form_is_not_kept(client, project):
    for one in (client.get(reverse("admin:login")), client.get("/nulle-part/")):
        assert not one.has_header("ETag")


def test_page_changes_with_the_day(client):
    with time_machine.travel("2024-06-01"):
        agreement = factories.AgreementFactory(signed_on="2020", ends_on="2024-06-01")
        assert "En vigueur" in client.get(agreement.get_absolute_url()).text
    with time_machine.travel("2024-06-02"):
        assert "En vigueur" not in client.get(agreement.get_absolute_url()).text


def test_pages_stay_within_their_bytes():
    pages = Pages(most=250)
    for number in range(5):
        pages.put("v", number, Page(b"x" * 100, {}))
    assert [number for number in range(5) if pages.get("v", number)] == [3, 4]
    assert pages.get("w", 4) is None
