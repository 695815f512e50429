"""Delegations."""

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import maps
from registry.choices import ParticipantRole, Sector
from registry.filters import DelegationFilterSet
from registry.models import Agreement, Delegation, Organisation, Project
from registry.views.base import RecordList
from registry.views.details import RecordDetail, block


class DelegationList(RecordList):
    model = Delegation
    filterset_class = DelegationFilterSet

    def listed(self):
        return Delegation.objects.published().with_card()


class DelegationDetail(RecordDetail):
    model = Delegation

    def get_queryset(self):
        return super().get_queryset().with_card()

    def get_context_data(self, **kwargs):
        delegation = self.object
        participants = [
            participant
            for participant in delegation.participants.select_related("organisation__place")
            if participant.name or participant.organisation.is_published
        ]
        signed = block(
            _("Signed during this delegation"),
            Agreement.objects.filter(signed_during=delegation).with_card(timezone.localdate()),
            "agreement",
            delegation=delegation.public_id,
        )
        met = Prefetch("organisations", Organisation.objects.published(), to_attr="public_met")
        return super().get_context_data(**kwargs) | {
            "signed": [signed] if signed else [],
            "map": maps.itinerary_map(delegation),
            "roles": _by(participants, "role", ParticipantRole, without={"participant"}),
            "sectors": _by(
                [one for one in participants if one.role == ParticipantRole.PARTICIPANT],
                "sector",
                Sector,
            ),
            "programme": list(delegation.programme.select_related("place").prefetch_related(met)),
        }

    def blocks(self):
        delegation, today = self.object, timezone.localdate()
        return [
            block(
                _("Agreements it serves"),
                delegation.agreements.with_card(today),
                "agreement",
                served_by=delegation.public_id,
            ),
            block(
                _("Funded projects"),
                Project.objects.filter(delegations=delegation).with_card(),
                "project",
                delegation=delegation.public_id,
            ),
        ]


def _by(participants, field, choices, without=()) -> list[tuple[str, list]]:
    """Participants by the value of the field, in the order of its choices; without one last."""
    groups = [
        (label, [one for one in participants if getattr(one, field) == value])
        for value, label in [*choices.choices, ("", "")]
        if value not in without
    ]
    return [group for group in groups if group[1]]
