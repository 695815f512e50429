"""``manage.py import_workbook``: its outcome, its exit codes, what it says."""

import errno
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from registry.management.import_reports import TerminalBar
from registry.models import ImportJob, Organisation, Project
from registry.spreadsheets import jobs
from tests.spreadsheets import RENNES, SUPPORT, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    """Run the command; its exit code and all that it says."""

    def _run(*arguments) -> tuple[int, str]:
        try:
            call_command("import_workbook", *map(str, arguments), no_color=True)
            code = 0
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return _run


def test_files_come_in(run):
    code, said = run(RENNES, SUPPORT)

    assert code == 0
    assert "29" in said
    assert Organisation.objects.count() == 29
    assert ImportJob.objects.filter(state="confirmed").count() == 2


def test_same_files_again_write_nothing(run):
    run(RENNES, SUPPORT)
    before, jobs = snapshot(), ImportJob.objects.count()

    code, _said = run(RENNES, SUPPORT)

    assert code == 0
    assert snapshot() == before
    assert ImportJob.objects.count() == jobs


def test_names_of_a_long_file_are_counted_beyond_the_first(run, monkeypatch):
    monkeypatch.setattr("registry.management.commands.import_workbook.MOST_NAMED", 2)

    _code, said = run("--dry-run", RENNES)

    assert said.count("  + ") == 3
    assert "14" in said.rpartition("  + ")[2].splitlines()[0]


def test_dry_run_writes_nothing(run):
    before = snapshot()

    code, said = run("--dry-run", RENNES)

    assert code == 0
    assert "29" in said
    assert snapshot() == before
    assert not ImportJob.objects.exists()


def test_publish_publishes_what_is_new(run):
    run("--publish", SUPPORT)

    assert set(Project.objects.values_list("status", flat=True)) == {"published"}
    assert set(Organisation.objects.values_list("status", flat=True)) == {"published"}


def test_refused_file_exits_with_one_and_says_where(run, tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Nom;Pays\nBug;Frnce\n")

    code, said = run(path, SUPPORT)

    assert code == 1
    assert "Frnce" in said
    assert Project.objects.count() == 3


@pytest.mark.parametrize("content", [b"%PDF-1.7", None], ids=["other", "missing"])
def test_unreadable_file_exits_with_two(run, tmp_path, content):
    path = tmp_path / "document.xlsx"
    if content:
        path.write_bytes(content)

    code, said = run(path)

    assert code == 2
    assert str(path) in said
    assert "Traceback" not in said


def test_unknown_authority_names_the_codes():
    with pytest.raises(CommandError, match="registry"):
        call_command("import_workbook", str(SUPPORT), authority="nowhere")


def test_json_tells_the_outcome_of_each_file(run, tmp_path):
    refused, text_ = tmp_path / "liste.csv", tmp_path / "page.csv"
    refused.write_text("Nom;Pays\nBug;Frnce\n")
    text_.write_text("<html></html>")

    code, said = run("--json", SUPPORT, refused, text_)

    told = json.loads(said)
    assert code == 2
    assert [(one["outcome"], one["exit_code"]) for one in told] == [
        ("imported", 0),
        ("refused", 1),
        ("unreadable", 2),
    ]
    assert told[0]["job"] == str(ImportJob.objects.get().pk)
    assert told[0]["sheets"][0]["new"] == 1
    assert told[1]["problems"][0]["value"] == "Frnce"


def test_json_says_when_nothing_is_new(run):
    run(SUPPORT)

    _code, said = run("--json", SUPPORT)

    assert json.loads(said)[0]["outcome"] == "unchanged"


def test_terminal_shows_a_bar_and_a_pipe_none():
    for is_terminal in (True, False):
        written = io.StringIO()
        written.isatty = lambda shown=is_terminal: shown
        bar = TerminalBar(OutputWrapper(written))
        bar.phase("planning", 10)
        bar.advance(5)
        bar._show()

        assert ("50%" in written.getvalue()) is is_terminal


def test_full_disk_exits_with_three_and_says_so(run, monkeypatch):
    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jobs, "write", full)
    before = snapshot()

    code, said = run(SUPPORT)

    assert code == 3
    assert "Traceback" not in said
    assert snapshot() == before


def test_registry_that_keeps_changing_exits_with_three(run, monkeypatch):
    def changed(*_arguments, **_more):
        raise jobs.RegistryChangedError

    monkeypatch.setattr(jobs, "confirm", changed)

    code, _said = run(SUPPORT)

    assert code == 3
    assert not Project.objects.exists()
