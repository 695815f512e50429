"""Contributions: the money, or the help in kind, that funders give."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry import querysets
from registry.choices import ContributionKind, Currency
from registry.dates import FIRST_YEAR, LAST_YEAR, PartialDate
from registry.fields import LinksField, PartialDateField
from registry.models.base import PublicRecord
from registry.models.funding import Call, Fund, Project
from registry.money import POSITIVE, format_money

# A purpose may be a paragraph; the name of the record has its beginning.
SHOWN_TITLE = 120
YEAR_VALIDATORS = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


class Contribution(PublicRecord):
    """Money, or help in kind, for a year or some years: from funders to projects, both several.

    The amount is the total for all of the projects together, in one currency; it is never split
    between them unless the source does so, and then each part is a contribution of its own.

    A grant may go straight to organisations, for a purpose and without a project: such are most
    of the lists of grants that authorities publish.
    """

    title = models.CharField(
        _("purpose"),
        max_length=500,
        blank=True,
        help_text=_("What the money is for, where no funded project says it."),
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[POSITIVE],
        db_index=True,
        help_text=_("For all of the projects together. Leave empty where it is not stated."),
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    kind = models.CharField(
        _("kind"), max_length=7, choices=ContributionKind, default=ContributionKind.GRANT
    )
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, db_index=True, validators=YEAR_VALIDATORS
    )
    last_year = models.PositiveSmallIntegerField(
        _("last year"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
        help_text=_("Where it covers several years without saying how much in each."),
    )
    decided_on = PartialDateField(
        _("decided on"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The date of the agreement or decision that grants it."),
    )
    decision = models.CharField(
        _("decision"),
        max_length=200,
        blank=True,
        help_text=_(
            "The number or title of the act that grants it; several contributions may share it."
        ),
    )
    fund = models.ForeignKey(
        Fund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("fund"),
    )
    call = models.ForeignKey(
        Call,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("call for projects"),
    )
    funders = LinksField(
        "registry.Organisation",
        blank=True,
        related_name="contributions",
        verbose_name=_("funders"),
    )
    recipients = LinksField(
        "registry.Organisation",
        blank=True,
        related_name="received_contributions",
        verbose_name=_("recipients"),
        help_text=_("The organisations that receive it, where it does not go to a project alone."),
    )
    projects = LinksField(
        Project, blank=True, related_name="contributions", verbose_name=_("funded projects")
    )
    note = models.TextField(_("note"), blank=True)

    objects = querysets.ContributionQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = [
            F("year").desc(nulls_last=True),
            F("decided_on").desc(nulls_last=True),
            "pk",
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                name="contribution_amount_positive",
                violation_error_message=_("The amount must be more than zero."),
            ),
            models.CheckConstraint(
                condition=Q(last_year__isnull=True)
                | Q(year__isnull=False, last_year__gte=F("year")),
                name="contribution_years_forward",
                violation_error_message=_("The last year needs a first one, no later than it."),
            ),
        ]

    def __str__(self):
        return contribution_name(self.title, self.amount, self.currency, self.years)

    @property
    def years(self) -> str:
        return years_of(self.year, self.last_year, self.decided_on)


def contribution_name(title: str, amount: Decimal | None, currency: str, years: str) -> str:
    """What names a contribution: the beginning of its purpose, its amount and its years."""
    if amount is None:
        text = gettext("Contribution of unstated amount")
    else:
        text = format_money(amount, currency)
    text = f"{text} ({years})" if years else text
    return f"{Truncator(title).chars(SHOWN_TITLE)} – {text}" if title else text


def years_of(year: int | None, last_year: int | None, decided_on: PartialDate | None) -> str:
    if last_year and last_year != year:
        return f"{year}–{last_year}"
    return str(year or (decided_on and decided_on.year) or "")
