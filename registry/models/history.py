"""The history of records: one row for each change of a record, its rows and links included."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import RevisionAction

LABEL_LENGTH = 300
REASON_LENGTH = 500


class Revision(models.Model):
    """One change of one record: what it was, who made it, when and why.

    ``before`` and ``after`` hold what changed and nothing else, by the names of fields and
    relations: a field's two values; of a relation, the links and rows that went and those that
    came. Other records are named by their natural key. So the state of a record at any moment is
    its present one with the later changes taken back, and a creation needs no values at all. A
    deletion keeps all that was there.

    The record is not a foreign key: the history outlives it. Its primary key is never given to
    another one. The database checks none of the keys either: ``docs/decisions.md`` says why.
    """

    model_name = models.CharField(_("kind"), max_length=30)
    record_id = models.BigIntegerField(_("record"))
    public_id = models.CharField(_("identifier"), max_length=50)
    label = models.CharField(_("name at that time"), max_length=LABEL_LENGTH)
    authority = models.ForeignKey(
        "registry.Authority",
        on_delete=models.SET_NULL,  # the history stays, for administrators alone
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contributing authority"),
    )
    action = models.CharField(_("change"), max_length=17, choices=RevisionAction)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # an account may be removed; what it did stays
        db_index=False,  # nothing else asks for it
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    job = models.ForeignKey(
        "registry.ImportJob",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("import"),
    )
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("history of changes")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model_name", "record_id", "id"], name="revision_of_record"),
            # What the history of others calls a record that is gone.
            models.Index(
                fields=["model_name", "public_id"],
                condition=Q(action=RevisionAction.DELETED),
                name="revision_of_deletion",
            ),
        ]

    def __str__(self):
        return f"{self.label}: {self.get_action_display()}"
