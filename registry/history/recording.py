"""Writing the history: what was done to which record, by whom and why."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager

from registry import bulk
from registry.choices import RevisionAction, Status
from registry.history import shapes
from registry.history.states import State, batches, diff, snapshot, snapshots
from registry.models import Revision
from registry.models.history import LABEL_LENGTH, REASON_LENGTH
from registry.querysets import records_moved

MOVES = {
    Status.DRAFT: RevisionAction.RETURNED_TO_DRAFT,
    Status.IN_REVIEW: RevisionAction.SENT_TO_REVIEW,
    Status.PUBLISHED: RevisionAction.PUBLISHED,
    Status.ARCHIVED: RevisionAction.ARCHIVED,
}


def revision(record, action, gone: State | None = None, came: State | None = None) -> Revision:
    """A change of the record, not yet written."""
    return Revision(
        model_name=record._meta.model_name,
        record_id=record.pk,
        public_id=getattr(record, shapes.key_of(type(record))),
        label=str(record)[:LABEL_LENGTH],
        authority_id=getattr(record, "authority_id", None),
        action=action,
        before=gone or {},
        after=came or {},
    )


def write(revisions: Iterable[Revision], by=None, reason: str = "", job=None) -> list[Revision]:
    """Write the changes, all made at once by one person for one reason."""
    revisions = list(revisions)
    for one in revisions:
        one.by, one.job = by, job
        one.reason = reason[:REASON_LENGTH]
    bulk.insert(Revision, revisions)
    return revisions


def created(record, by=None, reason: str = "") -> Revision:
    """A record that was not there: what it says is read from the record, not from here."""
    came = snapshot(record)
    made = revision(record, RevisionAction.CREATED)
    write([made, *_seen_from_afar(record, {}, came)], by, reason)
    return made


def changed(record, before: State, by=None, reason: str = "", action="") -> Revision | None:
    """What became of the record since the state ``before``; nothing, if it is the same."""
    gone, came = diff(before, snapshot(record))
    if not (gone or came):
        return None
    made = revision(record, action or MOVES.get(came.get("status"), RevisionAction.CHANGED))
    made.before, made.after = gone, came
    write([made, *_seen_from_afar(record, gone, came)], by, reason)
    return made


@contextmanager
def tracking(record, by=None, reason: str = ""):
    """Note what changes in a saved record inside; the caller opens the transaction."""
    before = locked_snapshot(record)
    yield
    changed(record, before, by, reason)


def locked_snapshot(record) -> State:
    """The state of a record that nobody else changes until the transaction ends."""
    rows = type(record)._base_manager.filter(pk=record.pk).order_by()
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return snapshot(record)


def deleted(records: Iterable, by=None, reason: str = "", job=None) -> None:
    """Keep all that the records say; to be called before they go."""
    by_model = defaultdict(list)
    for record in records:
        by_model[type(record)].append(record)
    for model, gone in by_model.items():
        for batch in batches(gone):
            states = snapshots(model, [record.pk for record in batch], whole=True)
            write(
                [
                    revision(record, RevisionAction.DELETED, states[record.pk])
                    for record in batch
                    if record.pk in states
                ],
                by,
                reason,
                job,
            )


def _seen_from_afar(record, gone: State, came: State) -> list[Revision]:
    """The same change in the history of the records that hold the links and rows edited here."""
    own_key = getattr(record, shapes.key_of(type(record)))
    name = record._meta.model_name
    revisions = []
    for one in [*shapes.links(type(record)), *shapes.rows(type(record))]:
        if not (far_name := shapes.FROM_AFAR.get((name, one.name))):
            continue
        if isinstance(one, shapes.Links):
            target, turned = one.target, lambda key: (key, own_key)
        else:
            far = next(row for row in shapes.rows(type(record)) if row.name == far_name)
            target = type(record)

            def turned(row, one=one, far=far):
                rest = {key: value for key, value in row.items() if key != far.owner}
                return row[far.owner], rest | {one.owner: own_key}

        sides = (defaultdict(list), defaultdict(list))
        for side, values in zip(sides, (gone, came), strict=True):
            for value in values.get(one.name, []):
                key, item = turned(value)
                side[key].append(item)
        keys = sides[0].keys() | sides[1].keys()
        if not keys:
            continue
        for other in shapes.plain(target).filter(**{f"{shapes.key_of(target)}__in": keys}):
            key = getattr(other, shapes.key_of(target))
            before, after = ({far_name: side[key]} if side[key] else {} for side in sides)
            revisions.append(revision(other, RevisionAction.CHANGED, before, after))
    return revisions


# Publication in bulk ---------------------------------------------------------------------------


def _on_moved(sender, moved=(), status="", at=None, by=None, reason="", **_kwargs):
    """``moved`` has for each record its primary key, its former status and first publication."""
    for batch in batches(moved):
        records = shapes.plain(sender).in_bulk([pk for pk, *_ in batch])
        revisions = []
        for pk, old_status, published_at in batch:
            gone, came = {"status": old_status}, {"status": status}
            if status == Status.PUBLISHED and published_at is None:
                gone["published_at"], came["published_at"] = None, at.isoformat()
            revisions.append(revision(records[pk], MOVES[status], gone, came))
        write(revisions, by, reason)


def connect() -> None:
    """Write the history of records that change their status in bulk, whoever moves them."""
    records_moved.connect(_on_moved, dispatch_uid="history_moved")
