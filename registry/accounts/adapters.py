"""How this site differs from what django-allauth does by itself."""

import base64
import hashlib
import logging
import smtplib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.requests import RequestSite
from django.urls import reverse
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators alone, and lead to the desk."""

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        return reverse("admin:index")

    def get_password_change_redirect_url(self, request):
        return reverse("mfa_index")

    def format_email_subject(self, subject):
        return f"{settings.SITE_NAME} – {subject}"

    def send_mail(self, template_prefix, email, context):
        """A mail server that does not answer undoes nothing of what the message tells."""
        # Messages are in the name of the site, not of the machine that was asked.
        site = RequestSite(self.request)
        site.name = settings.SITE_NAME
        try:
            super().send_mail(template_prefix, email, {"current_site": site} | context)
        except (OSError, smtplib.SMTPException):
            logger.exception("The message %s could not be sent", template_prefix)
            messages.error(
                self.request,
                _("The mail server does not answer: no message could be sent to you."),
            )


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted: a copy of the database tells none."""

    def get_totp_issuer(self):
        return settings.SITE_NAME

    def _get_site_name(self):
        return settings.SITE_NAME

    def encrypt(self, text):
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    """The cipher of the secret key; what former keys encrypted is still read."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"registry.mfa" + key.encode()).digest()))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
