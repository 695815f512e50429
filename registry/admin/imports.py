"""Imports in the administration: upload, preview, confirm; and the jobs that were."""

from collections import defaultdict

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _

from registry import rights, tasks
from registry.admin.base import RegistryModelAdmin
from registry.admin.posted import posted, text_in
from registry.admin.running import RunningImportsMixin
from registry.admin.settling import SettledImportsMixin
from registry.admin.site import site
from registry.admin.undoing import UndoableImportsMixin
from registry.choices import ImportState
from registry.history import shapes
from registry.models import Authority, ImportJob
from registry.spreadsheets import jobs, running
from registry.spreadsheets.problems import UnreadableFileError

MOST_SHEETS = 100
PER_PAGE = 50
# Of the records that cells name, as many are listed for each kind, and on a page of their own.
MENTIONS = 200


class WorkbookField(forms.FileField):
    """An uploaded workbook; one that the disk had no room for is told as that."""

    # Django leaves out a file without a usable name, and one that did not arrive as a whole.
    default_error_messages = {
        "required": _(
            "No file arrived: choose one. If you did, its name cannot be used or the upload was "
            "cut short: rename it and try again."
        )
    }

    def to_python(self, data):
        if error := getattr(data, "error", None):
            raise forms.ValidationError(running.explain(error))
        return super().to_python(data)


class UploadForm(forms.Form):
    """A workbook, and in whose name it comes in."""

    file = WorkbookField(
        label=_("Workbook"),
        help_text=_("XLSX, XLSM, XLS, ODS, CSV or TSV. Nothing is written before you confirm."),
        widget=forms.ClearableFileInput(
            {
                "accept": ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt",
                "aria-describedby": "id_file_helptext",
            }
        ),
    )
    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        label=_("Contributing authority"),
        help_text=_("What the workbook adds will belong to it."),
        empty_label=None,
    )
    publish = forms.BooleanField(
        label=_("Publish what is new"),
        required=False,
        help_text=_("Without this, new records are drafts that only staff see."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        authorities = rights.of(user).own_authorities()
        self.fields["authority"].queryset = authorities
        self.fields["authority"].initial = (
            user.authorities.order_by("pk").first()
            or authorities.filter(code=Authority.DEFAULT_CODE).first()
        )
        if not user.has_perm("registry.publish_importjob"):
            del self.fields["publish"]


@admin.register(ImportJob, site=site)
class ImportJobAdmin(
    SettledImportsMixin, RunningImportsMixin, UndoableImportsMixin, RegistryModelAdmin
):
    """A job is never edited: its page shows the preview, then what became of it."""

    list_display = ("filename", "state", "authority", "user", "created_at", "confirmed_at")
    list_filter = ("state", "authority")
    list_select_related = ("authority", "user")
    search_fields = ("filename",)
    date_hierarchy = "created_at"
    upload_template = "admin/registry/importjob/upload.html"
    job_template = "admin/registry/importjob/job.html"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/confirm/", wrap(self.confirm_view), name="registry_importjob_confirm"),
            path("<uuid:pk>/abandon/", wrap(self.abandon_view), name="registry_importjob_abandon"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        """Everybody sees their own jobs; administrators see all."""
        return rights.of(request.user).visible(super().get_queryset(request))

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or self.has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # Pages --------------------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """The upload."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent, user=request.user)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                job = tasks.start_import(
                    upload,
                    form.cleaned_data["authority"],
                    request.user,
                    form.cleaned_data.get("publish", False),
                )
            except UnreadableFileError as error:
                form.add_error("file", str(error))
            except (OSError, DatabaseError) as error:
                if not running.is_transient(error):
                    raise
                form.add_error("file", running.explain(error))
            else:
                return HttpResponseRedirect(self._job_url(job))
        context = self._context(request, _("Import a workbook")) | {
            "form": form,
            "has_authority": form.fields["authority"].queryset.exists(),
        }
        return TemplateResponse(request, self.upload_template, context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The job: its preview while it waits, else what it did."""
        job = self._job(request, object_id)
        if waiting := self.progress_page(request, job):
            return waiting
        report = job.report
        shown = "problems" if job.state == ImportState.REFUSED else "records"
        if job.good_rows and request.GET.get("show") == "problems":
            shown = "problems"
        if shown == "records" and request.GET.get("show") == "mentions":
            shown = "mentions"
        items = _all_mentions(report) if shown == "mentions" else report.get(shown, [])
        page = Paginator(items, MENTIONS if shown == "mentions" else PER_PAGE).get_page(
            request.GET.get("page")
        )
        page.object_list = self._with_links(job, list(page))
        context = self._context(request, job.filename) | {
            "job": job,
            "original": job,
            "sheets": [
                sheet | {"kind_name": _kind_name(sheet["kind"])}
                for sheet in report.get("sheets", [])[:MOST_SHEETS]
            ],
            "more_sheets": max(0, len(report.get("sheets", [])) - MOST_SHEETS),
            "mentions": [
                {
                    "kind_name": _kind_name(group["kind"]),
                    "items": self._with_links(
                        job, [item | {"kind": group["kind"]} for item in group["items"][:MENTIONS]]
                    ),
                    "total": len(group["items"]),
                }
                for group in report.get("mentions", [])
            ],
            "shown": shown,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "has_add_permission": self.has_add_permission(request),
            **self.settling_context(request, job),
            "undo": self.undoing_of(job),
            "left_out": report.get(f"{shown.removesuffix('s')}_count", 0)
            - sum(item.get("count", 1) for item in items),
        }
        return TemplateResponse(request, self.job_template, context)

    @posted
    def confirm_view(self, request, pk):
        job = self._job(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            is_done = tasks.confirm_import(job, text_in(request.POST, "digest"))
        except jobs.NotConfirmableError:
            job.refresh_from_db(fields=["state"])
            is_begun = job.state in (ImportState.WRITING, ImportState.CONFIRMED)
            messages.error(
                request,
                _("This import is confirmed already: nothing was written twice.")
                if is_begun
                else _(
                    "Nothing was imported: this is not the preview that waits for confirmation."
                ),
            )
        except jobs.RegistryChangedError:
            jobs.preview(job)
            messages.warning(request, running.changed_meanwhile())
        except (OSError, DatabaseError) as error:
            if not running.is_transient(error):
                raise
            messages.error(request, running.explain(error))
        else:
            if is_done:
                messages.success(request, _("The workbook is imported."))
        return HttpResponseRedirect(self._job_url(job))

    @posted
    def abandon_view(self, request, pk):
        job = self._job(request, pk)
        try:
            jobs.abandon(job)
        except jobs.NotConfirmableError:
            messages.error(request, _("This import is over: it cannot be abandoned any more."))
            return HttpResponseRedirect(self._job_url(job))
        messages.success(request, _("The import is abandoned. Nothing was written."))
        return HttpResponseRedirect(reverse("admin:registry_importjob_changelist"))

    def _job(self, request, pk) -> ImportJob:
        job = self.get_object(request, str(pk))
        if job is None:
            raise Http404
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        if request.method == "POST" and not rights.of(request.user).owns(job):
            raise PermissionDenied(
                _("You no longer contribute for %(owner)s.") % {"owner": job.authority}
            )
        return job

    def _job_url(self, job) -> str:
        return reverse("admin:registry_importjob_change", args=[job.pk])

    def _context(self, request, title) -> dict:
        return self.admin_site.each_context(request) | {"opts": self.opts, "title": title}

    def _with_links(self, job: ImportJob, items: list[dict]) -> list[dict]:
        """The items with the addresses of their records in the administration, if they have any."""
        written = _written(items) if job.confirmed_at else {}
        return [self._with_link(item, written) for item in items]

    def _with_link(self, item: dict, written: dict) -> dict:
        pk = item.get("pk") or written.get((item.get("kind"), item.get("key")))
        if not pk:
            return item
        try:
            url = reverse(f"admin:registry_{item['kind']}_change", args=[pk])
        except NoReverseMatch:
            return item
        return item | {"url": url}


def _written(items: list[dict]) -> dict[tuple[str, str], int]:
    """The primary keys of the records among the items that were new, by kind and natural key."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.get("key"):
            keys[item["kind"]].append(item["key"])
    found = {}
    for kind, names in keys.items():
        model = ImportJob._meta.apps.get_model("registry", kind)
        key = shapes.key_of(model)
        records = model._base_manager.filter(**{f"{key}__in": names}).values_list(key, "pk")
        found |= {(kind, name): pk for name, pk in records}
    return found


def _all_mentions(report: dict) -> list[dict]:
    """The records that cells name, of all kinds, each with its kind."""
    return [
        item | {"kind": group["kind"], "kind_name": _kind_name(group["kind"])}
        for group in report.get("mentions", [])
        for item in group["items"]
    ]


def _kind_name(model_name: str) -> str:
    model = ImportJob._meta.apps.get_model("registry", model_name)
    return model._meta.verbose_name_plural
