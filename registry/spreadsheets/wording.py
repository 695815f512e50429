"""The search text of records that are not written yet, by the rules of ``registry.search``."""

from collections.abc import Mapping
from functools import cache

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
        values.update(said)
        values["_record"] = record

    def __getattr__(self, name):
        return getattr(self._record, name)


class Wording:
    """Finds the words of planned records; a neighbour that many of them name is read once."""

    def __init__(self, planned: Mapping[tuple, RecordPlan]):
        # By the model and the identity of the record.
        self._planned = planned

    def text(self, plan: RecordPlan) -> str:
        """The search text of a new record."""
        said: dict[str, object] = {}
        keys = plan.instance._state.fields_cache
        for relation, is_key, paths in _spoken_of(plan.model):
            if is_key:
                said[relation] = self._neighbour(keys.get(relation))
                continue
            items = plan.new_rows.get(relation) or plan.new_links.get(relation) or ()
            for path in paths:
                items = [self._along(item, path, plan) for item in items]
            said[relation] = Listed(items)
        return search.text_of(plan.model, Spoken(plan.instance, **said))

    def _along(self, item, path: tuple[str, ...], plan: RecordPlan):
        """A row with the neighbours that it names, a neighbour, or a row that says all itself."""
        if not path:
            return self._neighbour(item) if isinstance(item, NEIGHBOURS) else item
        if len(path) == 1:
            return self._neighbour(item)
        key = path[0]
        row = item._record if isinstance(item, Spoken) else item
        if row._meta.get_field(key).many_to_one:
            return Spoken(item, **{key: self._neighbour(row._state.fields_cache.get(key))})
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
def _spoken_of(model) -> list[tuple[str, bool, list[tuple[str, ...]]]]:
    """What the text of the model speaks of: each relation, whether it is a key, the paths on."""
    _words, joined, lookups = search.INDEXED[model]
    paths: dict[str, list] = {name: [] for name in joined}
    for lookup in lookups:
        relation, *path = lookup.split("__")
        paths.setdefault(relation, []).append(tuple(path))
    return [
        (relation, model._meta.get_field(relation).many_to_one, found)
        for relation, found in paths.items()
    ]
