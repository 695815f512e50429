"""Public addresses, in the language of the page: /accords/ in French, /en/agreements/ in English.

A record is found by its public identifier; the words after it only help people.
"""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registry.views import (
    agreements,
    data,
    delegations,
    formats,
    funding,
    home,
    maps,
    offers,
    organisations,
    pages,
    previews,
    reference,
    reminders,
    reports,
    search,
    sources,
)

app_name = "registry"


class EndingConverter(StringConverter):
    """What follows the last dot of an address; views tell which endings there are."""

    regex = "[A-Za-z0-9]{1,10}"


register_converter(EndingConverter, "ending")


def _with_ending(route):
    """``accords.<ending>`` for the route ``accords/``, in the language of the address."""
    return format_lazy("{}.<ending:ending>", lazy(lambda: str(route).rstrip("/"), str)())


def _list_file(route, name, list_view):
    """The list of a kind of record in other formats."""
    view = formats.ListFile.as_view(kind=name, list_view=list_view)
    return path(_with_ending(route), view, name=f"{name}_list_file")


def _record(route, name, list_view, detail_view):
    """The list of a kind of record and the page of each, with or without its words; files."""
    listed = offers.announced(list_view.as_view(), name)
    detail = offers.announced(detail_view.as_view(), name)
    file = formats.RecordFile.as_view(kind=name)
    below = [
        path("", listed, name=f"{name}_list"),
        path("map.json", maps.ListMapData.as_view(list_view=list_view), name=f"{name}_map"),
        path("<slug:public_id>/", detail, name=f"{name}_detail"),
        path("<slug:public_id>/<str:slug>/", detail, name=f"{name}_detail"),
        path("<slug:public_id>.<ending:ending>", file, name=f"{name}_file"),
        path("<slug:public_id>/<str:slug>.<ending:ending>", file, name=f"{name}_file"),
    ]
    return [_list_file(route, name, list_view), path(route, include(below))]


urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path(
        _("reminders/stop/<str:token>/"),
        reminders.StopReminders.as_view(),
        name="stop_reminders",
    ),
    path(_("draft/<str:token>/"), previews.DraftPreview.as_view(), name="preview"),
    path("map.json", maps.HomeMapData.as_view(), name="home_map"),
    path(_("search/"), search.Search.as_view(), name="search"),
    path(_("search/suggestions/"), search.Suggestions.as_view(), name="suggestions"),
    path(
        _("report/<slug:kind>/<slug:public_id>/"),
        reports.Report.as_view(),
        name="report",
    ),
    path(_("about/"), pages.About.as_view(), name="about"),
    path(_("accessibility/"), pages.Accessibility.as_view(), name="accessibility"),
    path(_("data/"), data.Data.as_view(), name="data"),
    *_record(_("agreements/"), "agreement", agreements.AgreementList, agreements.AgreementDetail),
    *_record(
        _("delegations/"),
        "delegation",
        delegations.DelegationList,
        delegations.DelegationDetail,
    ),
    *_record(_("projects/"), "project", funding.ProjectList, funding.ProjectDetail),
    *_record(
        _("organisations/"),
        "organisation",
        organisations.OrganisationList,
        organisations.OrganisationDetail,
    ),
    *_record(_("places/"), "place", reference.PlaceList, reference.PlaceDetail),
    *_record(_("funds/"), "fund", funding.FundList, funding.FundDetail),
    *_record(_("calls/"), "call", funding.CallList, funding.CallDetail),
    *_record(
        _("contributions/"),
        "contribution",
        funding.ContributionList,
        funding.ContributionDetail,
    ),
    path(
        _("sources/<slug:public_id>/files/<int:pk>/<str:name>"),
        sources.SourceFileView.as_view(),
        name="source_file",
    ),
    *_record(_("sources/"), "source", sources.SourceList, sources.SourceDetail),
    _list_file(_("domains/"), "domain", reference.DomainList),
    path(
        _("domains/"),
        include(
            [
                path(
                    "",
                    offers.announced(reference.DomainList.as_view(), "domain"),
                    name="domain_list",
                ),
                path("<slug:code>/", reference.DomainDetail.as_view(), name="domain_detail"),
            ]
        ),
    ),
]
