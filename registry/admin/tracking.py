"""What the administration adds to the history, the page that shows it and the way back."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from registry import history, search, workflow
from registry.admin.forms import RegistryForm
from registry.admin.posted import text_in
from registry.choices import RevisionAction
from registry.history.reading import Reader
from registry.history.restoring import CannotRestoreError, restore, revisions_of, state_at
from registry.models import Revision
from registry.models.history import REASON_LENGTH

PER_PAGE = 25


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why this change"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=_("Kept in the history, for colleagues: a source, a decision, a mistake found."),
        widget=forms.TextInput({"class": "vTextField"}),
    )


class ReasonForm(RegistryForm):
    """The form of a record, with room for the reason of the change."""

    # What others saved since the form was opened: its reader looks at it before it is saved.
    conflict = None
    # The deletion of the record since the form was opened.
    overtaken = None
    # Of a new record: what finds one that its author has just added, and what it found.
    find_twin = None
    twin = None

    reason = reason_field()

    def clean(self):
        super().clean()
        if self.conflict:
            raise forms.ValidationError(
                _("Nothing is saved yet: somebody changed this record in the meantime.")
            )
        if self.overtaken:
            raise forms.ValidationError(_("Nothing is saved yet: this record was deleted."))
        if self.find_twin and not self.errors:
            self.twin = self.find_twin(self.cleaned_data)
        if self.twin:
            raise forms.ValidationError(
                _("Nothing is saved yet: you added nearly the same record a short time ago.")
            )
        move = workflow.MOVES.get(self.data.get("_move", ""))
        if move and move.needs_reason and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say in a comment what its author has to change."))


class RestoreForm(forms.Form):
    """The confirmation of a return to a former version.

    ``latest`` is the newest change that the reader knew of: another one since is shown first.
    """

    latest = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["reason"].widget.attrs["aria-describedby"] = "id_reason_helptext"


class TrackedAdmin:
    """Administration of records that have a history: one revision for each save, rows included."""

    form = ReasonForm
    object_history_template = "admin/registry/history.html"
    restore_template = "admin/registry/restore.html"

    def get_urls(self):
        address = path(
            "<int:object_id>/history/<int:revision_id>/restore/",
            self.admin_site.admin_view(self.restore_view),
            name=f"registry_{self.opts.model_name}_restore",
        )
        return [address, *super().get_urls()]

    def get_fieldsets(self, request, obj=None):
        return (*super().get_fieldsets(request, obj), *self.reason_section(request, obj))

    def reason_section(self, request, obj) -> tuple:
        """Where the reason of a change is given: not for a new record, nor to those who read."""
        if obj is None or not self.has_change_permission(request, obj):
            return ()
        return ((_("This change"), {"fields": ("reason",), "classes": ("after-rows",)}),)

    # What is written ----------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        # With the form, which goes with the record until its rows are saved too.
        form.state_before = history.locked_snapshot(obj) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            reason = form.cleaned_data.get("reason", "")
            history.changed(form.instance, form.state_before, request.user, reason)
        else:
            history.created(form.instance, request.user)

    def delete_view(self, request, object_id, extra_context=None):
        return super().delete_view(
            request, object_id, {"keeps_history": True} | (extra_context or {})
        )

    def delete_model(self, request, obj):
        reason = text_in(request.POST, "reason")
        history.deleted([obj], request.user, reason)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        reason = text_in(request.POST, "reason")
        history.deleted(queryset, request.user, reason)
        super().delete_queryset(request, queryset)

    # What is shown ------------------------------------------------------------------------------

    def history_view(self, request, object_id, extra_context=None):
        """Every change of the record, newest first; that of a deleted record too."""
        record = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        revisions = self._revisions(object_id)
        if record is None and not revisions.exists():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = Paginator(revisions.select_related("by", "job"), PER_PAGE).get_page(
            request.GET.get("p")
        )
        reader = Reader(page)
        newest = page.object_list[0].pk if page.number == 1 and page.object_list else None
        may_restore = self._may_restore(request, record)
        name = str(record or page.object_list[0].label)
        context = self._page(request, record, name) | {
            "title": name,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "entries": [
                {
                    "revision": revision,
                    "differences": reader.differences(revision),
                    "is_deletion": revision.action == RevisionAction.DELETED,
                    "restore_url": may_restore
                    and revision.pk != newest
                    and revision.action != RevisionAction.DELETED
                    and self._restore_url(revision),
                }
                for revision in page
            ],
            "first_url": may_restore and not page.has_next() and self._first_url(page),
        }
        return TemplateResponse(
            request, self.object_history_template, context | (extra_context or {})
        )

    def restore_view(self, request, object_id, revision_id):
        """Show what a return to a former version would change; do it once confirmed."""
        record = self.get_object(request, str(object_id))
        if not self._may_restore(request, record):
            raise PermissionDenied
        revision = self._revisions(object_id).filter(pk=revision_id).first()
        if revision is None:
            raise Http404
        before = "before" in request.GET
        form = RestoreForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if form.cleaned_data["latest"] == self._latest(object_id):
                if response := self._restore(request, revision, before, form):
                    return response
            else:
                messages.warning(
                    request,
                    _(
                        "Nothing was changed: somebody changed the record meanwhile. Look at "
                        "what the return would change now, and confirm again."
                    ),
                )
                form = RestoreForm(initial={"reason": form.cleaned_data["reason"]})
        wanted = state_at(revision, before)
        if wanted is None:
            raise Http404
        present = history.snapshot(record) if record else {}
        gone, came = history.diff(present, wanted) if record else ({}, wanted)
        reader = Reader([_passage(revision, gone, came)])
        form.initial["latest"] = self._latest(object_id)
        name = str(record or revision.label)
        context = self._page(request, record, name) | {
            "title": _("Bring this record back") if record is None else _("Return to a version"),
            "name": name,
            "revision": revision,
            "before": before,
            "form": form,
            "differences": reader.between(self.model, gone, came),
        }
        return TemplateResponse(request, self.restore_template, context)

    def _restore(self, request, revision, before, form):
        try:
            with transaction.atomic(), search.deferred():
                record, missing = restore(
                    revision, before, request.user, form.cleaned_data["reason"]
                )
        except CannotRestoreError as error:
            messages.error(request, _("Nothing was changed. %(why)s") % {"why": error})
            return None
        messages.success(request, _("The record is again as it was."))
        if missing:
            names = ", ".join(missing)
            messages.warning(
                request,
                _("Not put back, because no longer there: %(names)s.") % {"names": names},
            )
        address = f"admin:registry_{self.opts.model_name}_history"
        return HttpResponseRedirect(reverse(address, args=[record.pk]))

    def _may_restore(self, request, record) -> bool:
        if record is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, record)

    def _revisions(self, object_id):
        """Those of the record of this key; none where it is no key."""
        if not self.is_key(object_id):
            return Revision.objects.none()
        return revisions_of(self.model, self.model._meta.pk.to_python(object_id))

    def _latest(self, object_id) -> int:
        return self._revisions(object_id).values_list("pk", flat=True).first() or 0

    def _restore_url(self, revision) -> str:
        address = f"admin:registry_{self.opts.model_name}_restore"
        return reverse(address, args=[revision.record_id, revision.pk])

    def _first_url(self, page) -> str:
        """Back to before all that the history knows, where that is not the record's beginning."""
        if not page.object_list or page[-1].action == RevisionAction.CREATED:
            return ""
        return f"{self._restore_url(page[-1])}?before"

    def _page(self, request, record, name) -> dict:
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "object": record,
            "name": name,
            "subtitle": None,
            "preserved_filters": self.get_preserved_filters(request),
        }


def _passage(revision, gone, came) -> Revision:
    return Revision(model_name=revision.model_name, before=gone, after=came)
