"""What people settled about the workbooks that they bring in, so that it is asked once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.choices import NameAnswer
from registry.models.base import default_authority


class ImportProfile(models.Model):
    """How workbooks of one shape are read: the kind of each sheet, its columns and constants.

    ``mapping`` says for each sheet, known by its set of headings, its kind (or that it is left
    out), the column that each of its own headings stands for (or that it is ignored) and the values
    of columns that the sheet does not have. A file with all of these sheets is read by it.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    authority = models.ForeignKey(
        "registry.Authority",
        on_delete=models.PROTECT,
        default=default_authority,
        related_name="+",
        verbose_name=_("contributing authority"),
        help_text=_("The profile is offered to those who import for it."),
    )
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # an account may be removed; the profile stays
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ["name"]

    def __str__(self):
        return self.name


class NameDecision(models.Model):
    """What somebody said about a name that comes near to a known one.

    It holds for the files that the same authority brings in afterwards. The record that is meant
    is kept by its permanent identifier: where it is gone, the name is asked about again.
    """

    authority = models.ForeignKey(
        "registry.Authority",
        on_delete=models.PROTECT,
        db_index=False,  # the unique constraint begins with it
        default=default_authority,
        related_name="+",
        verbose_name=_("contributing authority"),
    )
    model_name = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=500, editable=False)
    name = models.CharField(_("name"), max_length=500)
    answer = models.CharField(_("answer"), max_length=9, choices=NameAnswer)
    record = models.CharField(_("identifier of the record"), max_length=600, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # as created_by
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now=True)

    class Meta:
        verbose_name = _("decision on a name")
        verbose_name_plural = _("decisions on names")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "model_name", "key"],
                name="namedecision_unique",
                violation_error_message=_("Something was decided about this name already."),
            )
        ]

    def __str__(self):
        return self.name
