"""Query sets of the registry: adjectives that compose, such as ``published().in_force(today)``.

They reach their model through ``self.model`` alone, so that models can be built on them.
``public_…`` is what ``with_…()`` gives to show: neighbours that are published, and no others.
"""

from registry.querysets.agreements import AgreementQuerySet
from registry.querysets.base import PlaceQuerySet, RecordQuerySet, records_moved
from registry.querysets.delegations import DelegationQuerySet
from registry.querysets.funding import (
    CallQuerySet,
    ContributionQuerySet,
    FundQuerySet,
    ProjectQuerySet,
)
from registry.querysets.sides import InvolvingQuerySet, Presence, Side

__all__ = [
    "AgreementQuerySet",
    "CallQuerySet",
    "ContributionQuerySet",
    "DelegationQuerySet",
    "FundQuerySet",
    "InvolvingQuerySet",
    "PlaceQuerySet",
    "Presence",
    "ProjectQuerySet",
    "RecordQuerySet",
    "Side",
    "records_moved",
]
