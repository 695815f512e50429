"""Links that end reminders without an account: signed, for one person and one subject or all."""

from django.core import signing
from django.urls import reverse

from registry.choices import Frequency, ReminderSubject
from registry.models import Reminder, User

SALT = "registry.reminders.stop"


def path(user: User, subject: str = "") -> str:
    """The address of the page that ends the reminders about the subject, or all of them."""
    token = signing.dumps([user.pk, subject], salt=SALT)
    return reverse("registry:stop_reminders", kwargs={"token": token})


def read(token: str) -> tuple[User, list[ReminderSubject]]:
    """Whose reminders about what a link ends.

    Raises ``signing.BadSignature`` for a link that this site has not made, and
    ``User.DoesNotExist`` for an account that is gone.
    """
    pk, subject = signing.loads(token, salt=SALT)
    return User.objects.get(pk=pk), [ReminderSubject(subject)] if subject else [*ReminderSubject]


def stop(user: User, subjects: list[ReminderSubject]) -> None:
    for subject in subjects:
        Reminder.objects.update_or_create(
            user=user, subject=subject, defaults={"frequency": Frequency.NEVER}
        )
