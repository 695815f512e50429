"""The rows without which a registry cannot work: its authority, its roles, the list of domains.

They come with the tables, so that a registry that is otherwise empty can take its first workbook.
"""

from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from registry import rights
from registry.models import Domain
from registry.models.base import default_authority


def ensure(using="default", **_kwargs) -> None:
    """After a migration to the newest state: make the rows where there are none."""
    connection = connections[using]
    newest = set(MigrationLoader(connection).graph.leaf_nodes("registry"))
    if using != "default" or not newest <= set(MigrationRecorder(connection).applied_migrations()):
        return
    default_authority()
    rights.ensure_groups(Domain._meta.app_config)
    if not Domain.objects.exists():
        call_command("loaddata", "domains", verbosity=0)
