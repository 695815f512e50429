"""The buttons of a record's page that move it on: submit, publish, send back, archive, reopen."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from registry import rights, search, workflow
from registry.admin.posted import text_in
from registry.admin.publication import moved_text, warn_of_missing_sources, warn_of_published
from registry.choices import RevisionAction, Status
from registry.history.restoring import revisions_of

# The changes that say since when, and by whom, a record has its status.
STEPS = (
    RevisionAction.SENT_TO_REVIEW,
    RevisionAction.RETURNED_TO_DRAFT,
    RevisionAction.PUBLISHED,
    RevisionAction.ARCHIVED,
)
# The name of the buttons; their values are the codes of ``workflow.MOVES``.
BUTTON = "_move"


class MovableAdmin:
    """A record moves with its form, which is saved first, or by itself from a page to be read."""

    def get_urls(self):
        address = path(
            "<int:object_id>/move/",
            self.admin_site.admin_view(require_POST(self.move_view)),
            name=f"registry_{self.opts.model_name}_move",
        )
        return [address, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        if move := self._asked(request):
            if not move.is_possible(rights.of(request.user), obj):
                raise PermissionDenied(_("This record cannot be moved so by you."))
            obj.status = move.to
        super().save_model(request, obj, form, change)

    def response_add(self, request, obj, post_url_continue=None):
        return self._after(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._after(request, obj) or super().response_change(request, obj)

    def move_view(self, request, object_id):
        """Move a record that its reader may not edit: an author takes a draft back from review."""
        record = self.get_object(request, str(object_id))
        if record is None or not self.has_view_permission(request, record):
            raise Http404
        move, reason = self._asked(request), text_in(request.POST, "reason")
        may = rights.of(request.user)
        if (
            move is None
            or not super().has_change_permission(request)
            or not move.is_allowed(may, record)
        ):
            raise PermissionDenied(_("This record cannot be moved so by you."))
        address = self._address("change", record)
        if move.needs_reason and not reason:
            messages.error(request, _("Say in a comment what its author has to change."))
            return HttpResponseRedirect(address)
        with transaction.atomic(), search.deferred():
            found = self.model.objects.filter(pk=record.pk, status__in=move.sources)
            count = found.move_to(move.to, by=request.user, reason=reason)
        if count:
            messages.success(request, moved_text(move.to, 1) % 1)
            if move.to == Status.PUBLISHED:
                warn_of_published(request, self, [record.pk])
        else:
            messages.error(
                request, _("Nothing was done: somebody moved this record in the meantime.")
            )
        return HttpResponseRedirect(address)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may = rights.of(request.user)
        shown = obj if obj is not None else self.model(status=Status.DRAFT, authority_id=0)
        if obj is None:
            moves = [workflow.SUBMIT, *([workflow.PUBLISH] if may.may_publish else [])]
        else:
            moves = workflow.possible(may, shown) if super().has_change_permission(request) else []
        if not context.get("is_popup"):
            context |= {"moves": moves, "move_url": obj and self._address("move", obj)}
        if obj is not None and may.owns(obj):
            steps = revisions_of(self.model, obj.pk).filter(action__in=STEPS)
            context["last_step"] = steps.select_related("by").first()
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _after(self, request, record):
        """Back to the record that was moved, for what comes next."""
        move = self._asked(request)
        if move is None:
            return None
        messages.success(request, moved_text(move.to, 1) % 1)
        if move.to == Status.PUBLISHED:  # of its neighbours the saving told already
            warn_of_missing_sources(request, self, [record.pk])
        return HttpResponseRedirect(self._address("change", record))

    def _address(self, page, record) -> str:
        return reverse(f"admin:registry_{self.opts.model_name}_{page}", args=[record.pk])

    @staticmethod
    def _asked(request):
        return workflow.MOVES.get(request.POST.get(BUTTON, ""))
