"""Public addresses, in the language of the page: /accords/ in French, /en/agreements/ in English.

A record is found by its public identifier; the words after it only help people.
"""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registry.views import (
    agreements,
    delegations,
    funding,
    home,
    maps,
    organisations,
    pages,
    reference,
    reminders,
    sources,
)

app_name = "registry"


def _record(name, list_view, detail_view):
    """The list of a kind of record, and the page of each, with or without its words."""
    return include(
        [
            path("", list_view.as_view(), name=f"{name}_list"),
            path("map.json", maps.ListMapData.as_view(list_view=list_view), name=f"{name}_map"),
            path("<slug:public_id>/", detail_view.as_view(), name=f"{name}_detail"),
            path("<slug:public_id>/<str:slug>/", detail_view.as_view(), name=f"{name}_detail"),
        ]
    )


urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path(
        _("reminders/stop/<str:token>/"),
        reminders.StopReminders.as_view(),
        name="stop_reminders",
    ),
    path("map.json", maps.HomeMapData.as_view(), name="home_map"),
    path(_("search/"), home.Search.as_view(), name="search"),
    path(_("about/"), pages.About.as_view(), name="about"),
    path(_("accessibility/"), pages.Accessibility.as_view(), name="accessibility"),
    path(
        _("agreements/"),
        _record("agreement", agreements.AgreementList, agreements.AgreementDetail),
    ),
    path(
        _("delegations/"),
        _record("delegation", delegations.DelegationList, delegations.DelegationDetail),
    ),
    path(_("projects/"), _record("project", funding.ProjectList, funding.ProjectDetail)),
    path(
        _("organisations/"),
        _record("organisation", organisations.OrganisationList, organisations.OrganisationDetail),
    ),
    path(_("places/"), _record("place", reference.PlaceList, reference.PlaceDetail)),
    path(_("funds/"), _record("fund", funding.FundList, funding.FundDetail)),
    path(_("calls/"), _record("call", funding.CallList, funding.CallDetail)),
    path(
        _("contributions/"),
        _record("contribution", funding.ContributionList, funding.ContributionDetail),
    ),
    path(_("sources/"), _record("source", sources.SourceList, sources.SourceDetail)),
    path(
        _("domains/"),
        include(
            [
                path("", reference.DomainList.as_view(), name="domain_list"),
                path("<slug:code>/", reference.DomainDetail.as_view(), name="domain_detail"),
            ]
        ),
    ),
]
