"""How fast a workbook of projects comes in, against django-import-export as it is and raw SQL.

    python -m benchmarks.imports                   10 000 projects, on SQLite
    python -m benchmarks.imports 100000 --no-stock without the slowest reference
    python -m benchmarks.imports 100000 --no-stock --files=FOLDER    keeps its workbooks there
    python -m benchmarks.imports 100000 --no-stock --undo   and what it takes to undo the import
    DATABASE_URL=postgres://… python -m benchmarks.imports

Preview and confirmation together, of the same file in the same run. Organisations, places, funds
and calls are there before; each measurement has a new database and a process of its own. Memory is
the peak of that process, then that of all its processes together, looked at several times a second.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks import data


def stock(path: Path) -> None:
    """A ModelResource as its documentation shows it: two keys, two many-to-many relations.

    Without the registry's own work at each save, which would make it slower still.
    """
    import tablib
    from django.db.models.signals import m2m_changed, post_save
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

    from registry.models import Call, Domain, Fund, Place, Project

    class EditionWidget(ForeignKeyWidget):
        def get_queryset(self, value, row, *args, **kwargs):
            return Call.objects.filter(fund__name=row["Fonds"])

    class PlacesWidget(ManyToManyWidget):
        def clean(self, value, row=None, **kwargs):
            return super().clean(value.removesuffix(" (France)"), row, **kwargs)

    def field(name, heading, widget=None):
        return Field(attribute=name, column_name=heading, widget=widget)

    class Stock(ModelResource):
        reference = field("reference", "Référence")
        title = field("title", "Projet")
        summary = field("summary", "Résumé")
        activity_status = field("activity_status", "Avancement")
        starts_on = field("starts_on", "Début")
        ends_on = field("ends_on", "Fin")
        fund = field("fund", "Fonds", ForeignKeyWidget(Fund, "name"))
        call = field("call", "Appel", EditionWidget(Call, "edition"))
        places = field("places", "Lieux", PlacesWidget(Place, ";", "name_fr"))
        domains = field("domains", "Domaines", ManyToManyWidget(Domain, ";", "name_fr"))

        class Meta:
            model = Project
            import_id_fields = ("reference",)
            fields = (
                "reference",
                "title",
                "summary",
                "activity_status",
                "starts_on",
                "ends_on",
                "fund",
                "call",
                "places",
                "domains",
            )
            skip_unchanged = True
            use_transactions = True

    for signal in (post_save, m2m_changed):
        signal.receivers = []
        signal.sender_receivers_cache.clear()
    for dry_run in (True, False):
        rows = tablib.Dataset().load(path.read_bytes(), format="xlsx")
        result = Stock().import_data(rows, dry_run=dry_run, raise_errors=True)
        assert result.totals["new"] == len(rows), result.totals  # noqa: S101


def raw(path: Path) -> None:
    """calamine and executemany into the tables that the registry fills, without any check.

    Projects, partners, links, contributions: neither history nor search text.
    """
    from decimal import Decimal

    from django.db import connection, transaction
    from django.utils import timezone
    from python_calamine import CalamineWorkbook

    from registry.fields import new_public_id
    from registry.models import Authority, Call, Domain, Fund, Organisation, Place

    _headings, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    authority = Authority.objects.get(code=Authority.DEFAULT_CODE).pk
    names = [
        dict(model.objects.values_list(name, "pk"))
        for model, name in (
            (Fund, "name"),
            (Organisation, "name"),
            (Place, "name_fr"),
            (Domain, "name_fr"),
        )
    ]
    funds, organisations, places, domains = names
    calls = {
        (fund, edition): pk
        for pk, fund, edition in Call.objects.values_list("pk", "fund_id", "edition")
    }
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    record = {"authority_id": authority, "status": "draft", "created_at": now, "updated_at": now}
    record |= {"internal_notes": "", "search_text": ""}
    projects, given, partners, where, about, money, funders = ([] for _table in range(7))
    for pk, row in enumerate(rows, 1):
        fund = funds[row[3]]
        same = {**record, "id": pk, "fund_id": fund, "call_id": calls[fund, str(row[4])]}
        projects.append(
            {
                **same,
                "public_id": new_public_id(),
                "reference": row[0],
                "title": row[1],
                "summary": row[2],
                "activity_status": row[5],
                "starts_on": row[6],
                "ends_on": row[7],
                "results": "",
                "website": "",
            }
        )
        given.append(
            {
                **same,
                "public_id": new_public_id(),
                "reference": "",
                "amount": str(Decimal(str(row[8]))),
                "currency": "EUR",
                "kind": "grant",
                "note": "",
            }
        )
        money.append({"contribution_id": pk, "project_id": pk})
        funders.append({"contribution_id": pk, "organisation_id": organisations[row[9]]})
        for role, cell in (("lead", row[10]), ("partner", row[11])):
            for position, name in enumerate(filter(None, cell.split("; ")), 1):
                one = {"project_id": pk, "organisation_id": organisations[name]}
                partners.append({**one, "role": role, "position": position})
        where.append({"project_id": pk, "place_id": places[row[12].partition(" (")[0]]})
        about += [{"project_id": pk, "domain_id": domains[name]} for name in row[13].split("; ")]
    with transaction.atomic(), connection.cursor() as cursor:
        for table, values in (
            ("project", projects),
            ("contribution", given),
            ("projectpartner", partners),
            ("project_places", where),
            ("project_domains", about),
            ("contribution_projects", money),
            ("contribution_funders", funders),
        ):
            _insert(cursor, f"registry_{table}", values)


def _insert(cursor, table: str, rows: list[dict]) -> None:
    """The rows, with an empty text in the columns of text that they leave out."""
    from django.apps import apps

    columns = dict.fromkeys(rows[0])
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    texts = [
        field.column
        for field in models[table]._meta.concrete_fields
        if field.column not in columns
        and not field.null
        and field.get_internal_type() in ("CharField", "TextField")
    ]
    names = [*columns, *texts]
    values = [(*row.values(), *([""] * len(texts))) for row in rows]
    if cursor.db.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        places = ", ".join(["%s"] * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
        cursor.executemany(sql, values)


def registry(path: Path) -> None:
    from django.utils import translation

    from registry.models import Authority
    from registry.spreadsheets import jobs

    # As wherever a job runs: its messages are in the language of whoever brought the file.
    translation.activate(translation.get_language())
    start = time.perf_counter()
    with path.open("rb") as file:
        job, plan = jobs.start(file, path.name, Authority.objects.get(code=Authority.DEFAULT_CODE))
    assert not plan.problems, plan.problems[:3]  # noqa: S101
    said = (
        f"{one.new} new, {one.changed} changed, {one.unchanged} unchanged" for one in plan.sheets
    )
    del plan
    previewed = time.perf_counter()
    jobs.confirm(job, job.plan_digest)
    told = f"preview {previewed - start:.1f} s, confirm {time.perf_counter() - previewed:.1f} s"
    print(" ", *said, told, sep="; ", file=sys.stderr)


def undo(_path: Path) -> None:
    """Undo the import that was confirmed before."""
    from registry.models import ImportJob
    from registry.spreadsheets.undo import undo

    undo(ImportJob.objects.get(), None, "")


WORK = {"stock": stock, "raw": raw, "registry": registry, "again": registry, "undo": undo}


def measure(work: str, path: str) -> None:
    """One measurement in this process: seconds, peak memory, queries."""
    _django()
    from django.db import connection

    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        start, before = time.perf_counter(), _processor_seconds()
        WORK[work](Path(path))
        seconds = time.perf_counter() - start
    spent = _processor_seconds() - before
    run = {"seconds": seconds, "processor": spent, "peak": _peak(), "queries": queries}
    json.dump(run, sys.stdout)


def _processor_seconds() -> float:
    """What this process and those that it waited for have spent; the same on a busy machine."""
    return sum(os.times()[:4])


def _peak() -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
    import django

    django.setup()


def workbook(arguments, folder: str, size: int, changed: bool = False) -> Path:
    """A workbook of so many projects; made once where ``--files=FOLDER`` keeps it."""
    kept = next((one.partition("=")[2] for one in arguments if one.startswith("--files=")), "")
    path = Path(kept or folder, f"{size}-changed.xlsx" if changed else f"{size}.xlsx")
    if not path.exists():
        data.write_xlsx(path, size, changed=changed)
    return path


@contextmanager
def database(size: int = 0):
    """A database with what the projects name, so many of them, and the environment to reach it."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        data.fill(size)
        url = "sqlite:///" + name
        if connection.vendor == "postgresql":
            url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + name
        if not size:
            connection.close()
        yield os.environ | {"DATABASE_URL": url}
    finally:
        connection.close()
        connection.creation.destroy_test_db(name, verbosity=0)


def _run(work: str, path: Path, environment: dict) -> dict:
    command = [sys.executable, "-m", "benchmarks.imports", "--measure", work, str(path)]
    together = 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            together = max(together, _memory(process.pid))
            time.sleep(0.2)
        run = json.loads(process.stdout.read().splitlines()[-1])
    return run | {"together": max(together, run["peak"])}


def _memory(pid: int) -> float:
    """What a process and those that it began take, in MB; what they share counts once."""
    with suppress(OSError):
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
        own = next(int(line.split()[1]) for line in said.splitlines() if line.startswith("Pss:"))
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return own / 1024 + sum(map(_memory, map(int, children)))
    return 0.0


def _tell(name: str, size: int, run: dict, reference: dict | None = None, of: str = "") -> None:
    ratio = ""
    if reference:
        wall, spent = (run[what] / reference[what] for what in ("seconds", "processor"))
        ratio = f"{wall:6.2f} × {of} ({spent:.2f} × its processor time)"
    print(
        f"  {name:16} {run['seconds']:8.2f} s {run['processor']:8.2f} s of processor "
        f"{size / run['seconds']:8.0f} rows/s {run['peak']:5.0f} MB ({run['together']:.0f}) "
        f"{run['queries']:7} queries  {ratio}",
        flush=True,
    )


def main(*arguments: str) -> None:
    size = next((int(one) for one in arguments if one.isdigit()), 10_000)
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DEBUG": "false", "SECRET_KEY": "benchmark"}
    _django()
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/benchmark.sqlite3"
    first, changed = (workbook(arguments, folder.name, size, one) for one in (False, True))
    print(f"{size} projects, {connection.vendor}", flush=True)
    runs = {}
    for work in ("raw",) if "--no-stock" in arguments else ("raw", "stock"):
        with database() as environment:
            runs[work] = _run(work, first, environment)
        _tell(work, size, runs[work])
    with database() as environment:
        ours = _run("registry", first, environment)
        again = _run("again", changed, environment)
    if "--undo" in arguments:
        with database() as environment:
            _run("registry", first, environment)
            undone = _run("undo", first, environment)
    _tell("registry", size, ours, runs["raw"], "the time of raw SQL")
    _tell("1 % changed", size, again, ours, "the time of the first import")
    if "--undo" in arguments:
        _tell("undone", size, undone, ours, "the time of the import")
    if "stock" in runs:
        wall, spent = (runs["stock"][what] / ours[what] for what in ("seconds", "processor"))
        print(
            f"  {wall:.1f} × the rows per second of stock django-import-export "
            f"({spent:.1f} × per second of processor)"
        )
    folder.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
