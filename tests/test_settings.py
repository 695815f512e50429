"""Settings: what the environment may say, what it may not, and what production gets unasked."""

import ast
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cooperation_site import environment

ROOT = Path(settings.BASE_DIR)
READERS = {
    "boolean": lambda name: environment.boolean(name, default=False),
    "integer": lambda name: environment.integer(name, 5, minimum=1, maximum=9),
    "choice": lambda name: environment.choice(name, "fr", ["fr", "en"]),
    "choices": lambda name: environment.choices(name, ["fr"], ["fr", "en"]),
    "hosts": lambda name: environment.hosts(name, ["localhost"]),
    "origins": lambda name: environment.origins(name, []),
    "time_zone": lambda name: environment.time_zone(name, "Europe/Paris"),
    "folder": lambda name: environment.folder(name, Path("/srv")),
    "image": environment.image,
    "colour": environment.colour,
    "email": environment.email,
}


@pytest.mark.parametrize(
    ("reader", "value", "hint"),
    [
        ("boolean", "maybe", "true or false"),
        ("colour", "red", "such as #1f5fa8"),
        ("colour", "#12345", "such as #1f5fa8"),
        ("email", "somebody", "such as registry@example.org"),
        ("integer", "many", "a whole number, such as 5"),
        ("integer", "0", "from 1 to 9"),
        ("integer", "10", "from 1 to 9"),
        ("choice", "de", "one of fr, en"),
        ("choices", "fr, de", "some of fr, en"),
        ("hosts", "https://example.org", "without scheme"),
        ("hosts", "example.org:8000", "without scheme, port"),
        ("origins", "example.org", "https://registry.example.org"),
        ("origins", "https://example.org/registry", "https://registry.example.org"),
        ("time_zone", "Europe/Rennes", "Europe/Paris"),
        ("time_zone", "../etc/passwd", "Europe/Paris"),
        ("folder", "var", "from the root"),
        ("folder", __file__, "path of a folder"),
        ("image", "logo.svg", "whole path"),
        ("image", "/nowhere/logo.svg", "whole path"),
        ("image", __file__, ".svg"),
    ],
)
def test_reader_refuses_garbage_with_a_hint(monkeypatch, reader, value, hint):
    monkeypatch.setenv("THE_VARIABLE", value)

    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS[reader]("THE_VARIABLE")

    assert "THE_VARIABLE" in str(refusal.value)
    assert hint in str(refusal.value)


@pytest.mark.parametrize(
    ("reader", "value", "found"),
    [
        ("boolean", "YES", True),
        ("boolean", "off", False),
        ("integer", " 7 ", 7),
        ("choice", "en", "en"),
        ("choices", "en,fr,en", ["en", "fr"]),
        ("hosts", "a.example.org, .example.org,[::1]", ["a.example.org", ".example.org", "[::1]"]),
        ("origins", "https://*.example.org", ["https://*.example.org"]),
        ("time_zone", "America/Toronto", "America/Toronto"),
        ("folder", "/srv/data", Path("/srv/data")),
    ],
)
def test_reader_understands_what_people_write(monkeypatch, reader, value, found):
    monkeypatch.setenv("THE_VARIABLE", value)

    assert READERS[reader]("THE_VARIABLE") == found


@pytest.mark.parametrize("value", ["", "   "])
def test_reader_of_a_blank_variable_gives_the_default(monkeypatch, value):
    monkeypatch.setenv("THE_VARIABLE", value)

    found = [reader("THE_VARIABLE") for reader in READERS.values()]

    assert found == [
        *(False, 5, "fr", ["fr"], ["localhost"], [], "Europe/Paris", Path("/srv"), None),
        *("", ""),
    ]


# Whole processes, each with an environment of its own --------------------------------------------


def _manage(*arguments, **variables):
    """The outcome of ``manage.py`` in an environment that holds these variables alone."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "hint"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        ({"DATABASE_URL": "registry.sqlite3"}, "DATABASE_URL cannot be understood"),
        ({"DATABASE_URL": "mysql://u:hidden-word@h/n"}, "DATABASE_URL cannot be understood"),
        ({"DATABASE_URL": "postgres://h"}, "DATABASE_URL cannot be understood"),
        ({"DATABASE_URL": "postgres://u:hidden-word@h:5432/n"}, "SECRET_KEY is missing"),
        ({"LANGUAGES": "fr,br"}, "LANGUAGES is 'br'"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud'"),
    ],
)
def test_process_with_bad_settings_stops_with_a_hint(tmp_path, variables, hint):
    outcome = _manage("check", DATA_DIR=str(tmp_path), **variables)

    assert outcome.returncode
    assert hint in outcome.stderr
    assert "hidden-word" not in outcome.stderr


PROBE = """
import json
from django.conf import settings
from django.test import Client
secure = Client().get("/nowhere.txt", headers={"host": "registry.example.org"}, secure=True)
plain = Client().get("/", headers={"host": "registry.example.org"})
elsewhere = Client().get("/", headers={"host": "evil.example.com"}, secure=True)
print(json.dumps({
    "secure": dict(secure.headers), "plain": [plain.status_code, plain.headers["Location"]],
    "elsewhere": elsewhere.status_code,
    "cookies": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,
                settings.LANGUAGE_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY],
    "debug": settings.DEBUG, "storage": settings.STORAGES["staticfiles"]["BACKEND"],
}))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """What a site answers that is deployed with its host and nothing else."""
    variables = {
        "DATA_DIR": str(tmp_path_factory.mktemp("production")),
        "ALLOWED_HOSTS": "registry.example.org",
    }
    tables = ["shell", "-v0", "-c", "from tests.database import make; make()"]
    for preparation in (tables, ["collectstatic", "--no-input", "-v0"]):
        prepared = _manage(*preparation, **variables)
        assert prepared.returncode == 0, prepared.stderr
    outcome = _manage("shell", "-v0", "-c", PROBE, **variables)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout.splitlines()[-1]) | {"log": outcome.stderr}


def test_production_passes_the_deployment_checks(tmp_path):
    outcome = _manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        DATA_DIR=str(tmp_path),
        ALLOWED_HOSTS="registry.example.org",
    )

    assert outcome.returncode == 0, outcome.stderr


def test_production_sends_visitors_to_https(production):
    assert production["plain"] == [301, "https://registry.example.org/"]


def test_production_answers_with_strict_headers(production):
    headers = production["secure"]

    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*|data:", policy)


def test_production_keeps_cookies_to_https(production):
    assert production["cookies"] == [True, True, True, True]


def test_production_shows_no_debug_page_and_hashes_static_files(production):
    assert production["debug"] is False
    assert production["storage"].endswith("CompressedManifestStaticFilesStorage")


def test_production_refuses_other_hosts_quietly(production):
    assert production["elsewhere"] == 400
    assert "evil.example.com" not in production["log"]


def test_secret_key_on_sqlite_is_made_once_and_kept_private(tmp_path):
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    keys = {
        _manage("shell", "-v0", "-c", code, DATA_DIR=str(tmp_path)).stdout.strip()
        for _time in range(2)
    }

    (key,) = keys
    assert len(key) >= 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


SITE = """
import json
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from registry.context_processors import site
said = {key: value for key, value in site(RequestFactory().get("/")).items()
        if key.startswith("site_") and isinstance(value, str)}
print(json.dumps({"site": said, "logo": finders.find(settings.SITE_LOGO),
                  "languages": [code for code, name in settings.LANGUAGES]}))
"""


def test_site_takes_its_identity_from_the_environment(tmp_path):
    logo = tmp_path / "ville.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    outcome = _manage(
        *("shell", "-v0", "-c", SITE),
        DATA_DIR=str(tmp_path),
        SITE_NAME="Ville ouverte",
        SITE_LOGO=str(logo),
        LANGUAGES="fr",
        LANGUAGE_CODE="fr",
    )

    found = json.loads(outcome.stdout.splitlines()[-1])
    assert found["site"]["site_name"] == "Ville ouverte"
    assert found["site"]["site_logo"] == "site/logo.svg"
    assert (found["logo"], found["languages"]) == (str(logo), ["fr"])


def test_site_logo_is_collected_and_nothing_else_of_its_folder(tmp_path):
    logo = tmp_path / "ville.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "private.svg").write_text("<svg/>")
    variables = {"DATA_DIR": str(tmp_path / "data"), "SITE_LOGO": str(logo)}

    outcome = _manage("collectstatic", "--no-input", "-v0", **variables)

    assert outcome.returncode == 0, outcome.stderr
    collected = {path.name for path in (tmp_path / "data" / "static" / "site").iterdir()}
    assert "logo.svg" in collected
    assert not [name for name in collected if "private" in name or "ville" in name]


def test_site_logo_of_the_registry_itself_exists():
    from django.contrib.staticfiles import finders

    assert finders.find("registry/img/logo.svg")


# SQLite ------------------------------------------------------------------------------------------

TRANSACTIONS = """
import json, sqlite3
from django.db import connection, transaction
with connection.cursor() as cursor:
    journal, = cursor.execute("PRAGMA journal_mode").fetchone()
other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
reads = writes = None
with transaction.atomic():
    reads = other.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        writes = str(error)
print(json.dumps([journal, reads > 0, writes]))
"""


def test_sqlite_file_is_in_wal_and_takes_its_lock_at_the_start(tmp_path):
    variables = {"DATA_DIR": str(tmp_path), "DEBUG": "true"}
    _manage("migrate", "contenttypes", "-v0", **variables)

    outcome = _manage("shell", "-v0", "-c", TRANSACTIONS, **variables)

    journal, readable, writing = json.loads(outcome.stdout.splitlines()[-1])
    assert (journal, readable) == ("wal", True)
    assert writing == "database is locked"
    with sqlite3.connect(tmp_path / "registry.sqlite3") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# Documentation -----------------------------------------------------------------------------------

ELSEWHERE = {  # read by Django, make or gunicorn rather than by the settings
    "DJANGO_SUPERUSER_USERNAME",
    "DJANGO_SUPERUSER_PASSWORD",
    "DJANGO_SUPERUSER_EMAIL",
    "PORT",
}


def _variables_read() -> set[str]:
    """The names that settings.py hands to the readers."""
    tree = ast.parse((ROOT / "cooperation_site" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "id", "") == "environment"
    }


def test_documentation_lists_every_variable_and_no_other():
    page = (ROOT / "docs" / "settings.md").read_text()

    documented = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))

    assert documented == _variables_read() | ELSEWHERE
