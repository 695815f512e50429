"""Search texts tell dates and kinds: those of before are marked as of an earlier form.

They are written anew once the migrations are done (``registry.search.tables.ensure``).
"""

from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Replace

# As it was at this migration: registry.search.words.REST.
REST, EARLIER = Value("\n\n"), Value("\n")


def mark(apps, _schema_editor):
    for model in apps.get_app_config("registry").get_models():
        if any(field.name == "search_text" for field in model._meta.fields):
            model.objects.update(search_text=Replace("search_text", REST, EARLIER))


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_indexes_of_lists")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
