"""The records of a kind that the registry keeps: what they are called, themselves once meant."""

from collections import defaultdict
from collections.abc import Iterator

from django.db import models
from django.utils.functional import cached_property

from registry.rights import Rights
from registry.spreadsheets.loading import Loader

# What look-ups do not need of a record.
UNUSED = ("search_text", "summary", "internal_notes")
# So many are loaded one by one before all are, or one in so many; a few are all, and for a long
# file many.
SELDOM, ONE_IN = 25, 200
FEW, MANY = 1_000, 10_000


class Kept:
    """A registry may keep very many records, and most files mean a handful of them."""

    def __init__(self, model, rights: Rights, joined=(), relations=(), unused=UNUSED):
        self.model = model
        self._joined, self._relations = joined, relations
        self._loader = Loader(unused)
        self._records: dict[int, models.Model | None] = {}
        self._asked = 0
        self._is_whole = False
        visible = rights.visible(model._base_manager.order_by())
        # Those that the importer may know of; nothing where these are all.
        self._visible = (
            None if rights.is_administrator else set(visible.values_list("pk", flat=True))
        )

    def __getitem__(self, pk: int) -> models.Model | None:
        """The record with this key, always the same; none where it is gone by now."""
        if pk not in self._records:
            self._load(pk)
        return self._records[pk]

    def load_ahead(self) -> None:
        """Load all of them, if they are not too many for a file that may mean a few."""
        if self._count <= MANY:
            self._load_all()

    def sees(self, pk: int) -> bool:
        return self._visible is None or pk in self._visible

    def hides(self, record) -> bool:
        """Whether it is a record of the registry of which the importer may not know."""
        return record.pk is not None and not self.sees(record.pk)

    def entry(self, record):
        """What stands for a record among the names: its key, if it was loaded from here."""
        pk = getattr(record, "pk", None)
        return pk if pk is not None and self._records.get(pk) is record else record

    def identified(self, public_id: str) -> models.Model | None:
        pk = self._by_public_id.get(public_id)
        return None if pk is None else self[pk]

    @cached_property
    def _by_public_id(self) -> dict[str, int]:
        rows = self.model._base_manager.order_by().values_list("public_id", "pk")
        return dict(rows.iterator(chunk_size=5_000))

    def names(self, *fields: str, others: str = "") -> Iterator[tuple[int, list[str]]]:
        """The key of each record and its names; ``others`` are rows that have more of them.

        Those of which the importer may not know have none.
        """
        more = defaultdict(list)
        if others:
            relation = self.model._meta.get_field(others)
            rows = relation.related_model._base_manager.order_by("pk")
            for pk, name in rows.values_list(relation.field.attname, "name").iterator():
                more[pk].append(name)
        rows = self.model.objects.values_list("pk", *fields)
        for pk, *names in rows.iterator(chunk_size=5_000):
            if self.sees(pk):
                yield pk, [*names, *more.get(pk, ())]

    def _load(self, pk: int) -> None:
        self._asked += 1
        if self._asked > max(SELDOM, self._count // ONE_IN) or self._count <= FEW:
            self._load_all()
        if pk not in self._records:
            self._records |= self._read([pk])
        self._records.setdefault(pk)

    def _load_all(self) -> None:
        if not self._is_whole:
            self._is_whole = True
            keys = self.model._base_manager.order_by("pk").values_list("pk", flat=True)
            self._records |= self._read([one for one in keys if one not in self._records])

    def _read(self, pks: list[int]) -> dict[int, models.Model]:
        return self._loader.load(self.model, pks, self._joined, self._relations)

    @cached_property
    def _count(self) -> int:
        return self.model._base_manager.count()
