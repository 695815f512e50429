"""Choices of related records, labelled as editors tell them apart."""

from django.contrib.admin import widgets
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _


class KnownLabelsMixin:
    """An autocomplete box that asks the database only for what its form has not loaded.

    Django's own asks once for each box: a delegation of twelve participants would cost twelve
    queries more than one without any. ``known`` holds the records that the form has at hand.
    """

    known: dict = {}

    def build_attrs(self, base_attrs, extra_attrs=None):
        # The suggestions open inside the main part of the page, where a screen reader is.
        return super().build_attrs(base_attrs, extra_attrs) | {
            "data-dropdown-parent": "#content-start"
        }

    def optgroups(self, name, value, attrs=None):
        chosen = list(dict.fromkeys(str(key) for key in value if key not in (None, "")))
        options = []
        if not self.allow_multiple_selected:
            # Also where a choice is required: HTML wants the first one empty, yet not without text.
            options.append(self.create_option(name, "", "\xa0", False, 0))
        records = {key: self.known[key] for key in chosen if key in self.known}
        if missing := [key for key in chosen if key not in records]:
            records |= self._look_up(missing)
        for key in chosen:
            if key in records:
                label = self.admin_site.choice_label(records[key])
                options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]

    def _look_up(self, keys) -> dict:
        choices = self.choices.queryset
        pks = []
        for key in keys:
            try:
                pks.append(choices.model._meta.pk.to_python(key))
            except ValidationError:  # a form may be sent back with anything in it
                continue
        return {str(record.pk): record for record in choices.filter(pk__in=pks)}


class AutocompleteSelect(KnownLabelsMixin, widgets.AutocompleteSelect):
    """One record."""


class AutocompleteSelectMultiple(KnownLabelsMixin, widgets.AutocompleteSelectMultiple):
    """Several records."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        # Each choice has its own cross; the one for all stands in a list and is no item of it.
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


def hand_over_known(form) -> None:
    """Give each autocomplete box of a form the related records that its instance has loaded."""
    cached = form.instance._state.fields_cache
    prefetched = getattr(form.instance, "_prefetched_objects_cache", {})
    for name, field in form.fields.items():
        widget = getattr(field.widget, "widget", field.widget)  # inside the box with its buttons
        if isinstance(widget, KnownLabelsMixin):
            records = prefetched.get(name, [cached.get(name)])
            widget.known = {str(record.pk): record for record in records if record is not None}


class PasswordHash(ReadOnlyPasswordHashWidget):
    """What is told of a password: a paragraph, which HTML does not let be disabled."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {name: value for name, value in attrs.items() if name != "disabled"}


class Textarea(widgets.AdminTextareaWidget):
    """A box for texts of several lines, which end as they do in the registry.

    Browsers end them as e-mails do: every text would seem to be changed by whoever saves the form.
    """

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n").replace("\r", "\n") if value else value


class ProseTextarea(Textarea):
    """A text with paragraphs, lists and links, and a button that shows how it will read."""

    class Media:
        js = ("registry/admin/prose.js",)
        css = {"all": ("registry/admin/prose.css",)}

    def __init__(self, attrs=None):
        super().__init__({"rows": 6} | (attrs or {}))

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {
            "data-preview": reverse("admin:prose"),
            "data-show": _("Preview"),
            "data-hide": _("Go on writing"),
            "data-failed": _("The preview could not be made: your text is still here."),
            "data-syntax": _("**bold**, *italic*, - list, > quotation, [words](https://…)"),
        }
