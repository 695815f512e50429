"""The ways of showing one filtered list: the same records as cards, a table, a map…

``?view=table`` chooses one and every other parameter stays, so that each is an address to share.
The codes are the same in every language; the labels are translated.

To add a way of showing, write a module with a function that takes the filter set of the list (its
``qs`` has the published records, its ``found`` counts them, its ``data`` are the parameters of the
address) and returns what its template shows; then add a ``Showing`` to ``SHOWINGS``. The tabs, the
links that keep the filters and the form follow from there. Its template goes in
``templates/registry/includes/views/`` and gets the context of the list besides: ``title``,
``kind``, ``chips``, ``paginator`` (its ``count``).

``paged`` says whether it shows one page of the records in an order (then the template reads
``object_list``), or all of them at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from registry import figures, maps, timeline
from registry.filters.base import RecordFilterSet

INVOLVING = frozenset({"agreement", "delegation", "project"})
PLACED = INVOLVING | {"organisation", "place"}
COUNTED = INVOLVING | {"contribution"}


def _nothing(_filterset: RecordFilterSet) -> dict:
    return {}


@dataclass(frozen=True)
class Showing:
    """One way of showing a list, offered by the lists of ``kinds``, or by all of them."""

    name: str
    label: str
    paged: bool = True
    context: Callable[[RecordFilterSet], dict] = _nothing
    kinds: frozenset[str] | None = None

    @property
    def template(self) -> str:
        return f"registry/includes/views/{self.name}.html"


# In the order of the tabs; the first is the one that a plain address shows.
SHOWINGS = [
    Showing("cards", _("Cards")),
    Showing("table", _("Table")),
    Showing("map", _("Map"), paged=False, context=maps.view_context, kinds=PLACED),
    Showing("timeline", _("Timeline"), paged=False, context=timeline.view_context, kinds=INVOLVING),
    Showing("figures", _("Figures"), paged=False, context=figures.view_context, kinds=COUNTED),
]


def offered(kind: str) -> list[Showing]:
    """The ways in which the list of a kind of record can be shown."""
    return [one for one in SHOWINGS if one.kinds is None or kind in one.kinds]


def chosen(kind: str, name: str) -> Showing:
    """The one that the address names; where it names none that is known, the first."""
    ways = offered(kind)
    return next((one for one in ways if one.name == name), ways[0])
