"""The controls of the lists' filters: how each reads its value from an address and shows it.

Addresses carry public identifiers, codes of domains and ISO codes of countries. What cannot be
understood raises ``ValidationError``: the list then ignores it and says so.
"""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from registry.fields import PartialDateFormField
from registry.models import Domain
from registry.search import found
from registry.text import fold

LONGEST_LIST = 150
LONGEST_TEXT = 200
ANY = ("", _("All"))


class RecordInput(forms.Widget):
    """A list to choose a record from; where it would be endless, a box to type a name in."""

    def __init__(self, options, attrs=None):
        super().__init__(attrs)
        self.options = options
        self.chosen = None
        self.candidates = []

    def render(self, name, value, attrs=None, renderer=None):
        records = self._records()
        if records is None:
            typed = forms.TextInput({"maxlength": LONGEST_TEXT, "autocomplete": "off"})
            return typed.render(name, value, attrs, renderer)
        choices = [ANY, *((record.public_id, str(record)) for record in records)]
        value = self.chosen.public_id if self.chosen else ""
        return forms.Select(choices=choices).render(name, value, attrs, renderer)

    def _records(self):
        """What the list offers, or ``None`` where a text box serves better."""
        if self.candidates:
            return self.candidates
        records = self.options()
        if len(records) > LONGEST_LIST:
            return [self.chosen] if self.chosen else None
        if self.chosen and self.chosen not in records:
            return [self.chosen, *records]
        return records


class RecordField(forms.CharField):
    """A published record, by its public identifier or by what is typed of its name."""

    def __init__(self, *, model, options, **kwargs):
        widget = RecordInput(options) if options else forms.HiddenInput()
        super().__init__(max_length=LONGEST_TEXT, widget=widget, **kwargs)
        self.model = model

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        published = self.model.objects.published()
        record = published.filter(public_id=value).first() or self._named(published, value)
        self.widget.chosen = record
        return record

    def _named(self, published, value):
        near = list(found(published, value)[: LONGEST_LIST + 1]) if fold(value) else []
        if not near:
            raise ValidationError(_("“%(value)s” is not known here."), params={"value": value})
        exact = [record for record in near if fold(str(record)) == fold(value)]
        if len(exact) == 1 or len(near) == 1:
            return (exact or near)[0]
        self.widget.candidates = near[:LONGEST_LIST]
        raise ValidationError(
            _("“%(value)s” may be several: choose one in the list."), params={"value": value}
        )


class RecordFilter(django_filters.Filter):
    """Filters by a record; ``options`` names the filter set's list of those worth offering.

    Without ``options`` the form does not show it: links alone lead to it.
    """

    def __init__(self, *args, record, options, **kwargs):
        super().__init__(*args, **kwargs)
        self.record = record
        self.options = options

    @property
    def field(self):
        options = (lambda: getattr(self.parent, self.options)) if self.options else None
        return RecordField(model=self.record, options=options, label=self.label, **self.extra)


class DomainField(forms.ModelChoiceField):
    """A domain by its code; those below another are shown under it."""

    def __init__(self, **kwargs):
        super().__init__(
            Domain.objects.select_related("parent"),
            to_field_name="code",
            empty_label=ANY[1],
            **kwargs,
        )
        self.error_messages["invalid_choice"] = _("“%(value)s” is not known here.")

    def offer(self, domains):
        """Offer these and those above them, in the order in which they read."""
        known = {domain.pk: domain for domain in domains}
        known |= {domain.parent_id: domain.parent for domain in domains if domain.parent_id}
        ordered = sorted(
            known.values(),
            key=lambda domain: (
                fold((domain.parent or domain).name),
                bool(domain.parent_id),
                fold(domain.name),
            ),
        )
        self.widget.choices = [
            ANY,
            *(
                (domain.code, f"— {domain.name}" if domain.parent_id else domain.name)
                for domain in ordered
            ),
        ]


class DomainFilter(django_filters.Filter):
    field_class = DomainField

    def filter(self, queryset, value):
        return queryset.in_domain(value) if value else queryset


class CountryField(forms.CharField):
    """A country by its ISO 3166-1 code."""

    widget = forms.Select

    def clean(self, value):
        code = super().clean(value).upper()
        if code and code not in countries:
            raise ValidationError(_("“%(value)s” is not known here."), params={"value": value})
        return code

    @staticmethod
    def name_of(code):
        return countries.name(code)

    def offer(self, codes):
        named = sorted(((code, countries.name(code)) for code in codes), key=lambda c: fold(c[1]))
        self.widget.choices = [ANY, *named]


class CountryFilter(django_filters.Filter):
    field_class = CountryField


class ChoiceFilter(django_filters.Filter):
    """A choice of a fixed list; ``offer`` narrows what shows to the values that are used."""

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = choices

    @property
    def field(self):
        return ChoiceField(choices=[ANY, *self.choices], label=self.label, **self.extra)


class ChoiceField(forms.ChoiceField):
    default_error_messages = {"invalid_choice": _("“%(value)s” is not known here.")}

    def offer(self, values):
        used = set(values)
        self.widget.choices = [ANY, *(choice for choice in self.choices if choice[0] in used)]


class TextFilter(django_filters.Filter):
    """Free text: every word, in any order, whatever its accents and capitals."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.TextInput({"type": "search", "maxlength": LONGEST_TEXT})
        super().__init__(*args, max_length=LONGEST_TEXT, **kwargs)

    field_class = forms.CharField

    def filter(self, queryset, value):
        return found(queryset, value) if value else queryset


class DateFilter(django_filters.Filter):
    field_class = PartialDateFormField


class SortFilter(django_filters.Filter):
    """The order; the filter set's ``SORTS`` gives a label and the order of each value."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.HiddenInput
        super().__init__(*args, **kwargs)

    @property
    def field(self):
        return ChoiceField(
            choices=[(key, label) for key, (label, _order) in self.parent.SORTS.items()],
            **self.extra,
        )

    def filter(self, queryset, value):
        orders = self.parent.SORTS
        _label, order = orders.get(value) or next(iter(orders.values()))
        return queryset.order_by(*order, "pk")
