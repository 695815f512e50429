"""Undoing an import as a whole: what it created goes, what it changed comes back.

Records that somebody changed since, and new ones to which others refer by now, are left as they
are and named with the reason. The history keeps the undoing as it keeps the import.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from registry import history, search
from registry.choices import ImportState, RevisionAction
from registry.history import shapes
from registry.history.reading import names_of
from registry.history.references import referring
from registry.history.restoring import CannotRestoreError, apply, erase
from registry.history.states import batches, net
from registry.models import ImportJob, Revision
from registry.rights import Rights
from registry.spreadsheets import progress
from registry.spreadsheets.jobs import wait_for_other_imports

BATCH = 200
# What the job's page keeps of a long list of records left as they are.
MOST_LEFT = 1_000
Key = tuple[str, int]  # the name of a model and the primary key of a record


class NotUndoableError(Exception):
    """The job has imported nothing, or it was undone before."""


@dataclass
class Undo:
    """What undoing a job does."""

    # The records that the job created; those that it changed, with what it took and brought; those
    # that stay as they are, with the reason: a text, or the record that refers to it.
    deleted: set[Key] = field(default_factory=set)
    restored: dict[Key, tuple[dict, dict]] = field(default_factory=dict)
    left: dict[Key, str | Key] = field(default_factory=dict)
    # By the record that refers to others, those among the created ones.
    references: defaultdict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    missing: list[str] = field(default_factory=list)

    def leave(self, key: Key, reason: str | Key) -> None:
        """Do not touch this record, nor the new ones to which it refers."""
        waiting = [(key, reason)]
        while waiting:
            key, reason = waiting.pop()
            if key in self.left:
                continue
            self.deleted.discard(key)
            self.restored.pop(key, None)
            self.left[key] = reason
            waiting += ((target, key) for target in self._needed_by(key))

    def held_by(self, keys: Iterable[Key]) -> set[Key]:
        """The created records to which these refer, straight or through others."""
        held: set[Key] = set()
        waiting = list(keys)
        while waiting:
            new = self._needed_by(waiting.pop()) - held
            held |= new
            waiting += new
        return held

    def _needed_by(self, key: Key) -> set[Key]:
        return self.references[key] & self.deleted


def plan_undo(job: ImportJob, user=None) -> Undo:
    """What undoing the job would do now, if this user does it; writes nothing."""
    plan = Undo()
    steps = defaultdict(list)
    for model_name, pk, action, gone, came in job.revisions.order_by("pk").values_list(
        "model_name", "record_id", "action", "before", "after"
    ):
        if action == RevisionAction.CREATED:
            plan.deleted.add((model_name, pk))
        else:
            steps[model_name, pk].append((gone, came))
    for key, changes in steps.items():
        if key not in plan.deleted:
            plan.restored[key] = net(changes)
    _find_references(plan, job)
    for key, reason in _not_theirs(plan, Rights(user)):
        plan.leave(key, reason)
    for key, reason in _changed_since(job).items():
        plan.leave(key, reason)
    known = plan.deleted | plan.restored.keys()
    for owner, targets in list(plan.references.items()):
        if owner not in known:
            for target in targets & plan.deleted:
                plan.leave(target, owner)
    return plan


def undo(
    job: ImportJob, user=None, reason: str = "", state: ImportState = ImportState.CONFIRMED
) -> Undo:
    """Undo the job, all that can be; raises ``NotUndoableError``.

    A job that was claimed for undoing in the background is in the ``state`` of that.
    """
    with transaction.atomic(), search.deferred():
        wait_for_other_imports()
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        if locked.state != state:
            raise NotUndoableError
        plan = plan_undo(locked, user)
        progress.phase(ImportState.UNDOING, len(plan.deleted) + len(plan.restored))
        failed = list(_take_back(plan, plan.restored, locked, user, reason))
        # What comes back may clash with what is still to go, and hold it too.
        held = plan.held_by(failed)
        _delete(plan.deleted - held, locked, user, reason)
        for key in _take_back(plan, failed, locked, user, reason):
            plan.leave(key, _("What it said before clashes with another record of today."))
        _delete(plan.deleted & held, locked, user, reason)
        locked.state = ImportState.UNDONE
        locked.undone_at, locked.undone_by = timezone.now(), user
        locked.report["undo"] = summary(plan)
        locked.report.pop("message", None)
        progress.check()
        locked.save()
    return plan


def summary(plan: Undo) -> dict:
    """The undoing as plain values, for the page of the job."""
    shown = list(plan.left.items())[:MOST_LEFT]
    names = _names([key for key, _reason in shown] + [r for _k, r in shown if type(r) is tuple])
    return {
        "deleted": len(plan.deleted),
        "restored": len(plan.restored),
        "left_count": len(plan.left),
        "left": [
            {
                "kind": key[0],
                "pk": key[1],
                "name": names.get(key, ""),
                "reason": _("“%(name)s” refers to it.") % {"name": names.get(reason, "?")}
                if isinstance(reason, tuple)
                else reason,
            }
            for key, reason in shown
        ],
        "missing": plan.missing[:MOST_LEFT],
    }


# Finding what must stay ------------------------------------------------------------------------


def _not_theirs(plan: Undo, may: Rights) -> Iterator[tuple[Key, str]]:
    """The records that whoever undoes the import may not change by hand either."""
    if may.is_administrator:
        return
    by_model = defaultdict(list)
    for model_name, pk in (*plan.deleted, *plan.restored):
        by_model[model_name].append(pk)
    for model_name, pks in by_model.items():
        model = shapes.tracked_model(model_name)
        for batch in batches(pks):
            for record in shapes.plain(model).filter(pk__in=batch):
                if not may.may_edit(record):
                    yield (model_name, record.pk), str(may.why_not(record))


def _changed_since(job: ImportJob) -> dict[Key, str]:
    """The records that others than the job changed after it, unless it came to nothing."""
    own = job.revisions.filter(
        model_name=OuterRef("model_name"), record_id=OuterRef("record_id"), pk__lt=OuterRef("pk")
    )
    first = job.revisions.order_by("pk").values_list("pk", flat=True).first() or 0
    later = Revision.objects.filter(pk__gt=first).exclude(job=job).filter(Exists(own))
    found = defaultdict(list)
    for revision in later.select_related("by").order_by("pk").iterator():
        found[revision.model_name, revision.record_id].append(revision)
    reasons = {}
    for key, revisions in found.items():
        last = revisions[-1]
        if last.action == RevisionAction.DELETED:
            text = _("Deleted on %(day)s by %(who)s.")
        elif any(net((one.before, one.after) for one in revisions)):
            text = _("Changed since, on %(day)s by %(who)s.")
        else:
            continue
        day = formats.date_format(timezone.localtime(last.at), "SHORT_DATETIME_FORMAT")
        reasons[key] = text % {"day": day, "who": last.by or _("an unknown account")}
    return reasons


def _find_references(plan: Undo, job: ImportJob) -> None:
    """Who refers to the records that the job created.

    A record that the job changed cannot have referred to them before: taking the change back takes
    the reference along. Any other one keeps them in place.
    """
    for name in {name for name, _pk in plan.deleted}:
        model = shapes.tracked_model(name)
        created = job.revisions.filter(model_name=name, action=RevisionAction.CREATED)
        for relation in model._meta.related_objects:
            for owner, pk in referring(relation, created.values("record_id")):
                if owner != (name, pk) and (name, pk) in plan.deleted:
                    plan.references[owner].add((name, pk))


# Doing it --------------------------------------------------------------------------------------


def _take_back(plan: Undo, keys: Iterable[Key], job, user, reason) -> Iterator[Key]:
    """Take the job's changes of these records back; yields those whose former state clashes."""
    by_model = defaultdict(list)
    for model_name, pk in list(keys):
        by_model[model_name].append(pk)
    for model_name, pks in by_model.items():
        model = shapes.tracked_model(model_name)
        for batch in batches(pks, BATCH):
            progress.advance(len(batch))
            if _take_back_some(plan, model, batch, job, user, reason):
                continue
            for pk in batch:
                if not _take_back_some(plan, model, [pk], job, user, reason):
                    yield model_name, pk


def _take_back_some(plan: Undo, model, pks, job, user, reason) -> bool:
    name = model._meta.model_name
    changes = {pk: plan.restored[name, pk][::-1] for pk in pks}
    try:
        with transaction.atomic():
            missing = apply(model, changes, user)
    except (IntegrityError, CannotRestoreError, ValidationError):
        return False
    plan.missing += [one for one in missing if one not in plan.missing]
    records = shapes.plain(model).in_bulk(pks)
    history.write(
        (
            history.revision(record, RevisionAction.UNDONE, *changes[pk])
            for pk, record in records.items()
        ),
        user,
        reason,
        job,
    )
    return True


def _delete(keys: Iterable[Key], job, user, reason) -> None:
    by_model = defaultdict(list)
    for model_name, pk in keys:
        by_model[model_name].append(pk)
    for model_name, pks in by_model.items():
        model = shapes.tracked_model(model_name)
        for batch in batches(sorted(pks)):
            progress.advance(len(batch))
            history.deleted(shapes.plain(model).filter(pk__in=batch), user, reason, job)
    # Only now: what the history keeps of each names the others.
    for model_name, pks in by_model.items():
        erase(shapes.tracked_model(model_name), pks)


def _names(keys: Iterable[Key]) -> dict[Key, str]:
    by_model = defaultdict(set)
    for model_name, pk in keys:
        by_model[model_name].add(pk)
    return {
        (model_name, pk): name
        for model_name, pks in by_model.items()
        for pk, name in names_of(model_name, pks).items()
    }
