"""Filters of the lists: values that are present, with how many records have each."""

import datetime

from django.contrib.admin import ChoicesFieldListFilter, FieldListFilter, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import Country

from registry import rights
from registry.admin.sizes import (
    MOST_CHOICES,
    Looked,
    along,
    by_index,
    few,
    found_from_afar,
    goes_on_by_change,
    has_many,
    looked,
    narrowed,
    walked,
)
from registry.choices import Status
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


class ChoiceFilter(ChoicesFieldListFilter):
    """The values of a field, each of which an index has in the order of the last change.

    Beside another condition, or in another order, a list begins with the keys of a rare value.
    """

    def queryset(self, request, queryset):
        found = super().queryset(request, queryset)
        values = self.used_parameters.get(self.lookup_kwarg)
        if not values or len(values) > 1 or not has_many(queryset.model):
            return found
        may, stated = rights.of(request.user), {self.field_path: values[0]}
        if stated.get("status", Status.PUBLISHED) != Status.PUBLISHED and not may.is_administrator:
            # They are their own: others have drafts too, and may have many more.
            own = queryset.alias(state=looked("status")).filter(state=values[0])
            return walked(of_authorities(own, may.authorities))
        if not goes_on_by_change(queryset.model, self.field_path):
            return walked(found)
        if set(request.GET) <= {PAGE_VAR, self.lookup_kwarg}:
            return along(queryset, **stated)
        keys = few(queryset.model.objects.filter(**stated).values_list("pk", flat=True))
        return walked(along(queryset, **stated)) if keys is None else queryset.filter(pk__in=keys)


FieldListFilter.register(lambda field: bool(field.choices), ChoiceFilter, take_priority=True)


def rows_of(model, name):
    """What a record has under a name: its rows, or the record at the other end of its key."""
    relation = model._meta.get_field(name)
    key = relation.field.name if relation.one_to_many else "pk"
    return relation.related_model.objects.order_by().filter(
        **{key: OuterRef("pk" if relation.one_to_many else name)}
    )


class PresentFilter(StrictFilter):
    """Values found at the end of ``path``, counted in one query."""

    NOT_STATED = "none"

    path = ""

    def lookups(self, request, model_admin):
        visible = rights.of(request.user).visible(model_admin.model.objects.order_by())
        if has_many(model_admin.model):
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
            return by_index(queryset, **stated)
        # By subquery: a join to rows would show a record once for each of its rows.
        found = queryset.model.objects.filter(**stated)
        return queryset.filter(pk__in=found.values("pk"))


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
        stated = {date: value}
        if value == self.NOT_STATED:
            stated = {f"{date}__isnull": True}
        elif date != self.path:
            # As text from one year to the next, as an index has it.
            year = int(value)
            stated = {f"{date}__gte": f"{year:04}", f"{date}__lt": f"{year + 1:04}"}
        return by_index(queryset, **stated)


class CountryFilter(PresentFilter):
    title = _("country")
    parameter_name = "country"

    def labels(self, model_admin):
        return {code: Country(code).name for code in self.counts}

    def possible(self, model_admin, visible) -> list:
        return Place.objects.countries()

    def chosen(self, queryset, value):
        model, (first, *beyond) = queryset.model, self.path.split("__")
        if not beyond:
            return by_index(queryset, **{first: value})
        if value == self.NOT_STATED:
            return self.unknown(queryset, first, "__".join(beyond[:-1]))
        if not has_many(model):
            return queryset.filter(pk__in=model.objects.filter(**{self.path: value}).values("pk"))
        if (keys := found_from_afar(model, self.path, value)) is not None:
            return queryset.filter(pk__in=keys)
        # From the record to its places: no index leads from those of the country.
        near = rows_of(model, first).alias(there=looked("__".join(beyond)))
        return walked(queryset, Exists(near.filter(there=value)))

    def unknown(self, queryset, first, place):
        """The records without a row, or with one of an organisation whose place is not known."""
        near = rows_of(queryset.model, first)
        if not queryset.model._meta.get_field(first).one_to_many:
            return by_index(queryset, **{f"{first}__isnull": True})
        lost = near.filter(**{f"{place}__isnull": True})
        return walked(queryset, ~Exists(near) | Exists(lost))


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
        found = rights.current().visible_in_order(linked.objects.order_by("-updated_at", "-pk"))
        newest = list(found.values_list("pk", flat=True)[:MOST_CHOICES])
        chosen = self.value() or ""
        if chosen.isdecimal() and len(chosen) < 20 and int(chosen) not in newest:
            newest = [*found.filter(pk=chosen).values_list("pk", flat=True), *newest]
        return newest


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
        link = queryset.model._meta.get_field("domains").remote_field.through.objects
        domains = Domain.objects.filter(Q(pk=value) | Q(parent=value))
        found = link.filter(domain__in=list(domains.values_list("pk", flat=True)))
        record = queryset.model._meta.model_name
        near = Exists(found.filter(**{record: OuterRef("pk")}))
        return narrowed(queryset, found.values_list(record, flat=True), near)


def of_authorities(queryset, authorities):
    """By keys, so that an index has them in the order of the list."""
    authorities = list(authorities)
    if len(authorities) == 1:
        return along(queryset, authority=authorities[0])
    return queryset.filter(authority__in=authorities)


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
        authorities = Authority.objects.filter(name=value)
        return of_authorities(queryset, authorities.values_list("pk", flat=True))


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
            return of_authorities(queryset, rights.of(self.user).authorities)
        own = queryset.model.objects.filter(Q(created_by=self.user) | Q(updated_by=self.user))
        maker, last = (
            Looked(F(name), output_field=BigIntegerField()) for name in ("created_by", "updated_by")
        )
        looked_at = queryset.alias(maker=maker, last=last)
        by_me = Q(maker=self.user.pk) | Q(last=self.user.pk)
        return narrowed(looked_at, own.values_list("pk", flat=True), by_me)


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
        if value == "no":
            return walked(unsourced(queryset))
        name = queryset.model._meta.model_name
        cited = Citation.objects.filter(**{f"{name}__isnull": False}).values_list(name, flat=True)
        own = Citation.objects.filter(**{name: OuterRef("pk")})
        return narrowed(queryset, cited, Exists(own))


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
        found = {
            "recent": queryset.filter(checked_on__gte=a_year_ago),
            "old": queryset.filter(checked_on__lt=a_year_ago),
            "never": queryset.filter(checked_on__isnull=True),
            "due": unchecked(queryset, timezone.localdate()),
        }[value]
        # Whoever checks a record changes it.
        return walked(found, oldest=value != "recent")


RECORD_FILTERS = (WhoseFilter, AuthorityFilter, SourceFilter, CheckedFilter)
