"""Fill an empty registry with the content of fixtures/."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from registry import search

# In the order in which they refer to one another. Agreements and delegations refer both ways,
# which loaddata resolves within one call. The domains come with the tables (reference_rows).
FIXTURES = (
    "places",
    "organisations",
    "sources",
    "agreements",
    "delegations",
    "funding",
    "projects",
    "contributions",
    "citations",
)


class Command(BaseCommand):
    """Loads everything or nothing, and never over what somebody has entered."""

    help = "Load the content of fixtures/ into a registry that holds no record yet."

    def handle(self, **options):
        if held := next((model for model in search.INDEXED if model.objects.exists()), None):
            self.stdout.write(
                _("The registry already holds %(records)s: nothing was loaded.")
                % {"records": held._meta.verbose_name_plural}
            )
            return
        try:
            # Fixtures are loaded raw: neither saves nor signals write their search text.
            with transaction.atomic(), search.deferred():
                call_command("loaddata", *FIXTURES, verbosity=0)
                search.rebuild()
        except (DeserializationError, IntegrityError) as error:
            raise CommandError(
                _("The content does not fit this registry, so nothing was loaded: %(reason)s")
                % {"reason": " ".join(str(error).split())}
            ) from error
        counts = ", ".join(self.counts())
        self.stdout.write(_("Loaded: %(counts)s.") % {"counts": counts})

    def counts(self):
        for model in search.INDEXED:
            count, options = model.objects.count(), model._meta
            yield f"{count} {options.verbose_name if count == 1 else options.verbose_name_plural}"
