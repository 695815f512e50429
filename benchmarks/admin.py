"""How long the pages of the administration take with so many projects, and how many queries.

    python -m benchmarks.admin                     100 000 projects, as many contributions
    DATABASE_URL=postgres://… python -m benchmarks.admin 10000

The data are made in a database of their own and gone afterwards; the smaller of three times counts.
"""

import os
import sys
import tempfile
import time

PAGES = {
    "desk": "",
    "projects": "registry/project/",
    "projects, page 20": "registry/project/?p=20",
    "projects, searched": "registry/project/?q=projet",
    "projects, one status": "registry/project/?status__exact=published",
    "projects, without a source": "registry/project/?sourced=no",
    "projects, one year": "registry/project/?year=2020",
    "contributions": "registry/contribution/",
    "organisations": "registry/organisation/",
    "places": "registry/place/",
    "suggestions": "autocomplete/?app_label=registry&model_name=contribution"
    "&field_name=projects&term=projet",
    "suggestions, nothing typed": "autocomplete/?app_label=registry"
    "&model_name=contribution&field_name=projects&term=",
}


def measure(size: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks import filling
    from registry.models import Authority, User

    filling.fill(size)
    if connection.vendor == "postgresql":  # which does so by itself after a while
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    chief = User.objects.create(username="chief", is_staff=True, is_superuser=True)
    editor = User.objects.create(username="editor", is_staff=True)
    editor.groups.set(_groups("editor", "importer"))
    editor.authorities.set(Authority.objects.all())
    print(f"{connection.vendor}, {size} projects: milliseconds (queries)")
    for user in (chief, editor):
        client = Client()
        client.force_login(user)
        for name, path in PAGES.items():
            times = []
            for _number in range(3):
                with CaptureQueriesContext(connection) as queries:
                    start = time.perf_counter()
                    response = client.get(f"/admin/{path}")
                    times.append(time.perf_counter() - start)
                if response.status_code != 200:
                    sys.exit(f"{path}: {response.status_code}")
            slowest = max(queries, key=lambda query: float(query["time"]))
            print(
                f"{user.username:8} {name:28} {min(times) * 1000:7.0f} ({len(queries)})"
                f"  slowest query {float(slowest['time']) * 1000:.0f}"
            )
            if "-v" in sys.argv:
                print("   ", slowest["sql"][-700:])


def _groups(*names):
    from django.contrib.auth.models import Group

    return Group.objects.filter(name__in=names)


def main(size: str = "100000", *_options: str) -> None:
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DEBUG": "true", "SECRET_KEY": "benchmark"}
    os.environ |= {"HTTPS": "false", "ALLOWED_HOSTS": "testserver"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
    import django

    django.setup()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(int(size))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main(*[one for one in sys.argv[1:] if not one.startswith("-")])
