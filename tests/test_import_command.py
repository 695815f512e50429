"""``manage.py import_workbook``: its outcome, its exit codes, what it says."""

import pytest
from django.core.management import CommandError, call_command

from registry.models import ImportJob, Organisation, Project
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
