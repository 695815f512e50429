"""The migrations lead to the tables of the models, from which the other tests make theirs."""

import json
import subprocess
import sys

from django.conf import settings

from tests.processes import new_site

SCHEMA = "import json\nfrom tests.database import schema\nprint(json.dumps(schema()))"


def test_migrations_make_the_tables_of_the_models(site, tmp_path):
    with new_site(tmp_path) as migrated:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=settings.BASE_DIR,
            env=migrated.environment,
            check=True,
        )
        made_by_migrations = json.loads(migrated.run(SCHEMA))

    made_from_models = json.loads(site.run(SCHEMA))

    assert len(made_from_models) > 40
    assert made_by_migrations == made_from_models
