"""What the records of a list are counted by: years, domains, countries, funds, organisations.

The facets of the list count them, so that the bar of a value has the number of the list behind it.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.facets import Found
from registry.facets.reading import FROM, UNTIL


@dataclass(frozen=True)
class Label:
    """A value as people read it, and as an address carries it; a domain may have one above it."""

    text: str
    code: str
    parent: str = ""


@dataclass(frozen=True)
class Dimension:
    """A facet of a list to count by; ``second`` asks for another value besides a chosen one."""

    name: str
    title: Promise
    noun: Promise
    second: str = ""


YEAR = Dimension("year", _("By year"), _("Year"))
DOMAIN = Dimension("domain", _("By domain"), _("Domain"))
COUNTRY = Dimension("country", _("By country"), _("Country"), second="with_country")
FUND = Dimension("fund", _("By fund"), _("Fund"))
ORGANISATION = Dimension("organisation", _("By organisation"), _("Organisation"))
FUNDER = Dimension("organisation", _("By funder"), _("Funder"))
RECIPIENT = Dimension("recipient", _("By recipient"), _("Recipient"))

DIMENSIONS = {
    "agreement": [DOMAIN, COUNTRY, ORGANISATION],
    "delegation": [DOMAIN, COUNTRY, ORGANISATION],
    "project": [DOMAIN, COUNTRY, FUND, ORGANISATION],
    "contribution": [FUND, FUNDER, RECIPIENT],
}


def years_of(found: Found) -> dict[int, int]:
    """How many records each year has, as the period of the list takes them: in all their years."""
    begin, end = Counter(), Counter()
    for day, number in found.days(UNTIL).items():
        begin[int(day[:4])] += number
    for day, number in found.days(FROM).items():
        end[int(day[:4])] += number
    numbers, going_on = {}, 0
    for year in range(min(begin, default=0), max(end, default=-1) + 1):
        going_on += begin[year]
        if going_on:
            numbers[year] = going_on
        going_on -= end[year]
    return numbers
