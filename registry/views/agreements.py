"""Agreements."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import Standing
from registry.filters import AgreementFilterSet
from registry.models import Agreement, Contribution, Delegation, Project
from registry.views.base import RecordList
from registry.views.details import RecordDetail, block, by_country, country_of
from registry.views.terms import term_of

CHAIN_LENGTH = 30


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
            .with_sides(timezone.localdate())
            .select_related("renews", "framework", "signed_during")
        )

    def get_context_data(self, **kwargs):
        agreement, today = self.object, timezone.localdate()
        chain = list(Agreement.objects.chain_of(agreement).with_standing(today)[:CHAIN_LENGTH])
        for one in chain:
            one.begins_on = one.starts_on or one.signed_on
        renewals = [one for one in chain if one.renews_id == agreement.pk]
        begun = [one for one in renewals if one.standing in (Standing.IN_FORCE, Standing.ENDED)]
        sides, others = _sides(agreement)
        projects = Project.objects.published().filter(agreements=agreement)
        return super().get_context_data(**kwargs) | {
            "sides": sides,
            "other_signatories": others,
            "standing": Standing(agreement.standing),
            "bar": term_of(agreement, agreement.standing, today, next(iter(begun), None)),
            "chain": chain if len(chain) > 1 else [],
            "totals": Contribution.objects.published().for_projects(projects).totals(),
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


def _sides(agreement) -> tuple[list[tuple[str, list, list]], list]:
    """Parties and signatories by the country of their organisation; the signatories of no side."""
    signatories: dict[str, list] = {}
    for signatory in agreement.signatories.select_related("organisation__place"):
        organisation = signatory.organisation
        known = organisation and organisation.is_published
        signatories.setdefault(country_of(organisation) if known else "", []).append(signatory)
    sides = [
        (country, parties, signatories.pop(country, []))
        for country, parties in by_country(agreement.public_parties)
    ]
    return sides, [signatory for rest in signatories.values() for signatory in rest]
