"""Agreements."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import Standing
from registry.filters import AgreementFilterSet
from registry.models import Agreement, Contribution, Delegation, Project, Signatory
from registry.querysets.prepared import Prepared
from registry.views.base import RecordList
from registry.views.details import Near, RecordDetail, block, by_country, country_of
from registry.views.terms import term_of

CHAIN_LENGTH = 30


class AgreementList(RecordList):
    model = Agreement
    filterset_class = AgreementFilterSet

    def listed(self):
        return Agreement.objects.published().with_card(timezone.localdate())


_chain = Prepared(
    lambda key, day: Agreement.objects.chain_of(key).with_standing(day)[:CHAIN_LENGTH]
)
_signatories = Prepared(
    lambda key: Signatory.objects.filter(agreement=key).select_related("organisation__place")
)
_implementing = Near(lambda key, day: Agreement.objects.filter(framework=key).with_card(day))
_delegations = Near(lambda key: Delegation.objects.filter(agreements=key).with_card())
_projects = Near(lambda key: Project.objects.filter(agreements=key).with_card())


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
        chain = _chain(agreement.pk, day=today)
        for one in chain:
            one.begins_on = one.starts_on or one.signed_on
        renewals = [one for one in chain if one.renews_id == agreement.pk]
        begun = [one for one in renewals if one.standing in (Standing.IN_FORCE, Standing.ENDED)]
        sides, others = _sides(agreement)
        context = super().get_context_data(**kwargs)
        return context | {
            "sides": sides,
            "other_signatories": others,
            "standing": Standing(agreement.standing),
            "bar": term_of(agreement, agreement.standing, today, next(iter(begun), None)),
            "chain": chain if len(chain) > 1 else [],
            "totals": self._totals(context["blocks"]),
        }

    def _totals(self, blocks) -> dict:
        """What its projects received, each contribution once."""
        if not any(one.kind == "project" for one in blocks):
            return {}
        projects = Project.objects.published().filter(agreements=self.object)
        return Contribution.objects.published().for_projects(projects).totals()

    def blocks(self):
        agreement, key = self.object.pk, self.object.public_id
        return [
            block(
                _("Implementing agreements"),
                _implementing(agreement, day=timezone.localdate()),
                "agreement",
                framework=key,
            ),
            block(_("Delegations"), _delegations(agreement), "delegation", agreement=key),
            block(_("Funded projects"), _projects(agreement), "project", agreement=key),
        ]


def _sides(agreement) -> tuple[list[tuple[str, list, list]], list]:
    """Parties and signatories by the country of their organisation; the signatories of no side."""
    signatories: dict[str, list] = {}
    for signatory in _signatories(agreement.pk):
        organisation = signatory.organisation
        known = organisation and organisation.is_published
        signatories.setdefault(country_of(organisation) if known else "", []).append(signatory)
    sides = [
        (country, parties, signatories.pop(country, []))
        for country, parties in by_country(agreement.public_parties)
    ]
    return sides, [signatory for rest in signatories.values() for signatory in rest]
