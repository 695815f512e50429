"""The filters of the public lists, one filter set a list; ``controls`` has their parts."""

from registry.filters.sets import (
    AgreementFilterSet,
    CallFilterSet,
    ContributionFilterSet,
    DelegationFilterSet,
    FundFilterSet,
    OrganisationFilterSet,
    PlaceFilterSet,
    ProjectFilterSet,
    SourceFilterSet,
)

__all__ = [
    "AgreementFilterSet",
    "CallFilterSet",
    "ContributionFilterSet",
    "DelegationFilterSet",
    "FundFilterSet",
    "OrganisationFilterSet",
    "PlaceFilterSet",
    "ProjectFilterSet",
    "SourceFilterSet",
]
