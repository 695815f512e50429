"""Exports in the administration: the button, the page, the file; who may; the template."""

import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from registry.models import Agreement, Domain
from registry.spreadsheets.exporting.rows import RESOURCE_OF
from tests.factories import AgreementFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

EXPORT = "admin:registry_agreement_export"


@pytest.fixture
def admin(client):
    user = UserFactory()
    client.force_login(user)
    return user


def table(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return [line[1:-1].split('";"') for line in text.splitlines()]


def download(client, model="agreement", **choices):
    choices = {"format": "csv", "language": "fr", "columns": ["kind"]} | choices
    return client.get(reverse(f"admin:registry_{model}_export"), choices)


@pytest.mark.parametrize("model", RESOURCE_OF, ids=lambda model: model._meta.model_name)
def test_every_list_has_its_export(client, admin, model):
    name = f"admin:registry_{model._meta.model_name}"

    listing = client.get(reverse(f"{name}_changelist"))

    address = reverse(f"{name}_export")
    assert f'href="{address}"' in listing.content.decode()
    assert client.get(address).status_code == 200


def test_export_has_the_chosen_columns_and_what_identifies(client, admin):
    agreement = AgreementFactory(title="Accord d'essai", kind="twinning")

    response = download(client)

    assert table(response) == [
        ["Identifiant de l'accord", "Intitulé", "Type"],
        [agreement.public_id, "Accord d'essai", "Jumelage"],
    ]
    assert response["Content-Disposition"].startswith('attachment; filename="accords-')


def test_export_applies_filters_and_search_of_the_list(client, admin):
    AgreementFactory(title="Accord ancien", status="draft")
    AgreementFactory(title="Accord nouveau")
    AgreementFactory(title="Entente nouvelle")

    listing = client.get(
        reverse("admin:registry_agreement_changelist"),
        {"status__exact": "published", "q": "accord"},
    )
    page = client.get(listing.context["export_url"])
    filters = page.context["filters"]

    assert "1" in page.context["title"]
    assert [row[1] for row in table(download(client, _changelist_filters=filters))[1:]] == [
        "Accord nouveau"
    ]


def test_export_of_an_unknown_filter_goes_back_to_the_list(client, admin):
    response = download(client, _changelist_filters="parties__nothing=1")

    assert response.status_code == 302
    assert response.url == reverse("admin:registry_agreement_changelist") + "?e=1"


def test_export_in_english_has_english_labels_and_commas(client, admin):
    AgreementFactory(title="Accord", kind="twinning")

    text = b"".join(download(client, language="en").streaming_content).decode("utf-8-sig")

    assert text.splitlines()[0] == '"Agreement identifier","Title","Kind"'
    assert text.splitlines()[1].endswith('"Accord","Twinning"')


@pytest.mark.parametrize(
    "choices", [{"format": "exe"}, {"language": "xx"}, {"columns": ["secret"]}]
)
def test_export_of_unknown_choices_asks_again(client, admin, choices):
    response = download(client, **choices)

    assert response.status_code == 200
    assert "errornote" in response.content.decode()


def test_export_is_for_those_who_may_see_the_list(client):
    user = UserFactory(is_superuser=False)
    client.force_login(user)

    assert download(client).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_agreement"))
    assert download(client).status_code == 200


def test_export_page_needs_few_queries(client, admin, django_assert_max_num_queries):
    AgreementFactory.create_batch(3)

    with django_assert_max_num_queries(17):
        client.get(reverse(EXPORT))


def test_export_queries_do_not_grow_with_rows(client, admin, django_assert_max_num_queries):
    ProjectFactory.create_batch(60)

    with django_assert_max_num_queries(35):
        rows = table(download(client, "project", columns=[]))
    assert len(rows) == 61


def test_template_is_offered_where_imports_are(client, admin):
    address = f'href="{reverse("admin:template")}"'

    assert address in client.get(reverse("admin:registry_importjob_add")).content.decode()
    assert address in client.get(reverse("admin:registry_project_changelist")).content.decode()


def test_template_of_the_administration_is_a_workbook(client, admin):
    Domain.objects.get_or_create(code="sante-essai", defaults={"name_fr": "Domaine d'essai"})

    response = client.get(reverse("admin:template"), {"language": "en"})

    sheets = openpyxl.load_workbook(io.BytesIO(response.content)).sheetnames
    assert {"Organisations", "Agreements", "Sources"} <= set(sheets)
    assert Agreement.objects.count() == 0
