"""Records that may be one and the same, and those that were merged."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.choices import Likeness


class Duplicate(models.Model):
    """Two records of a kind that may be one; the first is the older.

    Looked for from time to time. What somebody said of a pair stays: two that are not the same are
    not asked about again.
    """

    model_name = models.CharField(_("kind"), max_length=30)
    first_id = models.BigIntegerField(_("first record"))
    second_id = models.BigIntegerField(_("second record"))
    # As they were called when they were compared.
    first_name = models.CharField(_("name of the first"), max_length=300)
    second_name = models.CharField(_("name of the second"), max_length=300)
    likeness = models.CharField(_("reason"), max_length=10, choices=Likeness)
    is_dismissed = models.BooleanField(_("said to be two"), default=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # an account may be removed; what was said stays
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("said by"),
    )
    found_at = models.DateTimeField(_("found on"), auto_now_add=True)

    class Meta:
        verbose_name = _("suspected duplicate")
        verbose_name_plural = _("suspected duplicates")
        ordering = ["model_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model_name", "first_id", "second_id"],
                name="duplicate_unique",
                violation_error_message=_("This pair is listed already."),
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")),
                name="duplicate_ordered",
                violation_error_message=_("The older record comes first."),
            ),
        ]

    def __str__(self):
        return f"{self.first_name} / {self.second_name}"


class Merge(models.Model):
    """One record that was taken into another: its former address leads to the other one.

    ``revisions`` are the changes that it made, by primary key; ``moved`` the keys of rows without a
    history that pointed at the record: the name of the model, the primary key, the field.
    """

    model_name = models.CharField(_("kind"), max_length=30)
    kept_id = models.BigIntegerField(_("record that stayed"))
    kept_public_id = models.CharField(_("identifier"), max_length=50)
    kept_name = models.CharField(_("name"), max_length=300)
    gone_id = models.BigIntegerField(_("record that went"))
    gone_public_id = models.CharField(_("former identifier"), max_length=50, db_index=True)
    gone_name = models.CharField(_("former name"), max_length=300)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # as dismissed_by
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # as dismissed_by
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    revisions = models.JSONField(default=list, blank=True, editable=False)
    moved = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.gone_name} → {self.kept_name}"
