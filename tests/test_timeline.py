"""The timeline: records by year, with what is known of their dates and no more."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from registry import timeline
from registry.dates import PartialDate
from registry.filters import AgreementFilterSet, DelegationFilterSet
from tests import factories

pytestmark = pytest.mark.django_db


def timeline_of(filterset, query=""):
    records = filterset._meta.model.objects.published()
    if filterset is AgreementFilterSet:
        records = records.with_standing(datetime.date(2024, 6, 1))
    return timeline.view_context(filterset(QueryDict(query), queryset=records))


def titles(context):
    return {
        group.when and group.when.isoformat(): [entry.record.title for entry in group.entries]
        for group in context["groups"]
    }


def test_records_stand_under_the_year_in_which_they_begin():
    for title, date in (("A", "2010"), ("B", "2010-05"), ("C", "2024-04-09"), ("D", None)):
        factories.AgreementFactory(title=title, signed_on=date)
    assert titles(timeline_of(AgreementFilterSet)) == {
        "2024": ["C"],
        "2010": ["B", "A"],
        None: ["D"],
    }
    oldest = titles(timeline_of(AgreementFilterSet, "sort=oldest"))
    assert list(oldest) == ["2010", "2024", None]


def test_date_known_to_the_year_shows_as_the_year(client):
    factories.DelegationFactory(starts_on="2010", ends_on=None)
    text = client.get(f"{reverse('registry:delegation_list')}?view=timeline").text
    assert '<time datetime="2010">2010</time>' in text
    assert "janvier" not in text


@time_machine.travel("2024-06-01")
def test_agreement_that_another_took_over_from_ends_with_it(client):
    first = factories.AgreementFactory(title="A", signed_on="1958")
    factories.AgreementFactory(title="B", signed_on="2023-03-12", renews=first)
    context = timeline_of(AgreementFilterSet, "sort=oldest")

    renewed, renewal = [entry for group in context["groups"] for entry in group.entries]
    assert (renewed.record, renewed.end.isoformat(), renewed.bar.is_open) == (
        first,
        "2023-03-12",
        False,
    )
    assert renewal.bar.is_open
    assert "1958 –" in client.get(f"{reverse('registry:agreement_list')}?view=timeline").text


@time_machine.travel("2024-06-01")
def test_bar_reaches_from_the_first_day_to_the_last_or_is_open():
    factories.AgreementFactory(signed_on="2020", ends_on="2021")
    factories.AgreementFactory(signed_on="2023")
    context = timeline_of(AgreementFilterSet)
    latest, first = [entry.bar for group in context["groups"] for entry in group.entries]
    assert (first.x, first.is_open) == ("0.00%", False)
    assert 39 < float(first.width.rstrip("%")) < 41
    assert latest.is_open
    assert float(latest.x[:-1]) + float(latest.width[:-1]) == pytest.approx(100)
    assert [tick.label for tick in context["axis"].ticks] == [
        "2020",
        "2021",
        "2022",
        "2023",
        "2024",
    ]
    assert context["axis"].today_x


@time_machine.travel("2024-06-01")
def test_short_time_is_told_by_months():
    for title, date in (("A", "2023-11-20"), ("B", "2024-04-09"), ("C", "2024-04"), ("D", "2024")):
        factories.DelegationFactory(title=title, starts_on=date, ends_on=None)
    context = timeline_of(DelegationFilterSet, "sort=oldest")
    assert titles(context) == {"2023-11": ["A"], "2024": ["D"], "2024-04": ["C", "B"]}
    labels = [tick.label for tick in context["axis"].ticks]
    assert len(labels) <= timeline.MOST_MONTH_TICKS
    assert [label for label in labels if label.endswith(("2023", "2024"))] == [labels[0], labels[1]]
    assert context["axis"].today_x


def test_years_are_not_told_by_months_that_nobody_knows():
    factories.DelegationFactory(starts_on="2023", ends_on=None)
    assert titles(timeline_of(DelegationFilterSet)).keys() == {"2023"}
    assert not timeline_of(DelegationFilterSet)["axis"].by_month


def test_long_time_has_few_ticks():
    axis = timeline.Axis([(PartialDate(1204), PartialDate(2024))], datetime.date(2024, 1, 1))
    assert len(axis.ticks) <= timeline.MOST_TICKS + 1


def test_timeline_is_cut_into_pages(client):
    factories.AgreementFactory.create_batch(30)
    address = f"{reverse('registry:agreement_list')}?view=timeline"
    assert client.get(address).text.count("timeline__entry") == 25
    second = client.get(f"{address}&page=2").text
    assert second.count("timeline__entry") == 5
    assert client.get(f"{address}&page=999999").text.count("timeline__entry") == 5


def test_draft_is_on_no_timeline():
    factories.DelegationFactory(status="draft")
    assert timeline_of(DelegationFilterSet)["groups"] == []
