"""Writing the search text: signals keep it true after each write.

A record's text says what it says of its neighbours, so that theirs changes with it. Whoever writes
many rows wraps them in ``deferred()``, which writes each text once at the end.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Domain,
    Fund,
    FundOrganisation,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Participant,
    Party,
    Place,
    PlaceName,
    ProgrammeItem,
    Project,
    ProjectPartner,
    Signatory,
    Source,
    Stop,
)
from registry.querysets import records_moved
from registry.search.query import engine
from registry.search.words import INDEXED, said_of, texts

BATCH = 500
# So many new records of a kind are indexed at once.
MANY = 1_000
# More texts of a kind than these are not written while a page waits.
MOST_AT_ONCE = 2_000

# Whose text speaks of a record: the paths by which others refer to a model of this table.
NEIGHBOURS = {
    Organisation: {
        Agreement: ["parties__organisation"],
        Delegation: ["participants__organisation", "programme__organisations"],
        Fund: ["organisations__organisation"],
        Project: ["partners__organisation"],
        Contribution: ["funders", "recipients"],
        Source: ["publisher"],
    },
    Place: {
        Organisation: ["place"],
        Delegation: ["stops__place", "programme__place"],
        Project: ["places"],
    },
    Domain: {Agreement: ["domains"], Delegation: ["domains"], Project: ["domains"]},
    Fund: {Call: ["fund"], Project: ["fund"], Contribution: ["fund"]},
    Project: {Contribution: ["projects"]},
}

# The rows whose words stand in the text of the record that they belong to, and the key to it.
ROWS = {
    PlaceName: "place",
    OrganisationName: "organisation",
    OrganisationIdentifier: "organisation",
    Party: "agreement",
    Signatory: "agreement",
    Stop: "delegation",
    Participant: "delegation",
    ProgrammeItem: "delegation",
    FundOrganisation: "fund",
    ProjectPartner: "project",
}
# Those among them that also stand in the text of the record's neighbours.
NAMES = (PlaceName, OrganisationName)


# Writing it ------------------------------------------------------------------------------------


def with_neighbours(records: models.QuerySet) -> models.QuerySet:
    """The records with all that their search text speaks of."""
    _words, joined, prefetched = INDEXED[records.model]
    return records.select_related(*joined).prefetch_related(*_prefetches(records.model, prefetched))


def _prefetches(model, lookups: Iterable[str]) -> Iterable:
    """Rows joined to what their key names: SQLite refuses to prefetch a thousand of these."""
    for lookup in lookups:
        relation, key = f"{lookup}__".split("__")[:2]
        rows = model._meta.get_field(relation).related_model
        if key and rows._meta.get_field(key).many_to_one:
            yield models.Prefetch(relation, rows.objects.select_related(key))
        yield lookup


def index(model, pks: Iterable[int]) -> None:
    """Write anew the search text of the model's records with these primary keys.

    The records are locked before their neighbours are read: of two people who save neighbouring
    records at the same moment, the second writes the text, knowing what the first has saved.
    """
    pks = sorted(pks)
    for start in range(0, len(pks), BATCH):
        batch = model.objects.filter(pk__in=pks[start : start + BATCH]).order_by("pk")
        with transaction.atomic():
            list(batch.select_for_update(no_key=True).values_list("pk"))
            stale, records = [], list(with_neighbours(batch))
            written = texts(said_of(model, record) for record in records)
            for record, text in zip(records, written, strict=True):
                if text != record.search_text:
                    record.search_text = text
                    stale.append(record)
            model.objects.bulk_update(stale, ["search_text"], batch_size=100)


def rebuild() -> int:
    """Write anew the search text of every record; the number of records read."""
    count = 0
    for model in INDEXED:
        pks = list(model.objects.values_list("pk", flat=True))
        index(model, pks)
        count += len(pks)
    return count


_pending: ContextVar[dict | None] = ContextVar("pending", default=None)


def touch(model, pks: Iterable[int]) -> None:
    pending = _pending.get()
    if pending is None:
        index(model, pks)
    else:
        pending[model].update(pks)


@contextmanager
def deferred(later: Callable[[], None] | None = None):
    """Gather what changes inside and index each record once, at the end.

    Inside an outer ``deferred`` the outer one does it. After an exception nothing is indexed: the
    transaction around it is rolled back. With ``later``, thousands of a kind are left to it.
    """
    if _pending.get() is not None:
        yield
        return
    pending: defaultdict[type, set] = defaultdict(set)
    token = _pending.set(pending)
    try:
        yield
    finally:
        _pending.reset(token)
    left = False
    for model, pks in pending.items():
        if later and len(pks) > MOST_AT_ONCE:
            left = True
        else:
            index(model, pks)
    if left:
        later()


@contextmanager
def inserting(counts: Mapping[str, int]):
    """Around the insertion of so many rows of each table, with their texts."""
    many = [model for model in INDEXED if counts.get(model._meta.label_lower, 0) >= MANY]
    with engine.inserting(many):
        yield


def touch_neighbours(kind, pks: Iterable[int]) -> None:
    for model, found in _neighbours(kind, pks).items():
        touch(model, found)


def _neighbours(kind, pks: Iterable[int]) -> dict[type, set]:
    """The records whose text speaks of the records of this kind with these primary keys."""
    pks = sorted(pks)
    neighbours: defaultdict[type, set] = defaultdict(set)
    for model, paths in NEIGHBOURS.get(kind, {}).items():
        for path in paths:
            for start in range(0, len(pks), BATCH):
                found = model.objects.filter(**{f"{path}__in": pks[start : start + BATCH]})
                neighbours[model].update(found.order_by().values_list("pk", flat=True))
    return neighbours


def _touch_owner(row) -> None:
    """The text of the record that the row belongs to, and of those that name it."""
    key = row._meta.get_field(ROWS[type(row)])
    pks = [getattr(row, key.attname)]
    touch(key.related_model, pks)
    if isinstance(row, NAMES):
        touch_neighbours(key.related_model, pks)


def _on_save(sender, instance, raw=False, **_kwargs):
    if raw:
        return
    if sender in INDEXED:
        touch(sender, [instance.pk])
    if sender in NEIGHBOURS:
        touch_neighbours(sender, [instance.pk])
    if sender in ROWS:
        _touch_owner(instance)


def _on_moved(sender, pks, **_kwargs):
    """The text of neighbours names published records alone: it changes with the status."""
    touch_neighbours(sender, pks)


def _before_delete(sender, instance, **_kwargs):
    # Links of many to many go without a signal: once the record is gone they cannot be followed.
    if sender in NEIGHBOURS:
        instance._neighbours = _neighbours(sender, [instance.pk])


def _on_delete(sender, instance, origin=None, **_kwargs):
    for model, pks in getattr(instance, "_neighbours", {}).items():
        touch(model, pks)
    # A row that goes with its record leaves nothing to index.
    if sender in ROWS and getattr(origin, "model", type(origin)) is sender:
        _touch_owner(instance)


def _on_links(sender, instance, action, reverse, model, pk_set, **_kwargs):
    """Links of many to many: the text of the record that holds them speaks of the others.

    ``reverse`` says that they were set from the other end, as in ``domain.agreements.add``.
    """
    holder = model if reverse else type(instance)
    if holder not in INDEXED and holder not in ROWS:
        return
    if not reverse:
        pks = {instance.pk}
    elif action == "pre_clear":
        # After the clearing nothing tells any more which they were.
        name = next(
            field.name
            for field in holder._meta.many_to_many
            if field.remote_field.through is sender
        )
        pks = set(holder.objects.filter(**{name: instance.pk}).values_list("pk", flat=True))
        instance._cleared = pks
        return
    elif action == "post_clear":
        pks = instance.__dict__.pop("_cleared", set())
    else:
        pks = pk_set or set()
    if action.startswith("post_"):
        _touch_holders(holder, pks)


def _touch_holders(holder, pks) -> None:
    if holder in INDEXED:
        touch(holder, pks)
    else:
        for row in holder.objects.filter(pk__in=pks):
            _touch_owner(row)


def connect() -> None:
    """Keep the search text true from now on; called once, when the application is ready."""
    post_save.connect(_on_save, dispatch_uid="search_save")
    records_moved.connect(_on_moved, dispatch_uid="search_moved")
    pre_delete.connect(_before_delete, dispatch_uid="search_before_delete")
    post_delete.connect(_on_delete, dispatch_uid="search_delete")
    m2m_changed.connect(_on_links, dispatch_uid="search_links")
