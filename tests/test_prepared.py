"""Query sets that are compiled once: they answer what they would answer if written anew."""

import datetime

import pytest
from django.db import connection

from registry import statistics
from registry.models import Agreement, Contribution, Delegation, Project
from registry.querysets.prepared import Prepared
from tests.factories import (
    AgreementFactory,
    ContributionFactory,
    DomainFactory,
    OrganisationFactory,
    ProjectFactory,
)

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 6, 1)
read = Prepared(lambda key: Project.objects.published().with_card().filter(public_id=key))


def project(**fields):
    return ProjectFactory(status="published", **fields)


def test_prepared_finds_the_record_of_each_key():
    first, second = project(), project()

    assert [read(first.public_id), read(second.public_id)] == [[first], [second]]


def test_prepared_asks_the_database_each_time():
    record = project(title="Before")
    read(record.public_id)

    Project.objects.filter(pk=record.pk).update(title="After")

    assert read(record.public_id)[0].title == "After"
    Project.objects.filter(pk=record.pk).update(status="draft")
    assert read(record.public_id) == []


def test_prepared_reads_relations_as_prefetch_does(django_assert_num_queries):
    record = project()
    record.domains.add(DomainFactory(), DomainFactory())
    shown = OrganisationFactory(status="published")
    hidden = OrganisationFactory(status="draft")
    for organisation in (shown, hidden):
        record.partners.create(organisation=organisation)
    plain = Project.objects.with_card().get(pk=record.pk)
    read(record.public_id)

    with django_assert_num_queries(3):
        (found,) = read(record.public_id)
        assert [row.organisation for row in found.public_partners] == [shown]
        assert list(found.domains.all()) == list(plain.domains.all())
        assert found.public_partners[0].project is found


def test_prepared_keeps_what_many_records_have_apart():
    contributions = [ContributionFactory(status="published") for _number in range(3)]
    for number, contribution in enumerate(contributions):
        contribution.projects.set([project() for _other in range(number)])
    asked = Prepared(lambda keys: Contribution.objects.filter(pk__in=keys).with_card())

    found = {one.pk: one for one in asked([one.pk for one in contributions])}

    for contribution in contributions:
        plain = Contribution.objects.with_card().get(pk=contribution.pk)
        assert found[contribution.pk].public_projects == plain.public_projects
    assert asked([contributions[0].pk]) == [contributions[0]]


def test_prepared_with_another_day_answers_of_that_day():
    record = AgreementFactory(status="published", starts_on="2024", ends_on="2024")
    asked = Prepared(lambda key, day: Agreement.objects.with_card(day).filter(pk=key))

    standings = [
        asked(record.pk, day=day)[0].standing for day in (TODAY, datetime.date(2025, 6, 1))
    ]

    assert standings == ["in_force", "ended"]


def test_prepared_of_a_relation_without_records_is_empty():
    record = project()
    asked = Prepared(lambda key: Delegation.objects.filter(projects=key).with_card())

    assert asked(record.pk) == []


def test_no_keys_find_nothing_on_any_database():
    ContributionFactory()
    asked = Prepared(lambda keys: Contribution.objects.filter(pk__in=keys).with_card())
    assert asked([]) == []


def forget_statistics():
    """Those that a test which commits has left."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # makes their table
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")  # reads them anew


@pytest.mark.sqlite  # PostgreSQL sees to its statistics
def test_published_records_of_some_keys_are_read_by_their_keys():
    forget_statistics()
    keys = [one.pk for one in ProjectFactory.create_batch(80, status="published", call=None)]
    asked = Project.objects.published().filter(pk__in=keys[:15]).order_by()
    assert "project_by_status" in asked.explain()

    statistics.refresh()

    assert "INTEGER PRIMARY KEY" in asked.explain()
