"""From an open file to a plan: recognise its sheets, match its rows, read what they say."""

from registry.choices import ImportState
from registry.models import Authority, User
from registry.spreadsheets import collector, profiles, progress
from registry.spreadsheets.basis import basis
from registry.spreadsheets.directory import Directory
from registry.spreadsheets.files import read_workbook
from registry.spreadsheets.good_rows import keep_good_rows
from registry.spreadsheets.mapping import Mapping
from registry.spreadsheets.plans import Plan, identity
from registry.spreadsheets.prepared import Preparation, Prepared
from registry.spreadsheets.recognition import recognise
from registry.spreadsheets.resources import IMPORTED


@collector.paused()
def plan_workbook(
    file,
    authority: Authority,
    user: User | None = None,
    publish: bool = False,
    mapping: Mapping | None = None,
    good_rows: bool = False,
) -> Plan:
    """What the file would write, without writing it; raises ``UnreadableFileError``.

    Without a ``mapping`` that of the first profile for files of this shape is applied. With
    ``good_rows`` the rows that are refused are left out.

    Organisations come first and all rows are identified before any is read in full, so that a
    record may be named above the row, or on a sheet before the one, that describes it.
    """
    rests_on = basis(user)
    progress.phase(ImportState.READING)
    workbook = read_workbook(file, lambda _count: progress.check())
    if mapping is None:
        mapping = profiles.choose(workbook, authority) or Mapping()
    recognition = recognise(workbook, IMPORTED, mapping)
    plan = Plan(problems=recognition.problems, notices=recognition.notices)
    plan.mapping, plan.layouts = mapping, recognition.layouts
    directory = Directory(authority, user, publish)
    order = {resource: number for number, resource in enumerate(IMPORTED)}
    tables = sorted(recognition.tables, key=lambda table: order[table.resource])
    steps = [(table.resource(directory), table) for table in tables]
    # Each row is looked at twice: to identify it, and to plan it.
    progress.phase(ImportState.PLANNING, 2 * sum(len(table.rows) for table in tables))
    for resource, table in steps:
        resource.identify_rows(table)
    counts = {}
    for resource, table in steps:
        counts[id(table)] = resource.plan_rows(table)
        counts[id(table)].heading_row = table.heading_row
        plan.records += resource.plans
        plan.problems += resource.problems
    plan.sheets = [counts[id(table)] for table in recognition.tables]
    plan.records += [one for one in directory.completions.values() if one.is_touched]
    plan.mentions = directory.mentions
    plan.questions = list(directory.questions.values())
    if good_rows and plan.problems:
        keep_good_rows(plan, tables)
    plan.notices += directory.notices
    plan.prepared = _prepare(plan, rests_on)
    return plan


def _prepare(plan: Plan, rests_on: str) -> Prepared:
    """What is to be written: nothing of a file in which something is wrong."""
    touched = [] if plan.problems else plan.touched
    preparation = Preparation({(one.model, identity(one.instance)): one for one in touched})
    if not plan.problems:
        for one in (*plan.records, *plan.mentions):
            preparation.add(one)
    return preparation.finish(rests_on, plan.problems)
