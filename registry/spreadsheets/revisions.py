"""What an import does to each record, as the history keeps it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from registry.choices import RevisionAction
from registry.history import revision, shapes
from registry.history.recording import MOVES
from registry.history.states import State, batches, compact, encode
from registry.models import Revision
from registry.spreadsheets.plans import RecordPlan


def revisions(plans: Iterable[RecordPlan]) -> Iterator[Revision]:
    """One for each record that the plans wrote; nothing where nothing changed in the end.

    Of a new record it is enough that it came: it says the rest itself.
    """
    changed = []
    for plan in plans:
        if plan.is_new:
            yield revision(plan.instance, RevisionAction.CREATED)
        else:
            changed.append(plan)
    keys = Keys(changed)
    for plan in changed:
        gone, came = _fields(plan, keys)
        for relation, row, said in plan.previous_rows:
            rows = _rows(plan, relation)
            now = {one.name: getattr(row, one.attname) for one in rows.fields}
            gone.setdefault(relation, []).append(keys.row(rows, said))
            came.setdefault(relation, []).append(keys.row(rows, now))
        for relation, new in plan.new_rows.items():
            rows = _rows(plan, relation)
            for row in new:
                now = {one.name: getattr(row, one.attname) for one in rows.fields}
                came.setdefault(relation, []).append(keys.row(rows, now))
        for relation, targets in plan.new_links.items():
            name = shapes.key_of(type(targets[0]))
            came[relation] = sorted(getattr(target, name) for target in targets)
        if gone or came:
            action = MOVES.get(came.get("status"), RevisionAction.CHANGED)
            yield revision(plan.instance, action, gone, came)


def _fields(plan: RecordPlan, keys: "Keys") -> tuple[State, State]:
    gone: State = {}
    came: State = {}
    for name, old in plan.previous.items():
        one = plan.model._meta.get_field(name)
        before = keys.value(one, old)
        after = keys.value(one, getattr(plan.instance, one.attname))
        if before != after:
            gone[name], came[name] = before, after
    return gone, came


def _rows(plan: RecordPlan, relation: str) -> shapes.Rows:
    return next(rows for rows in shapes.rows(plan.model) if rows.name == relation)


def _mentioned(plan: RecordPlan) -> Iterator[tuple[type, int | None]]:
    """The records that a change names, before or after it."""
    for name, old in plan.previous.items():
        one = plan.model._meta.get_field(name)
        if one.is_relation:
            yield one.related_model, old
            yield one.related_model, getattr(plan.instance, one.attname)
    named = [(relation, [row]) for relation, row, _said in plan.previous_rows]
    for relation, rows in [*named, *plan.new_rows.items()]:
        for one in _keys_of(_rows(plan, relation)):
            yield from ((one.related_model, getattr(row, one.attname)) for row in rows)
    for relation, _row, said in plan.previous_rows:
        yield from ((one.related_model, said[one.name]) for one in _keys_of(_rows(plan, relation)))


def _keys_of(rows: shapes.Rows) -> list:
    return [one for one in rows.fields if one.is_relation]


class Keys:
    """What the history calls the records that changes name, looked up together by primary key."""

    def __init__(self, plans: list[RecordPlan]):
        self._known: defaultdict[type, dict] = defaultdict(dict)
        wanted: defaultdict[type, set] = defaultdict(set)
        for plan in plans:
            for model, pk in _mentioned(plan):
                wanted[model].add(pk)
        for model, pks in wanted.items():
            for batch in batches(pks - {None}):
                found = model._base_manager.filter(pk__in=batch)
                self._known[model] |= dict(found.values_list("pk", shapes.key_of(model)))

    def value(self, one, raw):
        if one.is_relation:
            return self._known[one.related_model].get(raw)
        return encode(one, raw)

    def row(self, rows: shapes.Rows, said: dict) -> State:
        return compact({one.name: self.value(one, said[one.name]) for one in rows.fields})
