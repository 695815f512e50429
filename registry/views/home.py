"""The front page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from registry.choices import DelegationState
from registry.facets import index_of
from registry.facets.kinds import EXPIRING, EXPIRING_DAYS
from registry.maps.data import Map, Spot
from registry.models import Agreement, Call, Delegation, Organisation, Place, Project
from registry.views.entries import entries

LATEST = 3
CHANGED = 6
LOOKED_AT = 30
# How many of each kind the front page tells.
SOON = 4


class Home(TemplateView):
    """What is here: how much of each kind, what is near in time, what is new, and the ways in."""

    template_name = "registry/home.html"

    def get_context_data(self, **kwargs):
        today, ways = timezone.localdate(), entries()
        return (
            super().get_context_data(**kwargs)
            | ways
            | {
                "is_wide": True,
                "map": _map(ways["places"]),
                "figures": [
                    (
                        model._meta.model_name,
                        capfirst(model._meta.verbose_name_plural),
                        reverse(f"registry:{model._meta.model_name}_list"),
                        len(index_of(model)),
                    )
                    for model in (Agreement, Delegation, Project, Organisation, Place)
                ],
                "soon": [group for group in _soon(today) if group.records],
                "latest": [
                    (title, reverse(f"registry:{kind}_list"), records)
                    for title, kind, records in (
                        (_("Latest agreements"), "agreement", _latest(_agreements(), today)),
                        (_("Latest delegations"), "delegation", _latest(_delegations(), today)),
                        (_("Latest projects"), "project", _latest(_projects(), today)),
                    )
                ],
                "changed": _changed(),
            }
        )


def _map(places) -> Map:
    """The frame of the map of everything, which fetches what it shows when it is drawn."""
    return Map(
        kind="place",
        title=gettext("Places of the registry"),
        spots=[Spot(place) for place in places if place.has_coordinates],
        data_url=reverse("registry:home_map"),
    )


@dataclass(frozen=True)
class Soon:
    """Records to which something happens before long; ``when`` names the date that tells it."""

    title: str
    kind: str
    icon: str
    when: str
    records: list
    # The query of the list that has all of them, where there is one.
    query: str = ""

    @property
    def url(self) -> str:
        return f"{reverse(f'registry:{self.kind}_list')}?{self.query}" if self.query else ""


def _soon(today) -> list[Soon]:
    expiring = _agreements().expiring_within(EXPIRING_DAYS, today).order_by("ends_on", "pk")
    calls = Call.objects.published().select_related("fund")
    open_calls = calls.open(today).order_by("closes_on", "pk")
    opening = calls.filter(opens_on__possibly_from=today).exclude(opens_on__possibly_until=today)
    coming = _delegations().upcoming(today).exclude(starts_on__possibly_until=today)
    return [
        Soon(
            _("Agreements that expire"),
            "agreement",
            "hourglass",
            "ends_on",
            [*expiring[:SOON]],
            f"standing={EXPIRING}",
        ),
        Soon(
            _("Calls that close"),
            "call",
            "megaphone",
            "closes_on",
            [*open_calls[:SOON]],
            "state=open",
        ),
        Soon(
            _("Calls that open"),
            "call",
            "megaphone",
            "opens_on",
            [*opening.order_by("opens_on", "pk")[:SOON]],
        ),
        Soon(
            _("Delegations to come"),
            "delegation",
            "plane",
            "starts_on",
            [*coming.order_by("starts_on", "pk")[:SOON]],
            f"state={DelegationState.UPCOMING}",
        ),
    ]


def _latest(records, today) -> list:
    """The first of their list, but for delegations that are still to come."""
    keys = index_of(records.model).found({}).page("", 0, LOOKED_AT)
    if records.model is Delegation:
        records = records.filter(starts_on__possibly_until=today)
    chosen = set(records.filter(pk__in=keys).values_list("pk", flat=True))
    first = [key for key in keys if key in chosen][:LATEST]
    cards = records.with_card(today) if records.model is Agreement else records.with_card()
    found = cards.in_bulk(first)
    return [found[key] for key in first if key in found]


def _changed() -> list[tuple[str, object]]:
    """What was added or changed last, of all the kinds."""
    kinds = (
        Agreement.objects.all(),
        Delegation.objects.all(),
        Project.objects.all(),
        Call.objects.select_related("fund"),
    )
    records = [
        (record._meta.model_name, record)
        for kind in kinds
        for record in kind.last_changed()[:CHANGED]
    ]
    return sorted(records, key=lambda row: row[1].updated_at, reverse=True)[:CHANGED]


def _agreements():
    return Agreement.objects.published()


def _delegations():
    return Delegation.objects.published()


def _projects():
    return Project.objects.published()
