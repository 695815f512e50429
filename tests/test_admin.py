"""The administration: every model is there, every page opens at a bounded cost."""

import pytest
from django.apps import apps
from django.test import RequestFactory
from django.urls import resolve, reverse

from registry import models
from registry.admin.site import site
from registry.models.base import PublicRecord
from tests import factories
from tests.admin_forms import add_rows, full, names_of, url

pytestmark = pytest.mark.django_db

MODELS = list(apps.get_app_config("registry").get_models())
# Written with each change, or settled on the page of an import; never by hand.
KEPT_BY_THE_REGISTRY = {
    "Duplicate",
    "ErrorReport",
    "ImportProfile",
    "Merge",
    "NameDecision",
    "Revision",
}
ADDED_BY_HAND = [m for m in site._registry if m.__name__ not in KEPT_BY_THE_REGISTRY]
RECORDS = [model for model in MODELS if issubclass(model, PublicRecord)]


def by_name(model):
    return model.__name__


@pytest.fixture
def user(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def test_every_model_is_registered_or_edited_in_rows():
    edited = set(site._registry)
    for model_admin in site._registry.values():
        edited |= {inline.model for inline in model_admin.inlines}

    missing = {model.__name__ for model in set(MODELS) - edited}

    assert missing == {"Change"}  # which the database writes for itself


def test_addresses_serve_our_site():
    assert resolve(reverse("admin:index")).func.admin_site is site


def test_every_key_completes_what_is_typed():
    plain = []
    for model in RECORDS:
        model_admin = site._registry[model]
        for one in (model_admin, *model_admin.inlines):
            shown = set(names_of(one.fields)) or {field.name for field in links(model)}
            plain += [
                f"{one.model.__name__}.{field.name}"
                for field in links(one.model)
                if field.name in shown and field.name not in one.autocomplete_fields
            ]

    assert plain == []


def links(model):
    fields = (*model._meta.fields, *model._meta.many_to_many)
    return [field for field in fields if field.is_relation and field.editable]


@pytest.mark.parametrize("model", site._registry, ids=by_name)
def test_list_opens(client, user, model, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        response = client.get(url(model, "changelist"))

    assert response.status_code == 200


@pytest.mark.parametrize("model", ADDED_BY_HAND, ids=by_name)
def test_new_form_opens(client, user, model, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        response = client.get(url(model, "add"))

    assert response.status_code == 200


@pytest.mark.appearance
@pytest.mark.parametrize("model", RECORDS, ids=by_name)
def test_list_costs_the_same_for_more_records(client, user, model, django_assert_max_num_queries):
    full(model)
    with django_assert_max_num_queries(25) as one:
        client.get(url(model, "changelist"))
    for _number in range(3):
        full(model)

    with django_assert_max_num_queries(len(one)):
        response = client.get(url(model, "changelist"))

    assert response.context["cl"].result_count >= 4


@pytest.mark.appearance
@pytest.mark.parametrize("model", RECORDS, ids=by_name)
def test_form_costs_the_same_for_more_rows(client, user, model, django_assert_max_num_queries):
    record = full(model)
    with django_assert_max_num_queries(30) as few:
        client.get(url(record))
    add_rows(record)

    with django_assert_max_num_queries(len(few)):
        response = client.get(url(record))

    formsets = response.context["inline_admin_formsets"]
    assert all(formset.formset.initial_form_count() == 4 for formset in formsets)


@pytest.mark.parametrize("model", RECORDS, ids=by_name)
@pytest.mark.parametrize("page", ["history", "delete"])
def test_page_of_a_record_opens(client, user, model, page):
    response = client.get(url(full(model), page))

    assert response.status_code == 200


def test_sections_hold_every_editable_field():
    """A field that no section names could be edited nowhere."""
    missing, request = [], RequestFactory().get("/")
    request.user = factories.UserFactory.build()
    for model in RECORDS:
        model_admin = site._registry[model]
        sections = model_admin.get_fieldsets(request, obj=model())
        shown = [name for _title, options in sections for name in names_of(options["fields"])]
        missing += [
            f"{model.__name__}.{field.name}"
            for field in (*model._meta.fields, *model._meta.many_to_many)
            if field.editable and not field.primary_key and field.name not in shown
        ]

    assert missing == []


def test_pages_are_french_unless_english_is_asked_for(client, user):
    french = client.get("/admin/registry/agreement/").content.decode()
    english = client.get("/en/admin/registry/agreement/").content.decode()

    assert '<html lang="fr"' in french
    assert '<html lang="en"' in english
    assert 'href="/en/admin/registry/agreement/" lang="en"' in " ".join(french.split())
    assert 'href="/admin/registry/agreement/" lang="fr"' in " ".join(english.split())


def test_front_page_lists_every_registered_model_once(client, user):
    sections = client.get(reverse("admin:index")).context["app_list"]

    listed = [model["model"] for section in sections for model in section["models"]]

    assert sorted(map(by_name, listed)) == sorted(map(by_name, site._registry))


def test_stranger_is_sent_to_sign_in(client):
    response = client.get(url(models.Agreement, "changelist"))

    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")
