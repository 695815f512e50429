"""Measure the public lists.

    python -m benchmarks.lists [SIZE…] [--without-datasette] [--without-plain] [--data=FOLDER]
    DATABASE_URL=postgres://… python -m benchmarks.lists SIZE    in that database, if it is empty

Without sizes: 100 000 and 1 000 000 generated projects, each in a database of its own in a folder
that goes afterwards (``--data`` names one that stays: another run takes its databases as they are).
One run measures, with the same data and requests, the registry's list; at the first size also a
plain list (``plain_list``) behind the same server, and Datasette with three facets and full-text
search, installed into a temporary environment. gunicorn serves with two workers.

Every request has another address, so that no page is answered from those remembered, except where
that is measured. Facet counts, words and lines that the index remembers count as its own merit.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import datasette
from benchmarks.datasette import PAGE, Query
from benchmarks.serving import ROOT, Client, free_port, gunicorn, rate, running, times

SIZES = (100_000, 1_000_000)
WORKERS, THREADS = 2, 4
CLIENTS = 8
COMMON, RARE = ("habitat", "eau", "jeunesse", "culturel"), ("0004", "1999", "0815", "1234")


# Requests ---------------------------------------------------------------------------------------


def queries(drawn_from: dict, size: int, number: int) -> list[Query]:
    """A mixture: what is asked, and by which values, the same for all that are measured."""
    drawn = random.Random(7)
    funds, domains = drawn_from["funds"], drawn_from["domains"]
    progress = ("selected", "ongoing", "completed", "cancelled")
    last = size // PAGE
    mixed: list[Query] = []
    for _round in range(number):
        fund, domain = drawn.choice(funds), drawn.choice(domains)
        mixed += [
            ("home", {}),
            ("filters", {"fund": fund, "domain": domain, "progress": drawn.choice(progress)}),
            ("filters + search", {"fund": fund, "domain": domain, "q": drawn.choice(COMMON)}),
            ("common word", {"q": drawn.choice(COMMON)}),
            ("rare word", {"q": drawn.choice(RARE)}),
            ("deep page", {"page": str(drawn.randint(last // 2, last))}),
        ]
    return mixed


def addresses(path: str, mixed: list[Query]) -> list[str]:
    return [f"{path}?{urlencode(query | {'n': n})}" for n, (_kind, query) in enumerate(mixed)]


# Measuring --------------------------------------------------------------------------------------


def by_kind(mixed: list[Query], taken: list[float]) -> str:
    kinds = dict.fromkeys(kind for kind, _query in mixed)
    medians = {
        kind: statistics.median(
            one for (other, _query), one in zip(mixed, taken, strict=True) if other == kind
        )
        for kind in kinds
    }
    return ", ".join(f"{kind} {median:.1f}" for kind, median in medians.items())


def report(name: str, mixed: list[Query], taken: list[float]) -> float:
    median = statistics.median(taken)
    late = statistics.quantiles(taken, n=20)[-1]
    print(
        f"{name}: median {median:.1f} ms, p95 {late:.1f} ms ({by_kind(mixed, taken)})", flush=True
    )
    return median


def measure(size: int, folder: Path, references: set[str], passing: Path) -> float:
    environment = os.environ | {
        "DATA_DIR": str(folder),
        "DEBUG": "",
        "HTTPS": "false",
        "SECRET_KEY": "benchmark",
        "DJANGO_SETTINGS_MODULE": "benchmarks.site",
    }
    python, start = sys.executable, time.monotonic()
    fill = [python, "-m", "benchmarks.lists", "--fill", str(size)]
    told = subprocess.run(fill, env=environment, check=True, cwd=ROOT, stdout=subprocess.PIPE)
    drawn_from = json.loads(told.stdout.splitlines()[-1])
    print(f"\n{size} projects, made in {time.monotonic() - start:.0f} s", flush=True)
    database, port = folder / "registry.sqlite3", free_port()
    with running(gunicorn(port, WORKERS, THREADS), port, "/empty/", environment):
        start = time.monotonic()
        client = Client(port)
        client.get("/projets/?n=first")
        print(f"first page after the start: {time.monotonic() - start:.1f} s")
        for number in range(20 * WORKERS):
            Client(port).get(f"/projets/?n=warm{number}")
        mixed = queries(drawn_from, size, 40)
        ours = report("registry", mixed, times(port, addresses("/projets/", mixed)))
        _ends(port, size)
        _rates(port, drawn_from["pages"])
        few = mixed[: 6 * 2]
        if "plain" in references:
            theirs = report("plain list", few, times(port, addresses("/plain/", few)))
            print(f"  = {theirs / ours:.0f} × the registry")
    if "datasette" in references and database.exists():
        with datasette.serving(passing, database) as port:
            datasette.check(port, mixed[:6])
            theirs = report("Datasette", few, times(port, datasette.addresses(few)))
            print(f"  = {theirs / ours:.0f} × the registry", flush=True)
    return ours


def _ends(port: int, size: int) -> None:
    first = statistics.median(times(port, [f"/projets/?n=f{n}" for n in range(40)]))
    last = statistics.median(
        times(port, [f"/projets/?page={size // PAGE}&n=l{n}" for n in range(40)])
    )
    print(f"last page: {last:.1f} ms = {last / first:.2f} × the first ({first:.1f} ms)")


def _rates(port: int, pages: list[str]) -> None:
    """Requests a second, beside an empty page behind the same server and middleware."""
    clients = range(CLIENTS)

    def said(name: str, measured: float):
        print(f"{name}: {measured:.0f} requests/s = {measured / empty:.0%} of an empty page")

    empty = rate(port, [["/empty/"]] * CLIENTS)
    print(f"empty page: {empty:.0f} requests/s")
    said("unchanged list", rate(port, [["/projets/"]] * CLIENTS))
    etag = _etag(port, "/projets/")
    said("unchanged list, 304", rate(port, [["/projets/"]] * CLIENTS, f"If-None-Match: {etag}\r\n"))
    said("unchanged detail page", rate(port, [[pages[0]]] * CLIENTS))
    said("fresh detail page", rate(port, [pages[one::CLIENTS] for one in clients]))


def _etag(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return response.headers["ETag"]


def fill_database(size: int) -> None:
    """Fill the database unless it has projects; tell, as JSON, what requests are made of."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from benchmarks.filling import fill
    from registry.models import Domain, Fund, Project

    call_command("collectstatic", interactive=False, verbosity=0)
    if not settings.IS_SQLITE or not Path(settings.DATA_DIR, "registry.sqlite3").exists():
        call_command("migrate", verbosity=0)
    if not Project.objects.exists():
        fill(size)
    some = Project.objects.filter(pk__lt=1000)
    projects = list(Project.objects.order_by("pk").only("public_id", "title")[:20_000])
    pages = [one.get_absolute_url() for one in random.Random(3).sample(projects, 16_000)]
    told = {
        "funds": list(Fund.objects.order_by("name").values_list("public_id", flat=True)),
        "domains": sorted(
            Domain.objects.filter(projects__in=some).distinct().values_list("code", flat=True)
        ),
        "pages": pages,
    }
    print(json.dumps(told))


def main(*arguments: str) -> None:
    if "--fill" in arguments:
        fill_database(int(arguments[-1]))
        return
    sizes = [int(one) for one in arguments if one.isdecimal()] or SIZES
    references = {"plain", "datasette"} - {one.removeprefix("--without-") for one in arguments}
    data = next((one.removeprefix("--data=") for one in arguments if one.startswith("--data=")), "")
    medians = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="registry-lists-") as folder:
            kept = Path(data, str(size)) if data else Path(folder)
            medians.append(measure(size, kept, references, Path(data or folder)))
        references = set()
    for size, median in zip(sizes[1:], medians[1:], strict=True):
        print(f"\n{size}: {median / medians[0]:.1f} × the median at {sizes[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
