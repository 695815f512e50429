"""The index against the database: what it finds and counts is what brute force does."""

import random
import threading
from unittest.mock import Mock

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from registry import filters
from registry.facets import Found, index_of, keeping, kept, warming
from registry.facets.kinds import KINDS
from registry.facets.reading import FROM, UNTIL
from registry.models import (
    Agreement,
    Contribution,
    Delegation,
    Domain,
    Organisation,
    Place,
    Project,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _crowd(shared):
    """Records of some sorts and states, tied to each other at random."""
    drawn = random.Random(5)  # noqa: S311
    status = ("published", "published", "published", "draft")
    above = [
        factories.PlaceFactory(country=code, kind="country", status=drawn.choice(status))
        for code in ("FR", "CA")
    ]
    places = [
        factories.PlaceFactory(country=one.country, parent=one, status=drawn.choice(status))
        for one in above * 3
    ]
    organisations = [
        factories.OrganisationFactory(place=drawn.choice(places), status=drawn.choice(status))
        for _one in range(8)
    ]
    domains = factories.DomainFactory.create_batch(3)
    domains += [factories.DomainFactory(parent=domains[0])]
    for _one in range(25):
        project = factories.ProjectFactory(
            call=None,
            status=drawn.choice(status),
            activity_status=drawn.choice(("", "ongoing", "completed")),
            starts_on=drawn.choice((None, "2010", "2015-06", "2020-01-02")),
            ends_on=drawn.choice((None, "2021", "2022-03")),
        )
        project.domains.set(drawn.sample(domains, drawn.randint(0, 2)))
        project.places.set(drawn.sample(places, drawn.randint(0, 1)))
        for organisation in drawn.sample(organisations, drawn.randint(0, 3)):
            project.partners.create(organisation=organisation)
        agreement = factories.AgreementFactory(
            status=drawn.choice(status), kind=drawn.choice(("twinning", "protocol"))
        )
        agreement.domains.set(drawn.sample(domains, drawn.randint(0, 2)))
        for organisation in drawn.sample(organisations, drawn.randint(0, 3)):
            agreement.parties.create(organisation=organisation)


@pytest.fixture
def crowd(_crowd):
    """Chance, the same for each test among these records."""
    return random.Random(6)  # noqa: S311


def by_brute_force(records) -> dict[str, dict[str, set]]:
    """Of each facet, the records that the database finds for each value."""
    countries = ("FR", "CA")
    return {
        "domain": {one.code: set(records.in_domain(one)) for one in Domain.objects.all()},
        "place": {one.public_id: set(records.for_place(one)) for one in Place.objects.published()},
        "country": {code: set(records.for_country(code)) for code in countries},
        "organisation": {
            one.public_id: set(records.for_organisation(one))
            for one in Organisation.objects.published()
        },
    }


def filterset(model, query):
    chosen = {
        Project: filters.ProjectFilterSet,
        Agreement: filters.AgreementFilterSet,
        Delegation: filters.DelegationFilterSet,
    }[model]
    return chosen(QueryDict(query), queryset=model.objects.published())


@pytest.mark.parametrize("model", [Project, Agreement])
def test_filters_find_and_count_what_brute_force_does(crowd, model):
    records = model.objects.published()
    everything, expected = set(records), by_brute_force(records)
    for _query in range(40):
        chosen = {
            facet: crowd.sample(sorted(values), min(len(values), crowd.randint(1, 2)))
            for facet, values in expected.items()
            if crowd.random() < 0.5
        }
        left = {facet: crowd.random() < 0.3 for facet in chosen}
        kept = {}
        for facet, values in chosen.items():
            found = set().union(*(expected[facet][value] for value in values))
            kept[facet] = everything - found if left[facet] else found
        query = "&".join(
            f"{'not-' * left[facet]}{facet}={value}"
            for facet, values in chosen.items()
            for value in values
        )
        asked = filterset(model, query)
        assert set(asked.qs) == everything.intersection(*kept.values()), query
        for facet, values in expected.items():
            others = everything.intersection(
                *(found for name, found in kept.items() if name != facet)
            )
            counted = {value: len(found & others) for value, found in values.items()}
            counted = {value: number for value, number in counted.items() if number}
            assert dict(asked.found.values(facet)) == counted, query
            most = [number for _value, number in asked.found.values(facet, 2)]
            assert most == sorted(counted.values(), reverse=True)[:2], query


@pytest.mark.parametrize("model", [Project, Agreement])
def test_numbers_by_record_are_those_of_the_bitmaps(crowd, model, monkeypatch):
    index = index_of(model)
    for facet in index.bitmaps:
        if facet in (FROM, UNTIL):
            continue
        for chosen in index.bitmaps["organisation"].values():
            found = index.found({"": chosen})
            wanted = found.numbers(facet), found.values(facet, 3)
            with monkeypatch.context() as patched:
                patched.setattr(
                    Found, "_few", lambda self, name, of: index.by_record(name).count(of)
                )
                assert (found.numbers(facet), found.values(facet, 3)) == wanted


def test_sort_and_pages_are_those_of_the_database(crowd):
    for query in ("", "sort=oldest", "sort=title", "sort=changed", "progress=none&sort=title"):
        chosen = filterset(Project, query)
        keys = [record.pk for record in chosen.qs]
        pages = [chosen.keys(start, start + 4) for start in range(0, len(keys), 4)]
        assert [key for page in pages for key in page] == keys, query


@pytest.fixture
def large(monkeypatch, settings, tmp_path):
    """An index that takes changes in rather than being built anew."""
    settings.INDEX_FOLDER = tmp_path / "indexes"
    monkeypatch.setattr(keeping, "_held", {})
    monkeypatch.setattr(keeping, "SMALL", 0)
    monkeypatch.setattr(keeping, "_build_aside", lambda model: None)


def shown(model):
    index = index_of(model)
    return {
        facet: {
            value: {index.keys[position] for position in records}
            for value, records in values.items()
            if records
        }
        for facet, values in index.bitmaps.items()
    }


def test_large_index_takes_in_what_changed(crowd, large):
    index_of(Project)
    first, second, third = Project.objects.published()[:3]
    first.domains.set(Domain.objects.all()[:1])
    Project.objects.filter(pk=second.pk).update(activity_status="completed", starts_on="1999")
    Project.objects.filter(pk=third.pk).archive()
    new = factories.ProjectFactory(call=None, activity_status="ongoing")
    taken = shown(Project)
    assert index_of(Project).first < keeping.FRONT  # not built anew
    keeping._held.clear()
    assert taken == shown(Project)
    assert new.pk in taken["progress"]["ongoing"]


def test_large_index_takes_in_what_its_neighbours_became(crowd, large):
    index_of(Project)
    Organisation.objects.filter(status="published").archive()
    place = Place.objects.published().filter(parent__isnull=False).first()
    place.status = "draft"
    place.save()
    taken = shown(Project)
    keeping._held.clear()
    assert taken == shown(Project)


def built_anew(model):
    keeping._held.clear()
    kept._path(model, "index").unlink()
    return shown(model)


def test_large_index_of_contributions_takes_in_what_their_projects_became(crowd, large):
    first, second = Project.objects.published()[:2]
    for project in (first, second):
        factories.ContributionFactory().projects.add(project)
    index_of(Contribution)
    Project.objects.filter(pk=first.pk).update(fund=factories.FundFactory(), call=None)
    Project.objects.filter(pk=second.pk).archive()
    Contribution.objects.filter(projects=first).update(kind="loan", call=None)
    taken = shown(Contribution)
    assert index_of(Contribution).first == keeping.FRONT  # not built anew
    assert taken == built_anew(Contribution)


def test_index_left_in_a_file_is_read_by_the_next_process(crowd, large, monkeypatch):
    left = shown(Project)
    keeping._held.clear()
    monkeypatch.setattr(keeping, "build", pytest.fail)
    assert shown(Project) == left
    assert filterset(Project, "sort=title").keys(0, 5)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="by its snapshot, which no file has")
def test_index_left_in_a_file_takes_in_what_changed_since(crowd, large, monkeypatch):
    index_of(Project)
    keeping._held.clear()
    Project.objects.filter(pk=Project.objects.published().first().pk).archive()
    factories.ProjectFactory(call=None)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "build", pytest.fail)
        taken = shown(Project)
    assert taken == built_anew(Project)


@pytest.mark.parametrize("damage", ["", "{}\n", "other code", "cut"])
def test_index_is_built_where_the_file_is_of_no_use(crowd, large, monkeypatch, damage):
    path, whole = kept._path(Project, "index"), shown(Project)
    if damage == "other code":
        monkeypatch.setattr(kept, "_code", lambda: "other")
    else:
        path.write_bytes(path.read_bytes()[:-40] if damage == "cut" else damage.encode())
    keeping._held.clear()
    assert shown(Project) == whole


def test_new_record_of_a_large_index_comes_first_in_every_order(crowd, large):
    index_of(Project)
    new = factories.ProjectFactory(call=None, starts_on="1950")
    for query in ("", "sort=title", "sort=oldest"):
        assert filterset(Project, query).keys(0, 3)[0] == new.pk, query


def test_state_of_a_day_is_not_that_of_the_next(monkeypatch):
    Agreement.objects.all().delete()
    factories.AgreementFactory(signed_on="2020", ends_on=timezone.localdate().isoformat())
    assert list(shown(Agreement)["standing"]) == ["in_force", "expiring"]
    tomorrow = timezone.localdate() + timezone.timedelta(1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    assert list(shown(Agreement)["standing"]) == ["ended"]


def test_warming_makes_the_index_of_every_list_before_the_process_serves(monkeypatch):
    made = []
    monkeypatch.setattr(warming, "index_of", lambda model: made.append(model) or Mock())
    monkeypatch.setattr(warming, "connection", Mock())
    monkeypatch.setattr(warming, "statistics", Mock())

    warming.begin()

    assert made == list(KINDS)
    assert warming.connection.close.called


def test_warming_goes_on_in_the_processes_that_come_of_one_that_waits(monkeypatch):
    made, may_go_on = [], threading.Event()
    monkeypatch.setattr(
        warming, "index_of", lambda model: may_go_on.wait() and (made.append(model) or Mock())
    )
    monkeypatch.setattr(warming, "connection", Mock())
    monkeypatch.setattr(warming, "statistics", Mock())
    monkeypatch.setattr(warming, "PATIENCE", 0.01)

    warming.begin()
    threads = [one for one in threading.enumerate() if one.name == "indexes"]
    warming._copied()
    threads += [one for one in threading.enumerate() if one.name == "indexes"]
    may_go_on.set()
    for thread in threads:
        thread.join()
    warming._copied()

    assert made.count(Project) == 2
