"""Remove files of sources that no source has any more. For cron, or by hand."""

import datetime

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from registry.models import Revision, SourceFile

FOLDER = "sources"
# A file is written before the row that names it: one of today may be about to have one.
A_DAY = datetime.timedelta(days=1)


class Command(BaseCommand):
    """The history brings the row of a removed file back; for a while, so does the disk."""

    help = "Remove the files that no source has had for a year, or for as many days as you say."

    def add_arguments(self, parser):
        parser.add_argument(
            "--days",
            type=int,
            default=365,
            help="How long after its removal from a source a file can still be brought back.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Print the files instead of removing them."
        )

    def handle(self, days, dry_run=False, **options):
        now, count = timezone.now(), 0
        since = now - datetime.timedelta(days=days)
        for name in _files():
            if SourceFile.objects.filter(file=name).exists():
                continue
            if default_storage.get_modified_time(name) > now - A_DAY:
                continue
            lately = Revision.objects.filter(model_name="source", at__gte=since)
            if lately.filter(before__icontains=name).exists():
                continue
            count += 1
            if dry_run:
                self.stdout.write(name)
            else:
                default_storage.delete(name)
        text = (
            ngettext("%d file would be removed.", "%d files would be removed.", count)
            if dry_run
            else ngettext("%d file removed.", "%d files removed.", count)
        )
        self.stdout.write(text % count)


def _files():
    """The names of all files of sources, in folders by their first letters."""
    if not default_storage.exists(FOLDER):
        return
    folders, _files = default_storage.listdir(FOLDER)
    for folder in folders:
        for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]:
            yield f"{FOLDER}/{folder}/{name}"
