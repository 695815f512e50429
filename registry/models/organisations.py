"""Organisations: authorities, ministries, universities, clusters, companies, networks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.choices import OrganisationKind
from registry.fields import PartialDateField, not_before
from registry.models.base import Identifier, OtherName, PublicRecord


class Organisation(PublicRecord):
    """A body that takes part in cooperation, under one name and any number of others."""

    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind, blank=True)
    place = models.ForeignKey(
        "registry.Place",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("place"),
        help_text=_("Where it sits: a city if it is known, else a region or a country."),
    )
    summary = models.TextField(_("presentation"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)

    class Meta(PublicRecord.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["kind", "updated_at", "id"], name="organisation_by_kind"),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["name", "place"],
                name="organisation_unique_in_place",
                violation_error_message=_(
                    "This place already has an organisation of this name in the registry."
                ),
            ),
        ]

    def __str__(self):
        return self.name


class OrganisationName(OtherName):
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="other_names",
        verbose_name=_("organisation"),
    )

    class Meta(OtherName.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="organisationname_unique",
                violation_error_message=_("This name is given twice."),
            )
        ]


class OrganisationIdentifier(Identifier):
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="identifiers",
        verbose_name=_("organisation"),
    )

    class Meta(Identifier.Meta):
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="organisationidentifier_unique",
                violation_error_message=_("Another organisation has this identifier."),
            )
        ]


class Membership(models.Model):
    """One organisation's belonging to another: a cluster's member, a city in a network."""

    member = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="memberships",
        verbose_name=_("member"),
    )
    network = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="members",
        verbose_name=_("network or group"),
    )
    role = models.CharField(
        _("role"), max_length=250, blank=True, help_text=_("For example: vice-presidency.")
    )
    starts_on = PartialDateField(_("from"), null=True, blank=True)
    ends_on = PartialDateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["network__name", "member__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "network", "role"],
                name="membership_unique",
                violation_error_message=_("This membership is given twice."),
            ),
            models.CheckConstraint(
                condition=~Q(member=F("network")),
                name="membership_not_in_itself",
                violation_error_message=_("An organisation cannot be a member of itself."),
            ),
            not_before(
                "starts_on",
                "ends_on",
                "membership_period_forward",
                _("The membership ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.network}"
