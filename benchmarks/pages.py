"""Measure the public pages of a registry with so many records of every kind.

    python -m benchmarks.pages [SIZE] [--keep=FOLDER]
    DATABASE_URL=postgres://… python -m benchmarks.pages SIZE    in that database, if it is empty

Fresh pages of each kind of record, none of them asked for twice, as requests a second beside an
empty page behind the same server and middleware; before that, one by one and each at its first
request, the pages that ask for most: every list in every way of showing it, searches of common
words, the home page, odd parameters. There are 100 000 of each kind (``benchmarks.office``);
gunicorn serves with two workers.
"""

import os
import random
import sys
import tempfile
import time
from urllib.parse import quote

from benchmarks.serving import Client, free_port, gunicorn, rate, running, times

SIZE, CLIENTS, PAGES = 100_000, 8, 4_000
KINDS = ("agreement", "delegation", "project", "organisation", "place", "fund", "call")
KINDS += ("contribution", "source")
SEARCHES = ("eau", "eau habitat", "a", "habitt culturl", "eau habitat culturel jeunesse 9999")
SHOWINGS = ("cards", "table", "map", "timeline", "figures")
# What takes longer is printed.
SLOW = 250
ODD = (
    "page=999999",
    "page=999999&sort=title",
    "sort=changed",
    "q=" + quote("eau e a i o u habitat culturel"),
    "&".join(f"place=x{number}" for number in range(50)),
    "q=" + "a" * 5000,
    "since=1900&until=2100&not-country=FR",
    "view=map&q=eau",
    "values=organisation",
    "values=place&find=a",
)


def addresses() -> tuple[dict[str, list[str]], list[str]]:
    """Pages of records by kind, and the pages that ask for most."""
    from django.apps import apps
    from django.urls import reverse

    pages, most = {}, [reverse("registry:home")]
    for kind in KINDS:
        records = apps.get_model("registry", kind).objects.published().order_by("pk")
        some = list(records.select_related("fund") if kind == "call" else records[: 4 * PAGES])
        some = random.Random(3).sample(some, min(PAGES, len(some)))
        pages[kind] = [one.get_absolute_url() for one in some]
        address = reverse(f"registry:{kind}_list")
        most += [f"{address}?view={view}" for view in SHOWINGS]
        most += [f"{address}?{odd}" for odd in ODD]
        # The one to which all others lead: see ``benchmarks.office``.
        most += [one.get_absolute_url() for one in records.filter(pk=1000)]
    search = reverse("registry:search")
    most += [
        f"{search}?q={quote(words)}" for words in ("eau", "eau habitat", "a", "habitt culturl")
    ]
    most += [f"{search}?q={quote('eau habitat culturel jeunesse 9999')}"]
    return pages, most


def measure(environment: dict, pages: dict[str, list[str]], most: list[str]) -> None:
    port = free_port()
    with running(gunicorn(port, 2, 4), port, "/empty/", environment):
        start = time.monotonic()
        Client(port).get(most[0])
        print(f"home, first page after the start: {time.monotonic() - start:.1f} s")
        client, taken = Client(port), []
        for path in most:
            start = time.perf_counter()
            status, length = client.get(path)
            taken.append((1000 * (time.perf_counter() - start), status, length, path[:90]))
        for took, status, length, path in sorted(taken, reverse=True):
            if took > SLOW or status >= 500:
                print(f"{took:6.0f} ms {status} {length // 1000:5} kB  {path}")
        print(f"{len(taken)} pages that ask for most: longest {max(taken)[0]:.0f} ms")
        empty = rate(port, [["/empty/"]] * CLIENTS)
        print(f"empty page: {empty:.0f} requests/s")
        for kind, paths in pages.items():
            times(port, paths[:20])
            paths = paths[20:]
            asked = rate(port, [paths[one::CLIENTS] for one in range(CLIENTS)])
            print(f"fresh {kind}: {asked:.0f} requests/s = {asked / empty:.1%}", flush=True)


def main(*arguments: str) -> None:
    size = next((int(one) for one in arguments if one.isdecimal()), SIZE)
    kept = next((one.removeprefix("--keep=") for one in arguments if one.startswith("--keep=")), "")
    with tempfile.TemporaryDirectory(prefix="registry-pages-") as folder:
        os.environ |= {"DATA_DIR": kept or folder, "DEBUG": "", "HTTPS": "false"}
        os.environ |= {"SECRET_KEY": "benchmark", "DJANGO_SETTINGS_MODULE": "benchmarks.site"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from benchmarks import office
        from registry.models import Agreement

        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", verbosity=0)
        if not Agreement.objects.exists():
            office.fill(size)
        pages, most = addresses()
        connection.close()
        measure(dict(os.environ), pages, most)


if __name__ == "__main__":
    main(*sys.argv[1:])
