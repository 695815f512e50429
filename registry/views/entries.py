"""The ways into the registry from its front page, as the index of the lists counts them."""

from collections import Counter

from registry.choices import PlaceKind
from registry.facets import index_of
from registry.models import Agreement, Delegation, Domain, Fund, Place, Project
from registry.text import fold

ENTRIES = 12
# Of each kind as many values as surely hold the fullest: regions and countries stand before towns.
LOOKED_AT = 100


def entries() -> dict[str, list]:
    """Domains, places and funds with ``number`` of records, the fullest first."""
    tops = Domain.objects.filter(parent=None)
    towns = Place.objects.published().exclude(kind=PlaceKind.COUNTRY)
    return {
        "domains": _fullest(tops, "code", _counts("domain", Agreement, Delegation, Project)),
        "places": _fullest(towns, "public_id", _counts("place", Agreement, Delegation, Project)),
        "funds": _fullest(Fund.objects.published(), "public_id", _counts("fund", Project)),
    }


def _counts(facet: str, *models) -> Counter:
    counts = Counter()
    for model in models:
        counts.update(dict(index_of(model).found({}).values(facet, LOOKED_AT)))
    return counts


def _fullest(records, key: str, counts: Counter) -> list:
    most = dict(counts.most_common(LOOKED_AT))
    found = list(records.filter(**{f"{key}__in": most}))
    for record in found:
        record.number = most[getattr(record, key)]
    return sorted(found, key=lambda one: (-one.number, fold(str(one))))[:ENTRIES]
