"""Delegations: missions abroad and welcomes at home."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.choices import Direction, ParticipantRole, Sector
from registry.dates import format_event
from registry.fields import LinksField, PartialDateField, not_before
from registry.models.base import Ordered, PublicRecord
from registry.querysets import DelegationQuerySet


class Delegation(PublicRecord):
    """A mission abroad (outgoing) or a welcome at home (incoming), as its owner sees it."""

    title = models.CharField(_("title"), max_length=300)
    direction = models.CharField(
        _("direction"),
        max_length=8,
        choices=Direction,
        help_text=_("As seen from the French side: outgoing leaves France."),
    )
    summary = models.TextField(_("summary"), blank=True)
    starts_on = PartialDateField(_("from"), null=True, blank=True, db_index=True)
    ends_on = PartialDateField(
        _("to"), null=True, blank=True, help_text=_("Leave empty where one date says it all.")
    )
    objectives = models.TextField(_("objectives"), blank=True, help_text=_("One on each line."))
    results = models.TextField(_("results"), blank=True)
    people_count = models.PositiveIntegerField(_("number of people"), null=True, blank=True)
    organisations_count = models.PositiveIntegerField(
        _("number of organisations"), null=True, blank=True
    )
    counts_approximate = models.BooleanField(_("these numbers are approximate"), default=False)
    domains = LinksField(
        "registry.Domain", blank=True, related_name="delegations", verbose_name=_("domains")
    )
    agreements = LinksField(
        "registry.Agreement",
        blank=True,
        related_name="delegations",
        verbose_name=_("agreements it serves"),
        help_text=_(
            "Agreements that the delegation carries out or prepares. For what was signed on the "
            "way, open the agreement and fill in “signed during”."
        ),
    )

    objects = DelegationQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = [F("starts_on").desc(nulls_last=True), "title"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["direction", "updated_at", "id"], name="delegation_by_direction"),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["title", "authority", "starts_on"],
                name="delegation_unique",
                violation_error_message=_(
                    "Your authority already has a delegation of this title on this date."
                ),
            ),
            not_before(
                "starts_on",
                "ends_on",
                "delegation_dates_forward",
                _("The delegation ends before it begins."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def dates(self) -> str:
        return format_event(self.starts_on, self.ends_on)

    @property
    def objective_list(self) -> list[str]:
        return [line.strip() for line in self.objectives.splitlines() if line.strip()]


class Stop(Ordered):
    """A place on a delegation's way, with its days."""

    delegation = models.ForeignKey(
        Delegation, on_delete=models.CASCADE, related_name="stops", verbose_name=_("delegation")
    )
    place = models.ForeignKey(
        "registry.Place",
        on_delete=models.PROTECT,
        related_name="stops",
        verbose_name=_("place"),
    )
    starts_on = PartialDateField(_("from"), null=True, blank=True)
    ends_on = PartialDateField(_("to"), null=True, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints = [
            not_before(
                "starts_on", "ends_on", "stop_dates_forward", _("The stop ends before it begins.")
            )
        ]

    def __str__(self):
        return f"{self.place}, {self.dates}" if self.starts_on else str(self.place)

    @property
    def dates(self) -> str:
        return format_event(self.starts_on, self.ends_on)


class Participant(Ordered):
    """An organisation, or a person in a public office, that takes part in a delegation."""

    delegation = models.ForeignKey(
        Delegation,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="participants",
        verbose_name=_("delegation"),
    )
    role = models.CharField(
        _("role"), max_length=11, choices=ParticipantRole, default=ParticipantRole.PARTICIPANT
    )
    sector = models.CharField(_("sector"), max_length=13, choices=Sector, blank=True)
    organisation = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("organisation"),
    )
    name = models.CharField(
        _("person"),
        max_length=200,
        blank=True,
        help_text=_("Public persons only, in their public office."),
    )
    office = models.CharField(_("office"), max_length=300, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""),
                name="participant_named",
                violation_error_message=_("Give an organisation, a person or both."),
            ),
            models.UniqueConstraint(
                fields=["delegation", "organisation", "name", "role"],
                name="participant_unique",
                violation_error_message=_("This participant is given twice in the same role."),
            ),
        ]

    def __str__(self):
        if not self.name:
            return str(self.organisation)
        return f"{self.name} ({self.office})" if self.office else self.name


class ProgrammeItem(Ordered):
    """A meeting, visit or event of a delegation's programme."""

    delegation = models.ForeignKey(
        Delegation,
        on_delete=models.CASCADE,
        related_name="programme",
        verbose_name=_("delegation"),
    )
    title = models.CharField(_("title"), max_length=300)
    starts_on = PartialDateField(_("from"), null=True, blank=True)
    ends_on = PartialDateField(_("to"), null=True, blank=True)
    place = models.ForeignKey(
        "registry.Place",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_items",
        verbose_name=_("place"),
    )
    organisations = LinksField(
        "registry.Organisation",
        blank=True,
        related_name="programme_items",
        verbose_name=_("organisations met"),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("programme item")
        verbose_name_plural = _("programme")
        constraints = [
            not_before(
                "starts_on",
                "ends_on",
                "programmeitem_dates_forward",
                _("This item of the programme ends before it begins."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def dates(self) -> str:
        return format_event(self.starts_on, self.ends_on)
