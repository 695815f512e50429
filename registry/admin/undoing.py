"""What an import touched, record by record, and the undoing of it all."""

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry import tasks
from registry.admin.posted import text_in
from registry.choices import ImportState
from registry.history.shapes import tracked_model
from registry.models.history import REASON_LENGTH
from registry.spreadsheets import running, undo

PER_PAGE = 100


class UndoableImportsMixin:
    """What the administration of imports does with a job that is done."""

    records_template = "admin/registry/importjob/records.html"
    undo_template = "admin/registry/importjob/undo.html"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/records/", wrap(self.records_view), name="registry_importjob_records"),
            path("<uuid:pk>/undo/", wrap(self.undo_view), name="registry_importjob_undo"),
            *super().get_urls(),
        ]

    def records_view(self, request, pk):
        """Every record that the import touched, and what its undoing did."""
        job = self._job(request, pk)
        revisions = job.revisions.defer("before", "after").order_by("pk")
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("page"))
        context = self._context(request, _("Records of an import")) | {
            "job": job,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "entries": [
                {
                    "revision": revision,
                    "kind": capfirst(tracked_model(revision.model_name)._meta.verbose_name),
                    "url": reverse(
                        f"admin:registry_{revision.model_name}_history",
                        args=[quote(revision.record_id)],
                    ),
                }
                for revision in page
            ],
        }
        return TemplateResponse(request, self.records_template, context)

    def undo_view(self, request, pk):
        """Show what undoing would do; do it once confirmed."""
        job = self._job(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if job.state != ImportState.CONFIRMED:
            messages.error(request, _("There is nothing to undo in this import."))
            return HttpResponseRedirect(self._job_url(job))
        if request.method == "POST":
            reason = text_in(request.POST, "reason")
            try:
                is_done = tasks.undo_imported(job, request.user, reason)
            except undo.NotUndoableError:
                messages.error(request, _("This import was undone already."))
            except (OSError, DatabaseError) as error:
                if not running.is_transient(error):
                    raise
                messages.error(request, running.explain_undoing(error))
            else:
                if is_done:
                    messages.success(request, _("The import is undone."))
            return HttpResponseRedirect(self._job_url(job))
        said = undo.summary(undo.plan_undo(job, request.user))
        context = self._context(request, _("Undo an import")) | {
            "job": job,
            "undo": said | {"left": self.with_addresses(said["left"])},
            "reason_length": REASON_LENGTH,
        }
        return TemplateResponse(request, self.undo_template, context)

    def undoing_of(self, job) -> dict | None:
        """What the undoing of the job did, once it is undone."""
        said = job.report.get("undo")
        return said and said | {"left": self.with_addresses(said["left"])}

    @staticmethod
    def with_addresses(left: list[dict]) -> list[dict]:
        """The records left as they are, with the address of the history of each."""
        found = []
        for item in left:
            try:
                url = reverse(f"admin:registry_{item['kind']}_history", args=[item["pk"]])
            except NoReverseMatch:
                url = ""
            found.append(item | {"url": url})
        return found
