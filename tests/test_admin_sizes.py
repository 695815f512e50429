"""Lists of any length: what is shown first is read in the order of an index, and no further.

SQLite says how it would go about it, whatever the number of records; PostgreSQL's way follows from
what the tables hold (``benchmarks.admin`` measures both).
"""

import pytest
from django.contrib.messages.storage.base import BaseStorage
from django.db import connection

from registry import rights
from registry.admin import sizes
from registry.admin.site import site
from registry.choices import Role
from registry.models import Agreement, Source
from tests import factories
from tests.rights import NAMES, RECORDS, person

pytestmark = pytest.mark.django_db

# They ask SQLite for its plan.
on_sqlite = pytest.mark.sqlite


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(sizes, "LARGE", -1)


def listed(rf, user, model, query=""):
    request = rf.get(f"/admin/?{query}")
    request.user, request._messages = user, BaseStorage(request)
    with rights.seen_by(user):
        return site.get_model_admin(model).get_changelist_instance(request)


def plan(queryset) -> str:
    sql, parameters = queryset[:50].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return "\n".join(row[-1] for row in cursor.fetchall())


def sorts(queryset) -> bool:
    """Whether what is found is sorted; but for records of one name, which are few."""
    part = "FOR ORDER BY" if queryset.query.order_by[0].lstrip("-") in NAMES else "ORDER BY"
    return part in plan(queryset)


@on_sqlite
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.EDITOR])
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_large_list_is_read_in_the_order_of_an_index(rf, everything_is_large, model, role):
    user = person(role, factories.AuthorityFactory())
    usual = listed(rf, user, model)

    assert not sorts(usual.queryset)
    assert usual.sortable_by
    for number, column in enumerate(usual.list_display):
        if column in usual.sortable_by:
            for sign in ("", "-"):
                assert not sorts(listed(rf, user, model, f"o={sign}{number}").queryset), column


@on_sqlite
@pytest.mark.parametrize("query", ["status__exact=draft", "authority=Authority+1", "sourced=no"])
def test_large_list_narrowed_is_read_in_the_order_of_an_index(rf, everything_is_large, query):
    factories.AuthorityFactory.create_batch(2)
    query = query.replace("Authority+1", factories.AuthorityFactory(name="A").name)

    assert not sorts(listed(rf, factories.UserFactory(), Agreement, query).queryset)


def test_large_list_is_sorted_by_no_column_without_an_index(rf, everything_is_large):
    user = factories.UserFactory()

    found = listed(rf, user, Source, "o=2")  # by publisher

    assert "publisher" not in found.sortable_by
    assert found.queryset.query.order_by == ("-updated_at", "-pk")


def test_small_list_is_sorted_by_any_column(rf):
    user = factories.UserFactory()

    found = listed(rf, user, Source, "o=2")

    assert found.queryset.query.order_by == ("publisher", "pk")


def test_year_is_found_between_two_years(rf):
    user = factories.UserFactory()
    for date in ("2009-12-31", "2010", "2010-06", "2010-12-31", "2011"):
        factories.AgreementFactory(title=date, signed_on=date)

    found = listed(rf, user, Agreement, "year=2010").queryset

    assert {one.title for one in found} == {"2010", "2010-06", "2010-12-31"}


@pytest.mark.parametrize("is_large", [True, False])
def test_country_of_many_places_and_of_few_finds_the_same(rf, monkeypatch, is_large):
    monkeypatch.setattr(sizes, "LARGE", -1 if is_large else sizes.LARGE)
    country = factories.PlaceFactory(country="CA", kind="country")
    agreement, other = factories.AgreementFactory.create_batch(2)
    for organisation in factories.OrganisationFactory.create_batch(2, place=country):
        agreement.parties.create(organisation=organisation)
    other.parties.create(organisation=factories.OrganisationFactory())

    found = listed(rf, factories.UserFactory(), Agreement, "country=CA").queryset

    assert list(found) == [agreement]
