"""Import jobs: a workbook that somebody brought in, what it would change and what it changed."""

import datetime
import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import ImportState
from registry.models.base import default_authority

# The states of a job that still waits for its author.
OPEN = (ImportState.PREVIEWED, ImportState.UNCHANGED, ImportState.REFUSED)
LIFETIME = datetime.timedelta(days=30)


def imports_storage():
    return storages["imports"]


def stored_name(job, _filename) -> str:
    """A path of our own making: what the file was called stays text in ``filename``."""
    return f"{job.pk}.bin"


def stored_refusals(job, _filename) -> str:
    return f"{job.pk}-refused.bin"


def expiry() -> datetime.datetime:
    return timezone.now() + LIFETIME


class ImportJob(models.Model):
    """One workbook from upload to confirmation.

    ``report`` is what the preview showed, per sheet; ``plan_digest`` identifies the changes it
    announced, so that confirming applies these and no others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(_("file name"), max_length=255)
    file = models.FileField(
        _("file"), storage=imports_storage, upload_to=stored_name, max_length=255, blank=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # what was imported outlives the account
        null=True,
        blank=True,
        related_name="import_jobs",
        verbose_name=_("imported by"),
    )
    authority = models.ForeignKey(
        "registry.Authority",
        on_delete=models.PROTECT,
        default=default_authority,
        related_name="+",
        verbose_name=_("contributing authority"),
    )
    state = models.CharField(
        _("state"), max_length=11, choices=ImportState, default=ImportState.PREVIEWED
    )
    publish = models.BooleanField(_("publish what is new"), default=False)
    # What was chosen for its headings and sheets; the profile that it came from.
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    profile = models.CharField(_("profile"), max_length=100, blank=True)
    good_rows = models.BooleanField(_("the good rows only"), default=False)
    # The rows that were left out, as a workbook to be corrected.
    refused_file = models.FileField(
        _("refused rows"),
        storage=imports_storage,
        upload_to=stored_refusals,
        max_length=255,
        blank=True,
    )
    report = models.JSONField(_("report"), default=dict, blank=True)
    plan_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # as user
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    expires_at = models.DateTimeField(_("file kept until"), default=expiry)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        permissions = [("publish_importjob", _("Can publish what an import adds"))]

    def __str__(self):
        return self.filename

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its author: to confirm it, or to correct the file."""
        return self.state in OPEN

    @property
    def changes_something(self) -> bool:
        return bool(self.report.get("record_count"))
