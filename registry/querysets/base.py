"""Records with a publication status, and places."""

from django.db import connections, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.dispatch import Signal
from django.utils import timezone

from registry.choices import Status

UPDATE_BATCH = 500

# Sent after many records changed their status at once, since updates send no post_save: with
# ``pks``, the new ``status``, ``at``, ``by``, ``reason``, and in ``moved`` for each record its
# primary key, its former status and when it was first published.
records_moved = Signal()


# What the names and addresses of records are made of.
NAMING = {"public_id", "status", "title", "name", "name_fr", "name_en", "acronym"}
NAMING |= {"edition", "fund"}

WITHIN = """
    WITH RECURSIVE inside(id) AS (
        SELECT id FROM %(table)s WHERE id = %%s
        UNION SELECT below.id FROM %(table)s below JOIN inside ON below.parent_id = inside.id
    ) SELECT id FROM inside
"""

# From each country to the next, by the index: never all places.
COUNTRIES = """
    WITH RECURSIVE present(code) AS (
        SELECT min(country) FROM %(table)s
        UNION ALL
        SELECT (SELECT min(country) FROM %(table)s WHERE country > code) FROM present
        WHERE code IS NOT NULL
    ) SELECT code FROM present WHERE EXISTS (
        SELECT 1 FROM %(table)s WHERE country = code AND status = %%s
    )
"""


def named(queryset, *paths: str):
    """With the records at the end of the paths, of which no more is read than names them."""
    beyond = []
    for path in paths:
        model = queryset.model
        for name in path.split("__"):
            model = model._meta.get_field(name).related_model
        beyond += (
            f"{path}__{field.name}"
            for field in model._meta.concrete_fields
            if field.name not in NAMING and not field.primary_key
        )
    return queryset.select_related(*paths).defer(*beyond)


class RecordQuerySet(models.QuerySet):
    """Records with a publication status."""

    def published(self):
        return self.filter(status=Status.PUBLISHED)

    def last_changed(self):
        """The published ones, the last changed first."""
        return self.published().order_by("-updated_at", "-pk")

    def publish(self, by=None, reason="") -> int:
        """Show the records to the public; the number of those that were not shown before."""
        return self.move_to(Status.PUBLISHED, by, reason)

    def send_to_review(self, by=None, reason="") -> int:
        return self.move_to(Status.IN_REVIEW, by, reason)

    def return_to_draft(self, by=None, reason="") -> int:
        return self.move_to(Status.DRAFT, by, reason)

    def archive(self, by=None, reason="") -> int:
        return self.move_to(Status.ARCHIVED, by, reason)

    def move_to(self, status, by=None, reason="") -> int:
        """Give the records a status, with its trail; the number of those that had another."""
        now = timezone.now()
        changes = {"status": status, "updated_at": now, "updated_by": by}
        if status == Status.PUBLISHED:
            changes["published_at"] = Coalesce("published_at", now)
        if status in (Status.PUBLISHED, Status.ARCHIVED):
            changes["preview_key"] = ""  # a link to the draft does not come back with it
        with transaction.atomic():
            others = self.exclude(status=status).order_by()
            moved = list(others.values_list("pk", "status", "published_at"))
            pks = [pk for pk, *_before in moved]
            for start in range(0, len(pks), UPDATE_BATCH):
                batch = pks[start : start + UPDATE_BATCH]
                self.model._base_manager.filter(pk__in=batch).update(**changes)
            records_moved.send(
                sender=self.model,
                pks=pks,
                moved=moved,
                status=status,
                at=now,
                by=by,
                reason=reason,
            )
        return len(pks)

    def get_by_natural_key(self, public_id):
        return self.get(public_id=public_id)


class PlaceQuerySet(RecordQuerySet):
    def within(self, place):
        """The place and all that it contains, to any depth: one recursive query, no list of keys.

        ``UNION`` leaves out what is found twice, so that a loop would end too.
        """
        inside = RawSQL(WITHIN % {"table": self.model._meta.db_table}, [place.pk])  # noqa: S611
        return self.filter(pk__in=inside)

    def countries(self) -> list[str]:
        """The codes of the countries in which a published place lies, however many places."""
        with connections[self.db].cursor() as cursor:
            table = self.model._meta.db_table
            cursor.execute(COUNTRIES % {"table": table}, [Status.PUBLISHED.value])
            return [code for (code,) in cursor.fetchall()]
