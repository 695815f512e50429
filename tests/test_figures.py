"""Figures: bars have the number of the list behind them, money keeps its currency, no drafts."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.urls import reverse

from registry import figures
from registry.figures import charts, rates
from registry.figures.money import money_of
from registry.filters import (
    AgreementFilterSet,
    ContributionFilterSet,
    DelegationFilterSet,
    ProjectFilterSet,
)
from tests import factories

pytestmark = pytest.mark.django_db


def listed(filterset, query=""):
    return filterset(QueryDict(query), queryset=filterset._meta.model.objects.published())


def figures_of(filterset, query=""):
    return figures.view_context(listed(filterset, query))


def rows(context, key, part="figures"):
    figure = next((one for one in context[part] if one.key == key), None)
    return {row.label: row.cells[0] for row in figure.rows} if figure else {}


def agreement_between(*places, **values):
    agreement = factories.AgreementFactory(**values)
    for place in places:
        agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    return agreement


def test_record_counts_once_for_each_of_its_values():
    rennes = factories.PlaceFactory()
    agreement_between(rennes, rennes, factories.PlaceFactory(country="CA"), signed_on="2010")
    agreement_between(rennes, signed_on="2010-05-03")
    agreement_between(signed_on=None)
    context = figures_of(AgreementFilterSet)
    assert rows(context, "year") == {"2010": "2", "Non précisé": "1"}
    assert rows(context, "country") == {"France": "2", "Canada": "1", "Non précisé": "1"}


def test_domain_counts_what_is_below_it_once():
    above = factories.DomainFactory(name_fr="Eau")
    below = [factories.DomainFactory(parent=above, name_fr=name) for name in ("Puits", "Rivières")]
    factories.AgreementFactory().domains.add(*below)
    assert rows(figures_of(AgreementFilterSet), "domain") == {
        "Eau": "1",
        "Puits": "1",
        "Rivières": "1",
    }


def test_project_counts_in_each_year_that_the_period_of_the_list_has():
    factories.ProjectFactory(starts_on="2019-05", ends_on="2021")
    factories.ProjectFactory(starts_on=None, ends_on="2020")
    assert rows(figures_of(ProjectFilterSet), "year") == {"2019": "1", "2020": "2", "2021": "1"}
    assert rows(figures_of(ProjectFilterSet, "since=2020&until=2020-06"), "year") == {"2020": "2"}


@pytest.mark.parametrize("status", ["draft", "in_review", "archived"])
def test_what_is_not_published_is_in_no_figure(status):
    hidden = factories.OrganisationFactory(
        name="Secrète", status=status, place=factories.PlaceFactory(country="CA")
    )
    shown = factories.ProjectFactory(call=None, fund=factories.FundFactory(status=status))
    shown.partners.create(organisation=hidden)
    unseen = factories.ProjectFactory(status=status, starts_on="1999")
    money = factories.ContributionFactory(status=status, amount=77)
    money.projects.add(shown)
    factories.ContributionFactory(amount=88).projects.add(unseen)
    context = figures_of(ProjectFilterSet)
    assert rows(context, "year") == {"2021": "1"}
    for key in ("country", "fund", "organisation"):
        assert rows(context, key) == {"Non précisé": "1"}
    assert not context["money"]
    money = figures_of(ContributionFilterSet)
    assert rows(money, "money-year", "money_figures") == {"2021": "88\xa0€"}


@pytest.fixture
def filled():
    """Agreements, delegations and projects of all sorts, with values alone and together."""
    places = [factories.PlaceFactory(country=code) for code in ("FR", "CA", "MA")]
    above = factories.DomainFactory()
    domains = [above, factories.DomainFactory(parent=above), factories.DomainFactory()]
    partners = [factories.OrganisationFactory(place=place) for place in places]
    for number in range(6):
        agreement = factories.AgreementFactory(signed_on=f"201{number}-05")
        delegation = factories.DelegationFactory(starts_on=f"201{number}", ends_on=None)
        project = factories.ProjectFactory(
            starts_on=f"201{number}-11-02", ends_on=f"201{number + number % 3}"
        )
        for record in (agreement, delegation, project):
            record.domains.add(domains[number % 3], domains[0])
        for partner in partners[: 1 + number % 3]:
            agreement.parties.create(organisation=partner)
            delegation.participants.create(organisation=partner)
            project.partners.create(organisation=partner)
        delegation.stops.create(place=places[number % 3])
        project.places.add(places[2])


def test_bars_lead_to_lists_of_their_number(client, filled):
    for kind, query in [
        ("agreement", ""),
        ("agreement", "since=2012-03&until=2014"),
        ("delegation", "country=FR"),
        ("project", "since=2011-12&until=2014-06"),
        ("project", "country=CA"),
    ]:
        assert_bars_lead_to_lists(client, f"{reverse(f'registry:{kind}_list')}?{query}")


def assert_bars_lead_to_lists(client, address):
    context = client.get(f"{address}&view=figures").context
    seen = 0
    for figure in context["figures"]:
        for row in [*figure.rows, *(mark.value for one in figure.charts for mark in one.marks)]:
            number = row.cells[0] if hasattr(row, "cells") else row.shown
            if row.url and row.label != "Non précisé":
                found = client.get(row.url).context["paginator"].count
                assert found == int(number), (address, row)
                seen += 1
    assert seen > 10, address


def test_value_that_cannot_be_asked_for_besides_another_has_no_link():
    one, other = factories.DomainFactory(), factories.DomainFactory()
    factories.AgreementFactory().domains.add(one, other)
    figure = figures_of(AgreementFilterSet, f"domain={one.code}")["figures"][1]
    assert [row.url for row in figure.rows] == ["", ""]


# Money -------------------------------------------------------------------------------------------


def test_shared_contribution_counts_once_and_currencies_stay_apart():
    projects = factories.ProjectFactory.create_batch(3)
    shared = factories.ContributionFactory(amount=20000)
    shared.projects.set(projects)
    shared.funders.set(factories.OrganisationFactory.create_batch(2))
    factories.ContributionFactory(amount="10.50", currency="CAD").projects.add(projects[0])
    factories.ContributionFactory(amount=None).projects.add(projects[0])
    factories.ContributionFactory(amount=5)  # of no project
    money = money_of(listed(ProjectFilterSet))
    assert money.totals == {"CAD": Decimal("10.50"), "EUR": 20000}
    assert money_of(listed(ContributionFilterSet)).totals["EUR"] == 20005
    funders = next(one for one in money.amounts if one.dimension.name == "organisation")
    assert sorted(map(dict, funders.sums.values()), key=str) == [{"EUR": 20000}] * 2


def test_withdrawn_contribution_leaves_the_figures_at_once():
    contribution = factories.ContributionFactory(amount=300)
    contribution.projects.add(factories.ProjectFactory())
    assert money_of(listed(ProjectFilterSet)).totals == {"EUR": 300}
    contribution.status = "draft"
    contribution.save()
    assert not money_of(listed(ProjectFilterSet))


def test_money_of_agreements_is_that_of_their_projects():
    agreement, delegation = factories.AgreementFactory(), factories.DelegationFactory()
    project = factories.ProjectFactory()
    project.agreements.add(agreement)
    project.delegations.add(delegation)
    factories.ContributionFactory(amount=300).projects.add(project)
    for filterset in (AgreementFilterSet, DelegationFilterSet):
        assert money_of(listed(filterset)).totals == {"EUR": 300}


def test_conversion_takes_the_rate_of_the_year_and_says_what_is_left_out():
    factories.ContributionFactory(amount=100, year=2021)
    factories.ContributionFactory(amount="148.26", currency="CAD", year=2021)
    factories.ContributionFactory(amount=50, currency="MAD", year=2021)
    factories.ContributionFactory(amount=50, currency="CAD", year=None)
    factories.ContributionFactory(amount="655.96", currency="XOF", year=None, decided_on="2020-05")
    money = money_of(listed(ContributionFilterSet), "EUR")
    assert round(money.totals["EUR"], 1) == 201
    assert money.left_out == 2
    assert money_of(listed(ContributionFilterSet), "XXX").left_out == 0


def test_rates_are_the_averages_that_the_bank_publishes():
    assert rates.per_euro(2021, "CAD") == Decimal("1.482569")
    assert round(rates.per_euro(2024, "USD"), 4) == Decimal("1.0824")
    assert rates.per_euro(2021, "MAD") is None
    assert rates.convert(Decimal(100), "CAD", 1990, "EUR") is None


# Charts ------------------------------------------------------------------------------------------


def _values(numbers):
    return {year: charts.Value(str(year), number, str(number)) for year, number in numbers.items()}


def test_years_without_anything_have_no_column_but_their_place():
    chart = charts.columns("Par année", _values({2010: 4, 2013: 2}))
    assert [mark.value.number for mark in chart.marks] == [4, 0, 0, 2]
    assert float(chart.marks[0].height) == charts.COLUMNS_HEIGHT


def test_long_spans_are_drawn_by_decades():
    chart = charts.columns("Par année", _values({1901: 1, 1909: 2, 2024: 1}))
    assert chart.marks[0].value.label == "1900–1909"
    assert chart.marks[0].value.number == 3
    assert len(chart.marks) == 13


def test_chart_is_named_and_says_its_highest_value():
    chart = charts.rows("Par pays", list(_values({1: 3, 2: 7}).values()))
    assert chart.title == "Par pays"
    assert "7" in chart.description


def test_svg_has_no_decimal_comma_and_no_style(client, filled):
    text = client.get(f"{reverse('registry:project_list')}?view=figures").text
    drawing = text[text.index("<svg") : text.rindex("</svg>")]
    assert "style=" not in text
    assert not [part for part in drawing.split('"')[1::2] if "," in part and "%" in part]


# Speed -------------------------------------------------------------------------------------------


@pytest.mark.appearance
def test_figures_stay_inside_their_budget(filled, django_assert_max_num_queries):
    for filterset in (
        AgreementFilterSet,
        DelegationFilterSet,
        ProjectFilterSet,
        ContributionFilterSet,
    ):
        figures_of(filterset)  # the index is built for all pages
        with django_assert_max_num_queries(16):
            figures_of(filterset, "since=2012")


HISTORY = """Date,USD,CAD,
2026-10-30,1.2,1.6,
2025-12-31,1.1,1.5,
2025-01-02,1.3,N/A,
"""


def test_rates_are_the_means_of_whole_years_alone(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    history = tmp_path / "eurofxref-hist.csv"
    history.write_text(HISTORY)
    call_command("load_rates", history, stdout=StringIO())
    assert rates.per_euro(2025, "USD") == Decimal("1.2")
    assert rates.per_euro(2025, "CAD") is None  # not quoted on every day
    assert rates.per_euro(2026, "USD") is None  # the year is not over


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "Date,USD\nhier,1\n", "Date,USD\n2025-01-02,x\n"]
)
def test_file_that_is_not_of_rates_is_refused_and_changes_nothing(tmp_path, settings, text):
    settings.DATA_DIR = tmp_path
    history = tmp_path / "rates.csv"
    history.write_text(text)
    with pytest.raises(CommandError, match=r"rates\.csv"):
        call_command("load_rates", history)
    assert rates.per_euro(2021, "CAD") == Decimal("1.482569")
