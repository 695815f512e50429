"""Funds, calls for projects, funded projects and the contributions that they receive."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.choices import (
    ActivityStatus,
    ContributionKind,
    Currency,
    FundKind,
    FundRole,
    PartnerRole,
)
from registry.models import Call, Contribution, Fund, Project
from registry.publishing.columns import Amount, Choice, Column, Country, Date, Link, Number
from registry.publishing.datasets.base import Dataset, closing, opening, period
from registry.publishing.relations import Links, Rows

WEBSITE = _("The website of its own.")
CURRENCY = _("The currency of the amounts (ISO 4217).")

FUNDS = Dataset(
    Fund,
    _("Funds and programmes that finance projects, with who runs them."),
    [
        *opening(Fund),
        Column("name", _("The name of the fund.")),
        Column("acronym", _("What it is called for short.")),
        Choice("kind", _("Whether it is a fund or a programme."), FundKind),
        Rows(
            "organisations",
            _("The organisations that run it, with what they do for it and for which side."),
            Link("organisation", ""),
            Choice("role", "", FundRole),
            Column("side", ""),
            required="organisation",
        ),
        Links("calls", _("Its calls for projects."), "call"),
        Column("website", WEBSITE),
        Column("summary", _("What it is, in the words of the registry.")),
        *closing(),
    ],
)

CALLS = Dataset(
    Call,
    _("Editions of a fund: calls for projects or for expressions of interest."),
    [
        *opening(Call),
        Column("title", _("Its own title, if it has one.")),
        Column("edition", _("Which edition of the fund it is.")),
        Link("fund", _("The fund that opens the call.")),
        Date("opens_on", _("From when on applications are taken.")),
        Date("closes_on", _("Until when applications are taken.")),
        Column("deadline_note", _("What the dates cannot say.")),
        *period(_("When its projects begin."), _("When its projects end.")),
        Choice("currency", CURRENCY, Currency),
        Amount("budget", _("What the call gives altogether.")),
        Amount("grant_cap", _("The most that a project can receive.")),
        Amount("rate_cap", _("The highest share of the cost of a project, in per cent.")),
        Column("website", WEBSITE),
        Column("summary", _("What it is, in the words of the registry.")),
        *closing(),
    ],
)


def partners(key, meaning, role, heading) -> Rows:
    return Rows(
        key,
        meaning,
        Link("organisation", ""),
        Link("place", "", path="organisation__place"),
        Country("country", "", of="organisation__place"),
        relation="partners",
        required="organisation",
        where=Q(role=role),
        heading=heading,
    )


PROJECTS = Dataset(
    Project,
    _("Cooperation projects, labelled under a call or carried without one."),
    [
        *opening(Project),
        Column("title", _("The title of the project.")),
        Link("fund", _("The fund that finances it.")),
        Link("call", _("The call under which it was labelled.")),
        Choice("activity_status", _("How far it has come."), ActivityStatus),
        *period(_("When it begins."), _("When it ends.")),
        partners(
            "leads",
            _("The organisations that lead it, on each side, with where they sit."),
            PartnerRole.LEAD,
            _("Lead partners"),
        ),
        partners(
            "partners",
            _("The other organisations that take part, with where they sit."),
            PartnerRole.PARTNER,
            _("Partners"),
        ),
        Links("domains", _("The themes of cooperation."), "domain"),
        Links("places", _("Where it happens."), "place"),
        Links("agreements", _("The agreements that it carries out."), "agreement"),
        Links(
            "delegations", _("The delegations that prepared it or were part of it."), "delegation"
        ),
        Rows(
            "contributions",
            _(
                "What was given to it. One may be shared by several projects: add up the "
                "contributions themselves, each once, rather than those of each project."
            ),
            Link("contribution", "", path="", heading=Contribution._meta.verbose_name),
            Amount("amount", ""),
            Choice("currency", "", Currency),
            Number("year", ""),
            Number("last_year", ""),
            required="contribution",
        ),
        Column("website", WEBSITE),
        Column("summary", _("What it is about, in the words of the registry.")),
        Column("results", _("What came of it.")),
        *closing(),
    ],
)

CONTRIBUTIONS = Dataset(
    Contribution,
    _("What funders give, for a year or some years, to projects or to organisations."),
    [
        *opening(Contribution),
        Column("title", _("What the money is for, where no funded project says it.")),
        Amount(
            "amount", _("For all of its projects together; empty where the sources do not say.")
        ),
        Choice("currency", CURRENCY, Currency),
        Choice("kind", _("Money given, money lent, or help in kind."), ContributionKind),
        Number("year", _("The year for which it is given.")),
        Number("last_year", _("The last year, where it covers several.")),
        Date("decided_on", _("When it was decided.")),
        Column("decision", _("The act that grants it.")),
        Link("fund", _("The fund that it comes from.")),
        Link("call", _("The call that it comes from.")),
        Links("funders", _("The organisations that give it."), "organisation"),
        Links("recipients", _("The organisations that receive it."), "organisation"),
        Links("projects", _("The projects that share it."), "project"),
        Column("note", _("What else is to be known of it.")),
        *closing(),
    ],
)
