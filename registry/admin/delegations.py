"""Administration of delegations, with their stops, participants and programme."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.admin.base import AFTER_ROWS, RecordAdmin, first_names
from registry.admin.filters import (
    RECORD_FILTERS,
    CountryFilter,
    DomainFilter,
    StrictFilter,
    YearFilter,
)
from registry.admin.inlines import CitationRows, OrderedRows, OrderedStackedRows
from registry.admin.site import site
from registry.admin.sizes import narrowed
from registry.models import Delegation, Participant, ProgrammeItem, Stop


class DelegationYearFilter(YearFilter):
    path = "starts_on__year"


class WhenFilter(StrictFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("upcoming", _("To come"))]

    def chosen(self, queryset, value):
        found = queryset.model.objects.order_by().upcoming(timezone.localdate())
        is_found = Exists(found.filter(pk=OuterRef("pk")))
        return narrowed(queryset, found.values_list("pk", flat=True), is_found)


class StopCountryFilter(CountryFilter):
    title = _("country of a stop")
    path = "stops__place__country"


class StopRows(OrderedRows):
    model = Stop
    fields = ("place", "starts_on", "ends_on", "position")
    autocomplete_fields = ("place",)
    select_related = ("place",)


class ParticipantRows(OrderedStackedRows):
    model = Participant
    fields = (("organisation", "role", "sector"), ("name", "office", "position"))
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)


class ProgrammeRows(OrderedStackedRows):
    model = ProgrammeItem
    fields = (("title", "starts_on", "ends_on"), ("place", "organisations", "position"))
    autocomplete_fields = ("place", "organisations")
    select_related = ("place",)
    prefetch_related = ("organisations__place",)


@admin.register(Delegation, site=site)
class DelegationAdmin(RecordAdmin):
    list_display = ("title", "direction", "when", "itinerary", "status_mark")
    list_filter = (
        "status",
        "direction",
        WhenFilter,
        DelegationYearFilter,
        StopCountryFilter,
        DomainFilter,
        *RECORD_FILTERS,
    )
    list_prefetch_related = ("stops__place",)
    autocomplete_fields = ("domains", "agreements", "authority")
    inlines = (StopRows, ParticipantRows, ProgrammeRows, CitationRows)
    sections = (
        (None, {"fields": ("title", "direction", "summary", "domains")}),
        (_("Dates"), {"fields": (("starts_on", "ends_on"),)}),
        (_("Objectives and results"), {"fields": ("objectives", "results")}),
        (
            _("Size"),
            {"fields": (("people_count", "organisations_count"), "counts_approximate")},
        ),
        (_("Links to other records"), {"fields": ("agreements",), "classes": AFTER_ROWS}),
    )

    @admin.display(description=_("dates"), ordering="starts_on")
    def when(self, delegation):
        return delegation.dates

    @admin.display(description=_("stops"))
    def itinerary(self, delegation):
        return first_names(stop.place for stop in delegation.stops.all())
