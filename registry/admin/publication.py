"""Publication from the administration: the actions of lists, and the warning beside them."""

from functools import cache

from django.contrib import admin, messages
from django.db import models
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry.choices import Status
from registry.models.base import PublicRecord

NAMED_AT_MOST = 10


class PublicationActions:
    """Bulk actions that change the publication status, and say how many records they changed."""

    actions = ("publish", "send_to_review", "return_to_draft", "archive")

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request, queryset):
        pks = list(queryset.values_list("pk", flat=True))
        moved = queryset.publish(by=request.user)
        text = ngettext("%d record published.", "%d records published.", moved)
        self._report(request, len(pks), moved, text)
        warn_of_hidden_neighbours(request, self, pks)

    @admin.action(description=_("Send to review"), permissions=["change"])
    def send_to_review(self, request, queryset):
        count, moved = queryset.count(), queryset.send_to_review(by=request.user)
        text = ngettext("%d record sent to review.", "%d records sent to review.", moved)
        self._report(request, count, moved, text)

    @admin.action(description=_("Return to draft"), permissions=["change"])
    def return_to_draft(self, request, queryset):
        count, moved = queryset.count(), queryset.return_to_draft(by=request.user)
        text = ngettext("%d record returned to draft.", "%d records returned to draft.", moved)
        self._report(request, count, moved, text)

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request, queryset):
        count, moved = queryset.count(), queryset.archive(by=request.user)
        text = ngettext("%d record archived.", "%d records archived.", moved)
        self._report(request, count, moved, text)

    def _report(self, request, count, moved, text):
        """How many records changed, and how many had this status before."""
        if moved:
            self.message_user(request, text % moved, messages.SUCCESS)
        if same := count - moved:
            unchanged = ngettext(
                "%d record had this status already.", "%d records had this status already.", same
            )
            self.message_user(request, unchanged % same, messages.INFO)


def warn_of_hidden_neighbours(request, model_admin, pks) -> None:
    """Name, with links, the records that published ones refer to and that the public cannot see."""
    hidden = hidden_neighbours(model_admin.model, pks)
    if not hidden:
        return
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a> ({})',
        (
            (
                reverse(f"admin:registry_{record._meta.model_name}_change", args=[record.pk]),
                record,
                record.get_status_display().lower(),
            )
            for record in hidden[:NAMED_AT_MOST]
        ),
    )
    if len(hidden) > NAMED_AT_MOST:
        rest = len(hidden) - NAMED_AT_MOST
        links = format_html("{} {}", links, ngettext("and %d other", "and %d others", rest) % rest)
    model_admin.message_user(
        request,
        format_html(
            _("The public will not see these related records until they are published: {}"), links
        ),
        messages.WARNING,
    )


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
