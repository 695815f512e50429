"""Organisations by what they do: on which domain, and with which place."""

import django_filters

from registry.facets import Index, Selection, index_of
from registry.filters.base import among
from registry.filters.controls import OtherSideField, OtherSideFilter
from registry.models import Agreement, Delegation, Participant, Party, Project, ProjectPartner
from registry.text import fold

# What organisations take part in, by the rows that say so.
ACTIVITIES = ((Agreement, Party), (Delegation, Participant), (Project, ProjectPartner))
# A list of values that is longer is a box to type in.
LONGEST_LIST = 120


class ActivityFilter(OtherSideFilter):
    """The value of a facet of agreements, delegations and projects; the filter set finds."""

    def __init__(self, facet: str, *args, vocabulary, **kwargs):
        super().__init__(facet, *args, vocabulary=vocabulary, **kwargs)
        self.vocabulary = vocabulary

    def part(self, index: Index, value: str) -> None:
        return None


class ActiveFilterSet(django_filters.FilterSet):
    """Beside the filter set of organisations, which has *works_on* and *works_with*.

    Both together are one question: who takes part in something on the domain with the place. What
    sits in the place itself does not work with it.
    """

    def parts(self):
        parts = super().parts()
        domain, place = (self.chosen.get(name, "") for name in ("works_on", "works_with"))
        if domain or place:
            found = self.index.remember(
                ("activity", domain, place), lambda: self._active(domain, place)
            )
            parts["activity"] = found - self.index.having("place", place) if place else found
        return parts

    def _active(self, domain, place):
        found = self.index.nothing
        for model, rows in ACTIVITIES:
            activities, wanted = index_of(model), {"domain": domain, "place": place}
            parts = {
                facet: activities.selected(facet, Selection((code,)))
                for facet, code in wanted.items()
                if code
            }
            owner = model._meta.model_name
            there = rows.objects.filter(organisation__isnull=False).order_by()
            there = among(there, f"{owner}_id", activities.found(parts).keys())
            found = found | self.index.of_keys(
                there.values_list("organisation", flat=True).distinct()
            )
        return found

    def offer(self, name):
        """The domains and places of all activities, unless they would be endless."""
        super().offer(name)
        if name not in ("works_on", "works_with"):
            return
        field, facet = self.form.fields[name], self.filters[name].field_name
        codes = {code for model, _rows in ACTIVITIES for code in index_of(model).bitmaps[facet]}
        if isinstance(field, OtherSideField) and len(codes) <= LONGEST_LIST:
            labels = self.labels(name, codes)
            field.offer(dict(sorted(labels.items(), key=lambda one: fold(one[1]))))

    def _other_label(self, name, value) -> str:
        if isinstance(self.filters[name], ActivityFilter):
            return self.labels(name, [value]).get(value, value)
        return super()._other_label(name, value)
