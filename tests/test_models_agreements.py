"""Agreements: whether they are in force, when they expire, their chains."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from registry.choices import Standing, Status
from registry.dates import PartialDate
from registry.models import Agreement, Party
from tests.factories import AgreementFactory, DelegationFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


def _day(iso):
    return datetime.date.fromisoformat(iso)


def _in_force(agreement, iso):
    """The answer of ``in_force``; the other adjectives must agree with it."""
    on = _day(iso)
    found = Agreement.objects.filter(pk=agreement.pk)
    answer = found.in_force(on).exists()
    assert found.with_in_force(on).get().is_in_force is answer
    assert found.ended(on).exists() is (found.begun(on).exists() and not answer)
    assert (found.with_standing(on).get().standing == Standing.IN_FORCE) is answer
    return answer


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2024-04-08", False),  # the day before
        ("2024-04-09", True),  # the first day
        ("2026-04-08", True),  # the last day
        ("2026-04-09", False),  # the day after
    ],
)
def test_in_force_from_the_first_day_to_the_last(on, expected):
    agreement = AgreementFactory(signed_on=None, starts_on="2024-04-09", ends_on="2026-04-08")

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2009-12-31", False), ("2010-01-01", True), ("2012-12-31", True), ("2013-01-01", False)],
)
def test_in_force_with_years_counts_them_whole(on, expected):
    agreement = AgreementFactory(signed_on="2010", ends_on="2012")

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2024-04-30", False), ("2024-05-01", True), ("2024-06-30", True), ("2024-07-01", False)],
)
def test_in_force_with_months_counts_them_whole(on, expected):
    agreement = AgreementFactory(signed_on="2024-05", ends_on="2024-06")

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize(("on", "expected"), [("2024-12-31", False), ("2025-01-01", True)])
def test_in_force_from_its_start_rather_than_its_signature(on, expected):
    agreement = AgreementFactory(signed_on="2024-04-09", starts_on="2025-01-01")

    assert _in_force(agreement, on) is expected


def test_in_force_without_an_end_goes_on():
    agreement = AgreementFactory(signed_on="1958")

    assert _in_force(agreement, "2998-12-31")


def test_in_force_with_an_end_that_is_renewed_tacitly_goes_on():
    agreement = AgreementFactory(signed_on="2010", ends_on="2012", tacit_renewal=True)

    assert _in_force(agreement, "2024-01-01")


@pytest.mark.parametrize("tacit", [False, True])
@pytest.mark.parametrize(("on", "expected"), [("2024-05-31", True), ("2024-06-01", False)])
def test_in_force_until_the_eve_of_its_termination(tacit, on, expected):
    agreement = AgreementFactory(
        signed_on="2010", ends_on="2030", tacit_renewal=tacit, terminated_on="2024-06-01"
    )

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize(("on", "expected"), [("2024-12-30", True), ("2024-12-31", False)])
def test_in_force_through_the_year_of_its_termination_as_long_as_it_may(on, expected):
    agreement = AgreementFactory(signed_on="2010", terminated_on="2024")

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize(("on", "expected"), [("2024-04-08", True), ("2024-04-09", False)])
def test_in_force_until_a_published_renewal_begins(on, expected):
    agreement = AgreementFactory(signed_on="2010")
    AgreementFactory(signed_on="2024-04-09", renews=agreement)

    assert _in_force(agreement, on) is expected


@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.ARCHIVED])
def test_in_force_says_nothing_of_a_renewal_that_is_not_published(status):
    agreement = AgreementFactory(signed_on="2010")
    AgreementFactory(signed_on="2024-04-09", renews=agreement, status=status)

    assert _in_force(agreement, "2025-01-01")


def test_in_force_with_a_renewal_of_unknown_date_goes_on():
    agreement = AgreementFactory(signed_on="2010")
    AgreementFactory(signed_on=None, renews=agreement)

    assert _in_force(agreement, "2025-01-01")


def test_in_force_without_any_date_is_not_shown():
    agreement = AgreementFactory(signed_on=None, ends_on="2030")

    assert not _in_force(agreement, "2024-01-01")


@pytest.mark.parametrize(
    ("dates", "standing"),
    [
        ({"signed_on": None}, Standing.UNSTATED),
        ({"signed_on": "2025"}, Standing.UPCOMING),
        ({"signed_on": "2010"}, Standing.IN_FORCE),
        ({"signed_on": "2010", "ends_on": "2012"}, Standing.ENDED),
    ],
)
def test_standing_on_a_day(dates, standing):
    AgreementFactory(**dates)

    assert Agreement.objects.with_standing(_day("2024-04-09")).get().standing == standing


# Expiry ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        ("2024-01-31", True),  # the last day of the horizon
        ("2024-02-01", False),  # the day after
        ("2024-01-01", True),  # today
        ("2023-12-31", False),  # over
        ("2024-01", True),  # surely by the end of the month
        ("2024", False),  # may last to December
        (None, False),
    ],
)
def test_expiring_within_thirty_days(ends_on, expected):
    AgreementFactory(signed_on="2010", ends_on=ends_on)

    assert Agreement.objects.expiring_within(30, _day("2024-01-01")).exists() is expected


@pytest.mark.parametrize(
    "change",
    [{"tacit_renewal": True}, {"terminated_on": "2023"}, {"signed_on": "2024-01-15"}],
    ids=["tacit", "terminated", "to come"],
)
def test_expiring_leaves_out_what_does_not_lapse(change):
    AgreementFactory(**{"signed_on": "2010", "ends_on": "2024-01-20"} | change)

    assert not Agreement.objects.expiring_within(30, _day("2024-01-01")).exists()


# Chains ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["renews", "framework"])
@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_chain_that_comes_back_is_refused(field, length):
    chain = [AgreementFactory()]
    for _link in range(length - 1):
        chain.append(AgreementFactory(**{field: chain[-1]}))

    setattr(chain[0], field, chain[-1])

    with pytest.raises(ValidationError) as refusal:
        chain[0].full_clean()
    assert field in refusal.value.message_dict


@pytest.mark.parametrize("field", ["renews", "framework"])
def test_chain_that_does_not_come_back_is_welcome(field):
    first = AgreementFactory()
    second = AgreementFactory(**{field: first})

    third = AgreementFactory(**{field: second})

    third.full_clean()


@pytest.mark.parametrize("field", ["renews", "framework"])
def test_chain_of_itself_alone_is_refused_by_the_database(field):
    agreement = AgreementFactory()
    setattr(agreement, field, agreement)

    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.save()


@pytest.mark.usefixtures("in_english")
def test_chain_that_already_loops_elsewhere_is_refused_rather_than_followed_for_ever():
    one, two = AgreementFactory(), AgreementFactory()
    Agreement.objects.filter(pk=one.pk).update(renews=two)
    Agreement.objects.filter(pk=two.pk).update(renews=one)
    one.refresh_from_db()

    with pytest.raises(ValidationError, match="renewals"):
        AgreementFactory.build(renews=one, authority=one.authority).clean()


def test_agreement_that_another_renews_cannot_be_deleted():
    renewed = AgreementFactory()
    AgreementFactory(renews=renewed)

    with pytest.raises(ProtectedError), transaction.atomic():
        renewed.delete()


# Messages ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("starts_on", "ends_on", "before it takes effect"),
        ("signed_on", "terminated_on", "before it is signed"),
    ],
)
def test_agreement_whose_dates_run_backwards_is_refused_in_words(start, end, message):
    agreement = AgreementFactory.build(**{start: "2024-05", end: "2024-04-30"})

    with pytest.raises(ValidationError, match=message):
        agreement.validate_constraints()


@pytest.mark.usefixtures("in_english")
def test_agreement_of_the_same_title_and_date_is_refused_in_words():
    first = AgreementFactory(title="Convention", signed_on="2010")
    second = AgreementFactory.build(
        title="Convention", signed_on="2010", authority=first.authority, kind="convention"
    )

    with pytest.raises(ValidationError, match="already has an agreement"):
        second.full_clean()


def test_reference_is_unique_within_its_authority_where_it_is_given():
    first = AgreementFactory(reference="A-1")
    AgreementFactory(reference="")
    AgreementFactory(reference="")

    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementFactory(reference="A-1", authority=first.authority)


@pytest.mark.usefixtures("in_english")
def test_party_given_twice_is_refused_in_words():
    party = Party.objects.create(agreement=AgreementFactory(), organisation=OrganisationFactory())

    again = Party(agreement=party.agreement, organisation=party.organisation)

    with pytest.raises(ValidationError, match="twice"):
        again.full_clean()


# Neighbours --------------------------------------------------------------------------------------


def test_agreement_signed_during_a_delegation_outlives_it():
    delegation = DelegationFactory()
    agreement = AgreementFactory(signed_during=delegation)

    delegation.delete()
    agreement.refresh_from_db()

    assert agreement.signed_during is None


def test_agreement_term_reads_as_people_write_it():
    agreement = AgreementFactory.build(
        starts_on=PartialDate(2024, 4, 3), ends_on=PartialDate(2024, 4, 6)
    )

    assert agreement.term == "du 3 au 6 avril 2024"
