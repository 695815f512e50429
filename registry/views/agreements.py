"""Agreements."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import Standing, Status
from registry.filters import AgreementFilterSet
from registry.models import Agreement, Delegation, Project
from registry.views.base import RecordDetail, RecordList, block, by_country


class AgreementList(RecordList):
    model = Agreement
    filterset_class = AgreementFilterSet

    def listed(self):
        return Agreement.objects.published().with_card(timezone.localdate())


class AgreementDetail(RecordDetail):
    model = Agreement

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .with_card(timezone.localdate())
            .select_related("renews", "framework", "signed_during")
        )

    def get_context_data(self, **kwargs):
        agreement = self.object
        signatories = agreement.signatories.select_related("organisation")
        return super().get_context_data(**kwargs) | {
            "sides": by_country(agreement.public_parties),
            "signatories": list(signatories),
            "standing": Standing(agreement.standing),
            "renewals": list(agreement.renewals.filter(status=Status.PUBLISHED)),
        }

    def blocks(self):
        agreement, today = self.object, timezone.localdate()
        implementing = agreement.implementing_agreements.with_card(today)
        return [
            block(
                _("Implementing agreements"),
                implementing,
                "agreement",
                framework=agreement.public_id,
            ),
            block(
                _("Delegations"),
                Delegation.objects.filter(agreements=agreement).with_card(),
                "delegation",
                agreement=agreement.public_id,
            ),
            block(
                _("Funded projects"),
                Project.objects.filter(agreements=agreement).with_card(),
                "project",
                agreement=agreement.public_id,
            ),
        ]
