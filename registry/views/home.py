"""The front page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from registry.maps.data import Map, Spot
from registry.models import Agreement, Call, Delegation, Organisation, Place, Project
from registry.views.entries import entries

LATEST = 3
CHANGED = 6
# How many days ahead the front page looks, and how many of each kind it tells.
HORIZON = 365
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
                        model.objects.published().count(),
                    )
                    for model in (Agreement, Delegation, Project, Organisation, Place)
                ],
                "soon": [group for group in _soon(today) if group.records],
                "latest": [
                    (title, reverse(f"registry:{kind}_list"), list(records[:LATEST]))
                    for title, kind, records in (
                        (_("Latest agreements"), "agreement", _latest_agreements(today)),
                        (_("Latest delegations"), "delegation", _latest_delegations(today)),
                        (_("Latest projects"), "project", _begun(_projects()).with_card()),
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


def _soon(today) -> list[Soon]:
    expiring = _agreements().expiring_within(HORIZON, today).order_by("ends_on", "pk")
    calls = Call.objects.published().select_related("fund")
    open_calls = calls.open(today).order_by("closes_on", "pk")
    opening = calls.filter(opens_on__possibly_from=today).exclude(opens_on__possibly_until=today)
    coming = _delegations().upcoming(today).exclude(starts_on__possibly_until=today)
    return [
        Soon(_("Agreements that expire"), "agreement", "hourglass", "ends_on", [*expiring[:SOON]]),
        Soon(_("Calls that close"), "call", "megaphone", "closes_on", [*open_calls[:SOON]]),
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
        ),
    ]


def _latest_agreements(today):
    """By an index: the general order of agreements would sort them all for the first three."""
    signed = _agreements().filter(signed_on__isnull=False)
    return signed.order_by("-signed_on", "-pk").with_card(today)


def _latest_delegations(today):
    return _begun(_delegations()).filter(starts_on__possibly_until=today).with_card()


def _begun(records):
    return records.filter(starts_on__isnull=False).order_by("-starts_on", "-pk")


def _changed() -> list[tuple[str, object]]:
    """What was added or changed last, of all the kinds."""
    records = [
        (one._meta.model_name, one)
        for kind in (_agreements(), _delegations(), _projects(), Call.objects.published())
        for one in kind.select_related(*(["fund"] if kind.model is Call else [])).order_by(
            "-updated_at"
        )[:CHANGED]
    ]
    return sorted(records, key=lambda row: row[1].updated_at, reverse=True)[:CHANGED]


def _agreements():
    return Agreement.objects.published()


def _delegations():
    return Delegation.objects.published()


def _projects():
    return Project.objects.published()
