"""From an open file to a plan: recognise its sheets, match its rows, read what they say."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from registry.choices import ImportState
from registry.models import Authority, User
from registry.models.base import PublicRecord
from registry.spreadsheets import collector, profiles, progress, vocabulary
from registry.spreadsheets.basis import basis
from registry.spreadsheets.directory import Directory
from registry.spreadsheets.files import read_workbook
from registry.spreadsheets.good_rows import keep_good_rows
from registry.spreadsheets.mapping import Mapping
from registry.spreadsheets.plans import Plan, RecordPlan
from registry.spreadsheets.prepared import Preparation, Prepared
from registry.spreadsheets.recognition import recognise
from registry.spreadsheets.resources import IMPORTED
from registry.spreadsheets.unfolding import unfold


@collector.paused()
@vocabulary.few_guesses()
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
    directory = Directory(authority, user, publish)
    workbook = read_workbook(file, lambda _count: progress.check(), directory.load_ahead)
    unfolded = unfold(workbook, IMPORTED)
    if mapping is None:
        mapping = profiles.choose(workbook, authority) or Mapping()
    recognition = recognise(workbook, IMPORTED, mapping)
    del workbook  # its cells are in the tables, which let go of them as they are planned
    plan = Plan(problems=recognition.problems, notices=[*unfolded, *recognition.notices])
    plan.mapping, plan.layouts = mapping, recognition.layouts
    order = {resource: number for number, resource in enumerate(IMPORTED)}
    tables = sorted(recognition.tables, key=lambda table: order[table.resource])
    steps = [(table.resource(directory), table) for table in tables]
    if len(steps) == 1 and not (good_rows or directory.has_decisions):
        for resource, table in steps:
            if resource.need_not_wait(table):
                resource.preparation = Preparation(directory.planned)
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
        plan.more += resource.more
    plan.sheets = [counts[id(table)] for table in recognition.tables]
    plan.records += [one for one in directory.completions.values() if one.is_touched]
    plan.mentions = directory.mentions
    plan.questions = list(directory.questions.values())
    if good_rows and plan.problems:
        keep_good_rows(plan, tables)
    plan.notices += [*directory.notices, *_hidden(plan.records)]
    plan.prepared = _prepare(plan, directory, steps, rests_on)
    return plan


def _hidden(records: list[RecordPlan]) -> Iterator[str]:
    """What the public would see no longer: a draft takes the place of what it sees."""
    for one in records:
        for change in one.changes if getattr(one.instance, "is_published", False) else ():
            before, after = change.raw
            both = isinstance(before, PublicRecord) and isinstance(after, PublicRecord)
            if both and before.is_published and not after.is_published:
                yield _(
                    "“%(record)s” is published, and would name “%(after)s” in place of "
                    "“%(before)s”: the public sees that only once it is published too."
                ) % {"record": one.instance, "before": before, "after": after}


def _prepare(plan: Plan, directory: Directory, steps: list, rests_on: str) -> Prepared:
    """What is to be written: nothing of a file in which something is wrong."""
    if plan.problems:
        return Preparation({}).finish(rests_on, plan.problems)
    preparation = next((resource.preparation for resource, _table in steps), None)
    if preparation is None:
        for one in plan.touched:
            directory.note_plan(one)
        preparation = Preparation(directory.planned)
        for one in plan.records:
            preparation.add(one)
    else:
        for one in directory.completions.values():
            preparation.add(one)
    for one in plan.mentions:
        preparation.add(one)
    return preparation.finish(rests_on, [])
