"""How fast projects go out, and how much memory that takes, against raw SQL in the same run.

    python -m benchmarks.export                    10 000 and 100 000 projects, on SQLite
    DATABASE_URL=postgres://… python -m benchmarks.export 10000

The data are made in a database of their own, as tests make theirs, and gone afterwards. Each
measurement runs in a process of its own; the smaller of three times counts.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time

# The columns of the product's own export of projects, each as one SQL expression: the same work.
RAW = {
    "sqlite": ("group_concat({0}, '; ')", "{0}"),
    "postgresql": ("string_agg({0}, '; ')", "{0}::text"),
}
LINKS = {
    "registry_projectpartner r JOIN registry_organisation o ON o.id = r.organisation_id": (
        "o.name",
        ("r.role = 'lead'", "r.role = 'partner'"),
    ),
    "registry_project_domains r JOIN registry_domain o ON o.id = r.domain_id": (
        "o.name_fr",
        ("1 = 1",),
    ),
    "registry_project_places r JOIN registry_place o ON o.id = r.place_id": (
        "o.name_fr",
        ("1 = 1",),
    ),
    "registry_project_agreements r JOIN registry_agreement o ON o.id = r.agreement_id": (
        "o.title",
        ("1 = 1",),
    ),
    "registry_project_delegations r JOIN registry_delegation o ON o.id = r.delegation_id": (
        "o.title",
        ("1 = 1",),
    ),
    "registry_citation r JOIN registry_source o ON o.id = r.source_id": ("o.title", ("1 = 1",)),
}


def raw_sql(vendor: str) -> str:
    together, _text = RAW[vendor]
    lists = ", ".join(
        f"(SELECT {together.format(name)} FROM {tables} WHERE r.project_id = p.id AND {condition})"
        for tables, (name, conditions) in LINKS.items()
        for condition in conditions
    )
    return (
        "SELECT p.public_id, p.title, f.name, f.acronym, c.edition, p.starts_on, p.ends_on, "
        f"p.activity_status, p.summary, p.results, p.website, {lists}, p.reference, p.checked_on, "
        "p.internal_notes, p.status, a.name FROM registry_project p "
        "LEFT JOIN registry_fund f ON f.id = p.fund_id "
        "LEFT JOIN registry_call c ON c.id = p.call_id "
        "JOIN registry_authority a ON a.id = p.authority_id ORDER BY p.starts_on DESC, p.title"
    )


def export_raw(path: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor, open(path, "w", newline="", encoding="utf-8") as file:
        cursor.execute(raw_sql(connection.vendor))
        writer = csv.writer(file)
        while batch := cursor.fetchmany(2000):
            writer.writerows(batch)


def export_product(path: str, wanted: str) -> None:
    from registry.models import Project
    from registry.spreadsheets.exporting.formats import Format, write
    from registry.spreadsheets.exporting.rows import Export

    with open(path, "wb") as file:
        for piece in write(Export(Project.objects.all()), Format(wanted)):
            file.write(piece)


def export_public(path: str, wanted: str) -> None:
    """What a visitor takes away: published records alone, labels and codes, addresses."""
    from registry.models import Project
    from registry.publishing import documents
    from registry.publishing.datasets import DATASETS
    from registry.publishing.neighbours import Addresses
    from registry.publishing.tables import Table
    from registry.spreadsheets.exporting.formats import Format, write

    dataset = DATASETS["project"]
    reading = dataset.read(Project.objects.published(), Addresses("https://example.org{}".format))
    with open(path, "wb") as file:
        pieces = (
            documents.write_list(reading, {})
            if wanted == "json"
            else write(Table(dataset, reading), Format(wanted))
        )
        for piece in pieces:
            file.write(piece)


def measure(work: str) -> None:
    """Run one measurement in this process: seconds, and growth in MB since it could serve pages."""
    _django()
    from django.urls import get_resolver

    # As in a process that serves: its addresses are loaded before the first visitor comes.
    len(get_resolver().reverse_dict)
    before = _peak()
    with tempfile.NamedTemporaryFile() as file:
        start, before_it = time.perf_counter(), time.process_time()
        if work == "raw":
            export_raw(file.name)
        elif work.startswith("public-"):
            export_public(file.name, work.removeprefix("public-"))
        else:
            export_product(file.name, work)
        seconds, processor = time.perf_counter() - start, time.process_time() - before_it
    run = {"seconds": seconds, "processor": processor, "growth": _peak() - before}
    json.dump(run, sys.stdout)


def _peak() -> float:
    """The most memory that this process has held, in MB; getrusage counts its parent's too."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
    import django

    django.setup()


def _best(work: str, environment: dict, times: int) -> dict:
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, "-m", "benchmarks.export", "--measure", work],
                env=environment,
                check=True,
                capture_output=True,
            ).stdout
        )
        for _time in range(times)
    ]
    return min(runs, key=lambda run: run["seconds"])


def compare(size: int, environment: dict) -> dict[str, dict]:
    """The measurements for so many projects, in a database made for them."""
    from django.db import connection

    from benchmarks import data

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        data.fill(size)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            url = environment["DATABASE_URL"].rpartition("/")[0]
            environment = environment | {"DATABASE_URL": f"{url}/{name}"}
        else:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            environment = environment | {"DATABASE_URL": f"sqlite:///{name}"}
        connection.close()
        found = {work: _best(work, environment, 3) for work in ("raw", "csv", "public-csv")}
        once = ("xlsx", "ods", "public-json", "public-xlsx", "public-ods")
        return found | {work: _best(work, environment, 1) for work in once}
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def main(*sizes: str) -> None:
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DEBUG": "false", "SECRET_KEY": "benchmark"}
    _django()
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/benchmark.sqlite3"
    growth: dict[str, list[float]] = {}
    for size in map(int, sizes or ("10000", "100000")):
        found = compare(size, dict(os.environ))
        print(f"\n{size} projects, {connection.vendor}")
        for work, run in found.items():
            ratio = run["seconds"] / found["raw"]["seconds"]
            growth.setdefault(work, []).append(run["growth"])
            print(
                f"  {work:12} {run['seconds']:7.2f} s  {ratio:5.2f} × raw SQL  "
                f"+{run['growth']:.0f} MB"
            )
    for work, sizes_of in growth.items():
        print(f"{work}: {sizes_of[-1] - sizes_of[0]:+.0f} MB from the smallest to the largest")
    folder.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(*sys.argv[1:])
