"""The registry application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = _("Registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The administration registers its models.
        from registry import admin, changes, history, reference_rows, search  # noqa: F401

        search.connect()
        history.connect()
        post_migrate.connect(changes.install, sender=self, dispatch_uid="changes")
        post_migrate.connect(search.ensure, sender=self, dispatch_uid="search_tables")
        post_migrate.connect(reference_rows.ensure, sender=self, dispatch_uid="reference_rows")
