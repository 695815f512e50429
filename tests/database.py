"""The tests' database: made from the models at once, emptied soon after a test that commits."""

import secrets

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from registry.changes import LOG
from registry.models import Change

KEPT = "kept_"


class NoMigrations(dict):
    """No app has any: its tables are made from its models."""

    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None


def make() -> None:
    """In an empty database, the tables and what comes with them."""
    settings.MIGRATION_MODULES = NoMigrations()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    made_from_models()


def made_from_models() -> None:
    """After the tables were made without migrations: they are those of the newest migration."""
    settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for migration in MigrationLoader(connection).disk_migrations:
        recorder.record_applied(*migration)
    _keep()


def _tables() -> dict[str, list[str]]:
    """Each table of a model with its columns, those that the database works out left aside."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: [field.column for field in model._meta.concrete_fields]
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def _keep() -> None:
    """Copies of the rows that come with the tables: roles, rights, domains, the authority."""
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608
            if cursor.fetchone()[0] and table != LOG:
                cursor.execute(f"CREATE TABLE {KEPT}{table} AS SELECT * FROM {table}")  # noqa: S608


def as_new() -> None:
    """Nothing but the rows that came with the tables.

    In a tenth of the time of ``flush``, which has all that follows a migration done again.
    """
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (*(set(tables) - {LOG}), LOG):  # deleting is logged as well
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        kept = set(connection.introspection.table_names(cursor))
        for table, columns in tables.items():
            if f"{KEPT}{table}" in kept:
                names = ", ".join(f'"{column}"' for column in columns)
                cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {KEPT}{table}")  # noqa: S608
        # What remembers an earlier state forgets it, as after a migration.
        Change.objects.create(kind="", mark=secrets.randbits(31))
    ContentType.objects.clear_cache()


def schema() -> dict[str, str]:
    """What the database says of the registry's tables: columns, keys, indexes, constraints."""
    found = {}
    introspection = connection.introspection
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            if not table.startswith("registry_"):
                continue
            columns = [
                [one.name, str(one.type_code), one.display_size, one.null_ok, one.default]
                for one in introspection.get_table_description(cursor, table)
            ]
            constraints = [
                # SQLite numbers what has no name.
                ["" if one["foreign_key"] or name[:2] == "__" else name, *map(str, one.values())]
                for name, one in introspection.get_constraints(cursor, table).items()
            ]
            found[table] = "\n".join(sorted(map(str, columns + constraints)))
    return found
