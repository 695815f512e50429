"""Funds, their calls and the projects labelled under them."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry import querysets
from registry.choices import ActivityStatus, Currency, FundKind, FundRole, PartnerRole
from registry.dates import format_range
from registry.fields import LinksField, PartialDateField, not_before
from registry.models.base import Ordered, PublicRecord
from registry.money import POSITIVE


class Fund(PublicRecord):
    """A fund or programme that finances projects, and who runs it on each side."""

    name = models.CharField(_("name"), max_length=250)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=FundKind, default=FundKind.FUND)
    summary = models.TextField(_("presentation"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)

    objects = querysets.FundQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["name"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["kind", "updated_at", "id"], name="fund_by_kind"),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["name"],
                name="fund_name_unique",
                violation_error_message=_("A fund of this name is in the registry already."),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.acronym})" if self.acronym else self.name

    @property
    def short_name(self) -> str:
        return self.acronym or self.name


class FundOrganisation(Ordered):
    """What an organisation does for a fund, and for which side."""

    fund = models.ForeignKey(
        Fund,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="organisations",
        verbose_name=_("fund"),
    )
    organisation = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        related_name="fund_roles",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=8, choices=FundRole, default=FundRole.MANAGER)
    side = models.CharField(
        _("side"), max_length=100, blank=True, help_text=_("For example: French side.")
    )

    class Meta(Ordered.Meta):
        verbose_name = _("organisation that runs the fund")
        verbose_name_plural = _("organisations that run the fund")
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "organisation", "role"],
                name="fundorganisation_unique",
                violation_error_message=_("This organisation is given twice in the same role."),
            )
        ]

    def __str__(self):
        return str(self.organisation)


class Call(PublicRecord):
    """An edition of a fund: a call for projects or for expressions of interest."""

    fund = models.ForeignKey(
        Fund,
        on_delete=models.PROTECT,
        db_index=False,  # the unique constraint begins with it
        related_name="calls",
        verbose_name=_("fund"),
    )
    edition = models.CharField(_("edition"), max_length=50, help_text=_("For example: 2021-2022."))
    title = models.CharField(
        _("title"),
        max_length=250,
        blank=True,
        help_text=_("Leave empty for the fund's name followed by the edition."),
    )
    summary = models.TextField(_("presentation"), blank=True)
    starts_on = PartialDateField(
        _("projects from"), null=True, blank=True, help_text=_("The period of its projects.")
    )
    ends_on = PartialDateField(_("projects until"), null=True, blank=True)
    opens_on = PartialDateField(_("opens on"), null=True, blank=True)
    closes_on = PartialDateField(_("closes on"), null=True, blank=True, db_index=True)
    deadline_note = models.CharField(
        _("note on the deadline"),
        max_length=250,
        blank=True,
        help_text=_("What the dates cannot say, such as a deadline whose year is not stated."),
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    budget = models.DecimalField(
        _("budget"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[POSITIVE]
    )
    grant_cap = models.DecimalField(
        _("most that a project can receive"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[POSITIVE],
    )
    rate_cap = models.DecimalField(
        _("highest share of a project's cost, in %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[POSITIVE, MaxValueValidator(Decimal(100))],
    )
    website = models.URLField(_("website"), max_length=500, blank=True)

    objects = querysets.CallQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("call for projects")
        verbose_name_plural = _("calls for projects")
        ordering = ["-edition", "fund__name"]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["fund", "edition"],
                name="call_edition_unique",
                violation_error_message=_("This fund already has a call of this edition."),
            ),
            not_before(
                "starts_on",
                "ends_on",
                "call_period_forward",
                _("The period of the projects ends before it begins."),
            ),
            not_before(
                "opens_on",
                "closes_on",
                "call_opening_forward",
                _("The call closes before it opens."),
            ),
        ]

    def __str__(self):
        if self.title:
            return self.title
        return f"{self.fund.short_name} {self.edition}" if self._tells_fund else self.edition

    @property
    def _tells_fund(self) -> bool:
        """Whether who may know of the call may know of its fund: its name must not tell a draft."""
        fund = self.fund
        is_of_same = not self.is_published and self.authority_id == fund.authority_id
        return fund.is_published or is_of_same

    @property
    def period(self) -> str:
        return format_range(self.starts_on, self.ends_on)


class Project(PublicRecord):
    """A cooperation project, labelled under a call or carried without one."""

    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    results = models.TextField(_("results"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    fund = models.ForeignKey(
        Fund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("fund"),
        help_text=_("Taken from the call where one is chosen."),
    )
    call = models.ForeignKey(
        Call,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("call for projects"),
    )
    activity_status = models.CharField(
        _("progress"), max_length=9, choices=ActivityStatus, blank=True
    )
    starts_on = PartialDateField(_("from"), null=True, blank=True, db_index=True)
    ends_on = PartialDateField(_("until"), null=True, blank=True)
    domains = LinksField(
        "registry.Domain", blank=True, related_name="projects", verbose_name=_("domains")
    )
    places = LinksField(
        "registry.Place",
        blank=True,
        related_name="projects",
        verbose_name=_("places"),
        help_text=_("Where the project happens."),
    )
    agreements = LinksField(
        "registry.Agreement",
        blank=True,
        related_name="projects",
        verbose_name=_("agreements it carries out"),
    )
    delegations = LinksField(
        "registry.Delegation",
        blank=True,
        related_name="projects",
        verbose_name=_("delegations"),
        help_text=_("Delegations that prepared the project or were part of it."),
    )

    objects = querysets.ProjectQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("funded project")
        verbose_name_plural = _("funded projects")
        ordering = [F("starts_on").desc(nulls_last=True), "title"]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["title", "authority", "starts_on"],
                name="project_unique",
                violation_error_message=_(
                    "Your authority already has a project of this title that begins then."
                ),
            ),
            not_before(
                "starts_on",
                "ends_on",
                "project_period_forward",
                _("The project ends before it begins."),
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        if self.call and self.fund and self.call.fund_id != self.fund_id:
            raise ValidationError(
                {
                    "fund": gettext("The call %(call)s belongs to %(fund)s: leave the fund empty.")
                    % {"call": self.call, "fund": self.call.fund}
                }
            )

    def save(self, *args, **kwargs):
        if self.call_id and not self.fund_id:
            self.fund_id = self.call.fund_id
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "fund"}
        super().save(*args, **kwargs)

    @property
    def period(self) -> str:
        return format_range(self.starts_on, self.ends_on)


class ProjectPartner(Ordered):
    """An organisation in a project; both sides of the cooperation may have leads."""

    project = models.ForeignKey(
        Project,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="partners",
        verbose_name=_("project"),
    )
    organisation = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        related_name="project_roles",
        verbose_name=_("organisation"),
    )
    role = models.CharField(
        _("role"), max_length=7, choices=PartnerRole, default=PartnerRole.PARTNER
    )

    class Meta(Ordered.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation"],
                name="projectpartner_unique",
                violation_error_message=_("This organisation is given twice."),
            )
        ]

    def __str__(self):
        return str(self.organisation)
