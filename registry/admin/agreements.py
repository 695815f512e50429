"""Administration of agreements, with their parties and signatories."""

import datetime

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from registry import rights
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
from registry.admin.sizes import narrowed, walked
from registry.choices import Standing
from registry.dates import PartialDate
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
            found = StandingHorizons.among(queryset, value, today)
            keys = StandingHorizons.among(queryset.model.objects, value, today)
            return (
                walked(found)
                if value == "lapsed"
                else narrowed(found, keys.values_list("pk", flat=True), Q())
            )
        found, day = queryset.with_standing(today).filter(standing=value), today.isoformat()
        candidates = {
            Standing.UPCOMING: Q(signed_on__gt=day) | Q(starts_on__gt=day),
            Standing.UNSTATED: Q(signed_on__isnull=True),
        }
        if value not in candidates:
            return walked(found)
        # All of these are among what an index finds, mostly little.
        keys = queryset.model.objects.filter(candidates[value]).values_list("pk", flat=True)
        return narrowed(found, keys, Q())


class PartyRows(OrderedRows):
    model = Party
    fields = ("organisation", "role", "position")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)
    extra_new = 2

    def get_extra(self, request, obj=None, **kwargs):
        """One row for each party of the agreement that a new one renews."""
        owner = self._owner()
        former = owner._renewed(request) if obj is None else None
        usual = super().get_extra(request, obj, **kwargs)
        return max(usual, len(owner._parties(request, former))) if former else usual


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

    # A renewal ------------------------------------------------------------------------------------

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and not context.get("is_popup") and self.has_add_permission(request):
            add = reverse("admin:registry_agreement_add")
            context["renew_url"] = f"{add}?{urlencode({'renews': obj.pk})}"
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_changeform_initial_data(self, request):
        """Of the successor: what it takes over from the agreement that it renews."""
        initial = super().get_changeform_initial_data(request)
        former = self._renewed(request)
        if former is None:
            return initial
        taken = {name: getattr(former, name) for name in ("title", "kind", "tacit_renewal")}
        if former.framework_id and rights.of(request.user).sees(former.framework):
            taken["framework"] = former.framework_id
        if former.ends_on and former.ends_on.day:
            taken["starts_on"] = PartialDate.from_date(
                former.ends_on.earliest + datetime.timedelta(days=1)
            )
        return taken | {"domains": former.domains.all()} | initial

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """The successor is between the same parties, until somebody says otherwise."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        former = self._renewed(request) if isinstance(inline, PartyRows) else None
        if former is not None:
            kwargs["initial"] = [
                {"organisation": party.organisation_id, "role": party.role}
                for party in self._parties(request, former)
            ]
        return kwargs

    def _renewed(self, request):
        """The agreement that a new one is to renew, which its address names."""
        if request.method != "GET" or "renews" not in request.GET:
            return None
        if not hasattr(request, "renewed"):
            request.renewed = self.get_object(request, request.GET["renews"])
        return request.renewed

    @staticmethod
    def _parties(request, former) -> list:
        may = rights.of(request.user)
        parties = former.parties.select_related("organisation")
        return [party for party in parties if may.sees(party.organisation)]

    @admin.display(description=_("between"))
    def between(self, agreement):
        return first_names(agreement.parties.all())
