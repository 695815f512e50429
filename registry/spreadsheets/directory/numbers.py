"""The numbers under which registers know organisations: whose each is, and which one has."""

from collections import defaultdict

from django.utils.functional import cached_property

from registry.models import Organisation, OrganisationIdentifier
from registry.spreadsheets.directory.kept import Kept
from registry.spreadsheets.plans import identity
from registry.spreadsheets.tables import Row
from registry.text import fold


class Numbers:
    """By their scheme; those of organisations of which the importer may not know are nobody's."""

    def __init__(self, kept: Kept):
        self._kept = kept
        # Of the registry by the primary key, of the file as the record that it adds, or its row.
        self._owners: dict[tuple[str, str], int | Organisation | Row] = {}
        rows = OrganisationIdentifier.objects.order_by("organisation__name", "pk")
        found = rows.values_list("organisation_id", "scheme", "value")
        for pk, scheme, value in found.iterator(chunk_size=5_000):
            if kept.sees(pk):
                self._owners[scheme, fold(value)] = pk

    def __contains__(self, number: tuple[str, str]) -> bool:
        scheme, value = number
        return (scheme, fold(value)) in self._owners

    def owner(self, scheme: str, value: str) -> Organisation | None:
        found = self._owners.get((scheme, fold(value)))
        if found.__class__ is Row:
            return found.record
        return self._kept[found] if found.__class__ is int else found

    def of(self, record) -> dict[str, list[str]]:
        """The numbers of an organisation by their schemes."""
        return self._of[identity(record)]

    def note(self, record: Organisation | Row, scheme: str, value: str) -> None:
        """Note a number that the file gives an organisation, or the row of one."""
        self._owners[scheme, fold(value)] = record
        if "_of" in self.__dict__:
            self._of[_key(record)].setdefault(scheme, []).append(value)

    @cached_property
    def _of(self) -> defaultdict[int, dict[str, list[str]]]:
        """What ``of`` tells; most files do not ask."""
        numbers = defaultdict(dict)
        for (scheme, value), owner in self._owners.items():
            numbers[_key(owner)].setdefault(scheme, []).append(value)
        return numbers


def _key(owner: int | Organisation | Row) -> int:
    if owner.__class__ is int:
        return owner
    return identity(owner.record if owner.__class__ is Row else owner)
