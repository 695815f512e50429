"""Writing and sending a digest."""

import datetime
import smtplib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from registry.models import Reminder, User
from registry.reminders import digests, stopping


@dataclass(frozen=True)
class Section:
    """One subject of a digest: its groups, and the address that ends it."""

    title: str
    groups: list[digests.Group]
    stop_url: str


def recipients():
    """Staff who can be written to."""
    staff = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    return staff.order_by("pk").prefetch_related("reminders", "authorities")


def send(user: User, on: datetime.date, dry_run: bool = False) -> EmailMessage | None:
    """Send what is due to somebody on the day; the message, or nothing where there is none.

    The reminders are marked as sent before the message leaves, so that two runs at once never
    send it twice; where the mail server refuses it, the marks are taken back and the error raised.
    """
    with override(user.language or settings.LANGUAGE_CODE):
        due = [one for one in digests.chosen(user).values() if digests.is_due(one, on)]
        told = [(one, found) for one in due if (found := digests.groups(one, on))]
        if not told:
            return None
        message = _message(user, told)
    if dry_run:
        return message
    claimed = _claim([reminder for reminder, _groups in told], on)
    if not claimed:
        return None
    try:
        message.send()
    except (OSError, smtplib.SMTPException):
        for reminder, before in claimed:
            Reminder.objects.filter(pk=reminder.pk).update(sent_on=before)
        raise
    return message


def _claim(reminders, on: datetime.date) -> list[tuple[Reminder, datetime.date | None]]:
    """Mark the reminders as sent, unless another run has done so; each with its former day."""
    claimed = []
    with transaction.atomic():
        for reminder in reminders:
            kept, _is_new = Reminder.objects.get_or_create(
                user=reminder.user, subject=reminder.subject
            )
            still = Reminder.objects.filter(pk=kept.pk).filter(
                Q(sent_on=reminder.sent_on) if reminder.sent_on else Q(sent_on__isnull=True)
            )
            if not still.update(sent_on=on):
                transaction.set_rollback(True)
                return []
            claimed.append((kept, reminder.sent_on))
    return claimed


def _message(user: User, told: list[tuple[Reminder, list[digests.Group]]]) -> EmailMessage:
    sections = [
        Section(
            str(reminder.get_subject_display()),
            found,
            absolute(stopping.path(user, reminder.subject)),
        )
        for reminder, found in told
    ]
    count = sum(len(group.records) for section in sections for group in section.groups)
    context = {
        "user": user,
        "sections": sections,
        "desk_url": absolute(reverse("admin:index")),
        "choices_url": absolute(reverse("admin:reminders")),
        "site_name": settings.SITE_NAME,
        "address": absolute(""),
    }
    title = " · ".join(section.title for section in sections)
    return EmailMessage(
        subject=_("%(site)s: %(subjects)s (%(count)d)")
        % {"site": settings.SITE_NAME, "subjects": title, "count": count},
        body=render_to_string("registry/mail/digest.txt", context),
        to=[user.email],
        headers={
            "List-Unsubscribe": f"<{absolute(stopping.path(user))}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            "Auto-Submitted": "auto-generated",  # RFC 3834
        },
    )


def absolute(path: str) -> str:
    return settings.SITE_ADDRESS.rstrip("/") + path
