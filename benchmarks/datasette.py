"""Datasette with the same projects: three of the facets, full-text search."""

import contextlib
import sqlite3
import subprocess
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.serving import free_port, running

PAGE = 25
# What is asked, and by which values.
Query = tuple[str, dict]


def _install(folder: Path) -> Path:
    programs = folder / "datasette" / "bin"
    if not programs.exists():
        venv.create(folder / "datasette", with_pip=True)
        subprocess.run([programs / "pip", "install", "--quiet", "datasette"], check=True)
    return programs / "datasette"


def _write(database: Path, target: Path) -> None:
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


def addresses(mixed: list[Query]) -> list[str]:
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
def serving(folder: Path, database: Path) -> Iterator[int]:
    program, target, port = _install(folder), folder / "data.db", free_port()
    if not target.exists():
        _write(database, target)
    limits = {
        "sql_time_limit_ms": 120_000,
        "facet_time_limit_ms": 120_000,
        "max_returned_rows": 100,
    }
    settings = [part for name, value in limits.items() for part in ("--setting", name, str(value))]
    command = [str(program), "serve", "-i", str(target), "-p", str(port), *settings]
    with running(command, port, "/-/versions.json"):
        yield port


def check(port: int, mixed: list[Query]) -> None:
    """A reference that answers quickly because it found nothing would be none."""
    for (kind, query), path in zip(mixed, addresses(mixed), strict=True):
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
