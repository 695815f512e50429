"""The controls of the lists' filters: how each reads its value from an address, and what it finds.

Each filter gives its ``part`` of what the list's index finds. What cannot be understood raises
``ValidationError`` or is noted beside what can: the list then ignores it and says so.
"""

from copy import copy

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from registry import search
from registry.facets import NOT_STATED, Index, Selection
from registry.fields import PartialDateFormField
from registry.filters.vocabularies import SeveralError, unknown

LONGEST_TEXT = 200
# Values of one facet that an address may name, and names among them that are looked up.
MOST_VALUES = 50
MOST_NAMES = 5
EXCEPT = "not-"


class ListFilter(django_filters.Filter):
    """A filter of a list, of which each request has a copy: what it consists of never changes."""

    def __deepcopy__(self, _memo):
        return copy(self)


# Facets -----------------------------------------------------------------------------------------


class FacetInput(forms.Widget):
    """Reads ``domain=a&domain=b`` and ``not-domain=c``; the list's own template shows it."""

    def value_from_datadict(self, data, _files, name):
        getlist = getattr(data, "getlist", lambda key: [data[key]] if key in data else [])
        return getlist(name), getlist(f"{EXCEPT}{name}")

    def render(self, *_args, **_kwargs):
        return ""


class FacetField(forms.Field):
    """The values of a facet that are wanted and those that are not.

    ``known`` has the values that need no looking up. ``refused`` says why of each that nobody
    knows; ``candidates`` are the values that a name may stand for.
    """

    widget = FacetInput

    def __init__(self, *, vocabulary, known, **kwargs):
        super().__init__(required=False, **kwargs)
        self.vocabulary = vocabulary
        self.known = known
        self.refused: list[ValidationError] = []
        self.candidates: list[str] = []

    def clean(self, value):
        kept, left = value or ((), ())
        self.names_left = MOST_NAMES
        return Selection(self._codes(kept), self._codes(left))

    def _codes(self, values) -> tuple[str, ...]:
        codes = {}
        for value in dict.fromkeys(values[: 4 * MOST_VALUES]):
            if not (value := value.strip()) or len(codes) >= MOST_VALUES:
                continue
            try:
                codes[self._code(value)] = True
            except SeveralError as error:
                self.candidates += error.codes
                self.refused.append(error)
            except ValidationError as error:
                self.refused.append(error)
        return tuple(codes)

    def _code(self, value: str) -> str:
        if value == NOT_STATED or value in self.known:
            return value
        if len(value) > LONGEST_TEXT:
            raise ValidationError(_("This value is too long."))
        if self.names_left <= 0:
            raise unknown(value)
        self.names_left -= 1
        return self.vocabulary.code(value)


class FacetFilter(ListFilter):
    """Filters by the values of a facet of the index, which has its name.

    Values in ``always`` show even where no record has them: that there is none is an answer.
    """

    def __init__(self, *args, vocabulary, always=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.vocabulary = vocabulary
        self.always = always

    @property
    def field(self):
        known = self.parent.index.bitmaps[self.field_name]
        return FacetField(vocabulary=self.vocabulary, known=known, label=self.label)

    def part(self, index: Index, value: Selection) -> BitMap:
        return index.selected(self.field_name, value)


# Words and dates --------------------------------------------------------------------------------


class TextFilter(ListFilter):
    """Free text: every word, in any order, whatever its accents and capitals."""

    field_class = forms.CharField

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.TextInput({"type": "search", "maxlength": LONGEST_TEXT})
        super().__init__(*args, max_length=LONGEST_TEXT, **kwargs)

    def part(self, index: Index, value: str) -> BitMap | None:
        words = search.typed(value)
        if not words:
            return None
        model = self.parent._meta.model
        return index.remember(("words", words), lambda: index.of_keys(search.keys(model, value)))


class DateFilter(ListFilter):
    """One end of a period: ``since`` or ``until``. A year stands for all of its days."""

    field_class = PartialDateFormField

    def part(self, index: Index, value) -> BitMap:
        if self.field_name == "since":
            return index.since(value.earliest.isoformat())
        return index.until(value.latest.isoformat())


# What has no facet ------------------------------------------------------------------------------


class RecordField(forms.CharField):
    """One published record, by its public identifier or by what is typed of its name."""

    def __init__(self, *, vocabulary, **kwargs):
        super().__init__(max_length=LONGEST_TEXT, **kwargs)
        self.vocabulary = vocabulary

    def clean(self, value):
        value = super().clean(value)
        return self.vocabulary.record(value) if value else None


class RecordFilter(ListFilter):
    """Filters by a record that links alone lead to: the form keeps it, and does not offer it."""

    def __init__(self, *args, vocabulary, **kwargs):
        super().__init__(*args, **kwargs)
        self.vocabulary = vocabulary

    @property
    def field(self):
        return RecordField(
            vocabulary=self.vocabulary,
            label=self.label,
            required=False,
            widget=forms.HiddenInput,
        )

    def part(self, index: Index, value) -> BitMap:
        def compute():
            records = self.parent._meta.model.objects.published().order_by()
            linked = records.filter(**{self.field_name: value})
            return index.of_keys(linked.values_list("pk", flat=True))

        return index.remember((self.field_name, value.pk), compute)


class OtherSideField(forms.CharField):
    """One value of a facet, chosen in a list; typed where the list would be endless."""

    def __init__(self, *, vocabulary, **kwargs):
        super().__init__(max_length=LONGEST_TEXT, **kwargs)
        self.vocabulary = vocabulary

    def clean(self, value):
        value = super().clean(value)
        return self.vocabulary.code(value) if value else ""

    def offer(self, labels: dict[str, str]) -> None:
        self.widget = forms.Select(choices=[("", _("All")), *labels.items()])


class OtherSideFilter(ListFilter):
    """The place or the country on the other side; ``facet`` is that of the one side."""

    field_class = OtherSideField

    def __init__(self, facet: str, *args, **kwargs):
        super().__init__(facet, *args, **kwargs)

    def part(self, index: Index, value: str) -> BitMap:
        return index.having(self.field_name, value)


class SortFilter(ListFilter):
    """The order; the filter set's ``SORTS`` gives a label and the order of each value."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.HiddenInput
        super().__init__(*args, **kwargs)

    @property
    def field(self):
        field = forms.ChoiceField(
            choices=[(key, label) for key, (label, _order) in self.parent.SORTS.items()],
            **self.extra,
        )
        field.error_messages["invalid_choice"] = _("“%(value)s” is not known here.")
        return field
