"""The kinds of sheets, in the order in which their rows are read."""

from registry.spreadsheets.resources.agreements import AgreementResource
from registry.spreadsheets.resources.delegations import DelegationResource
from registry.spreadsheets.resources.funding import ContributionResource, ProjectResource
from registry.spreadsheets.resources.organisations import OrganisationResource

RESOURCES = (
    OrganisationResource,
    AgreementResource,
    DelegationResource,
    ProjectResource,
    ContributionResource,
)

__all__ = [
    "RESOURCES",
    "AgreementResource",
    "ContributionResource",
    "DelegationResource",
    "OrganisationResource",
    "ProjectResource",
]
