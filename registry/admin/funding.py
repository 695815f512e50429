"""Administration of funds, calls, funded projects and contributions."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.admin.base import AFTER_ROWS, RecordAdmin, first_names
from registry.admin.filters import (
    CALLS_CLOSE_WITHIN,
    RECORD_FILTERS,
    CountryFilter,
    DomainFilter,
    LinkedFilter,
    StrictFilter,
    YearFilter,
)
from registry.admin.forms import LinkForm, LinkFormSet
from registry.admin.inlines import CitationRows, OrderedRows, Rows
from registry.admin.site import site
from registry.admin.sizes import narrowed, walked
from registry.models import (
    Call,
    Contribution,
    Fund,
    FundOrganisation,
    Project,
    ProjectPartner,
)
from registry.money import format_money


class FundOrganisationRows(OrderedRows):
    model = FundOrganisation
    fields = ("organisation", "role", "side", "position")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)
    extra_new = 2


@admin.register(Fund, site=site)
class FundAdmin(RecordAdmin):
    list_display = ("name", "acronym", "kind", "run_by", "status_mark")
    list_filter = ("status", "kind", *RECORD_FILTERS)
    list_prefetch_related = ("organisations__organisation",)
    autocomplete_fields = ("authority",)
    inlines = (FundOrganisationRows, CitationRows)
    sections = ((None, {"fields": (("name", "acronym"), "kind", "summary", "website")}),)

    @admin.display(description=_("run by"))
    def run_by(self, fund):
        return first_names(fund.organisations.all())


class FundFilter(LinkedFilter):
    title = _("fund")
    parameter_name = path = "fund"


class CallFilter(LinkedFilter):
    title = _("call for projects")
    parameter_name = path = "call"
    joined = ("fund",)


class OpenFilter(StrictFilter):
    title = _("open today")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [
            ("yes", _("Open")),
            ("soon", _("Closes within two months")),
            ("no", _("Not open, or not known")),
        ]

    def chosen(self, queryset, value):
        calls = queryset.model.objects.order_by()
        if value == "soon":
            soon = calls.closing_within(CALLS_CLOSE_WITHIN, timezone.localdate())
            is_soon = Exists(soon.filter(pk=OuterRef("pk")))
            return narrowed(queryset, soon.values_list("pk", flat=True), is_soon)
        found = calls.open(timezone.localdate())
        # Call by call, for a list that is read in its order.
        is_open = Exists(found.filter(pk=OuterRef("pk")))
        if value == "no":
            return walked(queryset, ~is_open)
        return narrowed(queryset, found.values_list("pk", flat=True), is_open)


class ClosingYearFilter(YearFilter):
    title = _("year of closing")
    path = "closes_on__year"


@admin.register(Call, site=site)
class CallAdmin(RecordAdmin):
    list_display = ("name", "fund", "edition", "opens_on", "closes_on", "status_mark")
    list_filter = (
        "status",
        FundFilter,
        OpenFilter,
        ClosingYearFilter,
        *RECORD_FILTERS,
    )
    list_select_related = ("fund",)
    autocomplete_fields = ("fund", "authority")
    inlines = (CitationRows,)
    sections = (
        (None, {"fields": ("fund", ("edition", "title"), "summary", "website")}),
        (
            _("Dates"),
            {"fields": (("opens_on", "closes_on"), "deadline_note", ("starts_on", "ends_on"))},
        ),
        (_("Money"), {"fields": (("budget", "currency"), ("grant_cap", "rate_cap"))}),
    )

    @admin.display(description=_("call for projects"), ordering="fund__name")
    def name(self, call):
        return str(call)


class ProjectYearFilter(YearFilter):
    title = _("first year")
    path = "starts_on__year"


class PartnerCountryFilter(CountryFilter):
    title = _("country of a partner")
    path = "partners__organisation__place__country"


class ProjectPartnerRows(OrderedRows):
    model = ProjectPartner
    fields = ("organisation", "role", "position")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__place",)
    extra_new = 2


class ContributionFormSet(LinkFormSet):
    manager = "contributions"


class ProjectContributionRows(Rows):
    """The money of the project; a contribution may be shared with other projects."""

    model = Contribution.projects.through
    form = LinkForm
    formset = ContributionFormSet
    far = "contribution"
    fields = ("contribution",)
    autocomplete_fields = ("contribution",)
    select_related = ("contribution",)
    prefetch_related = ("contribution__funders",)
    verbose_name = _("contribution")
    verbose_name_plural = _("contributions")


@admin.register(Project, site=site)
class ProjectAdmin(RecordAdmin):
    list_display = ("title", "call", "lead_partners", "years", "activity_status", "status_mark")
    list_filter = (
        "status",
        FundFilter,
        CallFilter,
        "activity_status",
        ProjectYearFilter,
        PartnerCountryFilter,
        DomainFilter,
        *RECORD_FILTERS,
    )
    list_select_related = ("call__fund",)
    list_prefetch_related = ("partners__organisation",)
    autocomplete_fields = (
        "fund",
        "call",
        "domains",
        "places",
        "agreements",
        "delegations",
        "authority",
    )
    inlines = (ProjectPartnerRows, ProjectContributionRows, CitationRows)
    sections = (
        (None, {"fields": ("title", "summary", "domains", "places", "website")}),
        (_("Fund and progress"), {"fields": (("call", "fund"), "activity_status")}),
        (_("Dates"), {"fields": (("starts_on", "ends_on"),)}),
        (_("Results"), {"fields": ("results",)}),
        (
            _("Links to other records"),
            {"fields": ("agreements", "delegations"), "classes": AFTER_ROWS},
        ),
    )

    @admin.display(description=_("lead partners"))
    def lead_partners(self, project):
        return first_names(partner for partner in project.partners.all() if partner.role == "lead")

    @admin.display(description=_("period"), ordering="starts_on")
    def years(self, project):
        return project.period


class ContributionYearFilter(YearFilter):
    path = "year"


@admin.register(Contribution, site=site)
class ContributionAdmin(RecordAdmin):
    list_display = ("money", "period", "from_funders", "given_to", "fund", "status_mark")
    list_filter = (
        "status",
        ContributionYearFilter,
        "currency",
        "kind",
        FundFilter,
        *RECORD_FILTERS,
    )
    list_select_related = ("fund",)
    list_prefetch_related = ("funders", "recipients", "projects")
    autocomplete_fields = ("funders", "recipients", "projects", "fund", "call", "authority")
    inlines = (CitationRows,)
    sections = (
        (None, {"fields": ("title", ("amount", "currency", "kind"), ("year", "last_year"))}),
        (
            _("From whom, to whom"),
            {"fields": ("funders", "recipients", "projects", ("call", "fund"), "note")},
        ),
        (_("Decision"), {"fields": (("decided_on", "decision"),)}),
    )

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, contribution):
        if contribution.amount is None:
            return _("not stated")
        return format_money(contribution.amount, contribution.currency)

    @admin.display(description=_("year"), ordering="year")
    def period(self, contribution):
        return contribution.years

    @admin.display(description=_("funders"))
    def from_funders(self, contribution):
        return first_names(contribution.funders.all())

    @admin.display(description=_("given to"))
    def given_to(self, contribution):
        projects, recipients = contribution.projects.all(), contribution.recipients.all()
        return first_names([*projects, *recipients]) or contribution.title

    def distinctive_name(self, contribution):
        may = rights.current()
        funders = first_names(one for one in contribution.funders.all() if may.sees(one))
        return f"{contribution} – {funders}" if funders else str(contribution)
