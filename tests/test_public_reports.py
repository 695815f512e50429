"""Visitors say what is wrong on a page; only the staff read it."""

import pytest
from django.urls import reverse

from registry.models import ErrorReport
from registry.views import reports
from tests import factories

pytestmark = pytest.mark.django_db


def address(record):
    kind = record._meta.model_name
    return reverse("registry:report", kwargs={"kind": kind, "public_id": record.public_id})


def send(client, record, **values):
    return client.post(address(record), {"message": "La date est fausse.", **values})


def test_page_leads_to_its_report_and_the_report_is_kept(client):
    record = factories.AgreementFactory()
    assert f'href="{address(record)}"' in client.get(record.get_absolute_url()).text
    response = send(client, record, email="somebody@example.org")
    assert response["Location"] == f"{address(record)}?sent"
    assert "note--good" in client.get(response["Location"]).text
    report = ErrorReport.objects.get()
    assert (report.title, report.message) == (record.title, "La date est fausse.")
    assert client.get(report.page).status_code == 301


@pytest.mark.parametrize("kind", list(reports.KINDS))
def test_record_that_is_not_published_takes_no_report(client, kind):
    factory = getattr(factories, f"{reports.KINDS[kind].__name__}Factory")
    shown, hidden = factory(), factory(status="draft")
    assert client.get(address(shown)).status_code == 200
    assert client.get(address(hidden)).status_code == 404
    assert send(client, hidden).status_code == 404
    assert not ErrorReport.objects.exists()


def test_kind_that_does_not_exist_is_not_found(client):
    path = reverse("registry:report", kwargs={"kind": "user", "public_id": "1"})
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("values", [{"message": " "}, {"message": "x" * 4001}, {"email": "nobody"}])
def test_report_that_cannot_be_read_is_refused_with_a_reason(client, values):
    response = send(client, factories.AgreementFactory(), **values)
    assert response.status_code == 200
    assert "field--refused" in response.text
    assert not ErrorReport.objects.exists()


def test_program_that_fills_in_everything_is_thanked_and_forgotten(client):
    assert send(client, factories.AgreementFactory(), website="x").status_code == 302
    assert not ErrorReport.objects.exists()


def test_flood_of_reports_is_stopped(client, monkeypatch):
    monkeypatch.setattr(reports, "MOST_A_DAY", 1)
    record = factories.AgreementFactory()
    send(client, record)
    assert 'role="alert"' in send(client, record).text
    assert ErrorReport.objects.count() == 1


def test_staff_read_reports_and_settle_them(admin_client):
    send(admin_client, factories.AgreementFactory(title="Accord d’essai"))
    report = ErrorReport.objects.get()
    page = reverse("admin:registry_errorreport_change", args=[report.pk])
    text = admin_client.get(page).text
    assert "La date est fausse." in text
    assert f'href="{report.page}"' in text
    admin_client.post(page, {"is_settled": "on"})
    report.refresh_from_db()
    assert report.is_settled
    assert report.message == "La date est fausse."
