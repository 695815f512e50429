"""A form that comes back too late: its record is gone, or is no longer its editor's to change.

What was typed is handed back rather than lost: as the form of a new record where the old one was
deleted, as texts to be copied where somebody moved it on.
"""

from dataclasses import dataclass

from django.forms import FileField
from django.http import QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.admin.conflicts import VERSION
from registry.choices import RevisionAction
from registry.history.restoring import revisions_of
from registry.models import Revision

# So many rows of each kind are handed back; forms of people have fewer.
MOST_ROWS = 1_000


@dataclass
class Typed:
    """What somebody typed into a field, or into a row."""

    label: str
    text: str


class OvertakenAdmin:
    """Administration of records that hands back what was typed for a record of former days."""

    overtaken_template = "admin/registry/overtaken.html"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST" or object_id is None or VERSION not in request.POST:
            return super().changeform_view(request, object_id, form_url, extra_context)
        record = self.get_object(request, object_id)
        if record is None and (deletion := self._deletion(request, object_id)):
            request.POST = as_new(request.POST, self._keys(request))
            request.overtaken = deletion
            add = reverse(f"admin:registry_{self.opts.model_name}_add")
            return super().changeform_view(request, None, add, extra_context)
        if record is not None and self._is_taken_away(request, record):
            return self._handed_back(request, record)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        overtaken = getattr(request, "overtaken", None)
        return type(form.__name__, (form,), {"overtaken": overtaken}) if overtaken else form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        deletion = getattr(request, "overtaken", None)
        if deletion and self.has_view_permission(request):
            address = f"admin:registry_{self.opts.model_name}_history"
            context["overtaken"] = deletion
            context["overtaken_url"] = reverse(address, args=[deletion.record_id])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _deletion(self, request, object_id) -> Revision | None:
        """The deletion of the record, for those who may know of it and add another one."""
        if not self.has_add_permission(request) or not self._may_read_history(request, object_id):
            return None
        last = revisions_of(self.model, self.opts.pk.to_python(object_id)).first()
        return last if last is not None and last.action == RevisionAction.DELETED else None

    def _is_taken_away(self, request, record) -> bool:
        """Whether they could edit the record when they opened its form, and no longer may."""
        contributes = request.user.has_perm(f"registry.change_{self.opts.model_name}")
        is_theirs = contributes and rights.of(request.user).owns(record)
        return is_theirs and not self.has_change_permission(request, record)

    def _handed_back(self, request, record):
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": record,
            "title": _("Nothing was saved"),
            "subtitle": None,
            "why": rights.of(request.user).why_not(record),
            "last": revisions_of(self.model, record.pk).select_related("by").first(),
            "typed": self._typed(request, record),
        }
        return TemplateResponse(request, self.overtaken_template, context, status=409)

    def _keys(self, request) -> dict[str, str]:
        """By the prefix of each kind of row, the name of its key to the record."""
        formsets = [one.get_formset(request, None) for one in self.get_inline_instances(request)]
        return {formset.get_default_prefix(): formset.fk.name for formset in formsets}

    def _typed(self, request, record) -> list[Typed]:
        """The fields that were changed and all rows, as texts."""
        data = as_new(request.POST, self._keys(request))
        fields = [name for name in request.POST if name in _fields_of(self.model)]
        # Asked as for a new record: of this one, all fields are to be read alone.
        form = self.get_form(request, None, fields=fields)(data, instance=record)
        form.is_valid()
        typed = [
            Typed(str(form[name].label), _text(form, name))
            for name in form.changed_data
            if name in form.fields
        ]
        for inline in self.get_inline_instances(request):
            rows = inline.get_formset(request, None)(data, instance=self.model())
            rows.is_valid()
            name = str(inline.verbose_name)
            typed += [Typed(name, _row(form)) for form in rows.forms if form.has_changed()]
        return [one for one in typed if one.text]


def as_new(sent: QueryDict, keys: dict[str, str]) -> QueryDict:
    """The form of a record as that of a new one: its rows are no longer those of another.

    ``keys`` are the names of the rows' keys to their record.
    """
    data = sent.copy()
    prefixes = [name.removesuffix("-TOTAL_FORMS") for name in sent if name.endswith("-TOTAL_FORMS")]
    for prefix in prefixes:
        kept = []
        count = sent[f"{prefix}-TOTAL_FORMS"]
        count = int(count) if count.isdecimal() and len(count) < 7 else 0
        for number in range(min(count, MOST_ROWS)):
            start = f"{prefix}-{number}-"
            names = [name for name in data if name.startswith(start)]
            row = {name.removeprefix(start): data.pop(name) for name in names}
            if not any(row.pop("DELETE", ())):
                row.pop("id", None)
                row.pop(keys.get(prefix), None)
                kept.append(row)
        for number, row in enumerate(kept):
            for name, values in row.items():
                data.setlist(f"{prefix}-{number}-{name}", values)
        data[f"{prefix}-TOTAL_FORMS"] = str(len(kept))
        data[f"{prefix}-INITIAL_FORMS"] = "0"
    data.pop(VERSION, None)
    # The buttons that save and move: nothing is saved before it was looked at.
    data.pop("_move", None)
    return data


def _fields_of(model) -> set[str]:
    return {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}


def _text(form, name) -> str:
    """The value of a field as people read it; what could not be read, as it was typed."""
    value = getattr(form, "cleaned_data", {}).get(name, form[name].value())
    if isinstance(form.fields[name], FileField) or value in (None, False):
        return ""
    if hasattr(value, "all"):
        return ", ".join(map(str, value))
    choices = dict(getattr(form.fields[name], "choices", ())) if isinstance(value, str) else {}
    return str(choices.get(value, value))


def _row(form) -> str:
    names = [name for name in form.changed_data if name != "position"]
    return " · ".join(text for name in names if (text := _text(form, name)))
