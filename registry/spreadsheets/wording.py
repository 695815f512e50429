"""What records say for the search that are not written yet, by the rules of ``registry.search``."""

from collections.abc import Mapping
from functools import cache, partial

from django.db import models

from registry import search
from registry.models import Domain, Fund, Organisation, Place
from registry.models.base import PublicRecord
from registry.spreadsheets.loading import Listed
from registry.spreadsheets.plans import RecordPlan, identity

# What many records name.
NEIGHBOURS = (Domain, Fund, Organisation, Place)


class Spoken:
    """A record or a row with its neighbours as the plan has them."""

    def __init__(self, record, **said):
        # Its own values at hand: what is not among them is asked of the record.
        values = self.__dict__
        values.update(record.__dict__)
        for name in _described(record.__class__):
            values.pop(name, None)
        values.update(said)
        values["_record"] = record

    def __getattr__(self, name):
        return getattr(self._record, name)


class Wording:
    """Finds the words of planned records; a neighbour that many of them name is read once."""

    def __init__(self, planned: Mapping[tuple, RecordPlan]):
        # By the model and the identity of the record.
        self._planned = planned

    def said(self, plan: RecordPlan) -> tuple[list[str], str]:
        """What a new record says, for ``search.texts``."""
        said: dict[str, object] = {}
        keys, neighbour = plan.instance._state.fields_cache, self._neighbour
        for relation, is_key, are_neighbours, rows_name in _spoken_of(plan.model):
            if is_key:
                said[relation] = neighbour(keys.get(relation))
                continue
            items = plan.new_rows.get(relation) or plan.new_links.get(relation) or ()
            if are_neighbours:
                items = [neighbour(item) for item in items]
            for key, is_one in rows_name:
                along = self._naming if is_one else partial(self._listing, plan)
                items = [along(item, key) for item in items]
            said[relation] = Listed(items)
        return search.said_of(plan.model, Spoken(plan.instance, **said))

    def _naming(self, item, key: str) -> Spoken:
        """A row with the neighbour that it names, which is mostly all that it says."""
        spoken = Spoken.__new__(Spoken)
        named = _row_of(item)._state.fields_cache.get(key)
        spoken.__dict__ = {"_record": item, key: self._neighbour(named)}
        return spoken

    def _listing(self, plan: RecordPlan, item, key: str) -> Spoken:
        """A row with the neighbours that it lists."""
        row = _row_of(item)
        named = (
            self._neighbour(target)
            for owner, relation, targets in plan.row_links
            if owner is row and relation == key
            for target in targets
        )
        return Spoken(item, **{key: Listed(named)})

    def _neighbour(self, record):
        if record is None:
            return None
        spoken = record.__dict__.get("_spoken")
        if spoken is None:
            plan = self._planned.get((type(record), identity(record)))
            spoken = record.__dict__["_spoken"] = self._named(record, plan)
        return spoken

    @staticmethod
    def _named(record, plan: RecordPlan | None) -> Spoken:
        known = plan.instance if plan else record
        # ``folded`` is filled in by what finds the words.
        said: dict[str, object] = {"folded": []}
        if isinstance(known, PublicRecord):
            said |= {"public_id": known.public_id, "is_published": known.is_published}
        if plan is not None and plan.is_new:
            said["other_names"] = Listed(plan.new_rows.get("other_names", ()))
        elif plan is not None:
            said["other_names"] = Listed(plan.rows("other_names"))
        elif hasattr(record, "other_names"):
            said["other_names"] = Listed(record.other_names.all())
        return Spoken(known, **said)


@cache
def _described(kind) -> list[str]:
    """The fields that are more than the values which a record of this class has at hand."""
    if not issubclass(kind, models.Model):
        return []
    own = models.Field.descriptor_class
    fields = kind._meta.concrete_fields
    return [one.attname for one in fields if not (one.is_relation or one.descriptor_class is own)]


def _row_of(item):
    return item._record if item.__class__ is Spoken else item


@cache
def _spoken_of(model) -> list[tuple[str, bool, bool, list[tuple[str, bool]]]]:
    """What the text of the model speaks of: each relation, whether it is a key, whether it leads
    to neighbours, and if to rows, what these name: the key or list, whether it is a key.
    """
    _words, joined, lookups = search.INDEXED[model]
    paths: dict[str, list[str]] = {name: [] for name in joined}
    for lookup in lookups:
        relation, *path = lookup.split("__")
        paths.setdefault(relation, []).extend(path[:1])
    found = []
    for relation, names in paths.items():
        field = model._meta.get_field(relation)
        target = field.related_model
        named = [(name, target._meta.get_field(name)) for name in names]
        rows_name = [(name, one.many_to_one) for name, one in named if target not in NEIGHBOURS]
        found.append((relation, field.many_to_one, target in NEIGHBOURS, rows_name))
    return found
