"""Agreements: their parties, their signatories, their term and the chain of their renewals."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from registry.choices import AgreementKind, PartyRole
from registry.dates import format_range
from registry.fields import LinksField, PartialDateField, not_before
from registry.models.base import Ordered, PublicRecord
from registry.models.reference import refuse_loop
from registry.querysets import AgreementQuerySet


class Agreement(PublicRecord):
    """A protocol, convention, declaration or twinning between two or more parties."""

    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=16, choices=AgreementKind)
    summary = models.TextField(_("summary"), blank=True)
    signed_on = PartialDateField(
        _("signed on"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("A day, a month or a year, as far as it is known."),
    )
    starts_on = PartialDateField(
        _("takes effect on"),
        null=True,
        blank=True,
        help_text=_("Leave empty where it is the day of signature."),
    )
    ends_on = PartialDateField(
        _("ends on"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Leave empty where no end is set."),
    )
    tacit_renewal = models.BooleanField(
        _("renewed tacitly"),
        default=False,
        help_text=_("Goes on after its end until somebody terminates it."),
    )
    terminated_on = PartialDateField(
        _("terminated on"),
        null=True,
        blank=True,
        help_text=_("The first day on which it was no longer in force."),
    )
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("renews"),
        help_text=_("The agreement that this one takes over from."),
    )
    framework = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="implementing_agreements",
        verbose_name=_("under the framework of"),
        help_text=_("The framework agreement that this one implements."),
    )
    signed_during = models.ForeignKey(
        "registry.Delegation",
        on_delete=models.SET_NULL,  # the signature stands without the mission's record
        null=True,
        blank=True,
        related_name="signed_agreements",
        verbose_name=_("signed during"),
        help_text=_("The delegation on whose way it was signed."),
    )
    domains = LinksField(
        "registry.Domain", blank=True, related_name="agreements", verbose_name=_("domains")
    )

    objects = AgreementQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = [Coalesce("signed_on", "starts_on").desc(nulls_last=True), "title"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["starts_on"], name="agreement_by_start"),
            models.Index(fields=["kind", "updated_at", "id"], name="agreement_by_kind"),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["title", "authority", "signed_on"],
                name="agreement_unique",
                violation_error_message=_(
                    "Your authority already has an agreement of this title signed on this date."
                ),
            ),
            not_before(
                "starts_on",
                "ends_on",
                "agreement_term_forward",
                _("The agreement ends before it takes effect."),
            ),
            not_before(
                "signed_on",
                "terminated_on",
                "agreement_termination_after_signature",
                _("The agreement is terminated before it is signed."),
            ),
            models.CheckConstraint(
                condition=~Q(renews=F("pk")),
                name="agreement_not_renewing_itself",
                violation_error_message=_("An agreement cannot renew itself."),
            ),
            models.CheckConstraint(
                condition=~Q(framework=F("pk")),
                name="agreement_not_under_itself",
                violation_error_message=_("An agreement cannot be its own framework."),
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        refuse_loop(self, "renews", _("The chain of renewals would come back to this agreement."))
        refuse_loop(
            self, "framework", _("The chain of frameworks would come back to this agreement.")
        )

    @property
    def term(self) -> str:
        """The period from taking effect to the end, as it reads; empty where nothing is known."""
        return format_range(self.starts_on, self.ends_on)

    def end_before(self, renewal=None):
        """When it ended or is to end: an earlier termination or renewal comes before its own end.

        ``renewal`` is the agreement that has taken over from it. A tacit renewal has no end.
        """
        ends = [self.terminated_on, renewal and (renewal.starts_on or renewal.signed_on)]
        if not self.tacit_renewal:
            ends.append(self.ends_on)
        return min(filter(None, ends), key=lambda date: date.latest, default=None)


class Party(Ordered):
    """An organisation that is bound by an agreement, or associated with it."""

    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="parties",
        verbose_name=_("agreement"),
    )
    organisation = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        related_name="agreement_parties",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=10, choices=PartyRole, default=PartyRole.PARTY)

    class Meta(Ordered.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                name="party_unique",
                violation_error_message=_("This organisation is given twice."),
            )
        ]

    def __str__(self):
        return str(self.organisation)


class Signatory(Ordered):
    """Who signed, by name and by the public office in which they signed."""

    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="signatories",
        verbose_name=_("agreement"),
    )
    name = models.CharField(_("name"), max_length=200)
    office = models.CharField(
        _("office"), max_length=300, blank=True, help_text=_("The public office, as in: Mayor.")
    )
    organisation = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
        verbose_name=_("signs for"),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "name"],
                name="signatory_unique",
                violation_error_message=_("This person is given twice."),
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.office})" if self.office else self.name
