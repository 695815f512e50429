"""What the filter sets share: reading, what they offer, what they say of the address."""

from dataclasses import dataclass
from functools import cached_property

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from registry.choices import Status
from registry.filters.controls import (
    LONGEST_LIST,
    CountryField,
    CountryFilter,
    DateFilter,
    DomainFilter,
    RecordFilter,
    SortFilter,
    TextFilter,
)
from registry.models import Domain, Organisation, Place, Source
from registry.querysets import Side
from registry.text import fold

# By the folded text, which begins with the name: É reads beside E on every database.
BY_NAME = (_("Name"), ["search_text"])
BY_TITLE = (_("Title"), ["search_text"])
BY_CHANGE = (_("Last changed"), ["-updated_at"])


def with_those_above(places) -> list:
    """The places and the published ones that contain them, as many as a list may show."""
    places = places.select_related("parent__parent__parent__parent")
    known = {place.pk: place for place in places[: LONGEST_LIST + 1]}
    for place in list(known.values()):
        while place := place.parent:
            if place.is_published:
                known[place.pk] = place
    return sorted(known.values(), key=lambda place: fold(place.name))


@dataclass(frozen=True)
class Chip:
    """One active filter, in words."""

    name: str
    label: str
    text: str


class FilterForm(forms.Form):
    """What the record is, who and where, when: those that a list does not have are passed over."""

    field_order = (
        *("q", "kind", "direction", "standing", "state", "progress", "domain", "fund", "call"),
        *("place", "country", "with_place", "with_country", "organisation", "since", "until"),
    )

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until.latest < since.earliest:
            self.add_error("until", ValidationError(_("The period ends before it begins.")))


class RecordFilterSet(django_filters.FilterSet):
    """Filters of one list of published records.

    A value that cannot be understood filters nothing, and ``refusals`` says so.
    """

    SORTS = {"title": BY_TITLE, "changed": BY_CHANGE}

    q = TextFilter(label=_("Words"))
    source = RecordFilter("citations__source", label=_("Source"), record=Source, options=None)
    sort = SortFilter(label=_("Order"))

    class Meta:
        form = FilterForm
        fields = []

    def used(self, model, **path):
        """The published records of the model that some published record of the list uses.

        ``path`` is the look-up by which a record of the list refers to one of the model.
        """
        listed = self._meta.model.objects.published().filter(**path)
        return model.objects.published().filter(Exists(listed))

    @property
    def chosen(self) -> dict:
        """The values by which the list is filtered."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "") and name != "sort"
        }

    def chips(self) -> list[Chip]:
        return [
            Chip(name, self.form.fields[name].label, self._in_words(name, value))
            for name, value in self.chosen.items()
        ]

    def _in_words(self, name, value) -> str:
        field = self.form.fields[name]
        if isinstance(field, CountryField):
            return field.name_of(value)
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return dict(field.choices)[value]
        return str(value)

    def refusals(self) -> list[tuple[str, str]]:
        """The label of each value that was not understood, and why."""
        return [
            (self.form.fields[name].label, message)
            for name, messages in self.form.errors.items()
            for message in messages
        ]

    def offer(self) -> None:
        """Narrow each list of the form to what published records use."""
        self.form.is_valid()  # reads the values, if nothing did yet
        for name, values in self.offers().items():
            field, chosen = self.form.fields[name], self.form.cleaned_data.get(name)
            values = list(values)
            field.offer([*values, chosen] if chosen and chosen not in values else values)

    def offers(self) -> dict:
        """The values worth offering, for each field that asks for them."""
        return {}

    def used_values(self, field: str) -> list:
        listed = self._meta.model.objects.published().order_by()
        return list(listed.values_list(field, flat=True).distinct())


class InvolvingFilterSet(RecordFilterSet):
    """Filters of what organisations take part in, on one side or on both."""

    domain = DomainFilter(label=_("Domain"))
    place = RecordFilter(label=_("Place"), record=Place, options="used_places", method="skip")
    country = CountryFilter(label=_("Country"), method="skip")
    with_place = RecordFilter(
        label=_("With the place"), record=Place, options="used_places", method="skip"
    )
    with_country = CountryFilter(label=_("With the country"), method="skip")
    organisation = RecordFilter(
        label=_("Organisation"),
        record=Organisation,
        options="used_organisations",
        method="filter_organisation",
    )

    def skip(self, queryset, _name, _value):
        """The four values that tell the sides are read together, in ``filter_queryset``."""
        return queryset

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        values = self.form.cleaned_data
        one = Side(values.get("place"), values.get("country", ""))
        other = Side(values.get("with_place"), values.get("with_country", ""))
        if one and other:
            return queryset.present_in(one, other)
        return queryset.present_in(one or other) if one or other else queryset

    def filter_organisation(self, queryset, _name, organisation):
        return queryset.for_organisation(organisation)

    @cached_property
    def _places(self):
        """The places where published records of the list are present."""
        present = Q()
        for presence in self._meta.model.objects.all().presences():
            rows = presence.rows.filter(
                **{presence.place: OuterRef("pk"), f"{presence.record}__status": Status.PUBLISHED}
            )
            present |= Q(Exists(rows))
        return Place.objects.published().filter(present)

    @cached_property
    def used_places(self) -> list:
        return with_those_above(self._places)

    @cached_property
    def used_countries(self) -> list:
        if len(self.used_places) <= LONGEST_LIST:
            return list({place.country.code for place in self.used_places})
        return list(self._places.order_by().values_list("country", flat=True).distinct())

    @cached_property
    def used_organisations(self) -> list:
        path = f"{self._meta.model.objects.all().involvement}__organisation"
        return list(self.used(Organisation, **{path: OuterRef("pk")})[: LONGEST_LIST + 1])

    def offers(self):
        listed = self._meta.model.objects.published()
        domains = Domain.objects.filter(Exists(listed.filter(domains=OuterRef("pk"))))
        return {
            "domain": domains.select_related("parent"),
            "country": self.used_countries,
            "with_country": self.used_countries,
        }


class PeriodMixin(django_filters.FilterSet):
    """Filters what happens from ``starts_on`` to ``ends_on``; without an end, at its beginning."""

    since = DateFilter(label=_("From"), method="filter_since")
    until = DateFilter(label=_("Until"), method="filter_until")

    def filter_since(self, queryset, _name, date):
        return queryset.filter(
            Q(ends_on__possibly_from=date) | Q(ends_on__isnull=True, starts_on__possibly_from=date)
        )

    def filter_until(self, queryset, _name, date):
        return queryset.filter(
            Q(starts_on__possibly_until=date)
            | Q(starts_on__isnull=True, ends_on__possibly_until=date)
        )
