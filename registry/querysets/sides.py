"""Who and where: records that organisations take part in, on one side or on both."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from registry.choices import Status
from registry.querysets.base import RecordQuerySet, named


@dataclass(frozen=True)
class Side:
    """One side of a cooperation: a place with all that lies in it, a country, or both."""

    place: models.Model | None = None
    country: str = ""

    def __bool__(self):
        return bool(self.place or self.country)


@dataclass(frozen=True)
class Presence:
    """Rows that tie a record to a place: their key to the record, and their path to the place."""

    rows: models.QuerySet
    record: str
    place: str


class InvolvingQuerySet(RecordQuerySet):
    """Records that organisations take part in; ``involvement`` is the path to them.

    Only published organisations make a record show under their place or country: a draft must not
    be told by a list that it changes.
    """

    involvement = ""

    def _related(self, name):
        return self.model._meta.get_field(name).related_model.objects

    def presences(self) -> list[Presence]:
        through = self.model._meta.get_field(self.involvement)
        rows = through.related_model.objects.filter(organisation__status=Status.PUBLISHED)
        return [Presence(rows, through.field.name, "organisation__place")]

    def _on_side(self, side: Side, presence: Presence):
        """The rows of the presence that are on the side."""
        conditions = {}
        if side.place:
            within = type(side.place).objects.published().within(side.place)
            conditions[f"{presence.place}__in"] = within.values("pk")
        if side.country:
            conditions[f"{presence.place}__country"] = side.country
            conditions[f"{presence.place}__status"] = Status.PUBLISHED
        return presence.rows.filter(**conditions)

    def present_in(self, side: Side, other: Side | None = None):
        """Those that are present on the side and, if another is given, on that one too.

        The two sides are two presences: an agreement of one organisation in Rennes is not a
        cooperation of Rennes with Brittany.
        """
        found = Q()
        for presence in self.presences():
            rows = self._on_side(side, presence).filter(**{presence.record: OuterRef("pk")})
            if other:
                rows = rows.filter(self._also_on(other, presence))
            found |= Q(Exists(rows))
        return self.filter(found)

    def _also_on(self, other: Side, presence: Presence) -> Q:
        found = Q()
        for second in self.presences():
            rows = self._on_side(other, second).filter(**{second.record: OuterRef(presence.record)})
            if second.rows.model is presence.rows.model:
                rows = rows.exclude(pk=OuterRef("pk"))
            found |= Q(Exists(rows))
        return found

    def _involving(self, organisation) -> Q:
        through = self.model._meta.get_field(self.involvement)
        return Q(
            Exists(
                through.related_model.objects.filter(
                    **{through.field.name: OuterRef("pk")},
                    organisation=organisation.pk,
                    organisation__status=Status.PUBLISHED,
                )
            )
        )

    def for_organisation(self, organisation):
        return self.filter(self._involving(organisation))

    def for_place(self, place):
        """Those whose organisations sit in the place or in what it contains."""
        return self.present_in(Side(place=place))

    def for_country(self, code):
        return self.present_in(Side(country=code))

    def in_domain(self, domain):
        """Those of the domain or of one below it."""
        link = self.model._meta.get_field("domains").remote_field
        rows = link.through.objects.filter(
            Q(domain=domain) | Q(domain__parent=domain),
            **{self.model._meta.model_name: OuterRef("pk")},
        )
        return self.filter(Exists(rows))

    def with_domains(self):
        return self.prefetch_related("domains")

    def with_organisations(self, *, places=False):
        """Each with ``public_<involvement>``: its rows whose organisation is published.

        ``places`` come with these where their sides are told apart; a line only names them.
        """
        rows = self._related(self.involvement)
        organisations = rows.model._meta.get_field("organisation").related_model.objects
        # A subquery: for a plain condition SQLite reads all published organisations first.
        rows = rows.filter(Exists(organisations.filter(pk=OuterRef("organisation")).published()))
        full = rows.select_related("organisation__place")
        rows = full if places else named(rows, "organisation")
        return self.prefetch_related(
            Prefetch(self.involvement, rows, to_attr=f"public_{self.involvement}")
        )
