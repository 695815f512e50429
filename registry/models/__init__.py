"""The models of the registry, one file a subject."""

from registry.models.accounts import Authority, GroupSecurity, User
from registry.models.agreements import Agreement, Party, Signatory
from registry.models.changes import Change
from registry.models.contributions import Contribution
from registry.models.delegations import Delegation, Participant, ProgrammeItem, Stop
from registry.models.duplicates import Duplicate, Merge
from registry.models.funding import (
    Call,
    Fund,
    FundOrganisation,
    Project,
    ProjectPartner,
)
from registry.models.history import Revision
from registry.models.imports import ImportJob
from registry.models.mappings import ImportProfile, NameDecision
from registry.models.organisations import (
    Membership,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
)
from registry.models.reference import Domain, Place, PlaceIdentifier, PlaceName
from registry.models.reminders import Reminder
from registry.models.reports import ErrorReport
from registry.models.sources import Citation, Source, SourceFile

__all__ = [
    "Agreement",
    "Authority",
    "Call",
    "Change",
    "Citation",
    "Contribution",
    "Delegation",
    "Domain",
    "Duplicate",
    "ErrorReport",
    "Fund",
    "FundOrganisation",
    "GroupSecurity",
    "ImportJob",
    "ImportProfile",
    "Membership",
    "Merge",
    "NameDecision",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "Participant",
    "Party",
    "Place",
    "PlaceIdentifier",
    "PlaceName",
    "ProgrammeItem",
    "Project",
    "ProjectPartner",
    "Reminder",
    "Revision",
    "Signatory",
    "Source",
    "SourceFile",
    "Stop",
    "User",
]
