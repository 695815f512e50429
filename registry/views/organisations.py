"""Organisations."""

from django.utils.translation import gettext_lazy as _

from registry import maps
from registry.choices import Status
from registry.filters import OrganisationFilterSet
from registry.models import (
    Agreement,
    Contribution,
    Delegation,
    Organisation,
    Project,
    Source,
)
from registry.views.base import RecordList
from registry.views.details import RecordDetail, is_too_large
from registry.views.partners import partners_of


class OrganisationList(RecordList):
    model = Organisation
    filterset_class = OrganisationFilterSet

    def listed(self):
        return Organisation.objects.published().select_related("place")


class OrganisationDetail(RecordDetail):
    model = Organisation
    is_chronicle = True

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("place__parent__parent")
            .prefetch_related("other_names", "identifiers")
        )

    def get_context_data(self, **kwargs):
        organisation = self.object
        networks = organisation.memberships.filter(network__status=Status.PUBLISHED)
        roles = organisation.fund_roles.filter(fund__status=Status.PUBLISHED)
        context = super().get_context_data(**kwargs)
        return context | {
            "map": None if is_too_large(context["blocks"]) else maps.organisation_map(organisation),
            "memberships": list(networks.select_related("network")),
            "fund_roles": list(roles.select_related("fund")),
            "partners": partners_of(organisation),
        }

    def blocks(self):
        organisation, key = self.object, self.object.public_id
        return [
            self.listed(
                _("Agreements"),
                lambda: Agreement.objects.for_organisation(organisation),
                "agreement",
                organisation=key,
            ),
            self.listed(
                _("Delegations"),
                lambda: Delegation.objects.for_organisation(organisation),
                "delegation",
                organisation=key,
            ),
            self.listed(
                _("Funded projects"),
                lambda: Project.objects.for_organisation(organisation),
                "project",
                organisation=key,
            ),
            self.listed(
                _("Contributions given"),
                lambda: Contribution.objects.filter(funders=organisation).with_card(),
                "contribution",
                organisation=key,
            ),
            self.listed(
                _("Contributions received"),
                lambda: Contribution.objects.filter(recipients=organisation).with_card(),
                "contribution",
                recipient=key,
            ),
            self.listed(
                _("Members"),
                lambda: (
                    Organisation.objects.filter(memberships__network=organisation)
                    .select_related("place")
                    .distinct()
                ),
                "organisation",
                network=key,
            ),
            self.listed(
                _("Published sources"),
                lambda: Source.objects.filter(publisher=organisation).select_related("publisher"),
                "source",
                publisher=key,
            ),
        ]
