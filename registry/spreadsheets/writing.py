"""Writing what was prepared: new records, their rows and links, changes; the history of it all."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat

from django.apps import apps
from django.db import IntegrityError, connection, models
from django.utils import timezone

from registry import bulk, search
from registry.choices import ImportState, RevisionAction, Status
from registry.history.states import batches
from registry.models import Revision
from registry.spreadsheets import collector, progress
from registry.spreadsheets.prepared import Prepared, layout

# What does nothing but insert: see ``bulk.Ahead``.
INSERTIONS = {"shift", "new", "links", "revisions"}
# What makes room for them, and what may refer to them.
REMOVALS, UPDATES = {"remove", "unlink"}, {"shift", "update"}
# What a creation says in the history, as JSON.
NOTHING = "{}"
REVISION = (
    "model_name",
    "record_id",
    "public_id",
    "label",
    "authority_id",
    "action",
    "before",
    "after",
    "at",
    "by_id",
    "reason",
    "job_id",
)


@contextmanager
def staged(prepared: Prepared, user=None, job=None) -> Iterator["Writer | None"]:
    """Around the transaction that writes much to SQLite: a writer whose rows are made ready before.

    Others may write meanwhile. Whoever took keys that these rows have makes them useless: all is
    written within the transaction then, as on PostgreSQL.
    """
    if not bulk.is_staged(prepared.count):
        yield None
        return
    progress.phase(ImportState.WRITING, 2 * prepared.count)
    staging = bulk.Staging()
    try:
        with collector.paused(), staging.filling() as inserting:
            writer = Writer(prepared, user, job, inserting, staging)
            writer.go_through(INSERTIONS)
        yield writer
    finally:
        staging.forget()


@collector.paused()
def write(prepared: Prepared, user=None, job=None, ready: "Writer | None" = None) -> None:
    """Write all of it and its history; the caller opens the transaction.

    ``ready`` is what ``staged`` gave.
    """
    with search.inserting(prepared.counts):
        if ready and ready.has_its_keys():
            ready.go_through(REMOVALS)
            ready.take_in()
            ready.go_through(UPDATES)
        else:
            progress.phase(ImportState.WRITING, prepared.count)
            with bulk.ahead() as inserting:
                ready = Writer(prepared, user, job, inserting)
                ready.go_through()
    ready.check()
    # What is new was given its text before; what others say of a changed record is written anew.
    with search.deferred():
        for model, keys in ready.changed.items():
            if model in search.INDEXED:
                search.touch(model, keys)
            search.touch_neighbours(model, keys)


class Writer:
    """One moment, one author, and the keys of what is new."""

    def __init__(
        self,
        prepared: Prepared,
        user,
        job,
        inserting: bulk.Ahead,
        staging: bulk.Staging | None = None,
    ):
        self._prepared = prepared
        self._inserting, self._staging = inserting, staging
        self.user_id, self.job_id = user and user.pk, job and job.pk
        self.now = timezone.now()
        self.keys = self._next_keys()
        self._numbered = self.keys
        # The kinds of frames that there are.
        self._kinds: set[str] = set()
        # The keys of neighbours that were there before.
        self._named: defaultdict[type, set] = defaultdict(set)
        self.changed: defaultdict[type, list[int]] = defaultdict(list)

    def _next_keys(self) -> dict[str, Sequence[int]]:
        return {
            label: bulk.next_keys(apps.get_model(label), count)
            for label, count in self._prepared.counts.items()
        }

    def go_through(self, kinds: set[str] | None = None) -> None:
        """Write what there is of these kinds of frames, or all of it."""
        steps = {
            "remove": self.remove,
            "unlink": self.unlink,
            "shift": self.shift,
            "new": self.insert,
            "links": self.link,
            "update": self.update,
            "revisions": self.note,
        }
        if kinds and self._kinds and self._kinds.isdisjoint(kinds):
            return
        for kind, *content in self._prepared.frames():
            self._kinds.add(kind)
            if kinds and kind not in kinds:
                continue
            if kind not in INSERTIONS:
                self._inserting.wait()
            steps[kind](*content)
            progress.advance(0)

    # What was staged ------------------------------------------------------------------------------

    def has_its_keys(self) -> bool:
        """Whether the keys are still free that were given when nobody was kept from writing."""
        return self.keys == self._next_keys()

    def take_in(self) -> None:
        for model, count in self._staging.take_in():
            progress.advance(count if layout(model).is_record else 0)

    # Each kind of frame ---------------------------------------------------------------------------

    def remove(self, label: str, keys: list[int]) -> None:
        """Rows that their records have no longer, with what they link."""
        for batch in batches(keys):
            apps.get_model(label)._base_manager.filter(pk__in=batch).delete()

    def unlink(self, label: str, relation: str, pairs: list[tuple[int, int]]) -> None:
        field: models.ManyToManyField = apps.get_model(label)._meta.get_field(relation)
        owner, target = field.m2m_column_name(), field.m2m_reverse_name()
        links = field.remote_field.through._base_manager
        for batch in batches(pairs):
            wanted = [models.Q(**{owner: one, target: other}) for one, other in batch]
            links.filter(models.Q(*wanted, _connector=models.Q.OR)).delete()

    def shift(self, shifts: dict[str, tuple[int, int, int]]) -> None:
        """From some number on, new rows count by so much more, as others planned before them."""
        self._numbered = self.keys | {
            label: [*keys[:start], *keys[start + offset : start + offset + made]]
            for label, (start, offset, made) in shifts.items()
            for keys in [self.keys[label]]
        }

    def insert(self, label: str, columns: list, labels: list[str] | None) -> None:
        """Rows of a table; a record's first line in the history comes with it."""
        model, form = apps.get_model(label), layout(apps.get_model(label))
        size = max(map(len, columns))
        columns[0] = self._resolve(label, columns[0])
        for position, target in form.foreign.items():
            columns[position] = self._refer(target, columns[position])
        names, written = list(form.columns), [_whole(column, size) for column in columns]
        for field in model._meta.concrete_fields:
            if field.attname not in form.names:
                names.append(field.column)
                written.append(self._moments(field, form, columns, size))
        self._inserting.insert_values(model, names, zip(*written, strict=True))
        if labels is None:
            return
        authorities = repeat(None, size)
        if "authority_id" in form.names:
            authorities = _whole(columns[form.names.index("authority_id")], size)
        self._write_history(
            size,
            repeat(model._meta.model_name, size),
            columns[0],
            _whole(columns[form.natural_key], size),
            labels,
            authorities,
            repeat(str(RevisionAction.CREATED), size),
            repeat(NOTHING, size),
            repeat(NOTHING, size),
        )
        progress.advance(size)

    def _moments(self, field, form, columns, size: int):
        """When it is written; of publication, for what is published."""
        now = field.get_db_prep_save(self.now, connection)
        if field.name != "published_at":
            return repeat(now, size)
        statuses = _whole(columns[form.names.index("status")], size)
        return [now if status == Status.PUBLISHED else None for status in statuses]

    def link(self, label: str, relation: str, owners: list, targets: list) -> None:
        field: models.ManyToManyField = apps.get_model(label)._meta.get_field(relation)
        columns = field.m2m_column_name(), field.m2m_reverse_name()
        owners = self._refer(field.model, owners)
        targets = self._refer(field.related_model, targets)
        self._inserting.insert_values(
            field.remote_field.through, columns, zip(owners, targets, strict=True)
        )

    def update(self, label: str, names: tuple[str, ...], rows: list[list]) -> None:
        """Other values for fields of records or rows that are there, each row's key first."""
        model = apps.get_model(label)
        fields = {field.attname: field for field in model._meta.concrete_fields}
        primary, *columns = map(list, zip(*rows, strict=True))
        for position, name in enumerate(names):
            if fields[name].is_relation:
                columns[position] = self._refer(fields[name].related_model, columns[position])
        given = dict(zip(names, columns, strict=True))
        if layout(model).is_record:
            self.changed[model] += primary
            progress.advance(len(rows))
            if "updated_at" in fields:
                now = fields["updated_at"].get_db_prep_save(self.now, connection)
                given |= {
                    "updated_at": repeat(now, len(rows)),
                    "updated_by_id": repeat(self.user_id, len(rows)),
                }
        if given:
            bulk.update_values(
                model,
                [fields[name].column for name in given],
                zip(*given.values(), primary, strict=True),
            )

    def note(self, revisions: list[tuple]) -> None:
        """The history of records that changed."""
        if revisions:
            self._write_history(len(revisions), *zip(*revisions, strict=True))

    def _write_history(self, size: int, *said) -> None:
        at = Revision._meta.get_field("at").get_db_prep_save(self.now, connection)
        job = Revision._meta.get_field("job").get_db_prep_save(self.job_id, connection)
        same = (repeat(value, size) for value in (at, self.user_id, "", job))
        self._inserting.insert_values(Revision, REVISION, zip(*said, *same, strict=True))

    def check(self) -> None:
        """Refuse it all where a neighbour is gone: see ``bulk.large`` and ``bulk.hold``."""
        for model, keys in self._named.items():
            for batch in batches(sorted(keys)):
                if bulk.hold(model, batch) < len(batch):
                    raise IntegrityError(f"A {model._meta.label} that rows refer to is gone.")

    def _refer(self, model, column):
        """The keys of neighbours, which must be there in the end."""
        self._named[model] |= {key for key in set(column) if key is not None and key >= 0}
        return self._resolve(model._meta.label_lower, column)

    def _resolve(self, label: str, column) -> list:
        """The keys of a column, with those of new records in place of their numbers."""
        keys = self._numbered.get(label)
        if keys is None:
            return column
        return type(column)([key if key is None or key >= 0 else keys[~key] for key in column])


def _whole(column, size: int):
    """The values of a column of which one may stand for all."""
    return repeat(column[0], size) if isinstance(column, tuple) else column
