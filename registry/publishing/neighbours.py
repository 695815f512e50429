"""How a record is named where another refers to it: identifier, name, permanent address."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from registry.choices import Status
from registry.models import Call, Fund
from registry.models.contributions import contribution_name, years_of


@dataclass(frozen=True)
class Named:
    """What of a record makes its name; ``identifier`` is the field of its address."""

    fields: tuple[str, ...]
    label: Callable[..., str]
    identifier: str = "public_id"
    has_status: bool = True


def _same(text: str) -> str:
    return text


def _bilingual(french: str, english: str) -> str:
    return (get_language() == "en" and english) or french


# A record that is only to say its name asks the database for nothing.
BARE = {"authority_id": 0, "public_id": ""}


def _fund(name: str, acronym: str) -> str:
    return str(Fund(**BARE, name=name, acronym=acronym))


def _call(title: str, edition: str, fund: str, acronym: str, status: str) -> str:
    fund = Fund(**BARE, name=fund, acronym=acronym, status=status)
    return str(Call(**BARE, title=title, edition=edition, fund=fund, status=Status.PUBLISHED))


def _contribution(title, amount, currency, *years) -> str:
    return contribution_name(title, amount, currency, years_of(*years))


TITLED = Named(("title",), _same)
NAMED = {
    "place": Named(("name_fr", "name_en"), _bilingual),
    "organisation": Named(("name",), _same),
    "agreement": TITLED,
    "delegation": TITLED,
    "fund": Named(("name", "acronym"), _fund),
    "call": Named(("title", "edition", "fund__name", "fund__acronym", "fund__status"), _call),
    "project": TITLED,
    "contribution": Named(
        ("title", "amount", "currency", "year", "last_year", "decided_on"), _contribution
    ),
    "source": TITLED,
    "domain": Named(("name_fr", "name_en"), _bilingual, identifier="code", has_status=False),
}

SAMPLE = "0000000000"


class Addresses:
    """The permanent addresses of records, whole, in the active language.

    ``absolute`` makes a whole address of a path, as ``request.build_absolute_uri`` does.
    """

    def __init__(self, absolute: Callable[[str], str]):
        self.absolute = absolute
        self._prefixes: dict[str, str] = {}

    def prefix(self, kind: str) -> str:
        """What stands before the identifier of a record of the kind."""
        if kind not in self._prefixes:
            key = NAMED[kind].identifier
            path = reverse(f"registry:{kind}_detail", kwargs={key: SAMPLE})
            self._prefixes[kind] = self.absolute(path.partition(SAMPLE)[0])
        return self._prefixes[kind]

    def permanent(self, kind: str, identifier: str) -> str:
        return f"{self.prefix(kind)}{identifier}/"

    def listing(self, kind: str) -> str:
        return self.absolute(reverse(f"registry:{kind}_list"))
