"""What the import command says: a bar while it works, and afterwards the outcome for programs."""

import time

from django.utils.translation import gettext as _

from registry.choices import ImportState
from registry.spreadsheets.plans import Plan, describe

WIDTH = 30
SECONDS_BETWEEN = 0.2
# What becomes of a file, in words that programs can rely on.
IMPORTED, UNCHANGED, DRY_RUN = "imported", "unchanged", "dry-run"
PARTLY, REFUSED, UNREADABLE, FAILED = "partly", "refused", "unreadable", "failed"


class TerminalBar:
    """A progress bar on the standard error output of a terminal; elsewhere it says nothing."""

    def __init__(self, stream):
        self.stream = stream
        self.shows = bool(getattr(stream, "isatty", lambda: False)())
        self.name, self.done, self.total = "", 0, 0
        self.began = self.shown = 0.0

    def phase(self, phase: str, total: int) -> None:
        names = {
            ImportState.READING: _("Reading"),
            ImportState.PLANNING: _("Comparing"),
            ImportState.WRITING: _("Writing"),
        }
        self.name, self.done, self.total = names.get(phase, ""), 0, total
        self.began = time.monotonic()
        self._show()

    def advance(self, count: int = 1) -> None:
        self.done += count
        if self.shows and time.monotonic() - self.shown > SECONDS_BETWEEN:
            self._show()

    def check(self) -> None:
        pass

    def clear(self) -> None:
        if self.shows:
            self.stream.write("\r\x1b[K", ending="")
            self.stream.flush()

    def _show(self) -> None:
        if not self.shows:
            return
        self.shown = time.monotonic()
        line = self.name
        if self.total:
            share = min(1, self.done / self.total)
            filled = round(WIDTH * share)
            line += f" [{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}"
            spent = self.shown - self.began
            if spent > 2 and share > 0.02:
                left = round(spent / share - spent)
                line += f" {left // 60}:{left % 60:02d}"
        self.stream.write(f"\r\x1b[K{line}", ending="")
        self.stream.flush()


def as_json(path, outcome: str, code: int, plan: Plan | None, message: str = "", job=None) -> dict:
    """What became of a file."""
    told = {
        "file": str(path),
        "outcome": outcome,
        "exit_code": code,
        "message": message,
        "job": str(job.pk) if job else None,
    }
    if plan is None:
        return told | {"sheets": [], "mentions": [], "problems": [], "notices": []}
    return told | {
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
        "mentions": [
            {"kind": one.model._meta.model_name, "name": describe(one.instance)}
            for one in plan.mentions
        ],
        "problems": [problem.as_dict() for problem in (*plan.problems, *plan.left_out)],
        "questions": [question.name for question in plan.questions],
        "notices": [str(notice) for notice in plan.notices],
    }
