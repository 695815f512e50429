"""What records are counted by: years, domains, countries, funds, organisations.

A record counts once for each value that it has, exactly where the filter of the list by that value
would find it; so the bar of a value and the list behind it have the same number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Substr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from registry.choices import Status
from registry.models import Contribution, Domain, Fund, Organisation, Project
from registry.querysets.tallies import pairs_of


@dataclass(frozen=True)
class Label:
    """A value as people read it, and as an address carries it."""

    text: str
    code: str
    parent: str = ""


@dataclass(frozen=True)
class Dimension:
    """One thing to count by; ``parameter`` is the filter of the list that takes its values."""

    name: str
    title: Promise
    noun: Promise
    parameter: str
    pairs: Callable
    labels: Callable
    second: str = ""  # the filter that asks for another value besides


# The pairs of a record and a value -------------------------------------------------------------


def _year_of(field):
    return Substr(Cast(field, CharField()), 1, 4)


def _span(start, end):
    """From the first to the last year, as text: ``2010/2012``."""
    return Concat(
        _year_of(Coalesce(start, end)),
        Value("/"),
        _year_of(Coalesce(end, start)),
        output_field=CharField(),
    )


SPANS = {
    "agreement": ("signed_on", "signed_on"),
    "delegation": ("starts_on", "ends_on"),
    "project": ("starts_on", "ends_on"),
    "contribution": ("year", "last_year"),
}


def years(model):
    """The years in which a record begins and ends, as the filters of the lists take them."""
    start, end = SPANS[model._meta.model_name]
    rows = model.objects.exclude(**{f"{start}__isnull": True, f"{end}__isnull": True})
    return pairs_of(rows.annotate(span=_span(start, end)), "pk", "span")


def domains(model):
    """Its domains and those above them."""
    if model is Contribution:
        rows = model.projects.through.objects.filter(project__status=Status.PUBLISHED)
        paths = ("project__domains", "project__domains__parent")
    else:
        rows = model.domains.through.objects.all()
        paths = ("domain", "domain__parent")
    return [pairs_of(rows, model._meta.model_name, path) for path in paths]


def countries_of(model):
    return [
        pairs_of(
            presence.rows.filter(**{f"{presence.place}__status": Status.PUBLISHED}),
            presence.record,
            f"{presence.place}__country",
        )
        for presence in model.objects.all().presences()
    ]


def organisations(model):
    rows = model._meta.get_field(model.objects.all().involvement).related_model.objects
    published = rows.filter(organisation__status=Status.PUBLISHED)
    return pairs_of(published, model._meta.model_name, "organisation")


def _linked(field):
    def pairs(model):
        rows = getattr(model, field).through.objects
        published = rows.filter(organisation__status=Status.PUBLISHED)
        return pairs_of(published, model._meta.model_name, "organisation")

    return pairs


def funds(model):
    if model is Project:
        return pairs_of(model.objects.filter(fund__status=Status.PUBLISHED), "pk", "fund")
    links = model.projects.through.objects.filter(
        project__status=Status.PUBLISHED, project__fund__status=Status.PUBLISHED
    )
    return [
        pairs_of(model.objects.filter(fund__status=Status.PUBLISHED), "pk", "fund"),
        pairs_of(model.objects.filter(call__fund__status=Status.PUBLISHED), "pk", "call__fund"),
        pairs_of(links, "contribution", "project__fund"),
    ]


# How values read -------------------------------------------------------------------------------


def _of_years(keys):
    return {key: Label(key, key) for key in keys}


def _of_countries(keys):
    return {key: Label(str(countries.name(key)) or key, key) for key in keys}


def _of_domains(_keys):
    """All of them, for those above and below are wanted too."""
    rows = Domain.objects.select_related("parent")
    return {
        str(row.pk): Label(row.name, row.code, row.parent.code if row.parent else "")
        for row in rows
    }


def _of_records(model):
    def labels(keys):
        rows = model.objects.published().filter(pk__in=keys).order_by()
        return {
            str(row.pk): Label(getattr(row, "short_name", None) or str(row), row.public_id)
            for row in rows
        }

    return labels


YEAR = Dimension("year", _("By year"), _("Year"), "since", years, _of_years)
DOMAIN = Dimension("domain", _("By domain"), _("Domain"), "domain", domains, _of_domains)
COUNTRY = Dimension(
    "country",
    _("By country"),
    _("Country"),
    "country",
    countries_of,
    _of_countries,
    second="with_country",
)
FUND = Dimension("fund", _("By fund"), _("Fund"), "fund", funds, _of_records(Fund))
ORGANISATION = Dimension(
    "organisation",
    _("By organisation"),
    _("Organisation"),
    "organisation",
    organisations,
    _of_records(Organisation),
)
FUNDER = Dimension(
    "funder",
    _("By funder"),
    _("Funder"),
    "organisation",
    _linked("funders"),
    _of_records(Organisation),
)
RECIPIENT = Dimension(
    "recipient",
    _("By recipient"),
    _("Recipient"),
    "recipient",
    _linked("recipients"),
    _of_records(Organisation),
)

DIMENSIONS = {
    "agreement": [YEAR, DOMAIN, COUNTRY, ORGANISATION],
    "delegation": [YEAR, DOMAIN, COUNTRY, ORGANISATION],
    "project": [YEAR, DOMAIN, COUNTRY, FUND, ORGANISATION],
    "contribution": [YEAR, FUND, FUNDER, RECIPIENT, DOMAIN, COUNTRY],
}
