"""Run one task in this process: what the site starts for work in the background."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string
from django_tasks.base import Task


class Command(BaseCommand):
    help = "Run a task of the registry. The site starts this by itself; nobody needs to."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("task", metavar="PATH", help="Such as registry.tasks.preview_import.")
        parser.add_argument("arguments", metavar="JSON", help='{"args": […], "kwargs": {…}}')

    def handle(self, *, task, arguments, **options):
        try:
            found = import_string(task)
            given = json.loads(arguments)
        except (ImportError, ValueError) as error:
            raise CommandError(f"This is no task with its arguments: {error}") from None
        if not isinstance(found, Task):
            raise CommandError(f"{task} is no task.")
        found.call(*given["args"], **given["kwargs"])
