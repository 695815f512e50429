"""An import that runs: the page that shows how far it is, cancelling it, starting it again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry import tasks
from registry.admin.posted import posted
from registry.choices import ImportState
from registry.spreadsheets import jobs, progress, running

# Phases in the words of those who wait; the first ones are told as a job's states, too.
PHASES = {
    ImportState.WAITING: _("Waiting for its turn"),
    ImportState.READING: _("Reading the file"),
    ImportState.PLANNING: _("Comparing its rows with the registry"),
    ImportState.WRITING: _("Writing to the registry"),
    ImportState.UNDOING: _("Taking back what was written"),
}
STEPS = (ImportState.READING, ImportState.PLANNING, ImportState.WRITING)


class RunningImportsMixin:
    """What the administration of imports does with a job that is at work."""

    progress_template = "admin/registry/importjob/progress.html"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/cancel/", wrap(self.cancel_view), name="registry_importjob_cancel"),
            path("<uuid:pk>/restart/", wrap(self.restart_view), name="registry_importjob_restart"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        """The jobs whose process is gone are marked before they are listed."""
        running.settle_all()
        return super().changelist_view(request, extra_context)

    def progress_page(self, request, job):
        """How far the job is; ``None`` once there is something else to show."""
        said = running.settle(job)
        if said is None:
            return None
        phase = said.phase if said.phase in PHASES else job.state
        context = self._context(request, job.filename) | {
            "job": job,
            "original": job,
            "progress": said,
            "phase": PHASES[phase],
            "counts_rows": phase == ImportState.PLANNING,
            "is_cancelled": progress.is_cancelled(job.pk),
            "left": _time_left(said.seconds_left),
            "rows_done": said.done // 2,
            "rows_total": said.total // 2,
        }
        return TemplateResponse(request, self.progress_template, context)

    @posted
    def cancel_view(self, request, pk):
        job = self._own_job(request, pk)
        if job.state in running.RUNNING:
            is_undone = job.state == ImportState.UNDOING
            running.cancel(job)
            messages.success(
                request,
                _("The undoing stops. The import stays as it is.")
                if is_undone
                else _("The import stops. Nothing of it will be written."),
            )
        else:
            messages.error(request, _("This import is over: it cannot be stopped any more."))
        return HttpResponseRedirect(self._job_url(job))

    @posted
    def restart_view(self, request, pk):
        job = self._own_job(request, pk)
        try:
            tasks.restart_import(job)
        except jobs.NotConfirmableError:
            messages.error(
                request,
                _("This import cannot be started again: upload the workbook once more."),
            )
        return HttpResponseRedirect(self._job_url(job))

    def _own_job(self, request, pk):
        job = self._job(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return job


def _time_left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return ngettext("about %(count)s second left", "about %(count)s seconds left", seconds) % {
            "count": seconds
        }
    minutes = round(seconds / 60)
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
        "count": minutes
    }
