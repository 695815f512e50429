"""Agreements: which are in force, which expire."""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from registry.choices import Standing, Status
from registry.querysets.sides import InvolvingQuerySet

# The agreement, those that it renews, and all that renew any of these. A chain stops at a record
# that is not published, which must not be told by what hangs on it. The step beyond one is refused
# by the status of the row before: said of the next row, SQLite makes a filter of all rows first.
CHAIN = """
    WITH RECURSIVE above(id, renews_id, status) AS (
        SELECT id, renews_id, CAST(%%s AS varchar(10)) FROM %(table)s WHERE id = %%s
        UNION SELECT older.id, older.renews_id, older.status FROM %(table)s older
            JOIN above ON older.id = above.renews_id WHERE above.status = %%s
    ), family(id, status) AS (
        SELECT id, status FROM above WHERE status = %%s
        UNION SELECT newer.id, newer.status FROM %(table)s newer
            JOIN family ON newer.renews_id = family.id WHERE family.status = %%s
    ) SELECT id FROM family WHERE status = %%s
"""


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

    def with_standing(self, on: datetime.date):
        """Each agreement with ``standing``, one of ``choices.Standing``.

        Without a date of beginning there is nothing to tell it from.
        """
        dated = Q(starts_on__isnull=False) | Q(signed_on__isnull=False)
        return self.annotate(
            standing=models.Case(
                models.When(self._in_force(on), then=models.Value(Standing.IN_FORCE)),
                models.When(self._begun(on), then=models.Value(Standing.ENDED)),
                models.When(dated, then=models.Value(Standing.UPCOMING)),
                default=models.Value(Standing.UNSTATED),
                output_field=models.CharField(),
            )
        )

    def with_card(self, on: datetime.date):
        """What a line of a list shows."""
        return self.with_standing(on).with_organisations().with_domains()

    def with_sides(self, on: datetime.date):
        """The same, and where the parties sit."""
        return self.with_standing(on).with_organisations(places=True).with_domains()

    def chain_of(self, key: int):
        """The chain of renewals that an agreement is part of, the oldest first."""
        published = Status.PUBLISHED.value
        sql = CHAIN % {"table": self.model._meta.db_table}
        family = RawSQL(sql, [published, key, *[published] * 4])  # noqa: S611
        return self.filter(pk__in=family).order_by(
            Coalesce("starts_on", "signed_on").asc(nulls_last=True), "pk"
        )

    def for_organisation(self, organisation):
        """Those that it is a party to, or that somebody signed for it."""
        signed = self._related("signatories").filter(
            agreement=OuterRef("pk"),
            organisation=organisation.pk,
            organisation__status=Status.PUBLISHED,
        )
        return self.filter(self._involving(organisation) | Q(Exists(signed)))

    def ended(self, on: datetime.date):
        """Agreements that had begun and are no longer in force on the day."""
        return self.begun(on).exclude(self._in_force(on))

    def expiring_within(self, days: int, on: datetime.date):
        """In force on the day, and surely ended ``days`` later unless something renews them."""
        horizon = on + datetime.timedelta(days=days)
        return (
            self.in_force(on)
            # The year is implied by being in force; said plainly, an index begins there.
            .filter(ends_on__gte=f"{on.year:04}", ends_on__possibly_until=horizon)
            .filter(tacit_renewal=False)
            .exclude(ends_on__possibly_from=horizon + datetime.timedelta(days=1))
        )

    def lapsed(self, on: datetime.date):
        """Surely past their end, neither renewed nor ended on purpose."""
        renewals = self.model.objects.filter(renews=OuterRef("pk"))
        return self.filter(
            ~Exists(renewals),
            ends_on__isnull=False,
            terminated_on__isnull=True,
            tacit_renewal=False,
        ).exclude(ends_on__possibly_from=on)
