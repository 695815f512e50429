"""Search texts have a record's own reference no more, which is its authority's alone.

Those that had it are marked as of an earlier form, and written anew once the migrations are done
(``registry.search.tables.ensure``).
"""

from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Replace

# As it was at this migration: registry.search.words.REST.
REST, EARLIER = Value("\n\n"), Value("\n")


def mark(apps, _schema_editor):
    for model in apps.get_app_config("registry").get_models():
        if {"search_text", "reference"} <= {field.name for field in model._meta.fields}:
            named = model.objects.exclude(reference="")
            named.update(search_text=Replace("search_text", REST, EARLIER))


class Migration(migrations.Migration):
    dependencies = [("registry", "0015_imports_with_nothing_to_do")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
