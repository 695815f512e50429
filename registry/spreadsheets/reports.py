"""A plan as people read it: what the pages of a job and the command show, kept with the job."""

from registry.spreadsheets.good_rows import OF_THE_FILE
from registry.spreadsheets.plans import Plan, RecordPlan, describe

# What a job keeps of a very long list; the counts beside it are always whole.
MOST_PROBLEMS = 2_000
MOST_RECORDS = 2_000


def report(plan: Plan) -> dict:
    """The plan as plain values, in the language in which it was made."""
    # What is settled on the page is not to be corrected in the file.
    problems = [one for one in plan.problems or plan.left_out if one.about in ("row", "file")]
    touched = [one for one in plan.records if one.is_touched]
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
        "notices": plan.notices,
        "problem_count": len(problems),
        "problems": [problem.as_dict() for problem in problems[:MOST_PROBLEMS]],
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
        "record_count": len(touched),
        "records": [_record(one) for one in touched[:MOST_RECORDS]],
    }


def _by_kind(mentions: list[RecordPlan]) -> list[dict]:
    kinds: dict[str, list[dict]] = {}
    for one in mentions[:MOST_RECORDS]:
        item = {
            "name": describe(one.instance),
            "pk": one.instance.pk,
            "sheet": one.sheet,
            "row": one.row,
        }
        kinds.setdefault(one.model._meta.model_name, []).append(item)
    return [{"kind": kind, "items": items} for kind, items in kinds.items()]


def _record(one: RecordPlan) -> dict:
    return {
        "kind": one.model._meta.model_name,
        "pk": one.instance.pk,
        "name": describe(one.instance),
        "is_new": one.is_new,
        "sheet": one.sheet,
        "row": one.row,
        "changes": [
            {
                "label": change.label,
                "before": change.before,
                "after": change.after,
                "added": change.added,
            }
            for change in one.changes
        ],
    }
