"""Delegations."""

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import maps
from registry.choices import ParticipantRole, Sector
from registry.filters import DelegationFilterSet
from registry.models import (
    Agreement,
    Delegation,
    Organisation,
    Participant,
    ProgrammeItem,
    Project,
)
from registry.querysets.prepared import Prepared
from registry.views.base import RecordList
from registry.views.details import Near, RecordDetail, block


class DelegationList(RecordList):
    model = Delegation
    filterset_class = DelegationFilterSet

    def listed(self):
        return Delegation.objects.published().with_card()


_participants = Prepared(
    lambda key: Participant.objects.filter(delegation=key).select_related("organisation__place")
)
_programme = Prepared(
    lambda key: (
        ProgrammeItem.objects.filter(delegation=key)
        .select_related("place")
        .prefetch_related(
            Prefetch("organisations", Organisation.objects.published(), to_attr="public_met")
        )
    )
)
_signed = Near(lambda key, day: Agreement.objects.filter(signed_during=key).with_card(day))
_served = Near(lambda key, day: Agreement.objects.filter(delegations=key).with_card(day))
_projects = Near(lambda key: Project.objects.filter(delegations=key).with_card())


class DelegationDetail(RecordDetail):
    model = Delegation

    def get_queryset(self):
        return super().get_queryset().with_card()

    def get_context_data(self, **kwargs):
        delegation = self.object
        participants = [
            participant
            for participant in _participants(delegation.pk)
            if participant.name or participant.organisation.is_published
        ]
        signed = block(
            _("Signed during this delegation"),
            _signed(delegation.pk, day=timezone.localdate()),
            "agreement",
            delegation=delegation.public_id,
        )
        return super().get_context_data(**kwargs) | {
            "signed": [signed] if signed else [],
            "map": maps.itinerary_map(delegation),
            "roles": _by(participants, "role", ParticipantRole, without={"participant"}),
            "sectors": _by(
                [one for one in participants if one.role == ParticipantRole.PARTICIPANT],
                "sector",
                Sector,
            ),
            "programme": _programme(delegation.pk),
        }

    def blocks(self):
        delegation, key = self.object.pk, self.object.public_id
        return [
            block(
                _("Agreements it serves"),
                _served(delegation, day=timezone.localdate()),
                "agreement",
                served_by=key,
            ),
            block(_("Funded projects"), _projects(delegation), "project", delegation=key),
        ]


def _by(participants, field, choices, without=()) -> list[tuple[str, list]]:
    """Participants by the value of the field, in the order of its choices; without one last."""
    groups = [
        (label, [one for one in participants if getattr(one, field) == value])
        for value, label in [*choices.choices, ("", "")]
        if value not in without
    ]
    return [group for group in groups if group[1]]
