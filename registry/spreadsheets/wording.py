"""The search text of records that are not written yet, by the rules of ``registry.search``."""

from collections.abc import Mapping

from registry import search
from registry.spreadsheets.plans import RecordPlan, identity


class Listed(list):
    """What a plan holds of a relation, read as a manager is."""

    def all(self):
        return self


class Spoken:
    """A record with its neighbours as the plan has them."""

    def __init__(self, record, **relations):
        self.__dict__.update(relations, _record=record)

    def __getattr__(self, name):
        return getattr(self._record, name)


class Wording:
    """Finds the words of planned records; a neighbour that many of them name is read once."""

    def __init__(self, planned: Mapping[tuple, RecordPlan]):
        # By the model and the identity of the record.
        self._planned = planned
        self._neighbours: dict[tuple, Spoken] = {}

    def text(self, plan: RecordPlan) -> str:
        """The search text of a new record."""
        _words, _joined, lookups = search.INDEXED[plan.model]
        relations: dict[str, object] = {}
        for lookup in lookups:
            relation, *path = lookup.split("__")
            if plan.model._meta.get_field(relation).many_to_one:
                relations[relation] = self._neighbour(getattr(plan.instance, relation))
                continue
            items = relations.get(relation)
            if items is None:
                items = plan.new_rows.get(relation) or plan.new_links.get(relation) or ()
            relations[relation] = Listed(self._along(item, path, plan) for item in items)
        return search.text_of(plan.model, Spoken(plan.instance, **relations))

    def _along(self, item, path: list[str], plan: RecordPlan):
        """A row with the neighbours that it names, a neighbour, or a row that says all itself."""
        if not path:
            return item
        if len(path) == 1:
            return self._neighbour(item)
        key = path[0]
        if item._meta.get_field(key).many_to_one:
            return Spoken(item, **{key: self._neighbour(getattr(item, key))})
        row = item._record if isinstance(item, Spoken) else item
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
        key = type(record), identity(record)
        if key not in self._neighbours:
            self._neighbours[key] = self._named(record, self._planned.get(key))
        return self._neighbours[key]

    @staticmethod
    def _named(record, plan: RecordPlan | None) -> Spoken:
        if plan is None:
            return Spoken(record, other_names=Listed(record.other_names.all()))
        names = plan.new_rows.get("other_names", ())
        if not plan.is_new:
            names = plan.rows("other_names")
        return Spoken(plan.instance, _named=record, other_names=Listed(names))
