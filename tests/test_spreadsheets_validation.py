"""The validation of planned records says what the models and the database say."""

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from registry.dates import PartialDate
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Organisation,
    Place,
    Project,
    Stop,
)
from registry.models.base import PublicRecord
from registry.spreadsheets.plans import RecordPlan
from registry.spreadsheets.resources import RESOURCES
from registry.spreadsheets.validation import NotUnderstoodError, UniqueValues, check, evaluate
from tests.factories import AgreementFactory

DATES = st.one_of(
    st.none(),
    st.builds(PartialDate, st.integers(2000, 2002)),
    st.builds(PartialDate, st.integers(2000, 2002), st.integers(1, 3)),
    st.builds(PartialDate, st.integers(2000, 2002), st.integers(1, 2), st.integers(1, 28)),
)


def _database_refuses(constraint, record) -> bool:
    try:
        constraint.validate(type(record), record)
    except ValidationError:
        return True
    return False


def _agree(record) -> None:
    for constraint in record._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            expected = _database_refuses(constraint, record)
            assert (evaluate(constraint.condition, record) is False) == expected, constraint.name


class FieldsTest(TestCase):
    """What is decided once for a model refuses the values that Django refuses."""

    @given(
        st.text(max_size=5) | st.just("x" * 301),
        st.sampled_from(["", "ongoing", "sold", None]),
        st.sampled_from(["", "https://example.org", "example"]),
        DATES,
    )
    def test_fields(self, title, status, website, start):
        project = Project(
            authority_id=1, title=title, activity_status=status, website=website, starts_on=start
        )
        keys = [field.name for field in Project._meta.fields if field.is_relation]
        try:
            project.clean_fields(exclude=keys)
        except ValidationError as error:
            expected = set(error.message_dict)
        else:
            expected = set()

        assert set(check(RecordPlan(project, True), UniqueValues())) == expected


class ConstraintsTest(TestCase):
    """Python and the database agree on every check constraint that an import meets."""

    @given(DATES, DATES, DATES, DATES)
    def test_agreement(self, signed, start, end, terminated):
        _agree(
            Agreement(
                authority_id=1,
                signed_on=signed,
                starts_on=start,
                ends_on=end,
                terminated_on=terminated,
            )
        )

    @given(DATES, DATES)
    def test_periods(self, start, end):
        for model in (Delegation, Call):
            _agree(model(authority_id=1, starts_on=start, ends_on=end))
        _agree(Stop(starts_on=start, ends_on=end))

    @given(
        st.one_of(st.none(), st.integers(-2, 2)),
        st.one_of(st.none(), st.integers(2000, 2002)),
        st.one_of(st.none(), st.integers(2000, 2002)),
    )
    def test_contribution(self, amount, first, last):
        _agree(Contribution(authority_id=1, amount=amount, year=first, last_year=last))

    @given(st.one_of(st.none(), st.integers(-95, 95)), st.one_of(st.none(), st.integers(-190, 190)))
    def test_place(self, latitude, longitude):
        _agree(Place(authority_id=1, latitude=latitude, longitude=longitude))


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
@pytest.mark.django_db
def test_no_constraint_asks_the_database(resource):
    model = resource._meta.model
    record = model()
    if issubclass(model, PublicRecord):
        record.authority_id = 1

    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            try:
                evaluate(constraint.condition, record)
            except NotUnderstoodError:
                pytest.fail(constraint.name)


@pytest.mark.django_db
def test_unique_values_are_those_of_the_database_and_of_the_plan():
    known = AgreementFactory(title="Convention", signed_on="2010")
    unique = UniqueValues()

    def same():
        return Agreement(
            authority=known.authority, title="Convention", signed_on="2010", kind="convention"
        )

    assert check(RecordPlan(same(), True), unique)
    assert not check(RecordPlan(known, False), unique)

    first, second = same(), same()
    first.title = second.title = "Autre"
    assert not check(RecordPlan(first, True), unique)
    assert check(RecordPlan(second, True), unique)


@pytest.mark.django_db
def test_fields_are_checked_as_the_model_does():
    plan = RecordPlan(Organisation(authority_id=1, name="x" * 300, kind="castle"), True)

    assert set(check(plan, UniqueValues())) == {"name", "kind"}
