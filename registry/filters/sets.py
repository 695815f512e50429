"""One filter set for each public list."""

from functools import cached_property

from django.db.models import F, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import (
    ActivityStatus,
    AgreementKind,
    ContributionKind,
    Currency,
    Direction,
    FundKind,
    OrganisationKind,
    PlaceKind,
    SourceKind,
    Standing,
)
from registry.filters.base import (
    BY_CHANGE,
    BY_NAME,
    BY_TITLE,
    InvolvingFilterSet,
    PeriodMixin,
    RecordFilterSet,
    with_those_above,
)
from registry.filters.controls import (
    LONGEST_LIST,
    ChoiceFilter,
    CountryFilter,
    DateFilter,
    RecordFilter,
)
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

    kind = ChoiceFilter("kind", label=_("Kind"), choices=AgreementKind.choices)
    standing = ChoiceFilter(label=_("State"), choices=Standing.choices, method="filter_standing")
    since = DateFilter("signed_on", "possibly_from", label=_("Signed from"))
    until = DateFilter("signed_on", "possibly_until", label=_("Signed until"))
    delegation = RecordFilter(
        "signed_during", label=_("Signed during"), record=Delegation, options=None
    )
    served_by = RecordFilter("delegations", label=_("Served by"), record=Delegation, options=None)
    framework = RecordFilter(
        "framework", label=_("Under the framework of"), record=Agreement, options=None
    )
    project = RecordFilter("projects", label=_("Funded project"), record=Project, options=None)

    class Meta(InvolvingFilterSet.Meta):
        model = Agreement

    def filter_standing(self, queryset, _name, standing):
        return queryset.with_standing(timezone.localdate()).filter(standing=standing)

    def offers(self):
        return super().offers() | {"kind": self.used_values("kind")}


class DelegationFilterSet(InvolvingFilterSet, PeriodMixin):
    SORTS = _by_date(F("starts_on"))

    direction = ChoiceFilter("direction", label=_("Direction"), choices=Direction.choices)
    agreement = RecordFilter("agreements", label=_("Agreement"), record=Agreement, options=None)
    project = RecordFilter("projects", label=_("Funded project"), record=Project, options=None)

    class Meta(InvolvingFilterSet.Meta):
        model = Delegation


class ProjectFilterSet(InvolvingFilterSet, PeriodMixin):
    SORTS = _by_date(F("starts_on"))

    fund = RecordFilter("fund", label=_("Fund"), record=Fund, options="used_funds")
    call = RecordFilter("call", label=_("Call for projects"), record=Call, options="used_calls")
    progress = ChoiceFilter("activity_status", label=_("Progress"), choices=ActivityStatus.choices)
    agreement = RecordFilter("agreements", label=_("Agreement"), record=Agreement, options=None)
    delegation = RecordFilter("delegations", label=_("Delegation"), record=Delegation, options=None)
    contribution = RecordFilter(
        "contributions", label=_("Contribution"), record=Contribution, options=None
    )

    class Meta(InvolvingFilterSet.Meta):
        model = Project

    @cached_property
    def used_funds(self):
        return list(self.used(Fund, fund=OuterRef("pk"))[: LONGEST_LIST + 1])

    @cached_property
    def used_calls(self):
        calls = self.used(Call, call=OuterRef("pk")).select_related("fund")
        return list(calls[: LONGEST_LIST + 1])

    def offers(self):
        return super().offers() | {"progress": self.used_values("activity_status")}


class OrganisationFilterSet(RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = ChoiceFilter("kind", label=_("Kind"), choices=OrganisationKind.choices)
    place = RecordFilter(
        label=_("Place"), record=Place, options="used_places", method="filter_place"
    )
    country = CountryFilter(label=_("Country"), method="filter_country")
    network = RecordFilter(
        label=_("Member of"),
        record=Organisation,
        options="used_networks",
        method="filter_network",
    )

    class Meta(RecordFilterSet.Meta):
        model = Organisation

    def filter_place(self, queryset, _name, place):
        within = Place.objects.published().within(place)
        return queryset.filter(place__in=within.values("pk"))

    def filter_country(self, queryset, _name, code):
        return queryset.filter(place__in=Place.objects.published().filter(country=code))

    def filter_network(self, queryset, _name, network):
        return queryset.filter(memberships__network=network).distinct()

    @cached_property
    def used_places(self):
        return with_those_above(self.used(Place, place=OuterRef("pk")))

    @cached_property
    def used_networks(self):
        return list(
            self.used(Organisation, memberships__network=OuterRef("pk"))[: LONGEST_LIST + 1]
        )

    def offers(self):
        used = self.used(Place, place=OuterRef("pk")).order_by()
        return {
            "kind": self.used_values("kind"),
            "country": used.values_list("country", flat=True).distinct(),
        }


class PlaceFilterSet(RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = ChoiceFilter("kind", label=_("Kind"), choices=PlaceKind.choices)
    country = CountryFilter("country", label=_("Country"))
    place = RecordFilter(
        label=_("Lies in"), record=Place, options="used_places", method="filter_place"
    )

    class Meta(RecordFilterSet.Meta):
        model = Place

    def filter_place(self, queryset, _name, place):
        return queryset.within(place).exclude(pk=place.pk)

    @cached_property
    def used_places(self):
        return with_those_above(self.used(Place, parent=OuterRef("pk")))

    def offers(self):
        return {"kind": self.used_values("kind"), "country": self.used_values("country")}


class FundFilterSet(RecordFilterSet):
    SORTS = {"name": BY_NAME, "changed": BY_CHANGE}

    kind = ChoiceFilter("kind", label=_("Kind"), choices=FundKind.choices)
    organisation = RecordFilter(
        label=_("Run by"),
        record=Organisation,
        options="used_organisations",
        method="filter_organisation",
    )

    class Meta(RecordFilterSet.Meta):
        model = Fund

    def filter_organisation(self, queryset, _name, organisation):
        return queryset.filter(organisations__organisation=organisation).distinct()

    @cached_property
    def used_organisations(self):
        used = self.used(Organisation, organisations__organisation=OuterRef("pk"))
        return list(used[: LONGEST_LIST + 1])

    def offers(self):
        return {"kind": self.used_values("kind")}


class CallFilterSet(RecordFilterSet, PeriodMixin):
    """A call belongs to the period of its projects."""

    SORTS = {
        "edition": (_("Newest first"), ["-edition", "search_text"]),
        "deadline": (_("Closing date"), [F("closes_on").desc(nulls_last=True), "search_text"]),
        "changed": BY_CHANGE,
    }

    fund = RecordFilter("fund", label=_("Fund"), record=Fund, options="used_funds")
    state = ChoiceFilter(label=_("State"), choices=[("open", _("Open"))], method="filter_state")

    class Meta(RecordFilterSet.Meta):
        model = Call

    def filter_state(self, queryset, _name, _value):
        return queryset.open(timezone.localdate())

    @cached_property
    def used_funds(self):
        return list(self.used(Fund, fund=OuterRef("pk"))[: LONGEST_LIST + 1])


class SourceFilterSet(RecordFilterSet):
    SORTS = _by_date(F("published_on"))

    source = None  # a source does not cite sources
    kind = ChoiceFilter("kind", label=_("Kind"), choices=SourceKind.choices)
    publisher = RecordFilter(
        "publisher", label=_("Publisher"), record=Organisation, options="used_publishers"
    )
    since = DateFilter("published_on", "possibly_from", label=_("From"))
    until = DateFilter("published_on", "possibly_until", label=_("Until"))

    class Meta(RecordFilterSet.Meta):
        model = Source

    @cached_property
    def used_publishers(self):
        return list(self.used(Organisation, publisher=OuterRef("pk"))[: LONGEST_LIST + 1])

    def offers(self):
        return {"kind": self.used_values("kind")}


class ContributionFilterSet(RecordFilterSet):
    """A contribution belongs to its years; amounts of two currencies are never compared."""

    SORTS = {
        "newest": (_("Newest first"), [F("year").desc(nulls_last=True)]),
        "oldest": (_("Oldest first"), [F("year").asc(nulls_last=True)]),
        "amount": (_("Amount"), ["currency", F("amount").desc(nulls_last=True)]),
        "changed": BY_CHANGE,
    }

    organisation = RecordFilter(
        "funders", label=_("Funder"), record=Organisation, options="used_organisations"
    )
    recipient = RecordFilter(
        "recipients", label=_("Recipient"), record=Organisation, options="used_recipients"
    )
    fund = RecordFilter(label=_("Fund"), record=Fund, options="used_funds", method="filter_fund")
    call = RecordFilter(
        label=_("Call for projects"), record=Call, options="used_calls", method="filter_call"
    )
    project = RecordFilter("projects", label=_("Funded project"), record=Project, options=None)
    kind = ChoiceFilter("kind", label=_("Kind"), choices=ContributionKind.choices)
    currency = ChoiceFilter("currency", label=_("Currency"), choices=Currency.choices)
    since = DateFilter(label=_("From"), method="filter_since")
    until = DateFilter(label=_("Until"), method="filter_until")

    class Meta(RecordFilterSet.Meta):
        model = Contribution

    def filter_fund(self, queryset, _name, fund):
        return queryset.for_fund(fund)

    def filter_call(self, queryset, _name, call):
        return queryset.for_call(call)

    def filter_since(self, queryset, _name, date):
        return queryset.alias(end=Coalesce("last_year", "year")).filter(end__gte=date.year)

    def filter_until(self, queryset, _name, date):
        return queryset.filter(year__lte=date.year)

    @cached_property
    def used_organisations(self):
        return list(self.used(Organisation, funders=OuterRef("pk"))[: LONGEST_LIST + 1])

    @cached_property
    def used_recipients(self):
        return list(self.used(Organisation, recipients=OuterRef("pk"))[: LONGEST_LIST + 1])

    @cached_property
    def used_funds(self):
        return list(Fund.objects.published()[: LONGEST_LIST + 1])

    @cached_property
    def used_calls(self):
        return list(Call.objects.published().select_related("fund")[: LONGEST_LIST + 1])

    def offers(self):
        return {"kind": self.used_values("kind"), "currency": self.used_values("currency")}
