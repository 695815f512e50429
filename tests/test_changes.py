"""Every write makes another version of the data, whichever way it is made."""

import pytest
from django.db import connection, transaction

from registry import bulk, changes
from registry.models import Project, ProjectPartner, Stop
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory()


def _save(project):
    project.save()


def _update(project):
    Project.objects.filter(pk=project.pk).update(title="Autre")


def _publish(project):
    Project.objects.filter(pk=project.pk).return_to_draft()


def _link(project):
    project.domains.add(factories.DomainFactory())


def _row(project):
    project.partners.create(organisation=factories.OrganisationFactory())


def _raw(project):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_project SET title = 'x' WHERE id = %s", [project.pk])


def _in_bulk(project):
    organisation = factories.OrganisationFactory()
    bulk.insert(ProjectPartner, [ProjectPartner(project=project, organisation=organisation)])


def _delete(project):
    project.delete()


@pytest.mark.parametrize(
    "write",
    [_save, _update, _publish, _link, _row, _raw, _in_bulk, _delete],
    ids=lambda f: f.__name__,
)
def test_write_makes_another_version_and_tells_the_record(project, write):
    before, key = changes.current(), project.pk
    write(project)
    after = changes.current()
    assert str(after) != str(before)
    assert key in changes.since(before)["project"]


def test_reading_makes_no_other_version(project):
    before = changes.current()
    list(Project.objects.all())
    assert changes.current() == before


def test_row_that_moves_tells_both_records():
    one, other = factories.DelegationFactory.create_batch(2)
    stop = one.stops.create(place=factories.PlaceFactory())
    before = changes.current()
    Stop.objects.filter(pk=stop.pk).update(delegation=other)
    assert changes.since(before)["delegation"] == {one.pk, other.pk}


def test_what_is_rolled_back_is_never_taken_for_what_comes_after(project):
    with transaction.atomic():
        _save(project)
        seen = changes.current()
        transaction.set_rollback(True)
    _save(project)
    assert changes.current() != seen
    assert changes.since(seen) is None


def test_account_is_no_change_of_the_data():
    before = changes.current()
    factories.UserFactory()
    assert changes.current() == before


def test_many_records_at_once_are_told_as_everything(project):
    before = changes.current()
    with changes.wholesale(changes.TOLD_ONE_BY_ONE + 1):
        _save(project)
    if connection.vendor == "sqlite":
        assert changes.since(before) is None
    _save(project)
    told = changes.current()
    _save(project)
    assert changes.since(told)["project"] == {project.pk}
