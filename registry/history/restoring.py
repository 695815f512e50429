"""Bringing records back to what they were, rows and links included."""

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import bulk, search
from registry.choices import RevisionAction
from registry.history import recording, shapes
from registry.history.shapes import key_of
from registry.history.states import (
    State,
    batches,
    diff,
    identity,
    moved,
    read_rows,
    snapshot,
)
from registry.models import Revision

# Rows of a record that stand in the search text of others.
NAMING_ROWS = {"other_names", "identifiers"}


class CannotRestoreError(Exception):
    """The former state cannot come back; the message says why."""


def revisions_of(model, pk: int):
    """The history of one record, newest first."""
    return Revision.objects.filter(model_name=model._meta.model_name, record_id=pk)


def state_at(revision: Revision, before: bool = False) -> State | None:
    """The record as the revision left it, or as it found it; ``None`` where there was no record.

    Reached from its present state by taking back, one after the other, the changes made since.
    """
    model = shapes.tracked_model(revision.model_name)
    record = model._base_manager.filter(pk=revision.record_id).first()
    state = snapshot(record) if record else None
    later = revisions_of(model, revision.record_id).filter(pk__gte=revision.pk)
    for step in later.order_by("-pk").iterator():
        if step.pk == revision.pk and not before:
            break
        state = _taken_back(state, step)
    return state


def _taken_back(state: State | None, step: Revision) -> State | None:
    if step.action == RevisionAction.DELETED:
        return step.before
    is_birth = step.action in (RevisionAction.CREATED, RevisionAction.RESTORED)
    if state is None or (is_birth and not (step.before or step.after)):
        return None
    return moved(state, step.after, step.before)


def restore(revision: Revision, before: bool = False, by=None, reason: str = ""):
    """Make the record again what the revision left, or found; returns it and what stays missing.

    Raises ``CannotRestoreError``. The caller opens the transaction.
    """
    model = shapes.tracked_model(revision.model_name)
    record = model._base_manager.filter(pk=revision.record_id).first()
    present = recording.locked_snapshot(record) if record else None
    wanted = state_at(revision, before)
    if wanted is None:
        raise CannotRestoreError(_("There was no record at that moment."))
    try:
        with transaction.atomic(), search.deferred():
            if record is None:
                missing = _revive(model, revision.record_id, wanted, by)
            else:
                missing = apply(model, {record.pk: diff(present, wanted)}, by, checked=True)
    except IntegrityError:
        raise CannotRestoreError(
            _("What it said clashes with another record of today, or is no longer allowed.")
        ) from None
    except ValidationError as error:
        raise CannotRestoreError(" ".join(error.messages)) from None
    record = model._base_manager.get(pk=revision.record_id)
    if present is None:
        made = recording.revision(record, RevisionAction.RESTORED)
        recording.write([made], by, reason)
    else:
        recording.changed(record, present, by, reason, RevisionAction.RESTORED)
    return record, missing


def _revive(model, pk: int, state: State, by) -> list[str]:
    """Insert a record that was deleted, with its primary key and all that it took along."""
    keys = Keys()
    fields = shapes.fields(model)
    for field in fields:
        if field.is_relation and state.get(field.name) is not None:
            keys.need(field.related_model, state[field.name])
    values = {field.attname: keys.value(field, state.get(field.name)) for field in fields}
    record = model(pk=pk, **values)
    record.validate_constraints()
    record.save(force_insert=True)
    # Saving it has made it new.
    model._base_manager.filter(pk=pk).update(**values)
    lists = {name: value for name, value in state.items() if isinstance(value, list)}
    return keys.missing + apply(model, {pk: ({}, lists)}, by)


def name_of(model, key) -> str:
    """What the history calls a record that is gone, or else its key."""
    deletions = Revision.objects.filter(
        action=RevisionAction.DELETED, model_name=model._meta.model_name, public_id=key
    )
    return deletions.values_list("label", flat=True).first() or str(key)


class Keys:
    """The primary keys of the records that states name, looked up together."""

    def __init__(self):
        self._wanted = defaultdict(set)
        self._known = defaultdict(dict)
        self.missing: list[str] = []

    def need(self, model, key) -> None:
        if key not in self._known[model]:
            self._wanted[model].add(key)

    def pk(self, model, key):
        """The primary key, or ``None`` for a record that is gone."""
        if key is None:
            return None
        self._load()
        found = self._known[model].get(key)
        if found is None and (name := name_of(model, key)) not in self.missing:
            self.missing.append(name)
        return found

    def value(self, field, encoded):
        """What the field holds, from what the history kept of it: nothing for what is empty."""
        if not field.is_relation:
            is_empty = encoded in (None, "")
            return None if is_empty and field.null else field.to_python("" if is_empty else encoded)
        found = self.pk(field.related_model, encoded or None)
        if found is None and not field.null:
            raise CannotRestoreError(
                _("It belongs to %(name)s, which is no longer there: bring that back first.")
                % {"name": self.missing.pop() if self.missing else encoded}
            )
        return found

    def _load(self) -> None:
        for model, wanted in self._wanted.items():
            name = key_of(model)
            for batch in batches(wanted):
                found = model._base_manager.filter(**{f"{name}__in": batch})
                self._known[model] |= dict(found.values_list(name, "pk"))
            wanted.clear()


def apply(model, changes: dict[int, tuple[State, State]], by=None, checked=False) -> list[str]:
    """Let go what is gone and come what came, for many records at once.

    Returns the names of what could not come back because it is no longer there. With ``checked``
    the records must satisfy the rules of their model: ``ValidationError`` tells which they break.
    """
    keys = Keys()
    _write_fields(model, changes, by, checked, keys)
    for rows in shapes.rows(model):
        if touched := _of(changes, rows.name):
            _write_rows(rows, touched, keys)
    for links in [*shapes.own_links(model), *shapes.far_links(model)]:
        if touched := _of(changes, links.name):
            _write_links(links, touched, keys)
    for relation in shapes.releases(model):
        if touched := _of(changes, relation.get_accessor_name()):
            _write_keys(relation, touched)
    names = {field.name for field in shapes.fields(model)} | NAMING_ROWS
    renamed = [pk for pk, sides in changes.items() if any(not names.isdisjoint(s) for s in sides)]
    refresh(model, changes, renamed)
    return keys.missing


def refresh(model, pks: Iterable[int], renamed: Iterable[int] | None = None) -> None:
    """Signals are not sent for what is written in bulk: the search is told.

    Neighbours speak of what a record says itself and of its names: of those ``renamed``, or of all.
    """
    if model in search.INDEXED:
        search.touch(model, pks)
    search.touch_neighbours(model, pks if renamed is None else renamed)


def _of(changes, name) -> dict[int, tuple[list, list]]:
    return {
        pk: (gone.get(name, []), came.get(name, []))
        for pk, (gone, came) in changes.items()
        if name in gone or name in came
    }


def _write_fields(model, changes, by, checked, keys: Keys) -> None:
    fields = {field.name: field for field in shapes.fields(model)}
    together = defaultdict(list)
    for pk, (_gone, came) in changes.items():
        names = tuple(sorted(name for name in came if name in fields))
        for name in names:
            if fields[name].is_relation and came[name] is not None:
                keys.need(fields[name].related_model, came[name])
        together[names].append(pk)
    tracked = {field.name for field in model._meta.concrete_fields} & {"updated_at", "updated_by"}
    trail = {name: {"updated_at": timezone.now(), "updated_by": by}[name] for name in tracked}
    for names, pks in together.items():
        if checked and names:
            _check(model, pks, names, changes, keys)
        # At once what is given the same values: of many records mostly all.
        alike = defaultdict(list)
        for pk in pks:
            alike[identity([changes[pk][1][name] for name in names])].append(pk)
        for same in alike.values():
            said = changes[same[0]][1]
            values = {fields[name].attname: keys.value(fields[name], said[name]) for name in names}
            if values or trail:
                for batch in batches(same):
                    model._base_manager.filter(pk__in=batch).update(**values, **trail)


def _check(model, pks, names, changes, keys: Keys) -> None:
    """Raise ``ValidationError`` where the records would break a rule of their model."""
    fields = {field.name: field for field in shapes.fields(model)}
    for batch in batches(pks, 200):
        for pk, record in model._base_manager.in_bulk(batch).items():
            for name in names:
                value = keys.value(fields[name], changes[pk][1][name])
                setattr(record, fields[name].attname, value)
            record.clean()
            record.validate_constraints()


def _write_rows(rows, touched, keys: Keys) -> None:
    manager = rows.model._base_manager
    for batch in batches(touched):
        here = defaultdict(list)
        for owner, pk, row in read_rows(rows, batch):
            here[owner, identity(row)].append(pk)
        going = [
            here[owner, identity(row)].pop()
            for owner in batch
            for row in touched[owner][0]
            if here[owner, identity(row)]
        ]
        for some in batches(going):
            _erase_rows(rows, manager.filter(pk__in=some))
    for _gone, came in touched.values():
        for row in came:
            _need(rows, row, keys)
    made = [
        (instance, row)
        for owner, (_gone, came) in touched.items()
        for row in came
        if (instance := _instance(rows, owner, row, keys)) is not None
    ]
    with connection.wrap_database_errors:
        bulk.insert(rows.model, [instance for instance, _row in made])
    for links in rows.links:
        _write_links(
            links,
            {row.pk: ([], said[links.name]) for row, said in made if links.name in said},
            keys,
        )


def _need(rows, row: State, keys: Keys) -> None:
    for field in rows.fields:
        if field.is_relation and row.get(field.name):
            keys.need(field.related_model, row[field.name])
    for links in rows.links:
        for key in row.get(links.name, []):
            keys.need(links.target, key)


def _instance(rows, owner: int, row: State, keys: Keys):
    """The row as it was, or ``None`` where what it is about is gone."""
    values = {}
    for field in rows.fields:
        encoded = row.get(field.name)
        if field.is_relation and encoded and keys.pk(field.related_model, encoded) is None:
            return None
        values[field.attname] = keys.value(field, encoded)
    return rows.model(**{f"{rows.owner}_id": owner}, **values)


def _write_links(links, touched, keys: Keys) -> None:
    for gone, came in touched.values():
        for key in [*gone, *came]:
            keys.need(links.target, key)
    manager = links.through._base_manager
    new, others = [], set()
    for owner, (gone, came) in touched.items():
        going = [pk for key in gone if (pk := keys.pk(links.target, key))]
        coming = [pk for key in came if (pk := keys.pk(links.target, key))]
        if going:
            manager.filter(**{links.own: owner, f"{links.other}__in": going}).delete()
        new += [
            links.through(**{f"{links.own}_id": owner, f"{links.other}_id": pk}) for pk in coming
        ]
        others |= {*going, *coming}
    manager.bulk_create(new, batch_size=500, ignore_conflicts=True)
    if links.target in search.INDEXED:
        search.touch(links.target, others)


def _write_keys(relation, touched) -> None:
    """Point again at a record that came back those that pointed at it and point at nothing."""
    model, key = relation.related_model, relation.field
    for owner, (_gone, came) in touched.items():
        still = model._base_manager.filter(
            **{f"{key_of(model)}__in": came, f"{key.name}__isnull": True}
        )
        still.update(**{key.attname: owner})


def erase(model, pks: Iterable[int]) -> None:
    """Delete records to which nothing else refers, with their rows and links, in a few queries.

    Without the signals of each row: a deletion of thousands would ask thousands of times whose
    search text they are in. The history has them already; the references were looked for.
    """
    for batch in batches(pks):
        for rows in shapes.rows(model):
            _erase_rows(rows, rows.model._base_manager.filter(**{f"{rows.owner}__in": batch}))
        for links in [*shapes.own_links(model), *shapes.far_links(model)]:
            _erase(links.through._base_manager.filter(**{f"{links.own}__in": batch}))
        _erase(model._base_manager.filter(pk__in=batch))


def _erase_rows(rows, found) -> None:
    for links in rows.links:
        inner = found.order_by().values("pk")
        _erase(links.through._base_manager.filter(**{f"{links.own}__in": inner}))
    _erase(found)


def _erase(queryset) -> None:
    queryset.order_by()._raw_delete(queryset.db)
