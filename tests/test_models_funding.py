"""Funds, calls, projects and the money between them."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry.models import Call, Contribution, Project
from tests.factories import (
    CallFactory,
    ContributionFactory,
    FundFactory,
    OrganisationFactory,
    ProjectFactory,
)

pytestmark = pytest.mark.django_db


def _contribution(*projects, funders=0, **values):
    contribution = ContributionFactory(**values)
    contribution.projects.set(projects)
    contribution.funders.set(OrganisationFactory() for _funder in range(funders))
    return contribution


# Totals ------------------------------------------------------------------------------------------


def test_contribution_shared_by_three_projects_and_two_funders_counts_once():
    projects = [ProjectFactory() for _project in range(3)]
    _contribution(*projects, funders=2, amount=20_000, year=2021)

    totals = Contribution.objects.for_projects(projects).totals()

    assert totals == {"EUR": Decimal(20_000)}


def test_contribution_counts_once_whatever_the_path_that_led_to_it():
    projects = [ProjectFactory() for _project in range(3)]
    shared = _contribution(*projects, funders=2, amount=20_000)

    through_projects = Contribution.objects.filter(projects__in=projects).totals()
    through_funders = Contribution.objects.filter(funders__in=shared.funders.all()).totals()

    assert through_projects == through_funders == {"EUR": Decimal(20_000)}


def test_contribution_of_one_project_does_not_count_for_another():
    project, other = ProjectFactory(), ProjectFactory()
    _contribution(other, amount=5_000)

    assert Contribution.objects.for_projects([project]).totals() == {}


def test_totals_never_add_currencies_together():
    project = ProjectFactory()
    _contribution(project, amount=10_000, currency="EUR")
    _contribution(project, amount=2_500, currency="EUR")
    _contribution(project, amount=15_000, currency="CAD")

    totals = Contribution.objects.for_projects([project]).totals()

    assert list(totals.items()) == [("CAD", Decimal(15_000)), ("EUR", Decimal(12_500))]


def test_totals_of_equal_amounts_add_each_of_them():
    project = ProjectFactory()
    for _contribution_of_the_same_sum in range(2):
        _contribution(project, amount=1_000)

    assert Contribution.objects.for_projects([project]).totals() == {"EUR": Decimal(2_000)}


def test_totals_pass_over_an_amount_that_is_not_stated():
    project = ProjectFactory()
    _contribution(project, amount=None)

    assert Contribution.objects.for_projects([project]).totals() == {}


# Contributions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -1])
def test_contribution_of_nothing_is_refused(amount):
    with pytest.raises(ValidationError):
        ContributionFactory.build(amount=amount).clean_fields(exclude=["authority"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ContributionFactory(amount=amount)


@pytest.mark.parametrize("year", [2022, None])
def test_contribution_whose_last_year_has_no_first_before_it_is_refused(year):
    with pytest.raises(ValidationError):
        ContributionFactory.build(year=year, last_year=2021).validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContributionFactory(year=year, last_year=2021)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"amount": Decimal(20_000), "year": 2021}, "20\xa0000\xa0€ (2021)"),
        (
            {"amount": Decimal(9), "year": 2021, "last_year": 2022, "currency": "CAD"},
            "9\xa0$\xa0CA (2021–2022)",
        ),
        ({"amount": Decimal("0.50"), "year": None}, "0,50\xa0€"),
    ],
)
def test_contribution_reads_as_people_write_it(values, text):
    assert str(ContributionFactory.build(**values)) == text


# Projects and calls ------------------------------------------------------------------------------


def test_project_takes_the_fund_of_its_call():
    call = CallFactory()

    project = ProjectFactory(call=call, fund=None)

    assert project.fund == call.fund


def test_project_takes_the_fund_of_a_call_that_is_given_later():
    project = ProjectFactory(call=None, fund=None)

    project.call = CallFactory()
    project.save(update_fields=["call"])
    project.refresh_from_db()

    assert project.fund == project.call.fund


@pytest.mark.usefixtures("in_english")
def test_project_whose_call_belongs_to_another_fund_is_refused_in_words():
    call, fund = CallFactory(edition="2021"), FundFactory()
    project = ProjectFactory.build(call=call, fund=fund)

    with pytest.raises(ValidationError) as refusal:
        project.clean()

    assert str(call) in refusal.value.message_dict["fund"][0]


def test_project_without_a_fund_is_welcome():
    project = ProjectFactory(call=None, fund=None)

    project.full_clean()

    assert Project.objects.get().fund is None


def test_call_without_a_title_reads_as_its_fund_and_edition():
    call = CallFactory(fund__name="Fonds commun", fund__acronym="FC", edition="2021-2022")

    assert str(call) == "FC 2021-2022"


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"starts_on": "2022", "ends_on": "2021"}, "period"),
        ({"opens_on": "2024-05", "closes_on": "2024-04"}, "before it opens"),
    ],
)
def test_call_whose_dates_run_backwards_is_refused_in_words(dates, message):
    with pytest.raises(ValidationError, match=message):
        CallFactory.build(**dates).validate_constraints()


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "expected"),
    [
        ("2024-04-09", "2024-05-07", True),  # opens today
        ("2024-04-10", "2024-05-07", False),  # opens tomorrow
        ("2024-03-01", "2024-04-09", True),  # closes today
        ("2024-03-01", "2024-04-08", False),  # closed yesterday
        (None, "2024-05-07", True),
        ("2024", "2024", True),
        ("2024-03-01", None, False),  # nobody knows
    ],
)
def test_call_open_on_a_day(opens_on, closes_on, expected):
    CallFactory(opens_on=opens_on, closes_on=closes_on)

    assert Call.objects.open(datetime.date(2024, 4, 9)).exists() is expected


@pytest.mark.usefixtures("in_english")
def test_call_of_the_same_edition_is_refused_in_words():
    call = CallFactory(edition="2021")

    again = CallFactory.build(fund=call.fund, edition="2021", authority=call.authority)

    with pytest.raises(ValidationError, match="edition"):
        again.full_clean()
