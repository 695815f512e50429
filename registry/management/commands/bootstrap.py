"""Prepare a registry to be served; harmless when repeated, and quick."""

import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, call_command
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = (
        "Prepare the registry to be served: tables, the content that comes with it where there is "
        "none, a first administrator where there is none, static files. Keeps all data."
    )

    def add_arguments(self, parser):
        parser.add_argument("--address", default="", help="Where it will be served, to be told.")
        parser.add_argument("--empty", action="store_true", help="Load no content.")

    def handle(self, *, address, empty, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if not empty:
            call_command("load_content", stdout=self.stdout)
        self.make_administrator()
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        if address:
            self.stdout.write(_("The registry is at %(address)s") % {"address": address})

    def make_administrator(self):
        """The first superuser, named by the environment or else ``admin`` with a made-up password.

        The password is told once, and only where it was made up here.
        """
        users = get_user_model().objects
        if users.filter(is_superuser=True, is_active=True).exists():
            return
        username = os.environ.get("DJANGO_SUPERUSER_USERNAME", "").strip() or "admin"
        email = os.environ.get("DJANGO_SUPERUSER_EMAIL", "").strip()
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        administrator = users.model(
            username=username, email=email, is_staff=True, is_superuser=True
        )
        made_up = "" if password else secrets.token_urlsafe(12)
        administrator.set_password(password or made_up)
        try:
            administrator.full_clean()
        except ValidationError as error:
            raise CommandError(
                _(
                    "The first administrator cannot be made. Correct DJANGO_SUPERUSER_USERNAME "
                    "(%(username)s) or DJANGO_SUPERUSER_EMAIL (%(email)s): %(reasons)s"
                )
                % {
                    "username": username,
                    "email": email or "–",
                    "reasons": " ".join(error.messages),
                }
            ) from None
        administrator.save()
        self.stdout.write(_("First administrator: %(username)s") % {"username": username})
        if made_up:
            self.stdout.write(
                _("Password: %(password)s") % {"password": made_up}
                + "\n"
                + _("Write it down: it is not shown again.")
            )
