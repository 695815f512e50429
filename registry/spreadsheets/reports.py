"""A plan as people read it: what the pages of a job and the command show, kept with the job."""

from django.utils.translation import ngettext

from registry.history import shapes
from registry.spreadsheets import collector
from registry.spreadsheets.good_rows import OF_THE_FILE
from registry.spreadsheets.plans import MOST_RECORDS, Plan, RecordPlan, describe
from registry.spreadsheets.problems import row_ranges

# So many values with the same mend are told one by one; of more, so many below their cause.
FEW_VALUES = 4
MOST_VALUES = 50
# What a job keeps of a very long list; the counts beside it are always whole.
MOST_PROBLEMS = 2_000
# What a page shows of one record, so that a page of them stays small whatever the file.
MOST_CHANGES = 25
LONGEST_TEXT = 200
MOST_NOTICES = 100
LONGEST_NOTICE = 2_000


@collector.paused()
def report(plan: Plan) -> dict:
    """The plan as plain values, in the language in which it was made."""
    # What is settled on the page is not to be corrected in the file.
    problems = [one for one in plan.problems or plan.left_out if one.about in ("row", "file")]
    touched = [one for one in plan.records if one.is_touched]
    told = [one for one in touched if one.is_told]
    return {
        "sheets": [
            {
                "name": sheet.name,
                "kind": sheet.model._meta.model_name,
                "new": sheet.new,
                "changed": sheet.changed,
                "unchanged": sheet.unchanged,
                "refused": sheet.refused,
            }
            for sheet in plan.sheets
        ],
        "notices": _first_notices(plan.notices),
        "problem_count": len(problems),
        "problems": _together(problems)[:MOST_PROBLEMS],
        "left_out_rows": len({(one.sheet, one.row) for one in plan.left_out}),
        # The good rows can come in without the others: no problem is of the file as a whole.
        "can_leave_out": bool(plan.problems)
        and not any(one.about in OF_THE_FILE for one in plan.problems)
        and any(one.is_touched for one in plan.records),
        "layouts": [layout.as_json() for layout in plan.layouts],
        "questions": [one.as_json() for one in plan.questions[:MOST_PROBLEMS]],
        "question_count": len(plan.questions),
        "mention_count": len(plan.mentions),
        "mentions": _by_kind(plan.mentions),
        "record_count": len(touched) + plan.more,
        "records": [_record(one) for one in told[:MOST_RECORDS]],
    }


def _key(one: RecordPlan) -> dict:
    """The primary key of the record; of a new one, which has none yet, what the history calls it.

    So the report stays true once the record is written.
    """
    if one.is_new:
        return {"pk": None, "key": getattr(one.instance, shapes.key_of(one.model))}
    return {"pk": one.instance.pk}


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _first_notices(notices: list[str]) -> list[str]:
    more = len(notices) - MOST_NOTICES
    shown = [_cut(str(notice), LONGEST_NOTICE) for notice in notices[:MOST_NOTICES]]
    if more > 0:
        shown.append(
            ngettext("%(count)s more notice.", "%(count)s more notices.", more) % {"count": more}
        )
    return shown


def _together(problems) -> list[dict]:
    """The problems by their causes, each with all its rows; what mends most rows comes first."""
    same: dict[tuple, list] = {}
    for problem in problems:
        key = problem.sheet, problem.column, str(problem.value), problem.message, problem.remedy
        same.setdefault(key, []).append(problem)
    causes: dict[tuple, list] = {}
    for found in same.values():
        causes.setdefault(_cause(found[0]), []).append(found)
    told = []
    for cause in causes.values():
        if len(cause) < FEW_VALUES:
            told += [_told(found) for found in cause]
            continue
        cause.sort(key=len, reverse=True)
        rows = [one for found in cause for one in found]
        values = [_told(found) for found in cause[:MOST_VALUES]]
        told.append(
            _told(rows)
            | {"same": values, "value_count": len(cause), "more_values": len(cause) - len(values)}
        )
    return sorted(told, key=lambda one: one["count"], reverse=True)


def _cause(problem) -> tuple:
    """What a problem shares with others of its column that are mended in the same way."""
    said, value = problem.remedy or problem.message, str(problem.value)
    return problem.sheet, problem.column, said.replace(value, "…") if value else said


def _told(found: list) -> dict:
    rows = row_ranges(one.row for one in found if one.row)
    return _problem(found[0]) | {"count": len(found), "rows": rows}


def _problem(problem) -> dict:
    told = problem.as_dict()
    texts = {"sheet", "column", "value", "message", "remedy"} & told.keys()
    return told | {name: str(told[name])[: 3 * LONGEST_TEXT] for name in texts}


def _by_kind(mentions: list[RecordPlan]) -> list[dict]:
    kinds: dict[str, list[dict]] = {}
    for one in mentions[:MOST_RECORDS]:
        item = {
            "name": _cut(describe(one.instance)),
            **_key(one),
            "sheet": one.sheet,
            "row": one.row,
        }
        kinds.setdefault(one.model._meta.model_name, []).append(item)
    return [{"kind": kind, "items": items} for kind, items in kinds.items()]


def _record(one: RecordPlan) -> dict:
    return {
        "kind": one.model._meta.model_name,
        **_key(one),
        "name": _cut(describe(one.instance)),
        "is_new": one.is_new,
        "sheet": one.sheet,
        "row": one.row,
        "changes": [
            {
                "label": change.label,
                "before": _cut(change.before),
                "after": _cut(change.after),
                "added": change.added,
            }
            for change in one.changes[:MOST_CHANGES]
        ],
        "more_changes": max(0, len(one.changes) - MOST_CHANGES),
    }
