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
from registry.spreadsheets.resources.twinnings import TwinningResource

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

# Sheets that are read and never written: what they hold is exported on other sheets.
IMPORTED = (*RESOURCES, TwinningResource)

__all__ = [
    "IMPORTED",
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
