"""Administration of places and domains."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RecordAdmin, RegistryModelAdmin
from registry.admin.duplicates import MergeableAdmin
from registry.admin.exports import ExportMixin
from registry.admin.filters import RECORD_FILTERS, CountryFilter, StrictFilter
from registry.admin.inlines import CitationRows, Rows
from registry.admin.site import site
from registry.admin.tracking import TrackedAdmin
from registry.models import Domain, Place, PlaceIdentifier, PlaceName
from registry.text import fold


class PlaceCountryFilter(CountryFilter):
    path = "country"


class CoordinatesFilter(StrictFilter):
    title = _("coordinates")
    parameter_name = "coordinates"

    def lookups(self, request, model_admin):
        return [("yes", _("Known")), ("no", _("Missing"))]

    def chosen(self, queryset, value):
        return queryset.filter(latitude__isnull=value == "no")


class PlaceNameRows(Rows):
    model = PlaceName
    fields = ("name", "kind")


class PlaceIdentifierRows(Rows):
    model = PlaceIdentifier
    fields = ("scheme", "value")


@admin.register(Place, site=site)
class PlaceAdmin(MergeableAdmin, RecordAdmin):
    list_display = ("name", "kind", "country", "parent", "population", "status_mark")
    list_filter = ("status", "kind", PlaceCountryFilter, CoordinatesFilter, *RECORD_FILTERS)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent", "authority")
    inlines = (PlaceNameRows, PlaceIdentifierRows, CitationRows)
    sections = (
        (None, {"fields": (("name_fr", "name_en"), ("kind", "country"), "parent")}),
        (_("Position and size"), {"fields": (("latitude", "longitude"), "population")}),
    )

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, place):
        return place.name

    def distinctive_name(self, place):
        return f"{place} ({place.get_kind_display()}, {place.country.name})"


@admin.register(Domain, site=site)
class DomainAdmin(TrackedAdmin, ExportMixin, RegistryModelAdmin):
    list_display = ("name_fr", "name_en", "parent", "dac_code", "code")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    list_per_page = 200
    search_fields = ("name_fr", "name_en", "code")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"code": ("name_fr",)}
    fieldsets = ((None, {"fields": (("name_fr", "name_en"), "parent", "code", "dac_code")}),)

    def get_search_results(self, request, queryset, search_term):
        """Accents and case do not matter; the list is short enough to be read whole."""
        words = fold(search_term).split()
        found = [
            pk
            for pk, *texts in Domain.objects.values_list("pk", "name_fr", "name_en", "code")
            if all(word in fold(" ".join(texts)) for word in words)
        ]
        return queryset.filter(pk__in=found), False

    def view_on_site(self, domain):
        return domain.get_absolute_url()

    def choice_label(self, domain):
        return f"{domain.parent} › {domain}" if domain.parent else str(domain)
