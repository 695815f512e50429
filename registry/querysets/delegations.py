"""Delegations: where they come from, where they stop, whom they meet."""

import datetime

from django.db.models import Case, CharField, Exists, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce

from registry.choices import DelegationState, Status
from registry.fields import PartialDateField
from registry.querysets.sides import InvolvingQuerySet, Presence


class DelegationQuerySet(InvolvingQuerySet):
    """A delegation is present where its participants come from, where it stops and is received."""

    involvement = "participants"

    def presences(self):
        return [
            *super().presences(),
            Presence(self._related("stops").all(), "delegation", "place"),
            Presence(self._related("programme").all(), "delegation", "place"),
        ]

    def for_organisation(self, organisation):
        """Those that it takes part in, or that meet it on the way."""
        met = self._related("programme").filter(
            delegation=OuterRef("pk"),
            organisations=organisation.pk,
            organisations__status=Status.PUBLISHED,
        )
        return self.filter(self._involving(organisation) | Q(Exists(met)))

    def upcoming(self, on: datetime.date):
        return self.filter(starts_on__possibly_from=on)

    def with_state(self, on: datetime.date):
        """Each that has a date with ``state``, one of ``choices.DelegationState``.

        One of a day in 2026, nobody knows which, is neither to come nor over before the year ends.
        """
        dated = self.filter(Q(starts_on__isnull=False) | Q(ends_on__isnull=False)).alias(
            first=Coalesce("starts_on", "ends_on", output_field=PartialDateField()),
            last=Coalesce("ends_on", "starts_on", output_field=PartialDateField()),
        )
        return dated.annotate(
            state=Case(
                When(~Q(first__possibly_until=on), then=Value(DelegationState.UPCOMING)),
                When(~Q(last__possibly_from=on), then=Value(DelegationState.OVER)),
                default=Value(DelegationState.UNDER_WAY),
                output_field=CharField(),
            )
        )

    def with_stops(self):
        """Each with ``public_stops``: its stops in published places, in their order."""
        stops = self._related("stops").filter(place__status=Status.PUBLISHED)
        return self.prefetch_related(
            Prefetch("stops", stops.select_related("place"), to_attr="public_stops")
        )

    def with_card(self):
        return self.with_stops().with_domains()
