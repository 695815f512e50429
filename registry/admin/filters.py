"""Filters of the lists: values that are present, with how many records have each."""

import datetime

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import Country

from registry import rights
from registry.admin.sizes import MOST_CHOICES, is_large
from registry.choices import PlaceKind
from registry.models import Authority, Citation, Domain, Place
from registry.text import fold

YEAR = datetime.timedelta(days=365)
# Large lists offer the years from here on.
FIRST_YEAR_OFFERED = 1950
# Calls are about to close within these days.
CALLS_CLOSE_WITHIN = 60


class StrictFilter(SimpleListFilter):
    """A filter that refuses values which it does not offer, rather than show a wrong list."""

    def has_output(self):
        return super().has_output() or self.value() is not None

    def queryset(self, request, queryset):
        value = self.value()
        if value is None:
            return queryset
        if value not in {str(lookup) for lookup, _title in self.lookup_choices}:
            raise IncorrectLookupParameters
        return self.chosen(queryset, value)

    def chosen(self, queryset, value):
        raise NotImplementedError


class PresentFilter(StrictFilter):
    """Values found at the end of ``path``, counted in one query."""

    NOT_STATED = "none"

    path = ""

    def lookups(self, request, model_admin):
        visible = rights.of(request.user).visible(model_admin.model.objects.order_by())
        if is_large(model_admin.model._base_manager.all()):
            # What there may be, from the side of the values: counting would look at every record.
            self.counts = dict.fromkeys(self.possible(model_admin, visible)[:MOST_CHOICES])
            self.unstated = None
        else:
            counts = visible.values_list(self.path).annotate(Count("pk", distinct=True))
            self.counts = {value: count for value, count in counts if value not in (None, "")}
            self.unstated = sum(count for value, count in counts if value in (None, ""))
        labels = self.labels(model_admin)
        choices = [(value, labels[value]) for value in self.counts]
        choices = [(str(value), label) for value, label in self.in_order(choices)]
        if (self.unstated or self.unstated is None) and choices:
            choices.append((self.NOT_STATED, _("Not stated")))
        return choices

    def possible(self, model_admin, visible) -> list:
        """The values that there may be in a table too large to look for those that there are."""
        raise NotImplementedError

    def labels(self, model_admin) -> dict:
        """What each value present reads as."""
        return {value: str(value) for value in self.counts}

    def in_order(self, choices):
        """As people look a list through: by its labels, accents and case aside."""
        return sorted(choices, key=lambda choice: fold(choice[1]))

    def choices(self, changelist):
        """Each value with its count; the counts that Django offers on request replace it."""
        numbers = {str(value): count for value, count in self.counts.items()}
        numbers[self.NOT_STATED] = self.unstated
        everything, *choices = super().choices(changelist)
        yield everything
        for (value, _label), choice in zip(self.lookup_choices, choices, strict=True):
            if numbers[value] is not None:
                choice["display"] = f"{choice['display']} ({numbers[value]})"
            yield choice

    def chosen(self, queryset, value):
        stated = {self.path: value}
        if value == self.NOT_STATED:
            stated = {f"{self.path}__isnull": True}
        if not lookup_spawns_duplicates(queryset.model._meta, self.path):
            return queryset.filter(**stated)
        # By subquery: a join to rows would show a record once for each of its rows.
        return queryset.filter(self.among(queryset.model.objects.filter(**stated), value))

    def among(self, found, value) -> Q:
        """That a record is one of those found."""
        return Q(pk__in=found.values("pk"))


class YearFilter(PresentFilter):
    """The year of a partial date, newest first; ``path`` ends with ``__year``."""

    title = _("year")
    parameter_name = "year"

    def in_order(self, choices):
        return sorted(choices, reverse=True)

    def possible(self, model_admin, visible) -> list:
        return list(range(timezone.localdate().year + 1, FIRST_YEAR_OFFERED - 1, -1))

    def chosen(self, queryset, value):
        date = self.path.removesuffix("__year")
        if date == self.path or value == self.NOT_STATED:
            return super().chosen(queryset, value)
        # As text from one year to the next, as an index has it.
        year = int(value)
        return queryset.filter(**{f"{date}__gte": f"{year:04}", f"{date}__lt": f"{year + 1:04}"})


class CountryFilter(PresentFilter):
    title = _("country")
    parameter_name = "country"

    def labels(self, model_admin):
        return {code: Country(code).name for code in self.counts}

    def possible(self, model_admin, visible) -> list:
        """The countries that have a record of their own among the places."""
        countries = Place.objects.filter(kind=PlaceKind.COUNTRY).order_by()
        return list(countries.values_list("country", flat=True).distinct())

    def among(self, found, value):
        """Where the country has many places, records are looked at from the first of the list on;
        where it has few, it is faster to begin with these.
        """
        places = Place.objects.filter(country=value).order_by()
        if value != self.NOT_STATED and not is_large(places):
            path = self.path.removesuffix("__country")
            found = found.model.objects.filter(**{f"{path}__in": places.values("pk")})
            return super().among(found, value)
        return Q(Exists(found.filter(pk=OuterRef("pk"))))


class LinkedFilter(PresentFilter):
    """The record at the other end of a key."""

    joined = ()

    def labels(self, model_admin):
        linked = model_admin.model._meta.get_field(self.path).related_model
        records = linked.objects.select_related(*self.joined).in_bulk(list(self.counts))
        may = rights.current()
        return {pk: may.name(record) for pk, record in records.items()}

    def possible(self, model_admin, visible) -> list:
        linked = model_admin.model._meta.get_field(self.path).related_model
        found = rights.current().visible(linked.objects.order_by("-updated_at"))
        return list(found.values_list("pk", flat=True)[:MOST_CHOICES])


class DomainFilter(StrictFilter):
    """A domain with those below it."""

    title = _("domain")
    parameter_name = "domain"

    def lookups(self, request, model_admin):
        domains = sorted(
            Domain.objects.select_related("parent"),
            key=lambda domain: [fold(one) for one in (domain.parent, domain) if one],
        )
        return [
            (str(domain.pk), f"– {domain}" if domain.parent_id else str(domain))
            for domain in domains
        ]

    def chosen(self, queryset, value):
        return queryset.in_domain(value)


class AuthorityFilter(PresentFilter):
    """Who contributes; not shown where one authority contributes everything."""

    title = _("contributing authority")
    parameter_name = "authority"
    path = "authority__name"

    def has_output(self):
        return len(self.lookup_choices) > 1 or self.value() is not None

    def possible(self, model_admin, visible) -> list:
        return list(Authority.objects.values_list("name", flat=True)[:MOST_CHOICES])

    def chosen(self, queryset, value):
        # By keys, so that an index has them in the order of the list.
        return queryset.filter(authority__in=list(Authority.objects.filter(name=value)))


class WhoseFilter(StrictFilter):
    """What is one's own work, and that of one's authorities."""

    title = _("whose")
    parameter_name = "whose"

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.user = request.user

    def lookups(self, request, model_admin):
        return [("mine", _("Made or changed last by me")), ("ours", _("Of my authorities"))]

    def chosen(self, queryset, value):
        if value == "ours":
            return queryset.filter(authority__in=list(rights.of(self.user).authorities))
        return queryset.filter(Q(created_by=self.user) | Q(updated_by=self.user))


def unsourced(queryset):
    """The records that cite nothing."""
    citations = Citation.objects.filter(**{queryset.model._meta.model_name: OuterRef("pk")})
    return queryset.filter(~Exists(citations))


def unchecked(queryset, today):
    """The records that were neither compared with their sources nor added within a year.

    Whoever adds a record has its sources before them; a later change says nothing of the rest.
    """
    since = today - YEAR
    midnight = timezone.make_aware(datetime.datetime.combine(since, datetime.time.min))
    return queryset.filter(
        Q(checked_on__lt=since) | Q(checked_on__isnull=True, created_at__lt=midnight)
    )


class StandingHorizons:
    """Agreements by how soon they end; those that ended matter while nothing renews them."""

    DAYS = {"3": 91, "6": 183, "12": 365}
    CHOICES = (
        ("3", _("Ends within 3 months")),
        ("6", _("Ends within 6 months")),
        ("12", _("Ends within 12 months")),
        ("lapsed", _("Ended, not renewed")),
    )

    @classmethod
    def among(cls, queryset, horizon, today):
        if horizon == "lapsed":
            return queryset.lapsed(today)
        return queryset.expiring_within(cls.DAYS[horizon], on=today)


class SourceFilter(StrictFilter):
    title = _("source")
    parameter_name = "sourced"

    def lookups(self, request, model_admin):
        return [("yes", _("With a source")), ("no", _("Without any source"))]

    def chosen(self, queryset, value):
        citations = Citation.objects.filter(**{queryset.model._meta.model_name: OuterRef("pk")})
        return queryset.filter(Exists(citations)) if value == "yes" else unsourced(queryset)


class CheckedFilter(StrictFilter):
    """Records that nobody compared with their sources for long."""

    title = _("last check")
    parameter_name = "checked"

    def lookups(self, request, model_admin):
        return [
            ("recent", _("Within a year")),
            ("old", _("More than a year ago")),
            ("never", _("Never")),
            ("due", _("Neither checked nor added within a year")),
        ]

    def chosen(self, queryset, value):
        a_year_ago = timezone.localdate() - YEAR
        return {
            "recent": queryset.filter(checked_on__gte=a_year_ago),
            "old": queryset.filter(checked_on__lt=a_year_ago),
            "never": queryset.filter(checked_on__isnull=True),
            "due": unchecked(queryset, timezone.localdate()),
        }[value]


RECORD_FILTERS = (WhoseFilter, AuthorityFilter, SourceFilter, CheckedFilter)
