"""The numbers under which registers know organisations: whose each is, and which one has."""

from collections import defaultdict

from registry.models import Organisation, OrganisationIdentifier
from registry.spreadsheets.directory.kept import Kept
from registry.spreadsheets.plans import identity
from registry.text import fold


class Numbers:
    """By their scheme; those of organisations of which the importer may not know are nobody's."""

    def __init__(self, kept: Kept):
        self._kept = kept
        # Of the registry by the primary key, of the file as the records that it adds.
        self._owners: dict[tuple[str, str], int | Organisation] = {}
        self._of: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
        rows = OrganisationIdentifier.objects.order_by("organisation__name", "pk")
        found = rows.values_list("organisation_id", "scheme", "value")
        for pk, scheme, value in found.iterator(chunk_size=5_000):
            if kept.sees(pk):
                self._owners[scheme, fold(value)] = pk
                self._of[pk].setdefault(scheme, []).append(fold(value))

    def __contains__(self, number: tuple[str, str]) -> bool:
        scheme, value = number
        return (scheme, fold(value)) in self._owners

    def owner(self, scheme: str, value: str) -> Organisation | None:
        found = self._owners.get((scheme, fold(value)))
        return self._kept[found] if found.__class__ is int else found

    def of(self, record) -> dict[str, list[str]]:
        """The numbers of an organisation by their schemes."""
        return self._of[identity(record)]

    def note(self, record, scheme: str, value: str) -> None:
        """Note a number that the file gives an organisation."""
        self._owners[scheme, fold(value)] = record
        self._of[identity(record)].setdefault(scheme, []).append(value)
