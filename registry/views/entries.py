"""The ways into the registry from its front page, counted once for each version of the data."""

from functools import lru_cache

from django.db.models import Count, Q

from registry import changes
from registry.choices import Status
from registry.models import Fund, Place
from registry.text import fold
from registry.views.reference import domains_with_counts

ENTRIES = 12


def entries() -> dict[str, list]:
    """Domains, places and funds with ``number``, the fullest first."""
    return _entries(str(changes.current()))


@lru_cache(maxsize=2)
def _entries(_version: str) -> dict[str, list]:
    return {"domains": _domains(), "places": _places(), "funds": _funds()}


def _fullest(records) -> list:
    return sorted(records, key=lambda record: (-record.number, fold(str(record))))[:ENTRIES]


def _domains() -> list:
    """The first-level domains that have records, those below included."""
    domains = list(domains_with_counts())
    tops = {domain.pk: domain for domain in domains if not domain.parent_id}
    for top in tops.values():
        top.number = top.records
    for domain in domains:
        if domain.parent_id:
            tops[domain.parent_id].number += domain.records
    return _fullest(domain for domain in tops.values() if domain.number)


def _places() -> list:
    """The places where most organisations sit."""
    sitting = Count("organisations", filter=Q(organisations__status=Status.PUBLISHED))
    places = Place.objects.published().annotate(number=sitting).filter(number__gt=0)
    return _fullest(places.order_by("-number", "search_text")[:ENTRIES])


def _funds() -> list:
    """The funds, with their projects."""
    projects = Count("projects", filter=Q(projects__status=Status.PUBLISHED))
    funds = Fund.objects.published().annotate(number=projects)
    return _fullest(funds.order_by("-number", "name")[:ENTRIES])
