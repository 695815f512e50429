"""The state of a record as plain values, and what differs between two states.

A state maps the names of fields to values and those of relations to lists: links as the keys of
what they lead to, rows as dictionaries that leave out what is empty.
"""

import datetime
import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from registry.history import shapes
from registry.history.shapes import Links, Rows, key_of

State = dict[str, Any]
BATCH = 500
# Lists of so few pairs are compared item by item.
FEW = 16
EMPTY = (None, "", [])


def batches(values: Iterable, size: int = BATCH) -> Iterator[list]:
    values = iter(values)
    while batch := list(islice(values, size)):
        yield batch


def encode(field, value):
    """A field's value as JSON has it, the same whether it was just typed or read back."""
    value = field.get_prep_value(value)
    if isinstance(value, Decimal):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value


def path(field) -> str:
    """From the model to what the history keeps: of a key, what the other record is known by."""
    return f"{field.name}__{key_of(field.related_model)}" if field.is_relation else field.name


def _read(fields, values) -> State:
    return {
        field.name: value if field.is_relation else encode(field, value)
        for field, value in zip(fields, values, strict=True)
    }


def snapshot(record, whole: bool = False) -> State:
    """The state of a record as the database has it; empty for one that is not there."""
    return snapshots(type(record), [record.pk], whole).get(record.pk, {})


def snapshots(
    model, pks: Iterable[int], whole: bool = False, only: Container[str] | None = None
) -> dict[int, State]:
    """The states of the model's records with these primary keys.

    ``whole`` adds what others hold and a deletion takes along: their links and keys to the record.
    ``only`` reads no more than the fields, links and rows of these names.
    """
    states: dict[int, State] = {}
    fields = [field for field in shapes.fields(model) if only is None or field.name in only]
    for batch in batches(pks):
        found = model._base_manager.filter(pk__in=batch)
        for pk, *values in found.values_list("pk", *map(path, fields)):
            states[pk] = _read(fields, values)
        for links in [*shapes.own_links(model), *shapes.far_links(model)]:
            if (whole or links in shapes.links(model)) and (only is None or links.name in only):
                _add(states, batch, links.name, read_links(links, batch))
        for rows in shapes.rows(model):
            if only is None or rows.name in only:
                read = read_rows(rows, batch)
                _add(states, batch, rows.name, ((pk, row) for pk, _, row in read))
        if whole:
            for relation in shapes.releases(model):
                _add(states, batch, relation.get_accessor_name(), _read_keys(relation, batch))
    return states


def _add(states, batch, name, pairs) -> None:
    found = defaultdict(list)
    for pk, value in pairs:
        found[pk].append(value)
    for pk in batch:
        if pk in states:
            states[pk][name] = found[pk]


def read_links(links: Links, pks) -> Iterable[tuple[int, Any]]:
    key = f"{links.other}__{key_of(links.target)}"
    found = links.through._base_manager.filter(**{f"{links.own}__in": pks})
    return found.order_by(key).values_list(f"{links.own}_id", key)


def read_rows(rows: Rows, pks) -> Iterator[tuple[int, int, State]]:
    """For each row: whose it is, its own primary key, what it says."""
    found = rows.model._base_manager.filter(**{f"{rows.owner}__in": pks})
    ordered = found.order_by(*rows.model._meta.ordering, "pk")
    values = list(ordered.values_list(f"{rows.owner}_id", "pk", *map(path, rows.fields)))
    linked = defaultdict(lambda: defaultdict(list))
    for links in rows.links:
        for batch in batches(pk for _owner, pk, *_rest in values):
            for pk, key in read_links(links, batch):
                linked[pk][links.name].append(key)
    for owner, pk, *rest in values:
        yield owner, pk, compact(_read(rows.fields, rest) | linked.get(pk, {}))


def _read_keys(relation, pks) -> Iterable[tuple[int, Any]]:
    key = relation.field
    found = relation.related_model._base_manager.filter(**{f"{key.name}__in": pks})
    return found.order_by("pk").values_list(key.attname, key_of(relation.related_model))


def compact(row: State) -> State:
    return {name: value for name, value in row.items() if value not in EMPTY}


# Differences -----------------------------------------------------------------------------------


def identity(item) -> str:
    """Rows and links compare by what they say."""
    return json.dumps(item, ensure_ascii=False, sort_keys=True)


def minus(items: list, others: list) -> list:
    """The items without the others, each as often as it is there; the order stays."""
    if not others:
        return list(items)
    if len(items) * len(others) <= FEW:
        rest = list(others)
        return [item for item in items if not _taken(rest, item)]
    gone = Counter(map(identity, others))
    left = []
    for item in items:
        key = identity(item)
        if gone[key]:
            gone[key] -= 1
        else:
            left.append(item)
    return left


def _taken(rest: list, item) -> bool:
    """Whether the item is there, once for each time that it is asked for."""
    if item not in rest:
        return False
    rest.remove(item)
    return True


def diff(before: State, after: State) -> tuple[State, State]:
    """What a revision keeps of the passage from one state to the other; both empty for none.

    Only what both states speak of is compared.
    """
    gone: State = {}
    came: State = {}
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if not isinstance(old, list):
            if old != new:
                gone[name], came[name] = old, new
            continue
        if left := minus(old, new):
            gone[name] = left
        if added := minus(new, old):
            came[name] = added
    return gone, came


def moved(state: State, gone: State, came: State) -> State:
    """The state once what is gone has gone and what came has come."""
    changed = dict(state)
    for name in gone.keys() | came.keys():
        old, new = gone.get(name), came.get(name)
        if isinstance(old, list) or isinstance(new, list):
            changed[name] = [*minus(changed.get(name) or [], old or []), *(new or [])]
        else:
            changed[name] = new
    return changed


def net(steps: Iterable[tuple[State, State]]) -> tuple[State, State]:
    """Several changes, oldest first, as the one that they amount to."""
    first: State = {}
    last: State = {}
    for gone, came in steps:
        for name in gone.keys() | came.keys():
            old, new = gone.get(name), came.get(name)
            if isinstance(old, list) or isinstance(new, list):
                old, new = old or [], new or []
                known_old, known_new = first.get(name, []), last.get(name, [])
                first[name] = [*known_old, *minus(old, known_new)]
                last[name] = [*minus(known_new, old), *new]
            else:
                first.setdefault(name, old)
                last[name] = new
    return diff(first, last)
