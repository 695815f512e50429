"""What a plan writes, as columns of plain values: gathered while it is planned.

They are as the driver takes them: the transaction that writes them later does nothing else.
A record that is new has no primary key yet: ``~number`` stands for it wherever a key does.
"""

import datetime
import hashlib
import json
import marshal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from operator import itemgetter

from django.apps import apps
from django.db import models

from registry import bulk, search
from registry.history import shapes
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Domain,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.models.history import LABEL_LENGTH
from registry.spreadsheets.plans import VOLATILE, RecordPlan, canonical, identity, owner_of
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.revisions import revisions
from registry.spreadsheets.spool import Spool
from registry.spreadsheets.wording import Wording

# The kinds of records that workbooks hold.
KINDS = (
    Domain,
    Place,
    Organisation,
    Source,
    Fund,
    Call,
    Delegation,
    Agreement,
    Project,
    Contribution,
)
# So many rows of a table make a frame.
FRAME = 5_000
# Changed records are compared with what the history calls their neighbours, so many at once.
CHANGED = 1_000


class Layout:
    """The columns in which the rows of a table are gathered.

    Not among them are the moments of writing and of publication, which nobody knows yet.
    """

    def __init__(self, model):
        fields = [field for field in model._meta.concrete_fields if not _is_moment(field)]
        self.label = model._meta.label_lower
        self.names = [field.attname for field in fields]
        self.columns = [field.column for field in fields]
        self.is_record = model in KINDS
        # What the history calls a record.
        self.natural_key = self.names.index(shapes.key_of(model)) if self.is_record else None
        self.foreign = {
            position: field.related_model
            for position, field in enumerate(fields)
            if isinstance(field, models.ForeignKey)
        }
        self.keys = {
            position: model._meta.label_lower
            for position, model in self.foreign.items()
            if model in KINDS
        }
        self._neighbours = [(position, fields[position].name) for position in self.keys]
        self._getter = itemgetter(*self.names)
        self._converters = [None if field.is_relation else plain(field) for field in fields]
        self._in_digest = [
            position
            for position, field in enumerate(fields)
            if field.name not in VOLATILE and not field.primary_key
        ]

    def row(self, record) -> list:
        """The values of a record that is new, its key first."""
        values = list(self._getter(record.__dict__))
        values[0] = identity(record)
        for position, name in self._neighbours:
            if values[position] is None:
                neighbour = record._state.fields_cache.get(name)
                if neighbour is not None:
                    values[position] = identity(neighbour)
        return values

    def fold(self, rows: list[list]) -> list:
        """The rows as columns; one that says the same everywhere is a tuple of that value."""
        columns = []
        for values, convert in zip(zip(*rows, strict=True), self._converters, strict=True):
            if values.count(values[0]) == len(values):
                value = values[0]
                columns.append((value if value is None or convert is None else convert(value),))
            elif convert is None:
                columns.append(list(values))
            else:
                columns.append([None if value is None else convert(value) for value in values])
        return columns

    def told(self, columns: list) -> list:
        """What of the columns the digest tells: neither keys nor what chance or the hour gives."""
        return [columns[position] for position in self._in_digest]


layout = cache(Layout)


def _is_moment(field) -> bool:
    return (
        getattr(field, "auto_now", False)
        or getattr(field, "auto_now_add", False)
        or field.name == "published_at"
    )


@cache
def plain(field) -> Callable | None:
    """What makes of a value one that both drivers take and a file keeps; ``None``: nothing."""
    if isinstance(field, models.DateField):
        return datetime.date.isoformat
    if isinstance(field, models.BooleanField | models.IntegerField):
        return None
    return bulk.preparation(field)


class Preparation:
    """Gathers what is planned, in the order in which it comes, so that the plans need not stay."""

    def __init__(self, planned: Mapping):
        self._wording = Wording(planned)
        self._spool = Spool()
        self._digests = defaultdict(hashlib.sha256)
        self._rows: defaultdict[type, list[list]] = defaultdict(list)
        self._labels: defaultdict[type, list[str]] = defaultdict(list)
        # What each new record says for the search, folded with the others of its frame.
        self._said: defaultdict[type, list[tuple]] = defaultdict(list)
        self._links: defaultdict[tuple[str, str], tuple[list, list]] = defaultdict(lambda: ([], []))
        self._updates: defaultdict[tuple, list[list]] = defaultdict(list)
        # What goes: it makes room before anything comes.
        self._gone: defaultdict[str, list[int]] = defaultdict(list)
        self._unlinked: defaultdict[tuple[str, str], list[tuple]] = defaultdict(list)
        self._changed: list[RecordPlan] = []
        # What the parts of a long sheet say, one after the other, and where the present one begins.
        self._parts: list[list[tuple[str, str]]] = []
        self._base: dict[str, int] = {}
        # How many new rows of each table there are; how many records are touched.
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.count = 0

    def add(self, plan: RecordPlan) -> None:
        """Take note of a plan and of those that come with it; nothing of them changes any more."""
        if plan.is_touched:
            self.count += 1
            if plan.is_new:
                self._add_record(plan)
            else:
                self._add_changes(plan)
            self._add_rows(plan)
        for companion in plan.companions:
            self.add(companion)

    def _add_record(self, plan: RecordPlan) -> None:
        model, record = plan.model, plan.instance
        if model in search.INDEXED:
            self._said[model].append(self._wording.said(plan))
        self._labels[model].append(str(record)[:LABEL_LENGTH])
        self._add_row(model, record)
        label = layout(model).label
        self.counts[label] = max(self.counts[label], ~identity(record) + 1)

    def _add_row(self, model, record) -> None:
        rows = self._rows[model]
        rows.append(layout(model).row(record))
        if len(rows) == FRAME:
            self._flush(model)

    def _add_changes(self, plan: RecordPlan) -> None:
        told = sorted((one.attribute, *map(canonical, one.raw)) for one in plan.changes)
        self._tell("changed", [layout(plan.model).label, plan.instance.pk, told])
        self._update(plan.instance, plan.previous)
        for _relation, row, said in plan.previous_rows:
            self._update(row, (name for name in said if name != "id"))
        for _relation, rows in plan.gone_of(is_rows=True):
            self._gone[layout(type(rows[0])).label] += [row.pk for row in rows]
        for relation, targets in plan.gone_of(is_rows=False):
            pairs = [(plan.instance.pk, target.pk) for target in targets]
            self._unlinked[layout(plan.model).label, relation] += pairs
        self._changed.append(plan)
        if len(self._changed) == CHANGED:
            self._flush_changed()

    def _update(self, record, names) -> None:
        fields = [type(record)._meta.get_field(name) for name in names]
        fields.sort(key=lambda field: field.column)
        row = [record.pk]
        for field in fields:
            value = getattr(record, field.attname)
            if field.is_relation:
                neighbour = record._state.fields_cache.get(field.name)
                value = identity(neighbour) if value is None and neighbour is not None else value
            elif value is not None and (convert := plain(field)):
                value = convert(value)
            row.append(value)
        key = layout(type(record)).label, tuple(field.attname for field in fields)
        self._updates[key].append(row)
        if len(self._updates[key]) == FRAME:
            self._send("update", *key, self._updates.pop(key))

    def _add_rows(self, plan: RecordPlan) -> None:
        for relation, rows in plan.new_rows.items():
            model = type(rows[0])
            label = layout(model).label
            owner = owner_of(plan.model, relation).attname
            for row in rows:
                row.__dict__["_number"] = self.counts[label]
                row.__dict__[owner] = identity(plan.instance)
                self.counts[label] += 1
                self._add_row(model, row)
        for relation, targets in plan.new_links.items():
            self._link(plan.instance, relation, targets)
        for row, relation, targets in plan.row_links:
            self._link(row, relation, targets)

    def _link(self, owner, relation: str, targets) -> None:
        key = layout(type(owner)).label, relation
        owners, others = self._links[key]
        owners += [identity(owner)] * len(targets)
        others += map(identity, targets)
        if len(owners) >= FRAME:
            self._flush_links(key)

    # Parts: see ``sharing`` ----------------------------------------------------------------------

    def begin_part(self) -> None:
        """Begin another part of a long sheet.

        The digest tells its new records by their place in it: whoever plans it finds the same.
        """
        self._flush_rows()
        if self._digests:
            self._parts.append(
                sorted((name, one.hexdigest()) for name, one in self._digests.items())
            )
            self._digests.clear()
        self._base = dict(self.counts)

    def helper(self) -> "Preparation":
        """What gathers some parts elsewhere, going on with the numbers of this one."""
        helper = Preparation({})
        helper._wording = self._wording
        helper.counts.update(self.counts)
        return helper

    def hand_over(self) -> tuple[tuple, Iterator[bytes]]:
        """What was gathered elsewhere, for ``take``."""
        self.begin_part()
        return (dict(self.counts), self._parts, self.count), self._spool.frames()

    def take(self, gathered: tuple, begun: dict[str, int], frames: Iterable[bytes]) -> None:
        """Go on behind what a helper gathered, which had begun with these numbers."""
        self.begin_part()
        counts, parts, count = gathered
        shifts = {}
        for label, end in counts.items():
            start = begun.get(label, 0)
            if made := end - start:
                shifts[label] = start, self.counts[label] - start, made
                self.counts[label] += made
        self._send("shift", shifts)
        for frame in frames:
            self._spool.add(frame)
        self._send("shift", {})
        self._parts += parts
        self.count += count
        self._base = dict(self.counts)

    # Frames -------------------------------------------------------------------------------------

    def finish(self, basis: str, problems: list[Problem]) -> "Prepared":
        """All that was gathered; ``basis`` is the state of the registry on which it rests."""
        self._flush_rows()
        self._flush_changed()
        for key, rows in self._updates.items():
            self._send("update", *key, rows)
        for problem in problems:
            self._tell("problems", [str(problem.sheet), problem.row, str(problem.column)])
        self.begin_part()
        digest = hashlib.sha256(json.dumps(self._parts).encode()).hexdigest()
        room = [marshal.dumps(("remove", label, keys)) for label, keys in self._gone.items()]
        room += [marshal.dumps(("unlink", *key, pairs)) for key, pairs in self._unlinked.items()]
        frames = partial(_after, room, self._spool)
        return Prepared(frames, dict(self.counts), digest, basis, self.count)

    def _flush_rows(self) -> None:
        for model in list(self._rows):
            self._flush(model)
        for key in list(self._links):
            self._flush_links(key)

    def _flush(self, model) -> None:
        if rows := self._rows.pop(model, None):
            form = layout(model)
            columns = form.fold(rows)
            if said := self._said.pop(model, None):
                columns[form.names.index("search_text")] = search.texts(said)
            told = columns.copy()
            for position, label in form.keys.items():
                told[position] = self._relative(label, columns[position])
            self._tell(form.label, form.told(told))
            self._send("new", form.label, columns, self._labels.pop(model, None))

    def _flush_links(self, key: tuple[str, str]) -> None:
        owners, targets = self._links.pop(key)
        label, relation = key
        field = apps.get_model(label)._meta.get_field(relation)
        told = self._relative(field.related_model._meta.label_lower, targets)
        self._tell("-".join(key), [self._relative(label, owners), told])
        self._send("links", *key, owners, targets)

    def _relative(self, label: str, column):
        """A column of keys with new records numbered from the beginning of the part."""
        if not (base := self._base.get(label)):
            return column
        return [key if key is None or key >= 0 else key + base for key in column]

    def _flush_changed(self) -> None:
        if self._changed:
            self._send("revisions", list(revisions(self._changed)))
            self._changed = []

    def _tell(self, name: str, content) -> None:
        # The second version writes equal values alike, wherever in memory they are.
        self._digests[name].update(marshal.dumps(content, 2))

    def _send(self, *frame) -> None:
        self._spool.add(marshal.dumps(frame))


def _after(room: list[bytes], spool: Spool) -> Iterator[bytes]:
    yield from room
    yield from spool.frames()


class Prepared:
    """What is to be written, in frames; ``count`` records are touched by it."""

    def __init__(self, raw: Callable, counts: dict, digest: str, basis: str, count: int):
        self.raw = raw
        # How many new rows of each table wait for a primary key.
        self.counts = counts
        self.digest = digest
        self.basis = basis
        self.count = count

    def frames(self) -> Iterator[tuple]:
        for data in self.raw():
            yield marshal.loads(data)  # noqa: S302  this process made it, or ``keeping`` knows it
