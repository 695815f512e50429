"""Look for organisations and places that may be one and the same. For cron, once a night."""

from django.core.management.base import BaseCommand

from registry.duplicates import finding


class Command(BaseCommand):
    """Lists the pairs in the administration; what people said of them stays."""

    help = "List the organisations and places that may be one and the same."

    def handle(self, **options):
        for model in finding.MODELS:
            count = finding.refresh(model)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {count}")
