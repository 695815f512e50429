"""What there is to tell a member of staff on a day."""

import datetime
from dataclasses import dataclass
from itertools import chain, islice

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry import rights
from registry.choices import Frequency, ReminderSubject, Status
from registry.models import Agreement, Call, Reminder, User
from registry.models.base import PublicRecord

# How long before its end an agreement is told of, in months and days: once at each mark, and every
# time from the nearest on.
MARKS = {3: 92, 6: 183, 12: 366}
# How long before it closes a call is told of.
CLOSING_DAYS = 30
# A digest names no more of a group, and says how many there are besides.
NAMED_AT_MOST = 40

PERIODS = {
    Frequency.DAILY: datetime.timedelta(days=1),
    Frequency.WEEKLY: datetime.timedelta(days=7),
    Frequency.MONTHLY: datetime.timedelta(days=30),
}


@dataclass(frozen=True)
class Group:
    """Records of one subject that are told of for the same reason."""

    subject: ReminderSubject
    title: str
    records: list
    is_cut: bool = False

    def lines(self) -> list[tuple[str, str, str]]:
        """Each record as it reads, the date that matters, and its address in the administration."""
        return [
            (
                str(record),
                str(getattr(record, "ends_on", None) or getattr(record, "closes_on", None) or ""),
                reverse(f"admin:registry_{record._meta.model_name}_change", args=[record.pk]),
            )
            for record in self.records
        ]

    def __bool__(self):
        return bool(self.records)


def chosen(user: User) -> dict[ReminderSubject, Reminder]:
    """What somebody wants to be told, by subject; what they have not chosen is as by default."""
    kept = {reminder.subject: reminder for reminder in user.reminders.all()}
    return {
        subject: kept.get(subject) or Reminder(user=user, subject=subject)
        for subject in ReminderSubject
    }


def is_due(reminder: Reminder, on: datetime.date) -> bool:
    """Whether the time that somebody wants between two digests has passed."""
    if reminder.frequency == Frequency.NEVER:
        return False
    return reminder.sent_on is None or reminder.sent_on + PERIODS[reminder.frequency] <= on


def groups(reminder: Reminder, on: datetime.date) -> list[Group]:
    """What there is to tell of the reminder's subject; nothing at all where nothing is new."""
    find = {
        ReminderSubject.EXPIRING: _expiring,
        ReminderSubject.CLOSING: _closing,
        ReminderSubject.REVIEWS: _waiting,
    }[reminder.subject]
    return [group for group in find(reminder, on) if group]


def _expiring(reminder: Reminder, on: datetime.date):
    """Agreements of the person's authorities that end, or ended since the last digest."""
    own = rights.of(reminder.user).own(Agreement.objects.published())
    agreements = own.order_by("ends_on")
    since = reminder.sent_on or on - datetime.timedelta(days=max(MARKS.values()))
    ended = agreements.ended(on).filter(
        ends_on__possibly_from=since, ends_on__possibly_until=on, terminated_on__isnull=True
    )
    unrenewed = ended.exclude(renewals__status=Status.PUBLISHED)
    yield _group(ReminderSubject.EXPIRING, _("Ended, and nothing renews them"), unrenewed)
    nearer = None
    for months, days in MARKS.items():
        end = new = agreements.expiring_within(days, on)
        if nearer is not None:
            new = new.exclude(pk__in=nearer.values("pk"))
            if reminder.sent_on:
                before = agreements.expiring_within(days - (on - reminder.sent_on).days, on)
                new = new.exclude(pk__in=before.values("pk"))
        title = ngettext("End within %d month", "End within %d months", months) % months
        yield _group(ReminderSubject.EXPIRING, title, new)
        nearer = end


def _closing(reminder: Reminder, on: datetime.date):
    """Open calls of anybody: they concern whoever may answer them."""
    soon = on + datetime.timedelta(days=CLOSING_DAYS)
    calls = Call.objects.published().open(on).filter(closes_on__possibly_until=soon)
    title = ngettext("Close within %d day", "Close within %d days", CLOSING_DAYS) % CLOSING_DAYS
    yield _group(ReminderSubject.CLOSING, title, calls.select_related("fund").order_by("closes_on"))


def _waiting(reminder: Reminder, _on):
    """What others put forward and this person may publish."""
    may = rights.of(reminder.user)
    if may.may_publish:
        waiting = (
            may.own(model.objects.filter(status=Status.IN_REVIEW)).order_by("updated_at")
            for model in PublicRecord.__subclasses__()
        )
        yield _group(
            ReminderSubject.REVIEWS, _("Wait for your review"), chain.from_iterable(waiting)
        )


def _group(subject, title, records) -> Group:
    first = list(islice(iter(records), NAMED_AT_MOST + 1))
    return Group(subject, title, first[:NAMED_AT_MOST], is_cut=len(first) > NAMED_AT_MOST)
