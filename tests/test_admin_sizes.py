"""Lists of any length: what is shown first is read in the order of an index, and no further.

SQLite says how it would go about it, whatever the number of records; PostgreSQL's way follows from
what the tables hold (``benchmarks.admin`` measures both).
"""

import re
from contextlib import contextmanager

import pytest
from django.contrib.messages.storage.base import BaseStorage
from django.db import connection

from benchmarks import office
from registry import rights
from registry.admin import sizes
from registry.admin.site import site
from registry.choices import Role
from registry.models import Agreement, Authority, Revision, Source
from tests import factories
from tests.rights import NAMES, RECORDS, SECRET, World, person

pytestmark = pytest.mark.django_db

# They ask SQLite for its plan.
on_sqlite = pytest.mark.sqlite


@pytest.fixture
def reader(client):
    """Of pages under /en/: in the language that the tests compare."""
    client.force_login(factories.UserFactory())
    return client


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
@pytest.mark.parametrize("query", ["status__exact=draft", "authority=Authority+1", "kind__exact=x"])
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


@pytest.mark.parametrize("large", [5_000, 2, -1], ids=["small", "large, few found", "many found"])
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("country=CA", {"ours"}),
        ("country=none", {"lost", "alone"}),
        ("year=2010", {"ours"}),
        ("year=none", {"alone"}),
        ("domain={domain}", {"ours"}),
        ("sourced=yes", {"ours"}),
        ("whose=mine", {"ours"}),
        ("standing=upcoming", {"lost"}),
        ("standing=unstated", {"alone"}),
        ("q=ours", {"ours"}),
    ],
)
def test_filter_finds_the_same_in_a_list_of_any_length(rf, monkeypatch, large, query, titles):
    user = factories.UserFactory()
    country = factories.PlaceFactory(country="CA", kind="country", status="published")
    ours = factories.AgreementFactory(title="ours", signed_on="2010-05", created_by=user)
    for organisation in factories.OrganisationFactory.create_batch(2, place=country):
        ours.parties.create(organisation=organisation)
    lost = factories.AgreementFactory(title="lost", signed_on="2999")
    lost.parties.create(organisation=factories.OrganisationFactory(place=None))
    factories.AgreementFactory(title="alone", signed_on=None)
    domain = factories.DomainFactory()
    ours.domains.add(factories.DomainFactory(parent=domain))
    ours.citations.create(source=factories.SourceFactory())
    monkeypatch.setattr(sizes, "LARGE", large)

    found = listed(rf, user, Agreement, query.format(domain=domain.pk))

    assert {agreement.title for agreement in found.queryset} == titles
    assert found.result_count == len(titles)


def test_deletion_that_much_stands_in_the_way_of_names_the_first(reader, monkeypatch):
    monkeypatch.setattr("registry.admin.guarded.MOST_NAMED", 2)
    organisation = factories.OrganisationFactory()
    for agreement in factories.AgreementFactory.create_batch(3):
        agreement.parties.create(organisation=organisation)

    address = f"/en/admin/registry/organisation/{organisation.pk}/delete/"
    page = reader.get(address).content.decode()

    assert "more than 2 in all" in page
    assert len(re.findall(r"/agreement/\d+/change/", page)) == 2


def test_action_on_more_than_it_takes_changes_nothing(reader, monkeypatch):
    monkeypatch.setattr(sizes, "MOST_ACTED", 1)
    one, _other = factories.AgreementFactory.create_batch(2, status="draft")
    data = {"action": "publish", "_selected_action": [one.pk], "select_across": "1", "index": "0"}

    response = reader.post("/en/admin/registry/agreement/", data, follow=True)

    assert "Nothing was changed" in response.content.decode()
    assert not Agreement.objects.published().exists()


def test_desk_of_large_tables_looks_at_the_first_of_each_kind(reader, monkeypatch):
    monkeypatch.setattr(sizes, "LARGE", -1)
    monkeypatch.setattr("registry.admin.desk.LOOKED_AT", 1)
    factories.OrganisationFactory()
    factories.OrganisationFactory().citations.create(source=factories.SourceFactory())

    page = reader.get("/en/admin/").content.decode()

    assert "None is among the first 1 of each kind" in page


@contextmanager
def steps():
    """How many tens of steps SQLite takes: as many, whatever else the machine does."""
    counted = []
    connection.connection.set_progress_handler(lambda: counted.append(1), 10)
    try:
        yield counted
    finally:
        connection.connection.set_progress_handler(None, 0)


def ways(rf, user, models) -> list[tuple[type, str]]:
    """Lists as they open, searched, and with the first and the last choice of each filter."""
    found = []
    for model in models:
        usual = listed(rf, user, model)
        choices = [list(spec.choices(usual))[1:] for spec in usual.filter_specs]
        links = [one["query_string"][1:] for some in choices for one in (*some[:1], *some[-1:])]
        together = [f"{one}&{links[0]}" for one in links[2:]] + [f"{links[-1]}&o=1"]
        words = [f"q={word}" for word in ("eau", "200", "zzzz")]
        found += [(model, query) for query in ("", "p=2", *words, *links, *together)]
    return found


def test_long_list_tells_nothing_of_drafts_of_others(client, everything_is_large):
    world = World()
    client.force_login(person(Role.EDITOR, world.ours))
    asked = (
        "",
        f"q={SECRET[:-1]}",
        "status__exact=draft",
        "sourced=no&o=1",
        "checked=due",
        "part=1",
    )
    for model in RECORDS:
        address = f"/en/admin/registry/{model._meta.model_name}/"
        for query in asked:
            page = client.get(f"{address}?{query}").content.decode()
            assert SECRET not in page, (model, query)


def taken(rf, user, model, query) -> int:
    with steps() as counted:
        listed(rf, user, model, query)
    return len(counted)


@on_sqlite
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.EDITOR])
def test_list_of_many_times_the_records_takes_hardly_more_steps(rf, monkeypatch, role):
    limits = {"LARGE": 40, "LOOKED_THROUGH": 50, "MOST_COUNTED": 6}
    for name, number in limits.items():
        monkeypatch.setattr(sizes, name, number)
    monkeypatch.setattr("registry.admin.filters.MOST_CHOICES", 2)
    monkeypatch.setattr("registry.admin.base.RegistryModelAdmin.list_per_page", 5)
    factories.DomainFactory.create_batch(3)
    office.fill(200)
    user = person(role, Authority.objects.get(code="second"))
    asked = ways(rf, user, (*RECORDS, Revision))
    few = [taken(rf, user, *way) for way in asked]

    office.fill(1500, first=201)

    more = [taken(rf, user, *way) for way in asked]
    grown = zip(asked, few, more, strict=True)
    # A look at each record takes five steps or more: 6 500.
    assert {str(one): f"{two} {three}" for one, two, three in grown if three > two + 450} == {}


@pytest.mark.parametrize("is_large", [False, True])
def test_own_reference_is_found_by_the_people_of_its_authority_alone(rf, monkeypatch, is_large):
    if is_large:
        monkeypatch.setattr(sizes, "LARGE", 0)
    authority, other = factories.AuthorityFactory(), factories.AuthorityFactory()
    agreement = factories.AgreementFactory(authority=authority, reference="CM 2024-17")
    factories.AgreementFactory(authority=authority)

    def found(*authorities):
        user = person(Role.EDITOR, *authorities)
        return list(listed(rf, user, Agreement, "q=cm+2024-17").queryset)

    assert found(authority) == [agreement]
    assert found(other) == []
