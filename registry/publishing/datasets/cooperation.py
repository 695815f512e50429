"""Agreements and delegations."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import (
    AgreementKind,
    Direction,
    ParticipantRole,
    PartyRole,
    Sector,
    Standing,
)
from registry.models import Agreement, Delegation
from registry.publishing.columns import Choice, Column, Country, Date, Lines, Link, Number, YesNo
from registry.publishing.datasets.base import Dataset, closing, opening, period
from registry.publishing.relations import Links, Rows

DOMAINS = _("The themes of cooperation.")

AGREEMENTS = Dataset(
    Agreement,
    _("Protocols, conventions, joint declarations and twinnings between two or more parties."),
    [
        *opening(Agreement),
        Column("title", _("The title of the agreement.")),
        Choice("kind", _("What sort of agreement it is."), AgreementKind),
        Choice(
            "standing",
            _("Where the agreement stands on the day of the file, as its dates show."),
            Standing,
            heading=_("State"),
        ),
        Date("signed_on", _("When it was signed.")),
        Date("starts_on", _("When it takes effect, where that is not the day of signature.")),
        Date("ends_on", _("When it ends; empty where no end is set.")),
        YesNo("tacit_renewal", _("Whether it goes on after its end until somebody terminates it.")),
        Date("terminated_on", _("The first day on which it was no longer in force.")),
        Rows(
            "parties",
            _("The organisations that it binds or associates, with where they sit."),
            Link("organisation", ""),
            Link("place", "", path="organisation__place"),
            Country("country", "", of="organisation__place"),
            Choice("role", "", PartyRole),
            required="organisation",
        ),
        Rows(
            "signatories",
            _("Who signed, in which public office, for which organisation."),
            Column("name", ""),
            Column("office", ""),
            Link("organisation", ""),
        ),
        Links("domains", DOMAINS, "domain"),
        Link("framework", _("The framework agreement that it implements."), "agreement"),
        Link("renews", _("The agreement that it takes over from."), "agreement"),
        Links(
            "renewals",
            _("The agreements that take over from it."),
            "agreement",
            heading=_("Renewed by"),
        ),
        Link("signed_during", _("The delegation on whose way it was signed."), "delegation"),
        Links(
            "delegations",
            _("The delegations that carry it out or prepare it."),
            "delegation",
        ),
        Links("projects", _("The funded projects that carry it out."), "project"),
        Column("summary", _("What it is about, in the words of the registry.")),
        *closing(),
    ],
    annotate=lambda agreements: agreements.with_standing(timezone.localdate()),
)

DELEGATIONS = Dataset(
    Delegation,
    _("Missions abroad and welcomes at home."),
    [
        *opening(Delegation),
        Column("title", _("The title of the delegation.")),
        Choice("direction", _("As seen from the French side: outgoing leaves France."), Direction),
        *period(_("Its first day, as far as it is known."), _("Its last day.")),
        Rows(
            "stops",
            _("The places on its way, in their order, with the days."),
            Link("place", ""),
            Country("country", "", of="place"),
            *period("", ""),
            required="place",
        ),
        Rows(
            "participants",
            _("The organisations and the public persons that take part, with their role."),
            Column("name", ""),
            Column("office", ""),
            Link("organisation", ""),
            Choice("role", "", ParticipantRole),
            Choice("sector", "", Sector),
            required="organisation",
            or_filled="name",
        ),
        Rows(
            "programme",
            _("Meetings, visits and events, with whom they were held."),
            Column("title", ""),
            *period("", ""),
            Link("place", ""),
            Links("organisations", "", "organisation"),
            heading=_("Programme"),
        ),
        Number("people_count", _("How many people took part, as the sources say.")),
        Number("organisations_count", _("How many organisations took part, as the sources say.")),
        YesNo(
            "counts_approximate",
            _("Whether these numbers are approximate."),
            heading=_("Approximate numbers"),
        ),
        Links("domains", DOMAINS, "domain"),
        Links("agreements", _("The agreements that it carries out or prepares."), "agreement"),
        Links(
            "signed_agreements",
            _("The agreements that were signed on its way."),
            "agreement",
            heading=_("Signed during this delegation"),
        ),
        Links("projects", _("The funded projects that it prepared or was part of."), "project"),
        Column("summary", _("What it is about, in the words of the registry.")),
        Lines("objectives", _("What it was to achieve.")),
        Column("results", _("What came of it.")),
        *closing(),
    ],
)
