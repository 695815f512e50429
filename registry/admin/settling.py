"""What the importer settles on the page of an import: columns, names, the good rows only."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry import tasks
from registry.choices import ImportState, NameAnswer
from registry.models import ImportProfile, NameDecision
from registry.spreadsheets import jobs, running
from registry.spreadsheets.mapping import IGNORED, LEFT_OUT, Mapping, SheetMapping
from registry.spreadsheets.names import key_of
from registry.spreadsheets.resources import IMPORTED

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Columns and names asked about on one page: a page stays under 1 MB whatever the file.
COLUMNS_AT_ONCE = 60
NAMES_AT_ONCE = 25
CONSTANTS_AT_ONCE = 3
# The values of a form that stand for no column.
UNDECIDED, IGNORE = "", "-"


class SettledImportsMixin:
    """What the administration of imports does with what a file leaves open."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        views = {
            "columns": self.columns_view,
            "names": self.names_view,
            "good-rows": self.good_rows_view,
            "refused": self.refused_view,
        }
        return [
            *(
                path(f"<uuid:pk>/{name}/", wrap(view), name=f"registry_importjob_{name}")
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def settling_context(self, request, job) -> dict:
        """What the page of a job asks, as long as it is open."""
        if not job.is_open or not self.has_add_permission(request):
            return {}
        layouts = [layout for layout in job.report.get("layouts", []) if layout["is_asked"]]
        names = Paginator(job.report.get("questions", []), NAMES_AT_ONCE)
        page = names.get_page(request.GET.get("names"))
        return {
            "asked_sheets": [_asked(index, one) for index, one in _numbered(job) if one in layouts],
            "asked_names": [
                question | {"number": page.start_index() + i} for i, question in enumerate(page)
            ],
            "names_page": page,
            "names_pages": names.get_elided_page_range(page.number),
            "name_count": job.report.get("question_count", 0),
        }

    # Columns ------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def columns_view(self, request, pk):
        """Take what the form says of the columns and sheets, and preview the file again."""
        job = self._settled(request, pk)
        mapping = jobs.mapping_of(job) or Mapping()
        for index, layout in _numbered(job):
            entry = _entry(mapping, layout)
            if _read_sheet(request.POST, index, layout, entry):
                mapping.put(entry)
        job.mapping = mapping.as_json()
        self._save_profile(request, job, mapping)
        return self._preview_again(request, job)

    def _save_profile(self, request, job, mapping: Mapping) -> None:
        name = " ".join(request.POST.get("profile", "").split())[:100]
        if not name:
            return
        profile = ImportProfile.objects.filter(name=name).first()
        if profile and profile.authority_id != job.authority_id:
            messages.error(
                request,
                _("Another authority has a profile called “%(name)s”: choose another name.")
                % {"name": name},
            )
            return
        profile = profile or ImportProfile(name=name, authority=job.authority)
        profile.created_by = profile.created_by or request.user
        own = Mapping([sheet for sheet in mapping.sheets if sheet.is_exact])
        profile.mapping = own.as_json()
        profile.save()
        messages.success(
            request,
            _("The profile “%(name)s” will be applied to the next files with these headings.")
            % {"name": name},
        )

    # Names --------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def names_view(self, request, pk):
        """Keep what was decided about names, and preview the file again."""
        job = self._settled(request, pk)
        count = 0
        with transaction.atomic():
            for number, question in enumerate(job.report.get("questions", []), 1):
                count += _decide(request, job, question, request.POST.get(f"name-{number}", ""))
        if not count:
            messages.warning(request, _("Nothing was decided: choose an answer for a name."))
            return HttpResponseRedirect(self._job_url(job))
        return self._preview_again(request, job)

    # The good rows only -------------------------------------------------------------------------

    @method_decorator(require_POST)
    def good_rows_view(self, request, pk):
        """Preview the job with or without the rows that are refused."""
        job = self._settled(request, pk)
        job.good_rows = request.POST.get("good_rows") == "yes"
        return self._preview_again(request, job)

    def refused_view(self, request, pk):
        """The rows that were left out, to be corrected."""
        job = self._job(request, pk)
        if not job.refused_file:
            raise Http404
        name = f"{job.filename.rpartition('.')[0] or job.filename}-{_('refused')}.xlsx"
        return FileResponse(
            job.refused_file.open("rb"), as_attachment=True, filename=name, content_type=XLSX
        )

    def _preview_again(self, request, job):
        """The new preview, or how far it is where the file is large."""
        try:
            tasks.preview_again(job)
        except (jobs.NotConfirmableError, FileNotFoundError):
            messages.error(
                request, _("This import went on meanwhile: your answers were not taken.")
            )
        except (OSError, DatabaseError) as error:
            if not running.is_transient(error):
                raise
            messages.error(request, running.explain(error))
        return HttpResponseRedirect(self._job_url(job))

    def _settled(self, request, pk):
        job = self._job(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if job.state not in (ImportState.PREVIEWED, ImportState.REFUSED) or not job.file:
            raise Http404
        return job


def _numbered(job) -> list[tuple[int, dict]]:
    return list(enumerate(job.report.get("layouts", [])))


def _asked(index: int, layout: dict) -> dict:
    """A sheet of which something is asked, with the choices of its fields."""
    resource = next((one for one in IMPORTED if one.code() == layout["kind"]), None)
    asked = {
        "index": index,
        "name": layout["sheet"],
        "kind": layout["kind"],
        "kinds": [(one.code(), capfirst(one.plural_name())) for one in IMPORTED],
    }
    if resource is None:
        columns = [one | {"number": n} for n, one in enumerate(layout["columns"])]
        return asked | {"columns": columns[:COLUMNS_AT_ONCE]}
    used = {one["column"] for one in layout["columns"]} | set(layout["constants"])
    choices = {
        column.column_name: column.label
        for column in resource.columns()
        if column.column_name not in used
    }
    columns = [
        one | {"number": number, "closest": [choices[n] for n in one["near"] if n in choices]}
        for number, one in enumerate(layout["columns"])
        if one["is_asked"]
    ]
    return asked | {
        "columns": columns[:COLUMNS_AT_ONCE],
        "more": len(columns) > COLUMNS_AT_ONCE,
        "choices": sorted(choices.items(), key=lambda choice: choice[1]),
        "constants": range(CONSTANTS_AT_ONCE),
    }


def _entry(mapping: Mapping, layout: dict) -> SheetMapping:
    """What is said of a sheet so far, as something that holds for its own headings alone."""
    headings = frozenset(layout["headings"])
    said = next((sheet for sheet in mapping.sheets if sheet.fits(headings)), None)
    if said is None:
        return SheetMapping(headings, layout["kind"])
    return SheetMapping(headings, said.kind, dict(said.columns), dict(said.constants))


def _read_sheet(data, index: int, layout: dict, entry: SheetMapping) -> bool:
    """Put what the form says of a sheet into the entry; whether it says something."""
    kind = data.get(f"kind-{index}", "")
    kinds = {resource.code(): resource for resource in IMPORTED}
    if kind == LEFT_OUT or kind in kinds:
        entry.kind = kind
        return True
    resource = kinds.get(layout["kind"])
    if resource is None:
        return False
    known = {column.column_name for column in resource.columns()}
    said = False
    for number, column in enumerate(layout["columns"]):
        answer = data.get(f"column-{index}-{number}", UNDECIDED)
        if answer == IGNORE or answer in known:
            entry.columns[column["key"]] = IGNORED if answer == IGNORE else answer
            said = True
    for number in range(CONSTANTS_AT_ONCE):
        name = data.get(f"constant-{index}-{number}", "")
        value = data.get(f"value-{index}-{number}", "").strip()
        if name in known and value:
            entry.constants[name] = value
            said = True
    if said:
        entry.kind = entry.kind or layout["kind"]
    return said


def _decide(request, job, question: dict, answer: str) -> bool:
    """Keep the answer about a name, if there is one."""
    records = {one["record"] for one in question["candidates"]}
    record = answer.removeprefix("same:") if answer.startswith("same:") else ""
    if record in records:
        answer = NameAnswer.SAME
    elif answer not in (NameAnswer.NEW, NameAnswer.LEAVE_OUT):
        return False
    NameDecision.objects.update_or_create(
        authority=job.authority,
        model_name=question["kind"],
        key=key_of(question["name"]),
        defaults={
            "name": question["name"],
            "answer": answer,
            "record": record,
            "decided_by": request.user,
        },
    )
    return True
