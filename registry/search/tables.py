"""Making the indexes of both databases, after each migration.

Not in a migration of their own: SQLite remakes a table for most changes of a model and loses its
triggers without a word. What is missing or different is made anew here, from what the tables hold.
"""

from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from registry.search.query import engine
from registry.search.upkeep import index
from registry.search.words import INDEXED, REST


def ensure(using="default", **_kwargs) -> None:
    """After a migration: make what is missing, and write anew texts of an earlier form."""
    if using != "default":
        return
    tables = set(connections[using].introspection.table_names())
    held = [model for model in INDEXED if model._meta.db_table in tables]
    lacking = {model for model in held if not engine.is_whole(model)}
    if not _is_newest(connections[using]):
        return
    for model in held:
        earlier = model.objects.exclude(search_text__contains=REST)
        index(model, list(earlier.values_list("pk", flat=True)))
        if model in lacking:
            with transaction.atomic():
                engine.make(model)


def _is_newest(connection) -> bool:
    newest = set(MigrationLoader(connection).graph.leaf_nodes("registry"))
    return newest <= set(MigrationRecorder(connection).applied_migrations())
