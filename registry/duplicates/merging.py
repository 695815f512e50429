"""Merging two records of a kind, and undoing it.

Whatever pointed at the one that goes points at the one that stays, which takes over its names, its
identifiers, its rows and what it says where the other says nothing. Worked out on states, as the
history keeps them, so that each record concerned has its change in its history.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import history, search
from registry.choices import NameKind, RevisionAction
from registry.history import shapes
from registry.history.references import Key, referring
from registry.history.restoring import CannotRestoreError, apply, erase, refresh, restore
from registry.history.states import EMPTY, State, batches, compact, diff, moved, snapshots
from registry.models import Duplicate, Merge, Revision

# What says nothing about the thing itself: the record that stays keeps its own.
OWN = {"public_id", "authority", "status", "created_at", "created_by", "published_at", "reference"}


class CannotMergeError(Exception):
    """The two cannot become one; the message says why."""


class CannotUndoError(Exception):
    """The merge was undone before, or what it changed has changed again; the message says which."""


def merge(kept, gone, by=None, reason: str = "", later=None) -> Merge:
    """Take ``gone`` into ``kept``; raises ``CannotMergeError`` and then changes nothing.

    Where thousands refer to it, ``later`` is called to write their search texts.
    """
    model = type(kept)
    if type(gone) is not model or kept.pk == gone.pk:
        raise CannotMergeError(_("Choose two different records of one kind."))
    reason = reason or _("“%(gone)s” was merged into “%(kept)s”.") % {"gone": gone, "kept": kept}
    try:
        with transaction.atomic(), search.deferred(later):
            return _merge(model, kept, gone, by, reason)
    except (IntegrityError, ValidationError, CannotRestoreError) as error:
        raise CannotMergeError(
            _(
                "Something that belongs to both would be there twice, such as two organisations of "
                "one name in the two places: merge these first."
            )
        ) from error


def _merge(model, kept, gone, by, reason) -> Merge:
    for record in (kept, gone):
        history.locked_snapshot(record)
    mine, theirs = (snapshots(model, [one.pk])[one.pk] for one in (kept, gone))
    merged = _united(model, kept, gone, mine, theirs)
    concerned, moved = concerned_by(model, gone)
    concerned.discard((model._meta.model_name, kept.pk))
    changes = _redirected(concerned, model, kept, gone)
    first = Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    _move(moved, kept.pk)
    for owners, found in changes.items():
        apply(owners, found, by)
    # Only now: what others hold of it is in their own history.
    history.deleted([gone], by, reason)
    erase(model, [gone.pk])
    apply(model, {kept.pk: diff(mine, merged)}, by, checked=True)
    _write(changes | {model: changes.get(model, {}) | {kept.pk: diff(mine, merged)}}, by, reason)
    Duplicate.objects.filter(
        models.Q(first_id=gone.pk) | models.Q(second_id=gone.pk), model_name=model._meta.model_name
    ).delete()
    written = Revision.objects.filter(pk__gt=first, by=by, reason=reason[:500])
    return Merge.objects.create(
        model_name=model._meta.model_name,
        kept_id=kept.pk,
        kept_public_id=kept.public_id,
        kept_name=str(kept)[:300],
        gone_id=gone.pk,
        gone_public_id=gone.public_id,
        gone_name=str(gone)[:300],
        by=by,
        revisions=list(written.order_by("pk").values_list("pk", flat=True)),
        moved=moved,
    )


def preview(kept, gone) -> tuple[State, State, int]:
    """What would become of the record that stays, and how many others would change."""
    model = type(kept)
    mine, theirs = (snapshots(model, [one.pk])[one.pk] for one in (kept, gone))
    concerned, _moved = concerned_by(model, gone)
    changed = diff(mine, _united(model, kept, gone, mine, theirs))
    return *changed, len(concerned - {(model._meta.model_name, kept.pk)})


def _united(model, kept, gone, mine: State, theirs: State) -> State:
    """What the record that stays says once it has taken over what the other one said."""
    theirs = _pointing(model, theirs, model, gone.public_id, kept.public_id)
    united = _pointing(model, mine, model, gone.public_id, kept.public_id)
    for field in shapes.fields(model):
        if field.name not in OWN and united.get(field.name) in EMPTY:
            united[field.name] = theirs.get(field.name)
        if (
            field.is_relation
            and field.related_model is model
            and united[field.name] == (kept.public_id)
        ):
            united[field.name] = None  # a place does not lie in itself
    names = {united["name_fr" if "name_fr" in united else "name"]}
    names |= {row["name"] for row in united["other_names"]}
    called = [theirs[name] for name in ("name", "name_fr", "name_en") if theirs.get(name)]
    spellings = [{"name": name, "kind": NameKind.SPELLING.value} for name in called]
    taken = [row for row in [*spellings, *theirs["other_names"]] if row["name"] not in names]
    theirs = theirs | {"other_names": list({row["name"]: row for row in taken}.values())}
    for rows in shapes.rows(model):
        if rows.model._meta.get_field(rows.owner).remote_field.on_delete is not models.CASCADE:
            # Rows of the records at their other end, which are concerned themselves.
            del united[rows.name]
            continue
        united[rows.name] = _once(
            rows, [*united.get(rows.name, []), *theirs.get(rows.name, [])], kept.public_id
        )
    for links in shapes.links(model):
        united[links.name] = sorted({*united.get(links.name, []), *theirs.get(links.name, [])})
    return united


def concerned_by(model, gone) -> tuple[set[Key], list[tuple[str, int, str]]]:
    """The records that refer to the one that goes; and the rows without a history that do."""
    concerned, moved = set(), []
    for relation in model._meta.related_objects:
        holder = relation.related_model
        for (name, pk), _target in referring(relation, [gone.pk]):
            if (name, pk) == (model._meta.model_name, gone.pk):
                continue
            is_kept = shapes.is_tracked(_model(name))
            if is_kept:
                concerned.add((name, pk))
            elif not relation.many_to_many:
                moved.append((holder._meta.model_name, pk, relation.field.name))
    return concerned, moved


def _model(name: str):
    return Merge._meta.apps.get_model("registry", name)


def _redirected(concerned, model, kept, gone) -> dict[type, dict[int, tuple[State, State]]]:
    """What changes in the records that refer to the one that goes."""
    by_model = defaultdict(list)
    for name, pk in concerned:
        by_model[shapes.tracked_model(name)].append(pk)
    changes = {}
    for owners, pks in by_model.items():
        found = {}
        # Of thousands of records no more is read than what speaks of the one that goes.
        for pk, state in snapshots(owners, pks, only=_speaking_of(model, owners)).items():
            after = _pointing(owners, state, model, gone.public_id, kept.public_id)
            for rows in shapes.rows(owners):
                if rows.name in after:
                    after[rows.name] = _once(rows, after[rows.name])
            if any(change := diff(state, after)):
                found[pk] = change
        changes[owners] = found
    return changes


def _speaking_of(model, owners) -> set[str]:
    """The names under which records of the owners' model, or their rows, lead to the model."""
    fields = [one for one in shapes.fields(owners) if one.is_relation]
    names = {one.name for one in fields if issubclass(model, one.related_model)}
    names |= {links.name for links in shapes.links(owners) if links.target is model}
    for rows in shapes.rows(owners):
        targets = {one.related_model for one in rows.fields if one.is_relation}
        if model in targets | {links.target for links in rows.links}:
            names.add(rows.name)
    return names


def _pointing(owners, state: State, model, old: str, new: str) -> State:
    """The state with each mention of one record turned into a mention of another."""
    turned = dict(state)
    for field in shapes.fields(owners):
        leads_there = field.is_relation and issubclass(model, field.related_model)
        if leads_there and state.get(field.name) == old:
            turned[field.name] = new
    for links in shapes.links(owners):
        if links.target is model and links.name in state:
            turned[links.name] = sorted({new if key == old else key for key in state[links.name]})
    for rows in shapes.rows(owners):
        if rows.name in state:
            turned[rows.name] = [_row(rows, row, model, old, new) for row in state[rows.name]]
    return turned


def _row(rows, row: State, model, old: str, new: str) -> State:
    turned = dict(row)
    for field in rows.fields:
        if field.is_relation and field.related_model is model and row.get(field.name) == old:
            turned[field.name] = new
    for links in rows.links:
        if links.target is model and old in row.get(links.name, []):
            turned[links.name] = sorted({new if key == old else key for key in row[links.name]})
    return turned


def _once(rows, said: list[State], owner_key: str = "") -> list[State]:
    """The rows without those that say what another one says, nor those that lead back."""
    model = rows.model
    uniques = [
        [name for name in constraint.fields if name != rows.owner]
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields
    ]
    seen, left = set(), []
    owner = model._meta.get_field(rows.owner).related_model
    to_itself = [
        field.name for field in rows.fields if field.is_relation and field.related_model is owner
    ]
    for row in said:
        if owner_key and any(row.get(name) == owner_key for name in to_itself):
            continue
        keys = {(tuple(names), *(str(row.get(name, "")) for name in names)) for names in uniques}
        if keys & seen:
            continue
        seen |= keys
        left.append(compact(row))
    return left


def _move(moved, pk: int) -> None:
    """Point rows without a history at the record that stays, where nothing stands there yet."""
    for name, row, field in moved:
        model = _model(name)
        unique = model._meta.get_field(field).unique
        if unique and model._base_manager.filter(**{field: pk}).exists():
            model._base_manager.filter(pk=row).update(**{field: None})
        else:
            model._base_manager.filter(pk=row).update(**{field: pk})


def _write(changes, by, reason, action=RevisionAction.MERGED) -> None:
    for owners, found in changes.items():
        records = _labelled(owners).in_bulk(found)
        history.write(
            [history.revision(record, action, *found[pk]) for pk, record in records.items()],
            by,
            reason,
        )


def _labelled(model):
    """The model's records with no more than the history says of them besides: key, name, owner."""
    long = (models.TextField, models.DateTimeField)
    fields = [one.name for one in model._meta.concrete_fields if not isinstance(one, long)]
    return model._base_manager.only(*fields)


def stayed(model, public_id: str) -> str:
    """The identifier of the record into which the one of this identifier was merged at last."""
    merges = Merge.objects.filter(model_name=model._meta.model_name, undone_at__isnull=True)
    found, seen = "", {public_id}
    while (
        kept := merges.filter(gone_public_id=found or public_id)
        .values_list("kept_public_id", flat=True)
        .first()
    ):
        if kept in seen:
            break
        seen.add(kept)
        found = kept
    return found


# Undoing -----------------------------------------------------------------------------------------


def undo(merge: Merge, by=None, later=None) -> list[str]:
    """Make two of the one again; the names of what cannot come back. Raises ``CannotUndoError``."""
    with transaction.atomic(), search.deferred(later):
        locked = Merge.objects.select_for_update().get(pk=merge.pk)
        if locked.undone_at:
            raise CannotUndoError(_("This merge was undone already."))
        try:
            with transaction.atomic():
                missing = _undo(locked, by)
        except (IntegrityError, ValidationError, CannotRestoreError) as error:
            raise CannotUndoError(
                _("What was merged has changed too much since: %(reason)s")
                % {"reason": error if isinstance(error, CannotRestoreError) else _("it clashes.")}
            ) from None
        locked.undone_at, locked.undone_by = timezone.now(), by
        locked.save()
    return missing


def _undo(merge: Merge, by) -> list[str]:
    model = shapes.tracked_model(merge.model_name)
    reason = _("“%(gone)s” is no longer merged into “%(kept)s”.") % {
        "gone": merge.gone_name,
        "kept": merge.kept_name,
    }
    made = [
        one
        for pks in batches(merge.revisions)
        for one in Revision.objects.filter(pk__in=pks).order_by("pk")
    ]
    deletion = next(one for one in made if one.action == RevisionAction.DELETED)
    stayed = (merge.model_name, merge.kept_id)
    own = [one for one in made if (one.model_name, one.record_id) == stayed]
    # First what stayed gives back names and identifiers; then the other one takes them again.
    missing = [name for one in own for name in _take_back(one, by, reason)]
    missing += restore(deletion, before=True, by=by, reason=reason)[1]
    others = defaultdict(list)
    for one in made:
        if one is not deletion and (one.model_name, one.record_id) != stayed:
            others[one.model_name].append(one)
    for name, found in others.items():
        for batch in batches(found):
            missing += _take_back_together(shapes.tracked_model(name), batch, by, reason)
    for name, row, field in merge.moved:
        _model(name)._base_manager.filter(pk=row).update(**{field: merge.gone_id})
    refresh(model, [merge.kept_id, merge.gone_id])
    return missing


def _take_back(one: Revision, by, reason: str) -> list[str]:
    owners = shapes.tracked_model(one.model_name)
    record = shapes.plain(owners).filter(pk=one.record_id).first()
    if record is None:
        return [one.label]
    before = history.locked_snapshot(record)
    missing = apply(owners, {record.pk: (one.after, one.before)}, by)
    history.changed(record, before, by, reason)
    return missing


def _take_back_together(owners, made: list[Revision], by, reason: str) -> list[str]:
    """The same for many records of a kind, each of which the merge changed once."""
    changes = {one.record_id: (one.after, one.before) for one in made}
    rows = owners._base_manager.filter(pk__in=changes).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    names = {name for sides in changes.values() for side in sides for name in side}
    before = snapshots(owners, changes, only=names)
    missing = apply(owners, {pk: one for pk, one in changes.items() if pk in before}, by)
    if missing:
        after = snapshots(owners, before, only=names)
    else:
        after = {pk: moved(state, *changes[pk]) for pk, state in before.items()}
    found = {pk: change for pk in before if any(change := diff(before[pk], after[pk]))}
    _write({owners: found}, by, reason, RevisionAction.CHANGED)
    return [*missing, *(one.label for one in made if one.record_id not in before)]
