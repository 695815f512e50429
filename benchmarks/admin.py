"""How long the pages of the administration take with so many records of every kind.

    python -m benchmarks.admin                     100 000 of each kind
    DATABASE_URL=postgres://… python -m benchmarks.admin 10000
    … --keep FOLDER                                leave the data there, and find them there
    … --only registry/agreement                    only addresses that begin so

Every list is asked for as it opens, on its hundredth page, searched, filtered by each filter and
sorted by each column, and every box that completes what is typed: by an administrator, and by an
editor of an authority that has one record in a hundred. The data are made in a database of their
own and gone afterwards; of two times the smaller counts. What takes longer is printed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time

# Seconds that the database takes for a page, and what a page of fifty rows may take besides.
SLOW, RENDERING = 0.06, 0.4
COMMON, RARE, NONE = "eau", "99999", "zzzz"
# Of a filter so many choices are tried, the first and the last among them.
CHOICES = 3


def addresses(site, request):
    """The addresses of all lists in all their ways, and of all suggestions."""
    yield ""
    for model, admin in sorted(site._registry.items(), key=lambda one: one[0].__name__):
        name = model._meta.model_name
        path = f"registry/{name}/"
        if model._meta.app_label != "registry" or not admin.has_view_permission(request):
            continue
        yield path
        yield f"{path}?p=100"
        for word in (COMMON, RARE, NONE) if admin.search_fields else ():
            yield f"{path}?q={word}"
        yield from narrowed_and_sorted(path, admin.get_changelist_instance(request))
        for field in admin.get_autocomplete_fields(request):
            for word in ("", COMMON, RARE, NONE):
                yield (
                    f"autocomplete/?app_label=registry&model_name={name}"
                    f"&field_name={field}&term={word}"
                )
        if admin.model.objects.filter(pk=1000).exists():
            yield f"{path}1000/change/"
            yield f"{path}1000/history/"


def narrowed_and_sorted(path, listed):
    for spec in listed.filter_specs:
        links = [choice["query_string"] for choice in spec.choices(listed)][1:]
        for link in [*links[: CHOICES - 1], *links[-1:]] if len(links) > CHOICES else links:
            yield f"{path}{link}"
    for number, column in enumerate(listed.list_display):
        if column in listed.sortable_by and listed.get_ordering_field(column):
            yield f"{path}?o={number}"
            yield f"{path}?o=-{number}"


def measure(user, options) -> None:
    from django.contrib.messages.storage.base import BaseStorage
    from django.db import connection
    from django.test import Client, RequestFactory
    from django.test.utils import CaptureQueriesContext

    from registry import rights
    from registry.admin.site import site

    request = RequestFactory().get("/admin/")
    request.user, request._messages = user, BaseStorage(request)
    with rights.seen_by(user):
        wanted = list(addresses(site, request))
    client = Client()
    client.force_login(user)
    times = []
    for path in wanted:
        if not path.startswith(options.only):
            continue
        took = []
        for _number in range(2):
            connection.queries_log.clear()
            with CaptureQueriesContext(connection) as queries:
                start = time.perf_counter()
                response = client.get(f"/admin/{path}")
                took.append(time.perf_counter() - start)
        times.append(min(took))
        asked = sum(float(query["time"]) for query in queries)
        if response.status_code not in (200, 302, 403):
            print(f"!! {path}: {response.status_code}")
        if asked < SLOW and min(took) < SLOW + RENDERING:
            continue
        slowest = max(queries, key=lambda query: float(query["time"]), default={"time": 0})
        print(
            f"{user.username:8} {min(took) * 1000:6.0f} ms ({len(queries)} queries: "
            f"{asked * 1000:.0f}, slowest {float(slowest['time']) * 1000:.0f}) {path}",
            flush=True,
        )
        if options.verbose:
            print("    ", slowest["sql"][-900:])
    if times:
        times.sort()
        print(
            f"{user.username}: {len(times)} pages, median {statistics.median(times) * 1000:.0f} ms,"
            f" 95 in 100 below {times[int(len(times) * 0.95)] * 1000:.0f} ms, "
            f"longest {times[-1] * 1000:.0f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", nargs="?", type=int, default=100_000)
    parser.add_argument("--keep", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": options.keep or folder.name, "DEBUG": "true"}
    os.environ |= {"HTTPS": "false", "ALLOWED_HOSTS": "testserver", "SECRET_KEY": "benchmark"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if options.keep:  # the very database that the settings name
        call_command("migrate", verbosity=0)
        _measure_all(options)
        return
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        _measure_all(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure_all(options) -> None:
    from django.contrib.auth.models import Group
    from django.db import connection

    from benchmarks import office
    from registry.models import Agreement, Authority, User

    if not Agreement.objects.exists():
        office.fill(options.size)
        if connection.vendor == "postgresql":  # which does so by itself after a while
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    chief, _made = User.objects.get_or_create(username="chief", is_staff=True, is_superuser=True)
    editor, _made = User.objects.get_or_create(username="editor", is_staff=True)
    editor.groups.set(Group.objects.filter(name__in=("editor", "importer")))
    editor.authorities.set(Authority.objects.filter(code="third"))
    print(f"{connection.vendor}, {Agreement.objects.count()} records of each kind")
    for user in (chief, editor):
        measure(user, options)


if __name__ == "__main__":
    sys.exit(main())
