"""Administration of organisations, with their names, identifiers and memberships."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RecordAdmin
from registry.admin.duplicates import MergeableAdmin
from registry.admin.filters import RECORD_FILTERS, CountryFilter
from registry.admin.inlines import CitationRows, Rows
from registry.admin.site import site
from registry.models import Membership, Organisation, OrganisationIdentifier, OrganisationName


class SeatCountryFilter(CountryFilter):
    path = "place__country"


class OrganisationNameRows(Rows):
    model = OrganisationName
    fields = ("name", "kind")


class OrganisationIdentifierRows(Rows):
    model = OrganisationIdentifier
    fields = ("scheme", "value")


class MembershipRows(Rows):
    """The networks and groups that the organisation belongs to."""

    model = Membership
    fk_name = "member"
    fields = ("network", "role", "starts_on", "ends_on")
    autocomplete_fields = ("network",)
    select_related = ("member", "network__place")
    extra_new = 0
    verbose_name = _("membership of a network or group")
    verbose_name_plural = _("member of")


class MemberRows(Rows):
    """The members of a network or group."""

    model = Membership
    fk_name = "network"
    far = "member"
    fields = ("member", "role", "starts_on", "ends_on")
    autocomplete_fields = ("member",)
    select_related = ("network", "member__place")
    extra_new = 0
    verbose_name = _("member")
    verbose_name_plural = _("its members")


@admin.register(Organisation, site=site)
class OrganisationAdmin(MergeableAdmin, RecordAdmin):
    list_display = ("name", "kind", "place", "country", "status_mark")
    list_filter = ("status", "kind", SeatCountryFilter, *RECORD_FILTERS)
    list_select_related = ("place",)
    autocomplete_fields = ("place", "authority")
    inlines = (
        OrganisationNameRows,
        OrganisationIdentifierRows,
        MembershipRows,
        MemberRows,
        CitationRows,
    )
    sections = ((None, {"fields": ("name", ("kind", "place"), "summary", "website")}),)

    @admin.display(description=_("country"), ordering="place__country")
    def country(self, organisation):
        return organisation.place and organisation.place.country.name

    def distinctive_name(self, organisation):
        if organisation.place and organisation.place.name not in organisation.name:
            return f"{organisation} ({organisation.place})"
        return str(organisation)
