"""What each member of staff is reminded of by e-mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.choices import Frequency, ReminderSubject


class Reminder(models.Model):
    """How often somebody is told about a subject, and when they last were.

    Whoever has chosen nothing has no row, and is told as often as ``DEFAULT``.
    """

    DEFAULT = Frequency.WEEKLY

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="reminders",
        verbose_name=_("user"),
    )
    subject = models.CharField(_("subject"), max_length=10, choices=ReminderSubject)
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency, default=DEFAULT)
    sent_on = models.DateField(_("last sent on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["user", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject"],
                name="reminder_unique",
                violation_error_message=_("This person has already chosen for this subject."),
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.get_subject_display()}"
