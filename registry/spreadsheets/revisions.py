"""What an import does to each record, as the history keeps it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Model

from registry.choices import RevisionAction
from registry.history import shapes
from registry.history.recording import MOVES
from registry.history.states import State, batches, compact, encode
from registry.models.history import LABEL_LENGTH
from registry.spreadsheets.plans import RecordPlan


def revisions(plans: Iterable[RecordPlan]) -> Iterator[tuple]:
    """What the history keeps of each record that is changed; nothing where nothing changes.

    Of a new record it is enough that it came: it says the rest itself.
    """
    keys = Keys(plans)
    for plan in plans:
        gone, came = _fields(plan, keys)
        for relation, row, said in plan.previous_rows:
            rows = _rows(plan, relation)
            linked = _linked(rows, row)
            gone.setdefault(relation, []).append(keys.row(rows, said) | linked)
            came.setdefault(relation, []).append(keys.row(rows, _says(rows, row)) | linked)
        for relation, old in plan.gone_of(is_rows=True):
            rows = _rows(plan, relation)
            for row in old:
                said = keys.row(rows, _says(rows, row)) | _linked(rows, row)
                gone.setdefault(relation, []).append(said)
        for relation, targets in plan.gone_of(is_rows=False):
            gone[relation] = _names(targets)
        for relation, new in plan.new_rows.items():
            rows = _rows(plan, relation)
            for row in new:
                came.setdefault(relation, []).append(keys.row(rows, _says(rows, row)))
        for relation, targets in plan.new_links.items():
            came[relation] = _names(targets)
        if gone or came:
            record, action = plan.instance, MOVES.get(came.get("status"), RevisionAction.CHANGED)
            yield (
                plan.model._meta.model_name,
                record.pk,
                getattr(record, shapes.key_of(plan.model)),
                str(record)[:LABEL_LENGTH],
                getattr(record, "authority_id", None),
                str(action),
                json.dumps(gone),
                json.dumps(came),
            )


def _fields(plan: RecordPlan, keys: "Keys") -> tuple[State, State]:
    gone: State = {}
    came: State = {}
    for name, old in plan.previous.items():
        one = plan.model._meta.get_field(name)
        before, after = keys.value(one, old), keys.value(one, _value(plan.instance, one))
        if before != after:
            gone[name], came[name] = before, after
    return gone, came


def _value(record, field):
    """The value of a field; of a key to a record that is not saved, that record."""
    value = getattr(record, field.attname)
    if value is None and field.is_relation:
        return record._state.fields_cache.get(field.name)
    return value


def _says(rows: shapes.Rows, row) -> dict:
    return {one.name: _value(row, one) for one in rows.fields}


def _names(targets: list) -> list:
    name = shapes.key_of(type(targets[0]))
    return sorted(getattr(target, name) for target in targets)


def _linked(rows: shapes.Rows, row) -> dict:
    """What a row that is there links."""
    found = {links.name: list(getattr(row, links.name).all()) for links in rows.links}
    return {name: _names(targets) for name, targets in found.items() if targets}


def _rows(plan: RecordPlan, relation: str) -> shapes.Rows:
    return next(rows for rows in shapes.rows(plan.model) if rows.name == relation)


def _mentioned(plan: RecordPlan) -> Iterator[tuple[type, int | None]]:
    """The records that a change names, before or after it."""
    for name, old in plan.previous.items():
        one = plan.model._meta.get_field(name)
        if one.is_relation:
            yield one.related_model, old
            yield one.related_model, _value(plan.instance, one)
    named = [(relation, [row]) for relation, row, _said in plan.previous_rows]
    for relation, rows in [*named, *plan.new_rows.items(), *plan.gone_of(is_rows=True)]:
        for one in _keys_of(_rows(plan, relation)):
            yield from ((one.related_model, _value(row, one)) for row in rows)
    for relation, _row, said in plan.previous_rows:
        yield from ((one.related_model, said[one.name]) for one in _keys_of(_rows(plan, relation)))


def _keys_of(rows: shapes.Rows) -> list:
    return [one for one in rows.fields if one.is_relation]


class Keys:
    """What the history calls the records that changes name, looked up together by primary key."""

    def __init__(self, plans: Iterable[RecordPlan]):
        self._known: defaultdict[type, dict] = defaultdict(dict)
        wanted: defaultdict[type, set] = defaultdict(set)
        for plan in plans:
            for model, pk in _mentioned(plan):
                if not isinstance(pk, Model):
                    wanted[model].add(pk)
        for model, pks in wanted.items():
            for batch in batches(pks - {None}):
                found = model._base_manager.filter(pk__in=batch)
                self._known[model] |= dict(found.values_list("pk", shapes.key_of(model)))

    def value(self, one, raw):
        if isinstance(raw, Model):
            return getattr(raw, shapes.key_of(type(raw)))
        if one.is_relation:
            return self._known[one.related_model].get(raw)
        return encode(one, raw)

    def row(self, rows: shapes.Rows, said: dict) -> State:
        return compact({one.name: self.value(one, said[one.name]) for one in rows.fields})
