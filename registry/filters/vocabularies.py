"""The values that a facet may have: how an address names them, and how they read.

Addresses carry public identifiers, codes of domains and of choices, and ISO codes of countries. A
record may also be typed by its name.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from registry.models import Domain
from registry.search import matching
from registry.text import fold

# As many records as somebody may be asked to choose one from.
MOST_CANDIDATES = 20


def unknown(value) -> ValidationError:
    return ValidationError(_("“%(value)s” is not known here."), params={"value": value})


class SeveralError(ValidationError):
    """A name that several records have, or nearly: ``codes`` are theirs."""

    def __init__(self, value, codes: list[str]):
        super().__init__(
            _("“%(value)s” may be several: choose one in the list."), params={"value": value}
        )
        self.codes = codes


class Vocabulary:
    """What the filters of one facet share: nothing of it changes with a request."""

    # Whether its values are records, of any number, whose names may be typed.
    is_typed = False

    def __deepcopy__(self, _memo):
        return self


class Choices(Vocabulary):
    """A fixed list."""

    def __init__(self, choices):
        self.choices = dict(choices)

    def code(self, value: str) -> str:
        if value not in self.choices:
            raise unknown(value)
        return value

    def labels(self, codes: Iterable[str]) -> dict[str, str]:
        return {code: str(self.choices[code]) for code in codes if code in self.choices}


class Countries(Vocabulary):
    def code(self, value: str) -> str:
        if (code := value.upper()) not in countries:
            raise unknown(value)
        return code

    def labels(self, codes: Iterable[str]) -> dict[str, str]:
        return {code: countries.name(code) for code in codes}


class Domains(Vocabulary):
    def code(self, value: str) -> str:
        if "\0" in value or not Domain.objects.filter(code=value).exists():
            raise unknown(value)
        return value

    def labels(self, codes: Iterable[str]) -> dict[str, str]:
        return {domain.code: domain.name for domain in Domain.objects.filter(code__in=codes)}


class Records(Vocabulary):
    """The published records of a model."""

    is_typed = True

    def __init__(self, model, joined: str = ""):
        self.model = model
        self.joined = joined

    def code(self, value: str) -> str:
        return self.record(value).public_id

    def record(self, value: str):
        """The record of this public identifier, or of what is typed of its name."""
        value = value.replace("\0", "")
        published = self._published()
        record = published.filter(public_id=value).first()
        if record:
            return record
        found = list(matching(published, value)[: MOST_CANDIDATES + 1]) if fold(value) else []
        if not found:
            raise unknown(value)
        exact = [record for record in found if fold(str(record)) == fold(value)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        raise SeveralError(value, [record.public_id for record in found[:MOST_CANDIDATES]])

    def mentioning(self, text: str) -> set[str]:
        """The records in whose texts the words stand, and so perhaps in their names."""
        found = matching(self._published(), text).order_by()
        return set(found.values_list("public_id", flat=True))

    def labels(self, codes: Iterable[str]) -> dict[str, str]:
        records = self._published().filter(public_id__in=codes).order_by()
        return {record.public_id: str(record) for record in records}

    def _published(self):
        published = self.model.objects.published()
        return published.select_related(self.joined) if self.joined else published
