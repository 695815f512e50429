"""What visitors say is wrong with a page."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ErrorReport(models.Model):
    """A mistake that a visitor saw on the page of a record, until somebody has looked into it.

    The record is told by its address and its title at that time: it may be withdrawn meanwhile.
    """

    page = models.CharField(_("page"), max_length=200, editable=False)
    title = models.CharField(_("title"), max_length=500, editable=False)
    message = models.TextField(
        _("what is wrong"),
        max_length=4000,
        help_text=_("What is wrong, what would be right, and where you know it from."),
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Only if you would like an answer. It is shown to nobody but the staff."),
    )
    created_at = models.DateTimeField(_("received"), auto_now_add=True, db_index=True)
    is_settled = models.BooleanField(
        _("settled"), default=False, help_text=_("Somebody has looked into it.")
    )

    class Meta:
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")
        ordering = ["is_settled", "-created_at"]

    def __str__(self):
        return self.title
