"""Dates of known precision in the database and in forms, and public identifiers."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from registry.dates import PartialDate
from registry.fields import ALPHABET, PartialDateFormField, new_public_id
from registry.models import Agreement
from tests.factories import AgreementFactory, DelegationFactory

pytestmark = pytest.mark.django_db

FEW_DAYS = st.dates(datetime.date(2023, 11, 1), datetime.date(2025, 2, 28))
# Few distinct values, so that equal and neighbouring ones meet often.
PARTIAL_DATES = st.one_of(
    st.builds(PartialDate, st.integers(2023, 2025)),
    st.builds(PartialDate, st.integers(2023, 2025), st.integers(1, 12)),
    FEW_DAYS.map(PartialDate.from_date),
)


@pytest.mark.parametrize("iso", ["2010", "2024-05", "2024-04-09"])
def test_partial_date_comes_back_from_the_database_as_it_went(iso):
    agreement = AgreementFactory(signed_on=iso)

    agreement.refresh_from_db()

    assert agreement.signed_on == PartialDate.from_iso(iso)
    assert Agreement.objects.filter(signed_on=PartialDate.from_iso(iso)).exists()


def test_partial_date_that_is_unknown_is_null():
    agreement = AgreementFactory(signed_on="")

    agreement.refresh_from_db()

    assert agreement.signed_on is None
    assert Agreement.objects.filter(signed_on__isnull=True).exists()


def test_partial_dates_sort_from_the_vaguest_within_a_period():
    for iso in ("2024-05-01", "2024", "2023-12", "2024-05"):
        AgreementFactory(signed_on=iso)

    found = Agreement.objects.order_by("signed_on").values_list("signed_on", flat=True)

    assert [date.isoformat() for date in found] == ["2023-12", "2024", "2024-05", "2024-05-01"]


def test_partial_date_gives_its_year():
    for iso in ("2010", "2010-05", "2010-05-03", "2011"):
        AgreementFactory(signed_on=iso)

    assert Agreement.objects.filter(signed_on__year=2010).count() == 3
    assert Agreement.objects.filter(signed_on__year__lte=2010).count() == 3
    assert set(Agreement.objects.values_list("signed_on__year", flat=True)) == {2010, 2011}


@pytest.mark.parametrize("garbage", ["", "2024-", "09/04/2024", "2024-4-9", "mai 2024", "20244"])
def test_partial_date_that_is_garbage_is_refused_by_the_database(garbage):
    agreement = AgreementFactory()

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE registry_agreement SET signed_on = %s WHERE id = %s", [garbage, agreement.pk]
        )


@pytest.mark.parametrize("text", ["2024-13", "30 février 2024", "bientôt"])
def test_partial_date_that_is_none_is_refused_before_the_database(text):
    with pytest.raises(ValidationError):
        AgreementFactory(signed_on=text)


# Look-ups against their definition in Python ------------------------------------------------------

database_examples = hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _signed(dates):
    Agreement.objects.all().delete()
    authority = AgreementFactory().authority
    Agreement.objects.all().delete()
    Agreement.objects.bulk_create(
        Agreement(title=f"{number}", kind="convention", authority=authority, signed_on=date)
        for number, date in enumerate(dates)
    )


def _found(**lookup):
    return sorted(Agreement.objects.filter(**lookup).values_list("signed_on", flat=True))


@database_examples
@given(st.lists(PARTIAL_DATES, max_size=8), st.one_of(PARTIAL_DATES, FEW_DAYS))
def test_possibly_from_keeps_the_dates_that_may_be_then_or_later(dates, asked):
    _signed(dates)
    first_day = asked.earliest if isinstance(asked, PartialDate) else asked

    expected = sorted(date for date in dates if date.latest >= first_day)

    assert _found(signed_on__possibly_from=asked) == expected


@database_examples
@given(st.lists(PARTIAL_DATES, max_size=8), st.one_of(PARTIAL_DATES, FEW_DAYS))
def test_possibly_until_keeps_the_dates_that_may_be_then_or_earlier(dates, asked):
    _signed(dates)
    last_day = asked.latest if isinstance(asked, PartialDate) else asked

    expected = sorted(date for date in dates if date.earliest <= last_day)

    assert _found(signed_on__possibly_until=asked) == expected


@pytest.mark.usefixtures("in_english")
@database_examples
@given(PARTIAL_DATES, PARTIAL_DATES)
def test_period_is_refused_exactly_where_it_surely_runs_backwards(start, end):
    delegation = DelegationFactory.build(starts_on=start, ends_on=end)
    authority = AgreementFactory().authority
    delegation.authority = authority

    def kept():
        with transaction.atomic():
            delegation.pk = None
            delegation.public_id = new_public_id()
            delegation.save()

    if end.latest < start.earliest:
        with pytest.raises(ValidationError, match="ends before it begins"):
            delegation.validate_constraints()
        with pytest.raises(IntegrityError):
            kept()
    else:
        delegation.validate_constraints()
        kept()
        delegation.delete()


# Forms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("mai 2024", "2024-05"), ("09/04/2024", "2024-04-09"), (" 2010 ", "2010"), ("", None)],
)
def test_form_field_takes_dates_as_people_write_them(typed, iso):
    found = PartialDateFormField(required=False).clean(typed)

    assert (found and found.isoformat()) == iso


def test_form_field_refuses_what_is_no_date_and_says_what_would_do():
    with pytest.raises(ValidationError, match=r"bientôt.*2010") as refusal:
        PartialDateFormField().clean("bientôt")

    assert len(refusal.value.messages) == 1


@pytest.mark.parametrize(("language", "shown"), [("fr", "9 avril 2024"), ("en", "9 April 2024")])
def test_form_field_shows_a_date_as_it_reads_and_takes_it_back(language, shown):
    field = PartialDateFormField()

    with translation.override(language):
        html = field.widget.render("signed_on", PartialDate(2024, 4, 9))

        assert f'value="{shown}"' in html
        assert field.clean(shown) == PartialDate(2024, 4, 9)


def test_form_field_whose_text_changes_but_not_its_date_has_not_changed():
    field = PartialDateFormField()

    assert not field.has_changed(PartialDate(2024, 4, 9), "09/04/2024")
    assert field.has_changed(PartialDate(2024, 4, 9), "avril 2024")
    assert field.has_changed(None, "garbage")


# Identifiers --------------------------------------------------------------------------------------


def test_public_id_is_short_readable_and_unlike_the_next():
    identifiers = {new_public_id() for _time in range(200)}

    assert len(identifiers) == 200
    assert all(len(one) == 10 and set(one) <= set(ALPHABET) for one in identifiers)
    assert not set("ilou") & set(ALPHABET)


def test_public_id_stays_when_the_title_changes():
    agreement = AgreementFactory(title="Before")
    before = agreement.public_id

    agreement.title = "After"
    agreement.save()
    agreement.refresh_from_db()

    assert agreement.public_id == before
    assert "after" in agreement.slug
