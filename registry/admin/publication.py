"""Publication from the administration: the actions of lists, and the warning beside them."""

from functools import cache

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models, transaction
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry import rights, workflow
from registry.admin.filters import unsourced
from registry.admin.posted import text_in
from registry.choices import Status
from registry.history.states import batches
from registry.models import Source
from registry.models.base import PublicRecord
from registry.models.history import REASON_LENGTH

NAMED_AT_MOST = 10


class ReasonedActionForm(ActionForm):
    """The choice of an action, with room for what its records' authors are told."""

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput({"placeholder": _("comment, kept in the history")}),
    )


class PublicationActions:
    """Bulk actions that move records on, and say what they did, what they refused, and why."""

    actions = ("publish", "send_to_review", "return_to_draft", "archive")
    action_form = ReasonedActionForm

    def has_publish_permission(self, request) -> bool:
        return self.has_change_permission(request) and rights.of(request.user).may_publish

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request, queryset):
        moved = self._move(request, queryset, workflow.PUBLISH)
        warn_of_published(request, self, moved)

    @admin.action(description=_("Submit for review"), permissions=["change"])
    def send_to_review(self, request, queryset):
        self._move(request, queryset, workflow.SUBMIT)

    @admin.action(description=_("Return to draft"), permissions=["change"])
    def return_to_draft(self, request, queryset):
        may = rights.of(request.user)
        back = workflow.SEND_BACK if may.may_publish else workflow.WITHDRAW
        self._move(request, queryset, back, workflow.REOPEN)

    @admin.action(description=_("Archive"), permissions=["publish"])
    def archive(self, request, queryset):
        self._move(request, queryset, workflow.ARCHIVE)

    def _move(self, request, queryset, *moves) -> list[int]:
        """Make for each record the move that its status asks for; returns which were moved."""
        may, reason = rights.of(request.user), text_in(request.POST, "reason")
        to, moved, refused = moves[0].to, [], Refusals(self)
        with transaction.atomic():
            others = queryset.exclude(pk__in=may.own(queryset).order_by().values("pk"))
            refused.add(_("they belong to another authority"), others)
            own = may.own(queryset).order_by()
            refused.add(_("they have this status already"), own.filter(status=to))
            own = own.exclude(status=to)
            for move in moves:
                found = own.filter(status__in=move.sources)
                if not (may.may_publish or not move.is_of_publishers):
                    refused.add(_("it takes somebody who may publish"), found)
                elif move.needs_reason and not reason:
                    refused.add(_("sending back needs a comment"), found)
                else:
                    pks = list(found.values_list("pk", flat=True))
                    for batch in batches(pks):
                        records = self.model.objects.filter(pk__in=batch)
                        records.move_to(to, by=request.user, reason=reason)
                    moved += pks
            known = [status for move in moves for status in move.sources]
            rest = own.exclude(status__in=known)
            refused.add(_("their status does not lead there"), rest)
        if moved:
            text = moved_text(to, len(moved)) % len(moved)
            self.message_user(request, text, messages.SUCCESS)
        refused.report(request)
        return moved


class Refusals:
    """What an action left as it is, and why: how many, and the first by name."""

    def __init__(self, model_admin):
        self.admin = model_admin
        self.found = {}

    def add(self, why, records) -> None:
        """Look at the records now: those that are moved are others afterwards."""
        records = records.order_by()
        if count := records.count():
            before, named = self.found.get(why, (0, []))
            self.found[why] = before + count, [*named, *records[: NAMED_AT_MOST - len(named)]]

    def report(self, request) -> None:
        for why, (count, records) in self.found.items():
            text = ngettext(
                "%(count)d record was left as it is: %(why)s.",
                "%(count)d records were left as they are: %(why)s.",
                count,
            ) % {"count": count, "why": why}
            names = linked_names(records, count, rights.of(request.user))
            self.admin.message_user(request, format_html("{} {}", text, names), messages.WARNING)


def moved_text(to, count) -> str:
    return {
        Status.PUBLISHED: ngettext("%d record published.", "%d records published.", count),
        Status.IN_REVIEW: ngettext(
            "%d record sent to review.", "%d records sent to review.", count
        ),
        Status.DRAFT: ngettext(
            "%d record returned to draft.", "%d records returned to draft.", count
        ),
        Status.ARCHIVED: ngettext("%d record archived.", "%d records archived.", count),
    }[to]


def warn_of_published(request, model_admin, pks) -> None:
    """What those who have just published records may have missed."""
    warn_of_missing_sources(request, model_admin, pks)
    warn_of_hidden_neighbours(request, model_admin, pks)


def warn_of_missing_sources(request, model_admin, pks) -> None:
    """Name the records that are published although they cite nothing."""
    if model_admin.model is Source or not pks:
        return
    bare = unsourced(model_admin.model.objects.filter(pk__in=pks).order_by("pk"))
    if count := bare.count():
        names = linked_names(bare[:NAMED_AT_MOST], count, rights.of(request.user))
        text = format_html(_("Published, though without a source: {}"), names)
        model_admin.message_user(request, text, messages.WARNING)


def warn_of_hidden_neighbours(request, model_admin, pks) -> None:
    """Name, with links, the records that published ones refer to and that the public cannot see."""
    may = rights.of(request.user)
    hidden = [one for one in hidden_neighbours(model_admin.model, pks) if may.sees(one)]
    if not hidden:
        return
    names = linked_names(hidden[:NAMED_AT_MOST], len(hidden), may, shows_status=True)
    text = _("The public will not see these related records until they are published: {}")
    model_admin.message_user(request, format_html(text, names), messages.WARNING)


def linked_names(records, count, may, shows_status=False):
    """The first of so many records by name, each with a link, and how many there are besides."""
    records = list(records)
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>{}',
        (
            (
                reverse(f"admin:registry_{record._meta.model_name}_change", args=[record.pk]),
                may.name(may.mask(record)),
                f" ({record.get_status_display().lower()})" if shows_status else "",
            )
            for record in records
        ),
    )
    if rest := count - len(records):
        links = format_html("{} {}", links, ngettext("and %d other", "and %d others", rest) % rest)
    return links


def hidden_neighbours(model, pks) -> list[PublicRecord]:
    """The unpublished records to which the model's records with these primary keys refer."""
    hidden = {}
    for path, target in _paths_to_records(model):
        linked = model.objects.filter(pk__in=pks).order_by().values(path)
        for record in target.objects.filter(pk__in=linked).exclude(status=Status.PUBLISHED):
            hidden[record.public_id] = record
    return list(hidden.values())


@cache
def _paths_to_records(model) -> list[tuple[str, type]]:
    """The paths from a record to others: its own links, and those of the rows under it."""
    paths = _links_to_records(model)
    for relation in model._meta.related_objects:
        rows = relation.related_model
        if relation.on_delete is models.CASCADE and not issubclass(rows, PublicRecord):
            paths += [(f"{relation.name}__{name}", kind) for name, kind in _links_to_records(rows)]
    return paths


def _links_to_records(model) -> list[tuple[str, type]]:
    """The links by which a row refers to records; a key that cascades says whose row it is."""
    return [
        (field.name, field.related_model)
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.is_relation
        and issubclass(field.related_model, PublicRecord)
        and getattr(field.remote_field, "on_delete", None) is not models.CASCADE
    ]
