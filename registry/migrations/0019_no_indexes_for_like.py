"""Identifiers and dates are compared as a whole: PostgreSQL's indexes of their beginnings go."""

from django.db import migrations

from registry.fields import WholeTextField


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for model in apps.get_app_config("registry").get_models():
        for field in model._meta.local_fields:
            if isinstance(field, WholeTextField) and (field.db_index or field.unique):
                name = schema_editor._create_index_name(
                    model._meta.db_table, [field.column], suffix="_like"
                )
                schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0018_indexes_of_kinds")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
