"""Forms of the administration: those of records, and the rows under them."""

from django import forms

from registry.admin.widgets import hand_over_known


class RegistryForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hand_over_known(self)


class OrderedFormSet(forms.BaseInlineFormSet):
    """Rows in the order that their numbers give; those without a number come last."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        position = form.fields["position"]
        position.required = False
        position.initial = None  # not the 0 of the model, which would put a new row first

    def clean(self):
        super().clean()
        kept = [form for form in self.forms if not self._should_delete_form(form)]
        last = max((form.instance.position or 0 for form in kept), default=0)
        for form in kept:
            if form.instance.position is None:
                last += 1
                form.instance.position = last
