"""Many rows at once: plain values straight to the driver and from it, ``COPY`` on PostgreSQL.

``bulk_create`` prepares each value through the whole of the ORM. Here what each field does to its
values is found out once for all of them, and the values are the same.
"""

import sqlite3
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models, transaction
from django.db.backends.utils import format_number

from registry.dates import PartialDate
from registry.fields import PartialDateField

# From so many rows on it is worth preparing SQLite for them; how much memory it has, in kilobytes.
MANY, ROOM, USUAL_ROOM = 1_000, 65_536, 2_000
# So many tables' rows may wait for PostgreSQL to take them.
AHEAD = 3
# So many rows go into a statement of SQLite's.
TOGETHER = 100
# From so many records on, SQLite's rows are staged: see ``Staging``.
STAGED = 50_000
# How long a thread may keep the others waiting while rows are inserted, in seconds.
TURN = 0.0002
# Whoever may set this does without PostgreSQL's look-up of each key of each row: see ``hold``.
ROLE = "session_replication_role"
# PostgreSQL's next keys of a table; what gives them is looked up once, and not for each key.
KEYS = (
    "WITH given AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence)"
    " SELECT nextval(sequence) AS key FROM given, generate_series(1, %s)"
)


@contextmanager
def large(count: int):
    """Around a transaction that writes so many validated rows: SQLite has but one writer at a time.

    With its usual two megabytes it reads and writes the same pages of its indexes again and again.
    It would look each key up for each row, where ``Writer.check`` does so once for each key. And
    where a row may be refused, it keeps what it takes to undo the statement: a third of the time.
    """
    if connection.vendor != "sqlite" or count < MANY:
        yield
        return
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA cache_size = -{ROOM}")
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            yield
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            cursor.execute(f"PRAGMA cache_size = -{USUAL_ROOM}")


def insert(model, records: list[models.Model]) -> None:
    """Insert new records and give them their primary keys."""
    if not records:
        return
    fields = model._meta.concrete_fields
    readers = [_reader(field) for field in fields]
    with transaction.atomic(savepoint=False):
        for record, pk in zip(records, next_keys(model, len(records)), strict=True):
            record.pk = pk
        rows = [tuple([reader(record) for reader in readers]) for record in records]
        insert_values(model, [field.column for field in fields], rows)
    for record in records:
        record._state.adding = False


def insert_values(model, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows of values that are as the database takes them."""
    quoted = _quoted(columns)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with connection.wrap_database_errors:
            _copy(connection.connection, f"COPY {table} ({quoted}) FROM STDIN", rows)
        return
    with connection.cursor(), connection.wrap_database_errors:
        driver = connection.connection
        _execute(driver, _together(driver, table, quoted, len(columns), rows))


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))


def _copy(driver, sql: str, rows: Iterable[tuple], are_held: bool = False) -> None:
    """By the driver's own connection: ``Ahead`` calls it in another thread than Django's."""
    with driver.cursor() as cursor:
        if are_held:
            cursor.execute(f"SET LOCAL {ROLE} = replica")
        with cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
        if are_held:
            cursor.execute(f"SET LOCAL {ROLE} TO DEFAULT")


def may_hold() -> bool:
    """Whether PostgreSQL lets us insert rows whose foreign keys ``hold`` looks up afterwards."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        # Only superusers could, until version 15 let them grant it.
        if connection.pg_version < 15_00_00:
            cursor.execute("SELECT current_setting('is_superuser')::boolean")
        else:
            cursor.execute("SELECT has_parameter_privilege(%s, 'SET')", [ROLE])
        return cursor.fetchone()[0]


def hold(model, keys: Collection[int]) -> int:
    """How many of the records there are; PostgreSQL deletes none of them before the end.

    Its own checks do the same, once for each row that refers to a record: half of the time that a
    large import takes.
    """
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    if connection.vendor != "postgresql":
        return model._base_manager.filter(pk__in=keys).count()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {table} WHERE {key} = ANY(%s)"  # noqa: S608
            f" ORDER BY {key} FOR KEY SHARE) AS held",
            [list(keys)],
        )
        return cursor.fetchone()[0]


class Ahead:
    """Inserts one table's rows after the other while the caller prepares the next ones.

    PostgreSQL takes its time in a process of its own, and SQLite in a thread that needs none of
    Python's: nobody else can write until it is done.
    """

    def __init__(self, pool: ThreadPoolExecutor, staging: "Staging | None", are_held: bool):
        self._pool = pool
        self._staging = staging
        self._are_held = are_held
        self._waiting: list[Future] = []

    def insert_values(self, model, columns: Sequence[str], rows: Iterable[tuple]) -> None:
        """As the function of this name; nobody else may use the connection before ``wait``."""
        quoted = _quoted(columns)
        table, driver = connection.ops.quote_name(model._meta.db_table), connection.connection
        if connection.vendor == "postgresql":
            copy = f"COPY {table} ({quoted}) FROM STDIN"
            self._submit(_copy, driver, copy, rows, self._are_held)
        else:
            if self._staging is not None:
                table, definition = self._staging.table(model, quoted)
                self._submit(driver.execute, definition)
            self._submit(_execute, driver, _together(driver, table, quoted, len(columns), rows))
        self.wait(AHEAD)

    def _submit(self, work: Callable, *arguments) -> None:
        self._waiting.append(self._pool.submit(work, *arguments))

    def wait(self, left: int = 0) -> None:
        """Wait until all is inserted but the rows of so many tables."""
        while len(self._waiting) > left:
            with connection.wrap_database_errors:
                self._waiting.pop(0).result()


@contextmanager
def ahead(staging: "Staging | None" = None) -> Iterator[Ahead]:
    """Around many insertions within a transaction, whose caller holds what their rows refer to."""
    with ThreadPoolExecutor(1, "inserting") as pool, _short_turns():
        inserting = Ahead(pool, staging, may_hold())
        try:
            yield inserting
            inserting.wait()
        finally:
            # After a failure nothing more is written.
            pool.shutdown(cancel_futures=True)


def is_staged(count: int) -> bool:
    """Whether so many records are worth it, and whether their transaction is still to begin."""
    return connection.vendor == "sqlite" and count >= STAGED and not connection.in_atomic_block


class Staging:
    """Rows in temporary tables of SQLite's, made ready before the transaction that takes them in.

    SQLite copies them in half the time that it takes to have them from Python, and during that time
    alone nobody else can write.
    """

    def __init__(self):
        self._tables: dict[tuple, str] = {}

    def table(self, model, columns: str) -> tuple[str, str]:
        """The table in which rows of the model wait, and how it is made where it is not there."""
        name = self._tables.setdefault((model, columns), f"temp.staged_{len(self._tables)}")
        # Without types: values stay what they are until the other table gives them its own.
        return name, f"CREATE TABLE IF NOT EXISTS {name} ({columns})"

    @contextmanager
    def filling(self) -> Iterator[Ahead]:
        """Around the insertions into temporary tables, which keep nobody from writing."""
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                with ahead(self) as inserting:
                    yield inserting
                cursor.execute("COMMIT")
            finally:
                # Where a disk is full, SQLite has rolled it back itself.
                if connection.connection.in_transaction:
                    cursor.execute("ROLLBACK")

    def take_in(self) -> Iterator[tuple[type[models.Model], int]]:
        """Insert what waits; each model, and how many rows of it were there."""
        with connection.cursor() as cursor:
            for (model, columns), staged in self._tables.items():
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(
                    f"INSERT OR FAIL INTO {table} ({columns}) SELECT {columns} FROM {staged}"  # noqa: S608
                )
                yield model, cursor.rowcount

    def forget(self) -> None:
        with connection.cursor() as cursor:
            for name in self._tables.values():
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


@contextmanager
def _short_turns():
    """Python's threads take shorter turns: SQLite has one between two statements, and waits."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _together(driver, table: str, columns: str, width: int, rows: Iterable[tuple]) -> list[tuple]:
    """Statements with their values, for ``_execute``.

    Many rows a statement: on SQLite that takes a third of the time of a statement for each.
    """
    together = max(1, min(TOGETHER, driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width))
    # Whoever is refused gives the whole transaction up: see ``large``.
    sql = f"INSERT OR FAIL INTO {table} ({columns}) VALUES "  # noqa: S608
    one, rows = f"({', '.join('?' * width)})", list(rows)
    whole = len(rows) - len(rows) % together
    starts = range(0, whole, together)
    values = [tuple(chain.from_iterable(rows[start : start + together])) for start in starts]
    return [(sql + ", ".join([one] * together), values), (sql + one, rows[whole:])]


def _execute(driver, statements: list[tuple]) -> None:
    """By the driver's own connection, as ``_copy``."""
    for sql, values in statements:
        driver.executemany(sql, values)


def next_keys(model, count: int) -> Sequence[int]:
    """Primary keys that nobody else is given; on SQLite the transaction holds the write lock."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            keys = [connection.ops.quote_name(table), column, count]
            # Mostly they follow one another, and need not be told one by one.
            cursor.execute(f"SELECT min(key), max(key) FROM ({KEYS}) AS keys", keys)  # noqa: S608
            first, last = cursor.fetchone()
            if count and last - first + 1 == count:
                return range(first, last + 1)
            cursor.execute(KEYS, keys)
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
        return range(first, first + count)


def _reader(field: models.Field) -> Callable:
    """What reads a field of a record as the database takes it."""
    name = field.attname
    if isinstance(field, models.ForeignKey):
        if isinstance(field.target_field, models.AutoField):
            return lambda record: _key(record, field)
        return lambda record: field.get_db_prep_save(_key(record, field), connection)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        # One moment for all of them.
        moments: dict = {}

        def moment(record):
            if not moments:
                value = field.pre_save(record, add=True)
                moments["now"] = value, field.get_db_prep_save(value, connection)
            value, prepared = moments["now"]
            setattr(record, name, value)
            return prepared

        return moment
    prepare = preparation(field)
    if isinstance(field, models.JSONField):
        # Most of the history's are empty.
        empty = prepare({})
        return lambda record: empty if (value := getattr(record, name)) == {} else prepare(value)
    if prepare is None:
        return lambda record: getattr(record, name)

    def read(record):
        value = getattr(record, name)
        return None if value is None else prepare(value)

    return read


def iso(date: PartialDate | None) -> str | None:
    """A date as the database has it."""
    return None if date is None else date.isoformat()


def preparation(field: models.Field) -> Callable | None:
    """What makes of a value of the field one that the database takes; ``None`` for nothing."""
    if isinstance(field, PartialDateField):
        return iso
    if isinstance(field, models.CharField | models.TextField):
        return str if field.choices else None
    if isinstance(field, models.DecimalField):
        digits, places = field.max_digits, field.decimal_places
        return lambda value: format_number(Decimal(value), digits, places)
    if isinstance(field, models.AutoField):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _key(record, field: models.ForeignKey):
    """The key to a record that may have been saved since it was given to this one."""
    key = getattr(record, field.attname)
    if key is None and field.is_cached(record):
        neighbour = getattr(record, field.name)
        if neighbour is not None:
            key = neighbour.pk
            # Not by setattr, which would forget the neighbour.
            record.__dict__[field.attname] = key
    return key


def update_values(model, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Give columns of rows other values; each row of values ends with the primary key."""
    quote = connection.ops.quote_name
    given = ", ".join(f"{quote(column)} = %s" for column in columns)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {given} WHERE {key} = %s", rows)  # noqa: S608


def plain_rows(queryset: models.QuerySet) -> list[Sequence]:
    """All rows of a ``values_list`` at once, as the driver gives them, or converted if need be.

    Django's own way takes as long again.
    """
    compiler = queryset.query.get_compiler(queryset.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return []
    converters = compiler.get_converters([column[0] for column in compiler.select])
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    return list(compiler.apply_converters(rows, converters)) if converters else rows
