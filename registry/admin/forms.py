"""Forms of the administration: those of records, and the rows under them."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.admin.widgets import hand_over_known


class RegistryForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        hand_over_known(self)


class NamedFormSet(forms.BaseInlineFormSet):
    """Rows whose boxes carry their own name: in a table no label stands beside them."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            # Inside the box with its buttons: what that one holds is shared by all rows.
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(field.label or ""))


class OrderedFormSet(NamedFormSet):
    """Rows in the order that their numbers give; those without a number come last."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        position = form.fields["position"]
        position.required = False
        position.initial = None  # not the 0 of the model, which would put a new row first
        position.widget.attrs |= {"data-move-up": _("Move up"), "data-move-down": _("Move down")}
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
