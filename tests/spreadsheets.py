"""What the tests of imports share: workbooks made of rows, and what comes of them."""

import io
from pathlib import Path

import openpyxl
from django.db import transaction

from registry.models import Authority
from registry.models.base import PublicRecord
from registry.spreadsheets.plans import Plan
from registry.spreadsheets.workbook import plan_workbook
from registry.spreadsheets.writing import write

FILES = Path(__file__).parent / "files"
RENNES = FILES / "rennes.xlsx"
SUPPORT = FILES / "soutiens-2021.csv"


def xlsx(*sheets: list[list], names=None) -> io.BytesIO:
    """A workbook of these sheets, each a list of rows."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(names[number] if names else f"Feuille {number + 1}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def csv(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def authority() -> Authority:
    return Authority.objects.get(code=Authority.DEFAULT_CODE)


def plan(file, **kwargs) -> Plan:
    return plan_workbook(file, kwargs.pop("authority", None) or authority(), **kwargs)


def bring_in(file, **kwargs) -> Plan:
    """Import a file that has to be without problems."""
    planned = plan(file, **kwargs)
    assert not planned.problems, planned.problems
    with transaction.atomic():
        write(planned.prepared, kwargs.get("user"))
    return planned


def bring_in_path(path: Path, **kwargs) -> Plan:
    with path.open("rb") as file:
        return bring_in(file, **kwargs)


def problems(file, **kwargs) -> list[str]:
    """Where each problem stands and what it says."""
    return [
        f"{one.sheet}:{one.row}:{one.column}: {one.message} {one.remedy}"
        for one in plan(file, **kwargs).problems
    ]


def counts(planned: Plan) -> list[tuple]:
    return [(sheet.new, sheet.changed, sheet.unchanged, sheet.refused) for sheet in planned.sheets]


def snapshot() -> dict:
    """Everything the tables of the registry hold, trail and search text included."""
    from django.apps import apps

    models = [
        model
        for model in apps.get_app_config("registry").get_models(include_auto_created=True)
        if issubclass(model, PublicRecord) or model._meta.model_name not in ("importjob", "user")
    ]
    return {model: sorted(map(str, model._base_manager.values_list())) for model in models}
