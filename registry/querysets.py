"""Query sets of the registry: adjectives that compose, such as ``published().in_force(today)``.

They reach their model through ``self.model`` alone, so that models can be built on them.
"""

import datetime
from collections import defaultdict
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.dispatch import Signal
from django.utils import timezone

from registry.choices import Status

UPDATE_BATCH = 500

# Sent with ``pks`` after many records changed their status at once: updates send no post_save.
records_moved = Signal()


class RecordQuerySet(models.QuerySet):
    """Records with a publication status."""

    def published(self):
        return self.filter(status=Status.PUBLISHED)

    def publish(self, by=None) -> int:
        """Show the records to the public; the number of those that were not shown before."""
        return self._move_to(Status.PUBLISHED, by)

    def send_to_review(self, by=None) -> int:
        return self._move_to(Status.IN_REVIEW, by)

    def return_to_draft(self, by=None) -> int:
        return self._move_to(Status.DRAFT, by)

    def archive(self, by=None) -> int:
        return self._move_to(Status.ARCHIVED, by)

    def _move_to(self, status, by) -> int:
        """Give the records a status, with its trail; the number of those that had another."""
        now = timezone.now()
        changes = {"status": status, "updated_at": now, "updated_by": by}
        if status == Status.PUBLISHED:
            changes["published_at"] = Coalesce("published_at", now)
        with transaction.atomic():
            pks = list(self.exclude(status=status).order_by().values_list("pk", flat=True))
            for start in range(0, len(pks), UPDATE_BATCH):
                batch = pks[start : start + UPDATE_BATCH]
                self.model._base_manager.filter(pk__in=batch).update(**changes)
            records_moved.send(sender=self.model, pks=pks)
        return len(pks)

    def get_by_natural_key(self, public_id):
        return self.get(public_id=public_id)


class PlaceQuerySet(RecordQuerySet):
    def within(self, place):
        """The place and all that it contains, to any depth."""
        found, layer = {place.pk}, [place.pk]
        while layer:
            children = self.model.objects.filter(parent__in=layer).values_list("pk", flat=True)
            layer = [pk for pk in children if pk not in found]
            found.update(layer)
        return self.filter(pk__in=found)


class InvolvingQuerySet(RecordQuerySet):
    """Records that organisations take part in; ``involvement`` is the path to them.

    Only published organisations make a record show under their place or country: a draft must not
    be told by a list that it changes.
    """

    involvement = ""

    def _involving(self, **conditions):
        through = self.model._meta.get_field(self.involvement)
        owner = through.field.name
        rows = through.related_model.objects.filter(
            **{owner: OuterRef("pk"), "organisation__status": Status.PUBLISHED},
            **{f"organisation__{path}": value for path, value in conditions.items()},
        )
        return self.filter(Exists(rows))

    def for_organisation(self, organisation):
        return self._involving(pk=organisation.pk)

    def for_place(self, place):
        """Those whose organisations sit in the place or in what it contains."""
        within = type(place).objects.published().within(place)
        return self._involving(place__in=within.values("pk"))

    def for_country(self, code):
        return self._involving(place__country=code, place__status=Status.PUBLISHED)


class AgreementQuerySet(InvolvingQuerySet):
    involvement = "parties"

    def begun(self, on: datetime.date):
        """Those that had begun by the day, or may have: 2010 begins on 1 January 2010."""
        return self.filter(self._begun(on))

    @staticmethod
    def _begun(on, prefix=""):
        return Q(**{f"{prefix}starts_on__possibly_until": on}) | Q(
            **{
                f"{prefix}starts_on__isnull": True,
                f"{prefix}signed_on__possibly_until": on,
            }
        )

    def _in_force(self, on):
        renewed = self.model.objects.filter(
            self._begun(on), renews=OuterRef("pk"), status=Status.PUBLISHED
        )
        return (
            self._begun(on)
            & (Q(ends_on__isnull=True) | Q(ends_on__possibly_from=on) | Q(tacit_renewal=True))
            & (
                Q(terminated_on__isnull=True)
                | Q(terminated_on__possibly_from=on + datetime.timedelta(days=1))
            )
            & ~Exists(renewed)
        )

    def in_force(self, on: datetime.date):
        """Agreements in force on the day.

        An agreement is in force from its start (without one, its signature) to its end, both days
        included; without an end, or with tacit renewal, until it is terminated. The day of
        termination is the first day out of force. A published renewal that has begun takes its
        place. A date known to the year or the month counts for as long as it may: 2010 begins on
        1 January and ends on 31 December. Without any date, nothing shows that it is in force.
        """
        return self.filter(self._in_force(on))

    def with_in_force(self, on: datetime.date):
        """Each agreement with ``is_in_force``, by the rule of ``in_force``."""
        return self.annotate(
            is_in_force=models.Case(
                models.When(self._in_force(on), then=True),
                default=False,
                output_field=models.BooleanField(),
            )
        )

    def ended(self, on: datetime.date):
        """Agreements that had begun and are no longer in force on the day."""
        return self.begun(on).exclude(self._in_force(on))

    def expiring_within(self, days: int, on: datetime.date):
        """In force on the day, and surely ended ``days`` later unless something renews them."""
        horizon = on + datetime.timedelta(days=days)
        return (
            self.in_force(on)
            .filter(ends_on__isnull=False, ends_on__possibly_until=horizon, tacit_renewal=False)
            .exclude(ends_on__possibly_from=horizon + datetime.timedelta(days=1))
        )


class DelegationQuerySet(InvolvingQuerySet):
    involvement = "participants"

    def for_place(self, place):
        """Those that stop in the place, or whose participants come from it."""
        within = type(place).objects.published().within(place).values("pk")
        stops = self.model._meta.get_field("stops").related_model.objects.filter(
            delegation=OuterRef("pk"), place__in=within
        )
        return self.filter(Exists(stops)) | super().for_place(place)

    def for_country(self, code):
        stops = self.model._meta.get_field("stops").related_model.objects.filter(
            delegation=OuterRef("pk"), place__country=code, place__status=Status.PUBLISHED
        )
        return self.filter(Exists(stops)) | super().for_country(code)

    def upcoming(self, on: datetime.date):
        return self.filter(starts_on__possibly_from=on)


class ProjectQuerySet(InvolvingQuerySet):
    involvement = "partners"


class CallQuerySet(RecordQuerySet):
    def open(self, on: datetime.date):
        """Calls open on the day; without an opening date, those whose closing date is to come."""
        return self.filter(
            Q(opens_on__isnull=True) | Q(opens_on__possibly_until=on),
            closes_on__possibly_from=on,
        )


class ContributionQuerySet(RecordQuerySet):
    def for_projects(self, projects):
        """Contributions to any of the projects, each once however many of them it is shared by."""
        links = self.model.projects.through.objects.filter(
            contribution=OuterRef("pk"), project__in=projects
        )
        return self.filter(Exists(links))

    def totals(self) -> dict[str, Decimal]:
        """The sum per currency, in alphabetical order of their codes.

        A contribution shared by several projects or funders counts once; currencies are never
        added together; a contribution of unknown amount adds nothing.
        """
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        rows = self.order_by("currency").values_list("pk", "currency", "amount").distinct()
        for _pk, currency, amount in rows:
            if amount is not None:
                totals[currency] += amount
        return dict(totals)
