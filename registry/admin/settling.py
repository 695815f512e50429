"""What the importer settles on the page of an import: columns, names, the good rows only."""

import hashlib
import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from registry import tasks
from registry.admin import column_forms
from registry.admin.posted import posted, text_in
from registry.choices import NameAnswer
from registry.models import ImportProfile, NameDecision
from registry.spreadsheets import jobs, running
from registry.spreadsheets.mapping import Mapping
from registry.spreadsheets.names import key_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Names asked about on one page: a page stays under 1 MB whatever the file.
NAMES_AT_ONCE = 25


class SettledImportsMixin:
    """What the administration of imports does with what a file leaves open."""

    columns_template = "admin/registry/importjob/columns_page.html"

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
        names = Paginator(job.report.get("questions", []), NAMES_AT_ONCE)
        page = names.get_page(request.GET.get("names"))
        return {
            "asked": _mark(job),
            "asked_sheets": column_forms.asked_sheets(job),
            "can_leave_out_rest": column_forms.can_leave_out_rest(job),
            "asked_names": [
                question | {"number": page.start_index() + i} for i, question in enumerate(page)
            ],
            "names_page": page,
            "names_pages": names.get_elided_page_range(page.number),
            "name_count": job.report.get("question_count", 0),
        }

    # Columns ------------------------------------------------------------------------------------

    def columns_view(self, request, pk):
        """How each column of the file is read; preview it again as the form says."""
        job = self._settled(request, pk)
        if request.method != "POST":
            return self._columns_page(request, job)
        if _is_stale(request, job):
            return self._not_taken(request, job)
        mapping = jobs.mapping_of(job) or Mapping()
        for index, layout in column_forms.numbered(job):
            entry = column_forms.entry_of(mapping, layout)
            if column_forms.read_sheet(request.POST, index, layout, entry):
                mapping.put(entry)
        job.mapping = mapping.as_json()
        self._save_profile(request, job, mapping)
        return self._preview_again(request, job)

    def _columns_page(self, request, job):
        """All columns, those that were recognised too: their reader may know better."""
        page = column_forms.page_of(job, request.GET.get("page"))
        context = self._context(request, _("How the columns are read")) | {
            "job": job,
            "asked": _mark(job),
            "sheets": column_forms.sheets_of(job, page),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
        }
        return TemplateResponse(request, self.columns_template, context)

    def _save_profile(self, request, job, mapping: Mapping) -> None:
        name = " ".join(text_in(request.POST, "profile").split())[:100]
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

    @posted
    def names_view(self, request, pk):
        """Keep what was decided about names, and preview the file again."""
        job = self._settled(request, pk)
        if _is_stale(request, job):
            return self._not_taken(request, job)
        count = 0
        with transaction.atomic():
            rest = text_in(request.POST, "rest")
            for number, question in enumerate(job.report.get("questions", []), 1):
                answer = text_in(request.POST, f"name-{number}") or rest
                if answer == NameAnswer.SAME and len(question["candidates"]) == 1:
                    answer = f"same:{question['candidates'][0]['record']}"
                count += _decide(request, job, question, answer)
        if not count:
            messages.warning(request, _("Nothing was decided: choose an answer for a name."))
            return HttpResponseRedirect(self._job_url(job))
        return self._preview_again(request, job)

    # The good rows only -------------------------------------------------------------------------

    @posted
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
            return self._not_taken(request, job)
        except (OSError, DatabaseError) as error:
            if not running.is_transient(error):
                raise
            messages.error(request, running.explain(error))
        return HttpResponseRedirect(self._job_url(job))

    def _not_taken(self, request, job):
        messages.error(request, _("This import went on meanwhile: your answers were not taken."))
        return HttpResponseRedirect(self._job_url(job))

    def _settled(self, request, pk):
        job = self._job(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not job.is_open or not job.file:
            raise Http404
        return job


def _mark(job) -> str:
    """What tells the questions that a form asks from those of another preview of the file."""
    asked = [job.report.get("layouts"), job.report.get("questions")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _is_stale(request, job) -> bool:
    """Whether the form asked something else: its numbers would answer for other names.

    So it is in a second window, and where a button was pressed twice.
    """
    mark = _mark(job)
    return request.POST.get("asked", mark) != mark


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
