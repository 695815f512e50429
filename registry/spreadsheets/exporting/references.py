"""How cells name other records, so that an import finds the same ones again."""

from collections import defaultdict
from functools import cached_property

from django.utils.translation import get_language

from registry.choices import PlaceKind
from registry.models import (
    Agreement,
    Call,
    Delegation,
    Domain,
    Fund,
    Organisation,
    OrganisationName,
    Place,
    PlaceName,
    Project,
    Source,
)
from registry.models.base import PublicRecord
from registry.rights import Rights
from registry.spreadsheets.names import key_of

# Which place a name means, where several have it: as ``directory.places`` has it.
PRECEDENCE = {kind: rank for rank, kind in enumerate(PlaceKind.values)}

# What is said of a record whose name is kept back.
TOLD = ("pk", "public_id", "kind", "country")


class Names:
    """The name of each record of a kind, with its identifier where the name alone is not enough."""

    def __init__(self):
        self._texts: dict[int, tuple[str, str]] = {}
        # Which record a name means: its rank, its key, nothing where two have the same rank.
        self._meant: dict[str, tuple[int, int | None]] = {}

    def add(self, pk: int, public_id: str, text: str, names, rank: int = 0) -> None:
        self._texts[pk] = " ".join(text.split()), public_id
        for name in {text, *names}:
            if name:
                self.mean(name, pk, rank)

    def mean(self, name: str, pk: int, rank: int = 0) -> None:
        key = key_of(name)
        known = self._meant.get(key)
        if known is None or rank < known[0]:
            self._meant[key] = rank, pk
        elif rank == known[0] and pk != known[1]:
            self._meant[key] = rank, None

    def __getitem__(self, pk: int) -> str:
        text, public_id = self._texts[pk]
        return text if self.means(text, pk) else f"{text} [{public_id}]".strip()

    def means(self, name: str, pk: int) -> bool:
        """Whether the name alone is enough to mean this record."""
        return self._meant.get(key_of(name), (0, None))[1] == pk

    def all(self) -> dict[int, str]:
        return {pk: self[pk] for pk in self._texts}


class References:
    """The names of the records of each kind, read from the database when a column wants them."""

    def __init__(self, may: Rights | None = None):
        self.is_english = get_language() == "en"
        self.may = may or Rights()

    def _rows(self, model, *fields):
        """Rows of a table, whatever their status: staff's names count in imports.

        Of records that the person may not know of, the identifier alone is told.
        """
        rows = model._base_manager.order_by().values_list(*fields).iterator(chunk_size=5000)
        if self.may.is_administrator or not issubclass(model, PublicRecord):
            return rows
        seen = set(self.may.visible(model._base_manager.order_by()).values_list("pk", flat=True))
        told = [name in TOLD for name in fields]
        return (
            row
            if row[0] in seen
            else tuple(value if kept else "" for value, kept in zip(row, told, strict=True))
            for row in rows
        )

    def _label(self, french: str, english: str) -> str:
        return (self.is_english and english) or french

    @cached_property
    def organisations(self) -> dict[int, str]:
        names = Names()
        for pk, public_id, name in self._rows(Organisation, "pk", "public_id", "name"):
            names.add(pk, public_id, name, ())
        for pk, name in self._rows(OrganisationName, "organisation_id", "name"):
            names.mean(name, pk)
        return names.all()

    @cached_property
    def _places(self) -> Names:
        names, ranks = Names(), {}
        fields = ("pk", "public_id", "name_fr", "name_en", "kind")
        for pk, public_id, french, english, kind in self._rows(Place, *fields):
            ranks[pk] = PRECEDENCE[kind]
            names.add(pk, public_id, self._label(french, english), (french, english), ranks[pk])
        for pk, name in self._rows(PlaceName, "place_id", "name"):
            names.mean(name, pk, ranks[pk])
        return names

    @cached_property
    def places(self) -> dict[int, str]:
        return self._places.all()

    @cached_property
    def towns(self) -> dict[int, tuple[str, str]]:
        """The cell of the city for each place: nothing for a country; and the country's code."""
        towns, found, others = Names(), {}, defaultdict(list)
        for pk, name in self._rows(PlaceName, "place_id", "name"):
            others[pk].append(name)
        fields = ("pk", "public_id", "name_fr", "name_en", "kind", "country")
        places = list(self._rows(Place, *fields))
        for pk, public_id, french, english, kind, country in places:
            if kind in (PlaceKind.CITY, PlaceKind.INTERCOMMUNALITY):
                text = self._label(french, english)
                towns.add(pk, public_id, text, (), PRECEDENCE[kind])
                for name in {french, english, *others[pk]} - {""}:
                    towns.mean(f"{country} {name}", pk, PRECEDENCE[kind])
        for pk, public_id, french, english, kind, country in places:
            text = " ".join(self._label(french, english).split())
            if kind == PlaceKind.COUNTRY:
                found[pk] = "", country
            elif kind in (PlaceKind.CITY, PlaceKind.INTERCOMMUNALITY) and towns.means(
                f"{country} {text}", pk
            ):
                found[pk] = text, country
            else:
                found[pk] = f"{text} [{public_id}]", country
        return found

    @cached_property
    def domains(self) -> dict[int, str]:
        # Without identifier: where a name is not enough, the code is one.
        names, codes = Names(), {}
        for pk, code, french, english in self._rows(Domain, "pk", "code", "name_fr", "name_en"):
            codes[pk] = code
            names.add(pk, code, self._label(french, english), (french, english, code))
        return {pk: codes[pk] if text.endswith("]") else text for pk, text in names.all().items()}

    @cached_property
    def funds(self) -> dict[int, str]:
        names = Names()
        for pk, public_id, name, acronym in self._rows(Fund, "pk", "public_id", "name", "acronym"):
            names.add(pk, public_id, name, (acronym,))
        return names.all()

    @cached_property
    def calls(self) -> dict[int, str]:
        names = Names()
        fields = ("pk", "public_id", "edition", "title", "fund", "fund__name", "fund__acronym")
        seen = set(self.may.visible(Fund.objects.order_by()).values_list("pk", flat=True))
        for pk, public_id, edition, title, of, fund, acronym in self._rows(Call, *fields):
            if of not in seen:
                names.add(pk, public_id, title or edition, (edition, title))
                continue
            others = (edition, title, f"{fund} {edition}", acronym and f"{acronym} {edition}")
            names.add(pk, public_id, f"{acronym or fund} {edition}", others)
        return names.all()

    @cached_property
    def agreements(self) -> dict[int, str]:
        return self._titles(Agreement)

    @cached_property
    def delegations(self) -> dict[int, str]:
        return self._titles(Delegation)

    @cached_property
    def projects(self) -> dict[int, str]:
        return self._titles(Project)

    def _titles(self, model) -> dict[int, str]:
        names = Names()
        for pk, public_id, title in self._rows(model, "pk", "public_id", "title"):
            names.add(pk, public_id, title, ())
        return names.all()

    @cached_property
    def sources(self) -> dict[int, str]:
        names = Names()
        fields = ("pk", "public_id", "title", "other_titles", "url")
        for pk, public_id, title, others, url in self._rows(Source, *fields):
            names.add(pk, public_id, title, (*filter(str.strip, others.splitlines()), url))
        return names.all()
