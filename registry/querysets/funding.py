"""Funds, calls, projects and the money that goes to these."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Prefetch, Q, Sum

from registry.choices import Status
from registry.querysets.base import RecordQuerySet, named
from registry.querysets.sides import InvolvingQuerySet, Presence

CENT = Decimal("0.01")


def sums(amounts: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    """The sum of each currency, in alphabetical order of their codes."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        if amount is not None:
            totals[currency] += amount
    return dict(sorted(totals.items()))


class ProjectQuerySet(InvolvingQuerySet):
    """A project is present where its partners sit and where it happens."""

    involvement = "partners"

    def presences(self):
        places = self.model._meta.get_field("places").remote_field.through.objects
        return [*super().presences(), Presence(places.all(), "project", "place")]

    def with_card(self):
        return self._with_call().with_organisations().with_domains()

    def with_sides(self):
        """The same, and where the partners sit."""
        return self._with_call().with_organisations(places=True).with_domains()

    def _with_call(self):
        return named(self, "fund", "call", "call__fund")


class FundQuerySet(RecordQuerySet):
    def with_card(self):
        """Each with ``public_organisations``: the published ones that run it, with their side."""
        rows = self.model._meta.get_field("organisations").related_model.objects
        return self.prefetch_related(
            Prefetch(
                "organisations",
                rows.filter(organisation__status=Status.PUBLISHED).select_related("organisation"),
                to_attr="public_organisations",
            )
        )


class CallQuerySet(RecordQuerySet):
    def open(self, on: datetime.date):
        """Calls open on the day; without an opening date, those whose closing date is to come."""
        return self.filter(
            Q(opens_on__isnull=True) | Q(opens_on__possibly_until=on),
            closes_on__possibly_from=on,
        )

    def closing_within(self, days: int, on: datetime.date):
        """Calls that close on the day or within so many days after it."""
        horizon = on + datetime.timedelta(days=days)
        return self.filter(closes_on__possibly_from=on, closes_on__possibly_until=horizon)


class ContributionQuerySet(RecordQuerySet):
    def for_projects(self, projects):
        """Contributions to any of the projects, each once however many of them it is shared by."""
        return self.filter(pk__in=self._to(projects))

    def for_fund(self, fund):
        """Contributions of the fund, of its calls, and to its projects."""
        own = Q(fund=fund) | Q(call__in=fund.calls.all())
        return self.filter(own | Q(pk__in=self._to(self._projects().filter(fund=fund))))

    def for_call(self, call):
        """Contributions under the call, and to its projects."""
        return self.filter(Q(call=call) | Q(pk__in=self._to(self._projects().filter(call=call))))

    def _projects(self):
        return self.model._meta.get_field("projects").related_model.objects.published()

    def _to(self, projects):
        """The keys of the contributions to the projects, found once rather than for each row."""
        links = self.model.projects.through.objects
        return links.filter(project__in=projects).values("contribution")

    def with_card(self):
        """Each with its published funders, recipients and projects, as ``public_funders``…"""
        fields = self.model._meta
        return self.prefetch_related(
            *(
                Prefetch(
                    name,
                    fields.get_field(name).related_model.objects.published(),
                    to_attr=f"public_{name}",
                )
                for name in ("funders", "recipients", "projects")
            )
        )

    def totals(self) -> dict[str, Decimal]:
        """The sum per currency, in alphabetical order of their codes.

        A contribution shared by several projects or funders counts once; currencies are never
        added together; a contribution of unknown amount adds nothing.
        """
        each_once = self.model.objects.filter(pk__in=self.order_by().values("pk"))
        by_currency = each_once.filter(amount__isnull=False).values_list("currency")
        totals = by_currency.annotate(total=Sum("amount")).order_by("currency")
        # SQLite adds floating numbers, exact to far below a cent.
        return {currency: total.quantize(CENT) for currency, total in totals}
