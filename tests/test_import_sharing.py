"""Several processes plan what one would plan."""

import io

import pytest

from registry.models import Contribution, Organisation, Project
from registry.spreadsheets import jobs, plans, sharing
from registry.spreadsheets.workbook import plan_workbook
from tests.factories import OrganisationFactory, ProjectFactory
from tests.spreadsheets import authority

pytestmark = pytest.mark.django_db
HEADINGS = "Référence;Projet;Début;Porteurs;Montant\n"


@pytest.fixture(autouse=True)
def parts(monkeypatch, settings, tmp_path):
    """Short parts for three processes."""
    settings.STORAGES = settings.STORAGES | {
        "imports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    for name, value in {"PART": 4, "FIRST": 2}.items():
        monkeypatch.setattr(sharing, name, value)
    monkeypatch.setattr(sharing, "_processors", lambda: 3)
    monkeypatch.setattr(sharing, "_may_share", lambda rows: True)
    monkeypatch.setattr(plans, "MOST_TOLD", 4)
    monkeypatch.setattr(plans, "FIRST_TOLD", 4)


@pytest.fixture
def alone(monkeypatch):
    """What plans without helpers."""

    def plan(text):
        with monkeypatch.context() as patch:
            patch.setattr(sharing, "_may_share", lambda rows: False)
            return plan_workbook(io.BytesIO(text.encode()), authority())

    return plan


@pytest.fixture
def taken(monkeypatch):
    """How many new rows came from helpers."""
    from registry.spreadsheets.resources.base import RecordResource

    take, counts = RecordResource.take, []
    monkeypatch.setattr(
        RecordResource, "take", lambda self, count: (counts.append(count), take(self, count))
    )
    return counts


def rows(count=20, lead="Atelier du pont"):
    lines = (f"P{n};Projet {n};2021;{lead if n % 3 else ''};{n + 1}00 €\n" for n in range(count))
    return HEADINGS + "".join(lines)


def test_helpers_plan_what_one_process_does(alone, taken):
    OrganisationFactory(name="Atelier du pont")
    expected = alone(rows())

    job, plan = jobs.start(io.BytesIO(rows().encode()), "a.csv", authority())
    jobs.confirm(job, job.plan_digest)

    assert sum(taken) == 15
    assert plan.digest == expected.digest
    assert [sheet.new for sheet in plan.sheets] == [20]
    assert job.report["record_count"] == 20
    project = Project.objects.get(reference="P17")
    assert project.title == "Projet 17"
    assert [str(one) for one in project.partners.all()] == ["Atelier du pont"]
    assert "projet 17" in project.search_text
    assert Contribution.objects.get(projects=project).amount == 1800
    assert Contribution.objects.count() == Project.objects.count() == 20


def test_what_changes_is_shown_below_many_new_rows(monkeypatch):
    monkeypatch.setattr(plans, "FIRST_TOLD", 2)
    ProjectFactory(reference="P9", title="Ancien titre", authority=authority())

    job, _plan = jobs.start(io.BytesIO(rows(10).encode()), "a.csv", authority())

    shown = [record["name"] for record in job.report["records"]]
    assert shown == ["Projet 0", "Projet 1", "Projet 9"]
    assert job.report["record_count"] == 10


def test_all_new_rows_of_a_sheet_that_can_be_shown_whole_are(monkeypatch):
    monkeypatch.setattr(plans, "FIRST_TOLD", 2)

    job, _plan = jobs.start(io.BytesIO(rows(4).encode()), "a.csv", authority())

    assert len(job.report["records"]) == 4


def test_helper_gives_up_where_a_row_names_something_new(alone, taken):
    text = rows() + "P20;Projet 20;2021;Atelier du pont;100\n"
    expected = alone(text)

    plan = plan_workbook(io.BytesIO(text.encode()), authority())

    assert plan.digest == expected.digest
    assert [str(one.instance) for one in plan.mentions] == ["Atelier du pont"]


def test_rows_of_two_processes_that_are_one_are_refused(taken):
    text = rows(lead="") + "P0;Autre;2021;;100 €\n"

    plan = plan_workbook(io.BytesIO(text.encode()), authority())

    assert [problem.row for problem in plan.problems] == [22]
    assert not Organisation.objects.exists()


def test_what_is_wrong_in_a_later_part_is_told_as_ever(alone):
    text = rows(lead="") + "P20;Projet 20;hier;;100 €\n"

    plan = plan_workbook(io.BytesIO(text.encode()), authority())

    assert [problem.as_dict() for problem in plan.problems] == [
        problem.as_dict() for problem in alone(text).problems
    ]
    assert [sheet.refused for sheet in plan.sheets] == [1]
