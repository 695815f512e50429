"""Administration of agreements, with their parties and signatories."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.admin.base import AFTER_ROWS, RecordAdmin, first_names
from registry.admin.filters import (
    RECORD_FILTERS,
    CountryFilter,
    DomainFilter,
    StandingHorizons,
    StrictFilter,
    YearFilter,
)
from registry.admin.inlines import CitationRows, OrderedRows
from registry.admin.site import site
from registry.choices import Standing
from registry.models import Agreement, Party, Signatory


class SignatureYearFilter(YearFilter):
    title = _("year of signature")
    path = "signed_on__year"


class PartyCountryFilter(CountryFilter):
    path = "parties__organisation__place__country"


class StandingFilter(StrictFilter):
    """Where agreements stand today, and those that end soon."""

    title = _("standing today")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [*Standing.choices, *StandingHorizons.CHOICES]

    def chosen(self, queryset, value):
        today = timezone.localdate()
        if value in dict(StandingHorizons.CHOICES):
            return StandingHorizons.among(queryset, value, today)
        return queryset.with_standing(today).filter(standing=value)


class PartyRows(OrderedRows):
    model = Party
    fields = ("organisation", "role", "position")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)
    extra_new = 2


class SignatoryRows(OrderedRows):
    model = Signatory
    fields = ("name", "office", "organisation", "position")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)
    extra_new = 2


@admin.register(Agreement, site=site)
class AgreementAdmin(RecordAdmin):
    list_display = ("title", "kind", "signed_on", "ends_on", "between", "status_mark")
    list_filter = (
        "status",
        StandingFilter,
        "kind",
        SignatureYearFilter,
        PartyCountryFilter,
        DomainFilter,
        *RECORD_FILTERS,
    )
    list_prefetch_related = ("parties__organisation",)
    autocomplete_fields = ("renews", "framework", "signed_during", "domains", "authority")
    inlines = (PartyRows, SignatoryRows, CitationRows)
    sections = (
        (None, {"fields": ("title", "kind", "summary", "domains")}),
        (
            _("Dates"),
            {"fields": (("signed_on", "starts_on", "ends_on"), ("tacit_renewal", "terminated_on"))},
        ),
        (
            _("Links to other records"),
            {"fields": (("renews", "framework"), "signed_during"), "classes": AFTER_ROWS},
        ),
    )

    @admin.display(description=_("between"))
    def between(self, agreement):
        return first_names(agreement.parties.all())
