"""Forms of the administration: those of records, and the rows under them."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import QuerySet
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from registry import rights
from registry.admin.widgets import hand_over_known


class Box(forms.BoundField):
    """What nobody sees is described by nothing: HTML refuses it."""

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        if (widget or self.field.widget).is_hidden:
            attrs.pop("aria-describedby", None)
        return attrs


class RegistryForm(forms.ModelForm):
    bound_field_class = Box

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        hand_over_known(self)
        self._keep_present_choices()

    def _keep_present_choices(self):
        """A record keeps the neighbours that it has, even those that its editor may not know of."""
        for name, field in self.fields.items():
            present = self.initial.get(name) if getattr(field, "is_limited", False) else None
            if self.instance.pk and present:
                pks = [getattr(one, "pk", one) for one in ensure_list(present)]
                field.queryset = field.queryset | field.queryset.model.objects.filter(pk__in=pks)


def ensure_list(value) -> list:
    return list(value) if isinstance(value, list | tuple | QuerySet) else [value]


class NamedFormSet(forms.BaseInlineFormSet):
    """Rows whose boxes carry their own name: in a table no label stands beside them.

    ``far`` names the key to another record whose row it is too: who may not edit that one leaves
    the row as it is, and adds none.
    """

    far = ""

    def get_queryset(self):
        is_first = not hasattr(self, "_queryset")
        rows = super().get_queryset()
        if is_first:
            for row in rows:
                rights.current().mask(row)
        return rows

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if self.far and form.instance.pk and self._refusal(getattr(form.instance, self.far)):
            form.fields.pop(DELETION_FIELD_NAME, None)
            for name in form.Meta.fields:
                form.fields[name].disabled = True
        for field in form.fields.values():
            # Inside the box with its buttons: what that one holds is shared by all rows.
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", capfirst(field.label or ""))

    def clean(self):
        super().clean()
        for form in self.forms if self.far else ():
            record = getattr(form, "cleaned_data", {}).get(self.far)
            if record is not None and form.has_changed() and (why := self._refusal(record)):
                form.add_error(self.far, why)

    @staticmethod
    def _refusal(record) -> str:
        may = rights.current()
        return "" if may.may_edit(record) else may.why_not(record)

    def get_unique_error_message(self, unique_check):
        """The words of the model's own rule, where Django's speak of duplicate data."""
        for constraint in self.model._meta.constraints:
            if set(getattr(constraint, "fields", ())) == set(unique_check):
                return constraint.get_violation_error_message()
        return super().get_unique_error_message(unique_check)

    def get_form_error(self):
        return _("This row says the same as another one: remove it or correct it.")


class LinkForm(RegistryForm):
    """A row that is a link and nothing else."""

    class Meta:
        error_messages = {
            NON_FIELD_ERRORS: {"unique_together": _lazy("This link is there already.")}
        }


class LinkFormSet(NamedFormSet):
    """Links of many to many as rows, saved as links.

    A row of such a table saved by itself sends no signal: what a search finds would be out of date.
    """

    manager = ""  # of the record whose page it is

    def save(self, commit=True):
        links = getattr(self.instance, self.manager)
        key = links.target_field_name
        changed = [form for form in self.forms if form.has_changed()]
        gone = [form for form in changed if self._should_delete_form(form)]
        kept = [form for form in changed if form not in gone]
        links.remove(*(form.initial[key] for form in changed if form.instance.pk))
        links.add(*(form.cleaned_data[key] for form in kept))
        # What the trail of changes says of them.
        self.new_objects = [form.cleaned_data[key] for form in kept]
        self.changed_objects = []
        self.deleted_objects = [form.instance for form in gone]
        return self.new_objects


class OrderedFormSet(NamedFormSet):
    """Rows in the order that their numbers give; those without a number come last."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        position = form.fields["position"]
        position.required = False
        position.initial = None  # not the 0 of the model, which would put a new row first
        position.widget.attrs |= {"data-move-up": _("Move up"), "data-move-down": _("Move down")}
        position.widget.attrs |= {
            "data-paste-title": _("Add several at once"),
            "data-paste-help": _("One on each line, as copied from a table, or with semicolons:"),
            "data-paste-add": _("Add these rows"),
            "data-paste-done": _("The rows are added above. Save to keep them."),
            "data-paste-missing": _("Not understood or not found, to be chosen by hand:"),
            "data-paste-several": _("Several have this name:"),
            "data-paste-left": _(
                "Nothing is saved yet: these lines are no rows. Choose what they name by hand, or "
                "save again to leave them out."
            ),
            "data-paste-guessed": _("Found by another name, to be checked:"),
        }
        if not form.instance.pk:
            # A number alone, as the buttons that move rows write it, does not make a row.
            position.has_changed = lambda initial, data: False

    def clean(self):
        super().clean()
        numbered, others = [], []
        for form in self.forms:
            if self._should_delete_form(form) or not (form.instance.pk or form.has_changed()):
                continue
            number = getattr(form, "cleaned_data", {}).get("position")
            (others if number is None else numbered).append(form)
        last = max((form.instance.position for form in numbered), default=0)
        for number, form in enumerate(others, last + 1):
            form.instance.position = number
