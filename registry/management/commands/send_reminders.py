"""Send the digests that are due. For cron, once a day."""

import datetime
import smtplib

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.reminders import mail


class Command(BaseCommand):
    """One message a person; that one cannot be sent keeps no other from being sent."""

    help = "Send by e-mail what expires, closes or waits, to each member of staff as they chose."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Print the messages instead of sending them."
        )
        parser.add_argument(
            "--date",
            type=datetime.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="The day to tell about, instead of today.",
        )

    def handle(self, dry_run=False, date=None, **options):
        if not settings.SITE_ADDRESS:
            raise CommandError(
                _("Set SITE_ADDRESS to the address of the site: messages hold links to it.")
            )
        if not settings.EMAIL_HOST and not dry_run:
            raise CommandError(_("Set EMAIL_HOST to the name of a mail server."))
        sent, failed = 0, 0
        for user in mail.recipients().iterator(chunk_size=200):
            try:
                message = mail.send(user, date or timezone.localdate(), dry_run)
            except (OSError, smtplib.SMTPException) as error:
                failed += 1
                self.stderr.write(f"{user}: {' '.join(str(error).split())}")
                continue
            if message:
                sent += 1
                if dry_run:
                    self.stdout.write(message.message().as_string())
        text = ngettext("%d digest.", "%d digests.", sent) % sent
        self.stdout.write(text)
        if failed:
            raise CommandError(
                ngettext(
                    "%d message could not be sent; the next run tries again.",
                    "%d messages could not be sent; the next run tries again.",
                    failed,
                )
                % failed
            )
