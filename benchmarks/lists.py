"""Measure the public lists.

    python -m benchmarks.lists [SIZE…] [--without-datasette] [--without-plain] [--data=FOLDER]

Without sizes: 100 000 and 1 000 000 generated projects, each in a database of its own in a folder
that goes afterwards (``--data`` names one that stays, for another run). One run measures, with the
same data and requests, the registry's list; at the first size also a plain list (``plain_list``)
behind the same server, and Datasette with three facets and full-text search, installed into a
temporary environment. gunicorn serves with two workers.

Every request has another address, so that no page is answered from those remembered, except where
that is measured. Facet counts, words and lines that the index remembers count as its own merit.
"""

import contextlib
import multiprocessing
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100_000, 1_000_000)
WORKERS, THREADS = 2, 4
CLIENTS, SECONDS = 4, 5
COMMON, RARE = ("habitat", "eau", "jeunesse", "culturel"), ("0004", "1999", "0815", "1234")
PAGE = 25


# Servers and clients ----------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def running(command: list[str], port: int, path: str, environment=None) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60)
                break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


class Client:
    """One connection that stays open; as little work as can be."""

    def __init__(self, port: int):
        self.port, self.connection, self.rest = port, None, b""

    def get(self, path: str, headers: str = "") -> tuple[int, int]:
        """The status and the length of the answer."""
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.connection.sendall(asked)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, body = data.split(b"\r\n\r\n", 1)
        head = head.lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._receive()
        elif status != 304:
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            while len(body) < length:
                body += self._receive()
        if b"connection: close" in head:
            self.connection.close()
            self.connection = None
        return status, len(body)

    def _receive(self) -> bytes:
        if not (received := self.connection.recv(262_144)):
            raise ConnectionError
        return received


def times(port: int, paths: list[str]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    client, taken = Client(port), []
    for path in paths:
        start = time.perf_counter()
        status, _length = client.get(path)
        taken.append(1000 * (time.perf_counter() - start))
        if status != 200:
            raise RuntimeError(f"{status} {path}")
    return taken


def _hammer(port, paths, headers, count):
    client, stop, number = Client(port), time.perf_counter() + SECONDS, 0
    while time.perf_counter() < stop:
        client.get(paths[number % len(paths)], headers)
        number += 1
    count.value = number


def rate(port: int, paths: list[list[str]], headers: str = "") -> float:
    """Requests a second of some clients at once, each with paths of its own."""
    counts = [multiprocessing.Value("i") for _client in paths]
    clients = [
        multiprocessing.Process(target=_hammer, args=(port, own, headers, count))
        for own, count in zip(paths, counts, strict=True)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(count.value for count in counts) / SECONDS


# Requests ---------------------------------------------------------------------------------------

Query = tuple[str, dict]


def queries(database: Path, size: int, number: int) -> list[Query]:
    """A mixture: what is asked, and by which values, the same for all that are measured."""
    drawn = random.Random(7)
    connection = sqlite3.connect(database)

    def column(sql):
        return [value for (value,) in connection.execute(sql)]

    funds = column("SELECT public_id FROM registry_fund ORDER BY name")
    domains = column(
        "SELECT DISTINCT code FROM registry_domain d "
        "JOIN registry_project_domains l ON l.domain_id = d.id WHERE l.project_id < 1000"
    )
    connection.close()
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


# Datasette --------------------------------------------------------------------------------------


def install_datasette(folder: Path) -> Path:
    programs = folder / "datasette" / "bin"
    if not programs.exists():
        venv.create(folder / "datasette", with_pip=True)
        subprocess.run([programs / "pip", "install", "--quiet", "datasette"], check=True)
    return programs / "datasette"


def write_for_datasette(database: Path, target: Path) -> None:
    """The projects as one table, with its words indexed, as Datasette likes them."""
    connection = sqlite3.connect(target)
    connection.execute("ATTACH ? AS r", [str(database)])
    connection.executescript(
        """
        CREATE TABLE projects (
            id INTEGER PRIMARY KEY, title TEXT, summary TEXT, fund TEXT, progress TEXT,
            starts_on TEXT, domains TEXT, words TEXT
        );
        INSERT INTO projects SELECT p.id, p.title, p.summary, f.public_id, p.activity_status,
            p.starts_on, (
                SELECT json_group_array(d.code) FROM r.registry_project_domains l
                JOIN r.registry_domain d ON d.id = l.domain_id WHERE l.project_id = p.id
            ), p.search_text
        FROM r.registry_project p JOIN r.registry_fund f ON f.id = p.fund_id;
        CREATE INDEX by_fund ON projects(fund);
        CREATE INDEX by_progress ON projects(progress);
        -- In these quotation marks: by them Datasette knows which table the index is of.
        CREATE VIRTUAL TABLE projects_fts USING fts5(words, content="projects", content_rowid="id");
        INSERT INTO projects_fts(projects_fts) VALUES ('rebuild');
        """
    )
    connection.close()


def datasette_addresses(mixed: list[Query]) -> list[str]:
    facets = [("_facet", "fund"), ("_facet", "progress"), ("_facet_array", "domains")]
    found = []
    for number, (_kind, query) in enumerate(mixed):
        # What begins with an underscore and means nothing to it filters nothing.
        asked = [*facets, ("_size", PAGE), ("_n", number)]
        names = {"q": "_search", "domain": "domains__arraycontains"}
        for name, value in query.items():
            if name == "page":
                asked.append(("_next", int(value) * PAGE))
            else:
                asked.append((names.get(name, name), value))
        found.append(f"/data/projects?{urlencode(asked)}")
    return found


@contextlib.contextmanager
def datasette(folder: Path, database: Path) -> Iterator[int]:
    program, target, port = install_datasette(folder), folder / "data.db", free_port()
    if not target.exists():
        write_for_datasette(database, target)
    limits = {
        "sql_time_limit_ms": 120_000,
        "facet_time_limit_ms": 120_000,
        "max_returned_rows": 100,
        "suggest_facets": "off",  # nor does the registry
    }
    settings = [part for name, value in limits.items() for part in ("--setting", name, str(value))]
    command = [str(program), "serve", "-i", str(target), "-p", str(port), *settings]
    with running(command, port, "/-/versions.json"):
        yield port


def check_datasette(port: int, mixed: list[Query]) -> None:
    """A reference that answers quickly because it found nothing would be none."""
    for (kind, query), path in zip(mixed, datasette_addresses(mixed), strict=True):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
            page = response.read().decode()
        wrong = [
            name
            for name, is_wrong in {
                "no rows": "type-pk" not in page,
                "not three facets": page.count('class="facet-info-name"') != 3,
                "no search": "q" in query and "search matches" not in page,
                "facets cut": "facets timed out" in page,
            }.items()
            if is_wrong
        ]
        if wrong:
            raise RuntimeError(f"Datasette, {kind}: {', '.join(wrong)} at {path}")


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
        "DATABASE_URL": "",
        "DEBUG": "",
        "HTTPS": "false",
        "DJANGO_SETTINGS_MODULE": "benchmarks.site",
    }
    environment.pop("DATABASE_URL")
    python, start = sys.executable, time.monotonic()
    fill = [python, "-m", "benchmarks.lists", "--fill", str(size)]
    subprocess.run(fill, env=environment, check=True, cwd=ROOT)
    print(f"\n{size} projects, made in {time.monotonic() - start:.0f} s", flush=True)
    database, port = folder / "registry.sqlite3", free_port()
    command = [python, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--no-control-socket", "--timeout", "300", "--keep-alive", "60"]
    with running(command, port, "/empty/", environment):
        start = time.monotonic()
        client = Client(port)
        client.get("/projets/?n=first")
        print(f"first page, which makes the index: {time.monotonic() - start:.1f} s")
        for number in range(20 * WORKERS):
            Client(port).get(f"/projets/?n=warm{number}")
        mixed = queries(database, size, 40)
        ours = report("registry", mixed, times(port, addresses("/projets/", mixed)))
        _ends(port, size)
        _rates(port, database)
        few = mixed[: 6 * 2]
        if "plain" in references:
            theirs = report("plain list", few, times(port, addresses("/plain/", few)))
            print(f"  = {theirs / ours:.0f} × the registry")
    if "datasette" in references:
        with datasette(passing, database) as port:
            check_datasette(port, mixed[:6])
            theirs = report("Datasette", few, times(port, datasette_addresses(few)))
            print(f"  = {theirs / ours:.0f} × the registry", flush=True)
    return ours


def _ends(port: int, size: int) -> None:
    first = statistics.median(times(port, [f"/projets/?n=f{n}" for n in range(40)]))
    last = statistics.median(
        times(port, [f"/projets/?page={size // PAGE}&n=l{n}" for n in range(40)])
    )
    print(f"last page: {last:.1f} ms = {last / first:.2f} × the first ({first:.1f} ms)")


def _rates(port: int, database: Path) -> None:
    """Requests a second, beside an empty page behind the same server and middleware."""
    connection = sqlite3.connect(database)
    drawn = connection.execute(
        "SELECT public_id, title FROM registry_project LIMIT 20000"
    ).fetchall()
    connection.close()
    pages = [_detail(port, *one) for one in random.Random(3).sample(drawn, 4000)]
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


def _detail(port: int, key: str, title: str) -> str:
    from django.utils.text import slugify

    return f"/projets/{key}/{slugify(title)[:80].strip('-')}/"


def _etag(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return response.headers["ETag"]


def fill_database(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.filling import fill
    from registry.models import Project

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Project.objects.exists():
        fill(size)


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
