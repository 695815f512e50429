"""Import workbooks from the command line."""

import json
import pathlib
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.management import import_reports
from registry.models import Authority, User
from registry.spreadsheets import jobs, profiles, progress, running
from registry.spreadsheets.plans import Plan
from registry.spreadsheets.problems import Problem, UnreadableFileError
from registry.spreadsheets.workbook import plan_workbook

DONE, REFUSED, UNREADABLE, FAILED = 0, 1, 2, 3
# So many of the records that cells name for the first time are told, for a log to be readable.
MOST_NAMED = 100


class Command(BaseCommand):
    """Each file comes in whole or not at all, on its own; the worst outcome is the exit code."""

    help = (
        "Import workbooks (XLSX, XLSM, XLS, ODS, CSV, TSV). Exit code: 0 imported or nothing to "
        "change, 1 refused, 2 unreadable, 3 the registry could not be written: try again later."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=pathlib.Path)
        parser.add_argument("--dry-run", action="store_true", help="Tell, and write nothing.")
        parser.add_argument(
            "--publish", action="store_true", help="Publish what is new; otherwise it is a draft."
        )
        parser.add_argument(
            "--authority",
            default=Authority.DEFAULT_CODE,
            metavar="CODE",
            help="The contributing authority that owns what is new (default: the registry's own).",
        )
        parser.add_argument(
            "--profile",
            metavar="NAME",
            help="Read the files by this profile, one of the authority's own or of the software.",
        )
        parser.add_argument(
            "--good-rows",
            action="store_true",
            help="Import the good rows; the refused ones are written beside the file, to correct.",
        )
        parser.add_argument("--user", metavar="USERNAME", help="Whose import it is.")
        parser.add_argument(
            "--json", action="store_true", help="Tell the outcome as JSON on the standard output."
        )

    def handle(
        self, *, files, dry_run, publish, authority, user, profile=None, good_rows=False, **options
    ):
        self.as_json, self.told = options.get("json", False), []
        owner = Authority.objects.filter(code=authority).first()
        if owner is None:
            codes = ", ".join(Authority.objects.values_list("code", flat=True))
            raise CommandError(
                _("No contributing authority has the code %(code)s. The codes are: %(codes)s.")
                % {"code": authority, "codes": codes}
            )
        author = User.objects.filter(username=user).first() if user else None
        if user and author is None:
            raise CommandError(_("No user is called %(name)s.") % {"name": user})
        self.choices = {"good_rows": good_rows}
        if profile:
            self.choices["mapping"] = mapping = profiles.by_name(profile, owner)
            if mapping is None:
                raise CommandError(
                    _("No profile is called %(name)s. The profiles are: %(names)s.")
                    % {"name": profile, "names": ", ".join(profiles.names(owner))}
                )
        worst = max(self._import(file, owner, author, publish, dry_run) for file in files)
        if self.as_json:
            self.stdout.write(json.dumps(self.told, ensure_ascii=False, indent=2))
        if worst:
            sys.exit(worst)

    def _import(self, path, owner, author, publish, dry_run) -> int:
        self.job, bar = None, import_reports.TerminalBar(self.stderr)
        try:
            with path.open("rb") as file, progress.reported_to(bar):
                if dry_run:
                    plan = plan_workbook(file, owner, author, publish, **self.choices)
                else:
                    plan = self._write(file, path, owner, author, publish)
        except UnreadableFileError as error:
            return self._fail(bar, path, import_reports.UNREADABLE, UNREADABLE, str(error))
        except (OSError, DatabaseError) as error:
            if running.is_transient(error):
                message = running.explain(error)
                return self._fail(bar, path, import_reports.FAILED, FAILED, message)
            if not isinstance(error, OSError):
                raise
            message = error.strerror or ""
            return self._fail(bar, path, import_reports.UNREADABLE, UNREADABLE, message)
        except jobs.RegistryChangedError:
            message = _("The registry keeps changing: try again when nobody writes.")
            return self._fail(bar, path, import_reports.FAILED, FAILED, message)
        bar.clear()
        code = REFUSED if plan.problems or plan.left_out else DONE
        if self.as_json:
            outcome = _outcome_of(plan, dry_run)
            self.told.append(import_reports.as_json(path, outcome, code, plan, job=self.job))
        else:
            self._summarise(path, plan, dry_run)
        return code

    def _fail(self, bar, path, outcome: str, code: int, message: str) -> int:
        bar.clear()
        if self.as_json:
            self.told.append(import_reports.as_json(path, outcome, code, None, message))
        else:
            self.stderr.write(self.style.ERROR(f"{path}: {message}"))
        return code

    def _write(self, file, path, owner, author, publish) -> Plan:
        """Write what the file says; nothing at all, not even a job, where it says nothing new."""
        for _attempt in range(3):
            file.seek(0)
            job, plan = jobs.start(file, path.name, owner, author, publish, **self.choices)
            if plan.problems or not plan.touched:
                jobs.abandon(job)
                job.delete()
                return plan
            try:
                jobs.confirm(job, job.plan_digest)
                self.job = job
                self._give_back(job, path)
                return plan
            except jobs.NotConfirmableError:
                return plan
            except jobs.RegistryChangedError:
                jobs.abandon(job)
        raise jobs.RegistryChangedError

    def _give_back(self, job, path) -> None:
        """Write the refused rows beside the file."""
        job.refresh_from_db()
        if job.refused_file:
            target = path.with_name(f"{path.stem}-{_('refused')}.xlsx")
            with job.refused_file.open("rb") as content:
                target.write_bytes(content.read())
            (self.stderr if self.as_json else self.stdout).write(
                _("The refused rows are in %(path)s: correct them and import that file.")
                % {"path": target}
            )

    def _summarise(self, path, plan: Plan, dry_run: bool) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(str(path)))
        for sheet in plan.sheets:
            name = f"{sheet.name} – " if sheet.name else ""
            self.stdout.write(
                f"  {name}{sheet.model._meta.verbose_name_plural}: "
                + _(
                    "%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused"
                )
                % vars(sheet)
            )
        for mention in plan.mentions[:MOST_NAMED]:
            self.stdout.write(
                "  + "
                + _("new %(kind)s: %(name)s")
                % {"kind": mention.model._meta.verbose_name, "name": mention.instance}
            )
        if (more := len(plan.mentions) - MOST_NAMED) > 0:
            text = ngettext(
                "and %(count)s more that is new", "and %(count)s more that are new", more
            )
            self.stdout.write("  + " + text % {"count": more})
        for notice in plan.notices:
            self.stdout.write(f"  {notice}")
        for question in plan.questions:
            self.stderr.write(self.style.WARNING(f"  {_ask(question)}"))
        for problem in (*plan.problems, *plan.left_out):
            self.stderr.write(self.style.ERROR(f"  {_tell(problem)}"))
        self.stdout.write("  " + self._outcome(plan, dry_run))

    def _outcome(self, plan: Plan, dry_run: bool) -> str:
        if plan.problems:
            return self.style.ERROR(_("Refused: nothing was written."))
        if not plan.touched:
            return _("The registry holds all of this already: nothing to change.")
        if dry_run:
            return _("Nothing was written: this was a dry run.")
        if plan.left_out:
            return self.style.WARNING(_("The good rows are imported, the others refused."))
        return self.style.SUCCESS(_("Imported."))


def _outcome_of(plan: Plan, dry_run: bool) -> str:
    """What became of the file, in a word for programs."""
    if plan.problems:
        return import_reports.REFUSED
    if not plan.touched:
        return import_reports.UNCHANGED
    if dry_run:
        return import_reports.DRY_RUN
    return import_reports.PARTLY if plan.left_out else import_reports.IMPORTED


def _ask(question) -> str:
    candidates = "; ".join(f"{one.name} ({one.reason})" for one in question.candidates)
    return _("To be decided on the page of an import: is “%(name)s” %(candidates)s?") % {
        "name": question.name,
        "candidates": candidates,
    }


def _tell(problem: Problem) -> str:
    row = _("row %(row)s") % {"row": problem.row} if problem.row else ""
    where = ", ".join(part for part in (problem.sheet, row, problem.column) if part)
    if problem.value:
        where = _("%(where)s “%(value)s”") % {"where": where, "value": problem.value}
    told = problem.message
    if where:
        told = _("%(where)s: %(message)s") % {"where": where, "message": told}
    return f"{told} {problem.remedy}".strip()
