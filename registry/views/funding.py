"""Funds, calls, projects and contributions."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.choices import PartnerRole
from registry.facets import index_of
from registry.filters import (
    CallFilterSet,
    ContributionFilterSet,
    FundFilterSet,
    ProjectFilterSet,
)
from registry.filters.base import among
from registry.models import Agreement, Call, Contribution, Delegation, Fund, Place, Project
from registry.querysets.funding import sums
from registry.querysets.prepared import Prepared
from registry.views.base import RecordList
from registry.views.details import Near, RecordDetail, block, by_country


class FundList(RecordList):
    model = Fund
    filterset_class = FundFilterSet

    def listed(self):
        return Fund.objects.published().with_card()


def _totals(record, facet: str, contributions: Callable[[], QuerySet]) -> dict:
    """The totals of what the list has by a facet, remembered until the data change.

    Those of a draft, which is in no list, by query.
    """
    if not record.is_published:
        return contributions().published().totals()
    index, value = index_of(Contribution), record.public_id
    keys = (index.keys[position] for position in index.having(facet, value))
    published = Contribution.objects.published()
    return index.remember(("totals", facet, value), lambda: among(published, "pk", keys).totals())


class FundDetail(RecordDetail):
    model = Fund

    def get_queryset(self):
        return super().get_queryset().with_card()

    def get_context_data(self, **kwargs):
        fund = self.object
        totals = _totals(fund, "fund", lambda: Contribution.objects.for_fund(fund))
        return super().get_context_data(**kwargs) | {"totals": totals}

    def blocks(self):
        fund, key = self.object, self.object.public_id
        return [
            self.listed(
                _("Calls for projects"), lambda: fund.calls.select_related("fund"), "call", fund=key
            ),
            self.listed(
                _("Funded projects"), lambda: fund.projects.with_card(), "project", fund=key
            ),
            self.listed(
                _("Contributions"),
                lambda: Contribution.objects.for_fund(fund).with_card(),
                "contribution",
                fund=key,
            ),
        ]


class CallList(RecordList):
    model = Call
    filterset_class = CallFilterSet

    def listed(self):
        return Call.objects.published().select_related("fund")


class CallDetail(RecordDetail):
    model = Call

    def get_queryset(self):
        return super().get_queryset().select_related("fund")

    def get_context_data(self, **kwargs):
        call = self.object
        today = timezone.localdate()
        return super().get_context_data(**kwargs) | {
            "totals": _totals(call, "call", lambda: Contribution.objects.for_call(call)),
            "is_open": Call.objects.open(today).filter(pk=call.pk).exists(),
        }

    def blocks(self):
        call, key = self.object, self.object.public_id
        return [
            self.listed(
                _("Funded projects"), lambda: call.projects.with_card(), "project", call=key
            ),
            self.listed(
                _("Contributions"),
                lambda: Contribution.objects.for_call(call).with_card(),
                "contribution",
                call=key,
            ),
        ]


class ProjectList(RecordList):
    model = Project
    filterset_class = ProjectFilterSet

    def listed(self):
        return Project.objects.published().with_card()


_contributions = Prepared(
    lambda project: Contribution.objects.published().filter(projects=project).with_card()
)
_places = Prepared(lambda project: Place.objects.published().filter(projects=project))
_agreements = Near(lambda project, day: Agreement.objects.filter(projects=project).with_card(day))
_delegations = Near(lambda project: Delegation.objects.filter(projects=project).with_card())


class ProjectDetail(RecordDetail):
    model = Project

    def get_queryset(self):
        return super().get_queryset().with_sides()

    def get_context_data(self, **kwargs):
        project = self.object
        partners = project.public_partners
        contributions = _contributions(project.pk)
        for contribution in contributions:
            contribution.shared_with = len(contribution.public_projects) - 1
        return super().get_context_data(**kwargs) | {
            "sides": [
                (
                    country,
                    [row for row in rows if row.role == PartnerRole.LEAD],
                    [row for row in rows if row.role != PartnerRole.LEAD],
                )
                for country, rows in by_country(partners)
            ],
            "places": _places(project.pk),
            "contributions": contributions,
            "totals": sums((one.currency, one.amount) for one in contributions),
        }

    def blocks(self):
        project, today = self.object, timezone.localdate()
        return [
            block(
                _("Agreements it carries out"),
                _agreements(project.pk, day=today),
                "agreement",
                project=project.public_id,
            ),
            block(
                _("Delegations"),
                _delegations(project.pk),
                "delegation",
                project=project.public_id,
            ),
        ]


class ContributionList(RecordList):
    model = Contribution
    filterset_class = ContributionFilterSet

    def listed(self):
        return Contribution.objects.published().with_card()

    def get_context_data(self, **kwargs):
        filters = self.filterset
        question = ("totals", filters.found.question)
        totals = filters.index.remember(question, lambda: filters.qs.totals())
        return super().get_context_data(**kwargs) | {"totals": totals}


class ContributionDetail(RecordDetail):
    model = Contribution

    def get_queryset(self):
        return super().get_queryset().select_related("fund", "call__fund").with_card()

    def blocks(self):
        contribution = self.object
        return [
            block(
                _("Funded projects"),
                contribution.projects.with_card(),
                "project",
                contribution=contribution.public_id,
            )
        ]
