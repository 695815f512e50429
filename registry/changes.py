"""Which version of the data is there, and what changed since another: for caches and indexes.

Triggers of the database note each record that is written, whichever way: a form, a bulk action, an
import, an update by hand. So nobody has to remember to tell, and all processes see the same version
as soon as a transaction is committed. ``install`` makes the triggers after each ``migrate``, since
Django loses them when it remakes a table on SQLite.
"""

import secrets
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from django.apps import apps
from django.db import connection, models, transaction

from registry import statistics
from registry.models import Change, Domain
from registry.models.base import PublicRecord

# What is written more at once is not told one by one.
TOLD_ONE_BY_ONE = 1000
# The newest changes, whose marks make a version on PostgreSQL: one may be committed late.
NEWEST = 200
# Older changes than these are forgotten at the next ``migrate``.
KEPT = 100_000

LOG = Change._meta.db_table
# Where the keys of what an event touches are read; a row may pass from one record to another.
EVENTS = {"INSERT": ["new"], "DELETE": ["old"], "UPDATE": ["old", "new"]}


@dataclass(frozen=True)
class Version:
    """A state of the data; ``str()`` is the same in every process that sees the same state."""

    number: int
    mark: int
    # What PostgreSQL had committed when the version was read.
    snapshot: str = field(default="", compare=False)

    def __str__(self):
        return f"{self.number:x}-{self.mark:x}"


def current() -> Version:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT coalesce(max(id), 0), coalesce(sum(mark), 0), "  # noqa: S608
                "pg_current_snapshot()::text "
                f"FROM (SELECT id, mark FROM {LOG} ORDER BY id DESC LIMIT {NEWEST}) AS newest"
            )
            number, mark, snapshot = cursor.fetchone()
            return Version(number, int(mark), snapshot)
        cursor.execute(f"SELECT id, mark FROM {LOG} ORDER BY id DESC LIMIT 1")  # noqa: S608
        return Version(*(cursor.fetchone() or (0, 0)))


def since(version: Version) -> dict[str, set[int] | None] | None:
    """The records changed since the version, by kind; ``None`` for a kind means all of it.

    Nothing is known, and the answer is ``None``, where everything may have changed, or where the
    version is no longer in the log.
    """
    log = Change.objects.order_by()
    newest = log.filter(pk=version.number)
    if connection.vendor == "postgresql":
        if not newest.exists():  # its numbers are given once, even where they are rolled back
            return None
        log = log.extra(
            where=[
                "(transaction >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint "
                "AND NOT pg_visible_in_snapshot(transaction::text::xid8, %s::pg_snapshot) "
                # A snapshot never lists the transaction that took it as one that goes on.
                "OR transaction = pg_current_xact_id_if_assigned()::text::bigint)",
            ],
            params=[version.snapshot] * 2,
        )
    else:
        if not newest.filter(mark=version.mark).exists():
            return None
        log = log.filter(pk__gt=version.number)
    changed: defaultdict[str, set | None] = defaultdict(set)
    for kind, record in log.values_list("kind", "record").distinct():
        if record is None:
            changed[kind] = None
        elif changed[kind] is not None:
            changed[kind].add(record)
    return None if "" in changed else dict(changed)


@contextmanager
def wholesale(count: int):
    """Tell the writing of so many records inside as one change of everything.

    SQLite calls a trigger for each row, which would triple the time of a large import: there the
    transaction goes without them, which nobody else sees. PostgreSQL calls it for each statement.
    """
    if connection.vendor != "sqlite" or count <= TOLD_ONE_BY_ONE:
        yield
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for table, _kind, _column in _logged():
            for event in EVENTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {_trigger(table, event)}")
        yield
        _make(cursor)
        Change.objects.create(kind="", mark=secrets.randbits(31))
        transaction.on_commit(statistics.refresh, robust=True)


# The triggers ----------------------------------------------------------------------------------


def _logged() -> list[tuple[str, str, str]]:
    """Each table that public pages show, with the kind of record it tells of and the key to it."""
    tables = []
    for model in apps.get_app_config("registry").get_models(include_auto_created=True):
        owner = _owner(model)
        if owner:
            kind, column = owner
            tables.append((model._meta.db_table, kind, column))
    return tables


def _owner(model) -> tuple[str, str] | None:
    """The kind of record that a row of the table belongs to, and the column that says to which."""
    if _is_record(model):
        return model._meta.model_name, model._meta.pk.column
    keys = [
        key
        for key in model._meta.concrete_fields
        if isinstance(key, models.ForeignKey)
        and key.remote_field.on_delete is models.CASCADE
        and _is_record(key.related_model)
    ]
    if not keys:
        return None
    # The first is that of the record which holds the row, as in the tables of many to many;
    # a citation has a key for each kind of record, and is told by itself.
    if keys[0].null:
        return model._meta.model_name, model._meta.pk.column
    return keys[0].related_model._meta.model_name, keys[0].column


def _is_record(model) -> bool:
    return issubclass(model, PublicRecord) or model is Domain


def install(**_kwargs) -> None:
    """Make the triggers anew; called after each ``migrate``."""
    if LOG not in connection.introspection.table_names():
        return  # migrated back to before there was a log
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {LOG} WHERE id < (SELECT max(id) FROM {LOG}) - {KEPT}")  # noqa: S608
        _make(cursor)
    # What came before the triggers, such as the rows of a restored copy, is told as a whole.
    Change.objects.create(kind="", mark=secrets.randbits(31))


def _make(cursor) -> None:
    statements = _sqlite
    if connection.vendor == "postgresql":
        # One that is there stays: its function is what may have changed.
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND pg_table_is_visible(tgrelid)"
        )
        statements = partial(_postgresql, {name for (name,) in cursor.fetchall()})
    for table, kind, column in _logged():
        for statement in statements(table, kind, column):
            cursor.execute(statement)


def _trigger(table: str, event: str) -> str:
    return f"{table}_{event.lower()}_told"


def _sqlite(table: str, kind: str, column: str):
    for event, rows in EVENTS.items():
        name = _trigger(table, event)
        yield f"DROP TRIGGER IF EXISTS {name}"
        keys = " UNION ".join(f"SELECT {row}.{column} AS record" for row in rows)
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "  # noqa: S608
            f'INSERT INTO {LOG} (kind, record, mark, "transaction") '
            f"SELECT '{kind}', record, random() & 2147483647, 0 FROM ({keys}); END"
        )


def _postgresql(there: set[str], table: str, kind: str, column: str):
    for event, rows in EVENTS.items():
        name = _trigger(table, event)
        keys = " UNION ".join(f"SELECT {column} AS record FROM {row}_rows" for row in rows)  # noqa: S608
        values = "(random() * 2147483647)::bigint, pg_current_xact_id()::text::bigint"
        tables = " ".join(f"{row.upper()} TABLE AS {row}_rows" for row in rows)
        columns = f'INSERT INTO {LOG} (kind, record, mark, "transaction")'
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
            f"IF (SELECT count(*) FROM ({keys}) AS keys) > {TOLD_ONE_BY_ONE} THEN "
            f"{columns} VALUES ('{kind}', NULL, {values}); "
            f"ELSE {columns} SELECT '{kind}', record, {values} FROM ({keys}) AS keys; END IF; "
            "RETURN NULL; END $$"
        )
        if name in there:
            continue
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {table} "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
        # Also while PostgreSQL does not look foreign keys up: see ``bulk.hold``.
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
