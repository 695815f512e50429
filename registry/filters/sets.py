"""One filter set for each public list; their facets are declared in ``registry.facets.kinds``."""

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from registry.choices import (
    ActivityStatus,
    AgreementKind,
    ContributionKind,
    Currency,
    DelegationState,
    Direction,
    FundKind,
    OrganisationKind,
    PlaceKind,
    SourceKind,
    Standing,
)
from registry.facets.kinds import EXPIRING
from registry.filters.activities import ActiveFilterSet, ActivityFilter
from registry.filters.amounts import AmountFilter, AmountsFilterSet, CurrencyFilter
from registry.filters.base import (
    BY_CHANGE,
    BY_NAME,
    BY_TITLE,
    InvolvingFilterSet,
    RecordFilterSet,
)
from registry.filters.controls import DateFilter, FacetFilter, RecordFilter
from registry.filters.vocabularies import Choices, Countries, Domains, Records
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)


def _by_date(date) -> dict:
    return {
        "newest": (_("Newest first"), [date.desc(nulls_last=True), "search_text"]),
        "oldest": (_("Oldest first"), [date.asc(nulls_last=True), "search_text"]),
        "title": BY_TITLE,
        "changed": BY_CHANGE,
    }


class AgreementFilterSet(InvolvingFilterSet):
    """An agreement belongs to the period in which it was signed."""

    SORTS = _by_date(Coalesce("signed_on", "starts_on"))
    FACETS = ("standing", "kind", "domain", "country", "place", "organisation")

    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(AgreementKind.choices))
    standing = FacetFilter(
        label=_("State"),
        vocabulary=Choices([*Standing.choices, (EXPIRING, _("Ends within a year"))]),
        always=(EXPIRING,),
    )
    since = DateFilter(label=_("Signed from"))
    until = DateFilter(label=_("Signed until"))
    delegation = RecordFilter(
        "signed_during", label=_("Signed during"), vocabulary=Records(Delegation)
    )
    served_by = RecordFilter("delegations", label=_("Served by"), vocabulary=Records(Delegation))
    framework = RecordFilter(
        "framework", label=_("Under the framework of"), vocabulary=Records(Agreement)
    )
    project = RecordFilter("projects", label=_("Funded project"), vocabulary=Records(Project))

    class Meta(InvolvingFilterSet.Meta):
        model = Agreement


class DelegationFilterSet(InvolvingFilterSet):
    SORTS = _by_date(F("starts_on"))
    FACETS = ("state", "direction", "domain", "country", "place", "organisation")

    state = FacetFilter(
        label=_("State"),
        vocabulary=Choices(DelegationState.choices),
        always=(DelegationState.UPCOMING,),
    )
    direction = FacetFilter(label=_("Direction"), vocabulary=Choices(Direction.choices))
    since = DateFilter(label=_("From"))
    until = DateFilter(label=_("Until"))
    agreement = RecordFilter("agreements", label=_("Agreement"), vocabulary=Records(Agreement))
    project = RecordFilter("projects", label=_("Funded project"), vocabulary=Records(Project))

    class Meta(InvolvingFilterSet.Meta):
        model = Delegation


class ProjectFilterSet(AmountsFilterSet, InvolvingFilterSet):
    """A project has the sum of what it received in a currency, with what it shares in whole."""

    SORTS = _by_date(F("starts_on"))
    FACETS = ("domain", "country", "place", "fund", "call", "progress", "organisation")

    progress = FacetFilter(label=_("Progress"), vocabulary=Choices(ActivityStatus.choices))
    fund = FacetFilter(label=_("Fund"), vocabulary=Records(Fund))
    call = FacetFilter(label=_("Call for projects"), vocabulary=Records(Call, "fund"))
    since = DateFilter(label=_("From"))
    until = DateFilter(label=_("Until"))
    currency = CurrencyFilter(label=_("Currency of the amounts"))
    amount_from = AmountFilter(label=_("Lowest amount"))
    amount_to = AmountFilter(label=_("Highest amount"))
    agreement = RecordFilter("agreements", label=_("Agreement"), vocabulary=Records(Agreement))
    delegation = RecordFilter("delegations", label=_("Delegation"), vocabulary=Records(Delegation))
    contribution = RecordFilter(
        "contributions", label=_("Contribution"), vocabulary=Records(Contribution)
    )

    class Meta(InvolvingFilterSet.Meta):
        model = Project


class OrganisationFilterSet(ActiveFilterSet, RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(OrganisationKind.choices))
    country = FacetFilter(label=_("Country"), vocabulary=Countries())
    place = FacetFilter(label=_("Place"), vocabulary=Records(Place))
    network = FacetFilter(label=_("Member of"), vocabulary=Records(Organisation))
    works_on = ActivityFilter("domain", label=_("Works on the domain"), vocabulary=Domains())
    works_with = ActivityFilter("place", label=_("Works with the place"), vocabulary=Records(Place))

    class Meta(RecordFilterSet.Meta):
        model = Organisation


class PlaceFilterSet(RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(PlaceKind.choices))
    country = FacetFilter(label=_("Country"), vocabulary=Countries())
    place = FacetFilter(label=_("Lies in"), vocabulary=Records(Place))

    class Meta(RecordFilterSet.Meta):
        model = Place


class FundFilterSet(RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(FundKind.choices))
    organisation = FacetFilter(label=_("Run by"), vocabulary=Records(Organisation))

    class Meta(RecordFilterSet.Meta):
        model = Fund


class CallFilterSet(RecordFilterSet):
    """A call belongs to the period of its projects."""

    SORTS = {
        "edition": (_("Newest first"), ["-edition", "search_text"]),
        "deadline": (_("Closing date"), [F("closes_on").desc(nulls_last=True), "search_text"]),
        "changed": BY_CHANGE,
    }

    state = FacetFilter(label=_("State"), vocabulary=Choices([("open", _("Open"))]))
    fund = FacetFilter(label=_("Fund"), vocabulary=Records(Fund))
    since = DateFilter(label=_("From"))
    until = DateFilter(label=_("Until"))

    class Meta(RecordFilterSet.Meta):
        model = Call


class SourceFilterSet(RecordFilterSet):
    SORTS = _by_date(F("published_on"))

    source = None  # a source does not cite sources
    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(SourceKind.choices))
    publisher = FacetFilter(label=_("Publisher"), vocabulary=Records(Organisation))
    since = DateFilter(label=_("From"))
    until = DateFilter(label=_("Until"))

    class Meta(RecordFilterSet.Meta):
        model = Source


class ContributionFilterSet(AmountsFilterSet, RecordFilterSet):
    """A contribution belongs to its years; amounts of two currencies are never compared."""

    SORTS = {
        "newest": (_("Newest first"), [F("year").desc(nulls_last=True)]),
        "oldest": (_("Oldest first"), [F("year").asc(nulls_last=True)]),
        "amount": (_("Amount"), ["currency", F("amount").desc(nulls_last=True)]),
        "changed": BY_CHANGE,
    }

    currency = FacetFilter(label=_("Currency"), vocabulary=Choices(Currency.choices))
    kind = FacetFilter(label=_("Kind"), vocabulary=Choices(ContributionKind.choices))
    fund = FacetFilter(label=_("Fund"), vocabulary=Records(Fund))
    call = FacetFilter(label=_("Call for projects"), vocabulary=Records(Call, "fund"))
    organisation = FacetFilter(label=_("Funder"), vocabulary=Records(Organisation))
    recipient = FacetFilter(label=_("Recipient"), vocabulary=Records(Organisation))
    project = RecordFilter("projects", label=_("Funded project"), vocabulary=Records(Project))
    since = DateFilter(label=_("From"))
    until = DateFilter(label=_("Until"))
    amount_from = AmountFilter(label=_("Lowest amount"))
    amount_to = AmountFilter(label=_("Highest amount"))

    class Meta(RecordFilterSet.Meta):
        model = Contribution
