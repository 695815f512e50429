"""The tables of the tests are those that migrations make, and as new after a test that commits."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from registry import changes
from registry.models import Agreement, Authority, Domain
from tests import factories
from tests.database import as_new
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


def _rows():
    groups = {group.name: group.permissions.count() for group in Group.objects.all()}
    return groups, set(Domain.objects.values_list("code", flat=True)), Authority.objects.count()


@pytest.mark.django_db(transaction=True)
def test_database_after_a_test_that_commits_is_as_new():
    before = _rows()
    factories.AgreementFactory(title="Essai", authority=factories.AuthorityFactory())
    Domain.objects.exclude(parent=None).delete()
    Group.objects.first().permissions.clear()
    version = changes.current()

    as_new()

    assert _rows() == before
    assert before[1]
    assert not Agreement.objects.exists()
    assert changes.current() != version  # what remembers something forgets it
