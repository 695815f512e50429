"""From an open file to a plan: recognise its sheets, match its rows, read what they say."""

from registry.models import Authority, User
from registry.spreadsheets.directory import Directory
from registry.spreadsheets.files import read_workbook
from registry.spreadsheets.plans import Plan
from registry.spreadsheets.resources import RESOURCES
from registry.spreadsheets.tables import recognise


def plan_workbook(
    file, authority: Authority, user: User | None = None, publish: bool = False
) -> Plan:
    """What the file would write, without writing it; raises ``UnreadableFileError``.

    Organisations come first and all rows are identified before any is read in full, so that a
    record may be named above the row, or on a sheet before the one, that describes it.
    """
    recognition = recognise(read_workbook(file), RESOURCES)
    plan = Plan(problems=recognition.problems, notices=recognition.notices)
    directory = Directory(authority, user, publish)
    order = {resource: number for number, resource in enumerate(RESOURCES)}
    tables = sorted(recognition.tables, key=lambda table: order[table.resource])
    steps = [(table.resource(directory), table) for table in tables]
    for resource, table in steps:
        resource.identify_rows(table)
    counts = {}
    for resource, table in steps:
        counts[id(table)] = resource.plan_rows(table)
        plan.records += resource.plans
        plan.problems += resource.problems
    plan.sheets = [counts[id(table)] for table in recognition.tables]
    plan.mentions = directory.mentions
    plan.notices += directory.notices
    return plan
