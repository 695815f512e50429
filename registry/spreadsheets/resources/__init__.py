"""The kinds of sheets, in the order in which their rows are read.

Where the headings of a sheet fit two kinds equally, the first of them is taken.
"""

from registry.spreadsheets.resources.agreements import AgreementResource
from registry.spreadsheets.resources.contributions import ContributionResource
from registry.spreadsheets.resources.delegations import DelegationResource
from registry.spreadsheets.resources.domains import DomainResource
from registry.spreadsheets.resources.funding import ProjectResource
from registry.spreadsheets.resources.funds import CallResource, FundResource
from registry.spreadsheets.resources.organisations import OrganisationResource
from registry.spreadsheets.resources.places import PlaceResource
from registry.spreadsheets.resources.sources import SourceResource

RESOURCES = (
    OrganisationResource,
    AgreementResource,
    DelegationResource,
    ProjectResource,
    ContributionResource,
    PlaceResource,
    FundResource,
    CallResource,
    SourceResource,
    DomainResource,
)

__all__ = [
    "RESOURCES",
    "AgreementResource",
    "CallResource",
    "ContributionResource",
    "DelegationResource",
    "DomainResource",
    "FundResource",
    "OrganisationResource",
    "PlaceResource",
    "ProjectResource",
    "SourceResource",
]
