"""What the filter sets share: reading an address, finding with the index, putting it in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.forms.renderers import Jinja2
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.facets import NOT_STATED, Found, Index, index_of
from registry.facets.reading import raw
from registry.filters.controls import (
    EXCEPT,
    FacetField,
    FacetFilter,
    OtherSideField,
    OtherSideFilter,
    RecordFilter,
    SortFilter,
    TextFilter,
)
from registry.filters.vocabularies import Countries, Domains, Records
from registry.models import Organisation, Place, Source
from registry.querysets import Side
from registry.text import fold

# By the folded text, which begins with the name: É reads beside E on every database.
BY_NAME = (_("Name"), ["search_text"])
BY_TITLE = (_("Title"), ["search_text"])
BY_CHANGE = (_("Last changed"), ["-updated_at"])

# Values of a facet that show beside the list; a page of its own has the others.
SHOWN = 8
# A list of places or countries of the other side that is longer is a box to type in.
LONGEST_LIST = 60


@dataclass(frozen=True)
class Chip:
    """One active filter, in words: ``value`` of the parameter ``parameter``."""

    name: str
    label: str
    text: str
    parameter: str
    value: str

    @property
    def is_exception(self) -> bool:
        return self.parameter.startswith(EXCEPT)

    @property
    def opposite(self) -> str:
        """The parameter that leaves out what this one keeps, or the other way round."""
        return self.parameter.removeprefix(EXCEPT) if self.is_exception else EXCEPT + self.name


@dataclass(frozen=True)
class Control:
    """A field of the form as the list shows it beside the facets."""

    name: str
    label: str
    html: str
    id: str
    is_refused: bool


@dataclass(frozen=True)
class FacetValue:
    code: str
    label: str
    count: int
    is_kept: bool = False
    is_left: bool = False


@dataclass(frozen=True)
class Facet:
    """One facet as the list shows it: some of its values, with how many records have each."""

    name: str
    label: str
    values: list[FacetValue]
    # Whether there are more values than these, and whether their names may be typed.
    has_more: bool
    is_typed: bool
    is_open: bool


def among(queryset, field: str, keys):
    """The rows whose key is one of these, which are one parameter however many they are."""
    keys = list(keys)
    if connection.vendor == "postgresql":
        return queryset.filter(**{f"{field}__in": RawSQL("SELECT unnest(%s::bigint[])", [keys])})
    text = f"[{','.join(map(str, keys))}]"
    return queryset.filter(**{f"{field}__in": RawSQL("SELECT value FROM json_each(%s)", [text])})


class FilterForm(forms.Form):
    """A period that runs backwards is refused, and so is a range of amounts."""

    # A list of sixty countries takes Django's own engine longer than the rest of a page.
    default_renderer = Jinja2()

    def clean(self):
        lowest, highest = map(self.cleaned_data.get, ("amount_from", "amount_to"))
        if lowest and highest and highest < lowest:
            self.add_error("amount_to", ValidationError(_("It is below the lowest amount.")))
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until.latest < since.earliest:
            self.add_error("until", ValidationError(_("The period ends before it begins.")))


class RecordFilterSet(django_filters.FilterSet):
    """Filters of one list of published records.

    A value that cannot be understood filters nothing, and ``refusals`` says so. ``qs`` has the
    records; ``found`` answers for the same filters without asking the database for them.
    """

    SORTS = {"title": BY_TITLE, "changed": BY_CHANGE}
    # The facets in the order in which they show, if not in that of their filters.
    FACETS: tuple[str, ...] = ()

    q = TextFilter(label=_("Words"))
    source = RecordFilter("citations__source", label=_("Source"), vocabulary=Records(Source))
    sort = SortFilter(label=_("Order"))

    class Meta:
        form = FilterForm
        fields = []

    # Reading ------------------------------------------------------------------------------------

    @cached_property
    def index(self) -> Index:
        return index_of(self._meta.model)

    @cached_property
    def chosen(self) -> dict:
        """The values by which the list is filtered."""
        self.form.is_valid()
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value and name != "sort"
        }

    @property
    def sorted_by(self) -> str:
        self.form.is_valid()
        return self.form.cleaned_data.get("sort") or next(iter(self.SORTS))

    def refusals(self) -> list[tuple[str, str]]:
        """The label of each value that was not understood, and why."""
        self.form.is_valid()
        refused = [
            (field.label, message)
            for field in self.form.fields.values()
            if isinstance(field, FacetField)
            for error in field.refused
            for message in error.messages
        ]
        return refused + [
            (self.form.fields[name].label, message)
            for name, messages in self.form.errors.items()
            for message in messages
        ]

    # Finding ------------------------------------------------------------------------------------

    @cached_property
    def found(self) -> Found:
        return self.index.found(self.parts(), tuple(map(repr, self.chosen.items())))

    def parts(self) -> dict:
        """What each of the filters finds by itself."""
        parts = {
            name: self.filters[name].part(self.index, value) for name, value in self.chosen.items()
        }
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def qs(self) -> QuerySet:
        if not hasattr(self, "_qs"):
            _label, order = self.SORTS[self.sorted_by]
            self._qs = self._restricted(self.queryset.all()).order_by(*order, "pk")
        return self._qs

    def _restricted(self, queryset):
        if self.found.is_everything:
            return queryset
        return among(queryset, "pk", self.found.keys())

    def keys(self, start: int, stop: int) -> list[int]:
        """The primary keys of some of the records found, in the order that was chosen."""
        order = "" if self.sorted_by == next(iter(self.SORTS)) else self.sorted_by
        if not order:
            return self.found.page("", start, stop)
        return self.keys_by(order, self.SORTS[order][1], start, stop)

    def keys_by(self, order: str, by: Sequence, start: int, stop: int) -> list[int]:
        """The same in another order, which the index remembers by its name."""
        if order not in self.index.orders:
            keys = self._meta.model.objects.published().order_by(*by, "pk").values_list("pk")
            self.index.rank(order, (key for (key,) in raw(keys)))
        return self.found.page(order, start, stop)

    def offer(self, name: str) -> None:
        """Fill the list of a field, if it depends on what there is."""

    # Saying -------------------------------------------------------------------------------------

    def labels(self, name: str, codes) -> dict[str, str]:
        """How values of a facet read; those that the public may not see any more do not."""
        known = self.index.labels.setdefault((get_language(), name), {NOT_STATED: _("Not stated")})
        if missing := [code for code in codes if code not in known]:
            known |= self.filters[name].vocabulary.labels(missing)
        return {code: known[code] for code in codes if code in known}

    def chips(self) -> list[Chip]:
        return [chip for name, value in self.chosen.items() for chip in self._chips(name, value)]

    def _chips(self, name, value):
        label = self.form.fields[name].label
        if isinstance(self.filters[name], FacetFilter):
            for parameter, codes in ((name, value.kept), (EXCEPT + name, value.left)):
                for code, text in self.labels(name, codes).items():
                    yield Chip(name, label, str(text), parameter, code)
        else:
            text = self._other_label(name, value)
            yield Chip(name, label, text, name, "")

    def _other_label(self, name, value) -> str:
        if isinstance(self.filters[name], OtherSideFilter):
            return self.labels(self.filters[name].field_name, [value]).get(value, value)
        return str(value)

    def facets(self) -> list[Facet]:
        facets = [self.facet(name) for name in self.facet_names]
        return [facet for facet in facets if facet.values]

    @property
    def facet_names(self) -> list[str]:
        declared = [name for name, one in self.filters.items() if isinstance(one, FacetFilter)]
        return list(self.FACETS or declared)

    def controls(self) -> list[Control]:
        """The fields that the form shows beside the facets; an empty one reads the same for all."""
        shown = [
            name
            for name, field in self.form.fields.items()
            if not (field.widget.is_hidden or isinstance(field, FacetField))
        ]
        return [
            self._control(name)
            if self.data.get(name)
            else self.index.remember(
                ("control", get_language(), name), lambda name=name: self._control(name)
            )
            for name in shown
        ]

    def _control(self, name: str) -> Control:
        self.offer(name)
        field = self.form[name]
        html, label = str(field), str(field.label)
        return Control(name, label, html, field.id_for_label, bool(field.errors))

    def facet(self, name: str, most: int | None = SHOWN, counted: list | None = None) -> Facet:
        """A facet with its most frequent values, those that are chosen before all others.

        ``counted`` are those to be shown, with their numbers, where somebody chose them already.
        """
        field, selection = self.form.fields[name], self.chosen.get(name)
        kept = selection.kept if selection else ()
        left = selection.left if selection else ()
        if counted is None:
            counted = self.found.values(name, most and most + 1)
        numbers = dict(counted)
        frequent = (code for code, _number in counted[:most])
        codes = list(dict.fromkeys([*kept, *left, *field.candidates, *frequent]))
        has_more = bool(most) and len(counted) > most
        if len(self.index):
            codes += [code for code in self.filters[name].always if code not in codes]
        unstated = self.found.count_of(name, NOT_STATED)
        if unstated and NOT_STATED not in codes:
            codes.append(NOT_STATED)
        labels = self.labels(name, codes)
        values = [
            FacetValue(
                code,
                labels[code],
                numbers[code] if code in numbers else self.found.count_of(name, code),
                code in kept,
                code in left,
            )
            for code in codes
            if code in labels
        ]
        # One value that every record has tells nothing.
        is_open = bool(kept or left or field.candidates)
        if len(values) == 1 and not is_open and values[0].count == len(self.found):
            values = []
        return Facet(
            name,
            field.label,
            values,
            has_more,
            field.vocabulary.is_typed and has_more,
            is_open,
        )


class InvolvingFilterSet(RecordFilterSet):
    """Filters of what organisations take part in, on one side or on both."""

    domain = FacetFilter(label=_("Domain"), vocabulary=Domains())
    place = FacetFilter(label=_("Place"), vocabulary=Records(Place))
    country = FacetFilter(label=_("Country"), vocabulary=Countries())
    organisation = FacetFilter(label=_("Organisation"), vocabulary=Records(Organisation))
    with_place = OtherSideFilter("place", label=_("With the place"), vocabulary=Records(Place))
    with_country = OtherSideFilter("country", label=_("With the country"), vocabulary=Countries())

    def parts(self):
        """The two sides are two presences: one organisation in Rennes is not both of them.

        Where the sides are in different countries no organisation can be on both; otherwise the
        database tells.
        """
        parts = super().parts()
        if not {"with_place", "with_country"} & set(self.chosen):
            return parts
        other = self._other_side()
        for name in ("place", "country"):
            kept = self.chosen[name].kept if name in self.chosen else ()
            sides = [self._side(name, code) for code in kept if code != NOT_STATED]
            if any(_may_meet(side, other) for side in sides):
                parts[name] &= self._on_both(sides, other)
        return parts

    def _other_side(self) -> Side:
        place, country = self.chosen.get("with_place"), self.chosen.get("with_country", "")
        return Side(Place.objects.published().filter(public_id=place).first(), country)

    @staticmethod
    def _side(name, code) -> Side:
        if name == "country":
            return Side(country=code)
        return Side(Place.objects.published().filter(public_id=code).first())

    def _on_both(self, sides, other):
        records = self._meta.model.objects.published().order_by()

        def compute(side):
            return self.index.of_keys(records.present_in(side, other).values_list("pk", flat=True))

        found = self.index.nothing
        for side in sides:
            found = found | self.index.remember((side, other), lambda side=side: compute(side))
        return found

    def offer(self, name):
        """The places and the countries of the other side, unless they would be endless."""
        super().offer(name)
        if name not in ("with_place", "with_country"):
            return
        field, facet = self.form.fields[name], self.filters[name].field_name
        codes = self.index.bitmaps[facet]
        if isinstance(field, OtherSideField) and len(codes) <= LONGEST_LIST:
            labels = self.labels(facet, codes)
            field.offer(dict(sorted(labels.items(), key=lambda one: fold(one[1]))))


def _may_meet(side: Side, other: Side) -> bool:
    """Whether one organisation can be on both sides."""
    countries = [
        {str(one.place.country) if one.place else one.country} - {""} for one in (side, other)
    ]
    return not all(countries) or bool(countries[0] & countries[1])
