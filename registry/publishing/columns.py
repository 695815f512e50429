"""What is told of a record, column by column: its value as JSON has it, its cells in a table.

A ``key`` names the value in JSON, where it never changes; the headings of tables are words in the
language of the page. Where a value is a code, both the code and its label are given.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import CharField, ExpressionWrapper, F
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from registry.choices import Status
from registry.publishing.neighbours import NAMED


@dataclass(frozen=True)
class Cells:
    """One column of a table, made from the values of a ``Column``."""

    key: str
    label: str
    make: Callable[[Sequence], list]
    is_text: bool = True
    is_decimal: bool = False

    @property
    def column_name(self) -> str:
        """As the writers of workbooks ask for it."""
        return self.key


class Column:
    """A text, and what the other columns share."""

    kind = gettext_lazy("text")
    is_text = True
    is_decimal = False

    def __init__(self, key: str, meaning, path: str | None = None, heading=None):
        self.key = key
        self.meaning = meaning
        self.path = key if path is None else path
        self._heading = heading
        self.model = None

    def bind(self, model):
        """Tell the column whose records it is about."""
        self.model = model
        return self

    @property
    def heading(self) -> str:
        if self._heading is not None:
            return str(self._heading)
        field = self.model
        for name in self.path.split("__"):
            field = (field if isinstance(field, type) else field.related_model)._meta.get_field(
                name
            )
        return str(capfirst(field.verbose_name))

    def paths(self) -> tuple[str, ...]:
        """The fields of the record from which the values are made."""
        return (self.path,)

    def expression(self, path: str):
        """How the field at the path is read."""
        return path

    def values(self, batch) -> list:
        """The values for JSON, in the order of the batch; ``None`` where nothing is known."""
        return [value or None for value in batch[self.path]]

    def cells(self) -> list[Cells]:
        """The columns of a table that tell the same."""
        return [Cells(self.key, self.heading, list, self.is_text, self.is_decimal)]

    def words(self, value) -> str:
        """The value in a list of several, in a table."""
        return str(value)


class Number(Column):
    kind = gettext_lazy("number")
    is_text = False

    def values(self, batch):
        return list(batch[self.path])


class Amount(Number):
    """A number that may have decimals: the point separates them in JSON."""

    kind = gettext_lazy("number with decimals")
    is_decimal = True

    def values(self, batch):
        return [None if value is None else _number(value) for value in batch[self.path]]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


class YesNo(Column):
    kind = gettext_lazy("yes or no")

    def values(self, batch):
        return [bool(value) for value in batch[self.path]]

    def cells(self):
        words = {True: _("yes"), False: _("no")}
        return [
            Cells(self.key, self.heading, lambda values: [words[value] for value in values], False)
        ]


class Date(Column):
    """A date as far as it is known: year, month or day, in ISO 8601."""

    kind = gettext_lazy("date: year, year-month or year-month-day")
    is_text = False

    def expression(self, path):
        # The text as it is stored, without making a date of it.
        return ExpressionWrapper(F(path), CharField())


class Day(Column):
    kind = gettext_lazy("date: year-month-day")
    is_text = False

    def values(self, batch):
        return [value and value.isoformat() for value in batch[self.path]]


class Moment(Column):
    kind = gettext_lazy("date and time, universal time")
    is_text = False

    def values(self, batch):
        return [value and f"{value:%Y-%m-%dT%H:%M:%SZ}" for value in batch[self.path]]


class Lines(Column):
    """A text of which each line is one of several things."""

    kind = gettext_lazy("list of texts")

    def values(self, batch):
        return [
            [line.strip() for line in (value or "").splitlines() if line.strip()]
            for value in batch[self.path]
        ]

    def cells(self):
        return [Cells(self.key, self.heading, lambda values: list(map(join, values)))]


class Choice(Column):
    """A code of a fixed list, and its label."""

    kind = gettext_lazy("code and label")

    def __init__(self, key, meaning, choices, **options):
        super().__init__(key, meaning, **options)
        self.choices = choices

    def values(self, batch):
        known = {code: {"code": code, "label": str(label)} for code, label in self.choices.choices}
        return [known.get(value) for value in batch[self.path]]

    def cells(self):
        return [
            Cells(self.key, self.heading, _labels, is_text=False),
            Cells(f"{self.key}_code", as_code(self.heading), _codes, is_text=False),
        ]

    def words(self, value):
        return value["label"]


class Country(Column):
    """A country; with ``of``, that of a place on the way, which must be published to tell it."""

    kind = gettext_lazy("code (ISO 3166-1) and label")

    def __init__(self, key, meaning, of: str = "", **options):
        super().__init__(key, meaning, path=f"{of}__country" if of else None, **options)
        self.of = of

    def paths(self):
        return (self.path, f"{self.of}__status") if self.of else (self.path,)

    def values(self, batch):
        found = batch[self.path]
        if self.of:
            statuses = batch[f"{self.of}__status"]
            found = [
                code if status == Status.PUBLISHED else None
                for code, status in zip(found, statuses, strict=True)
            ]
        known = {code: {"code": code, "label": countries.name(code)} for code in set(found) if code}
        return [known.get(code) for code in found]

    cells = Choice.cells
    words = Choice.words


def _labels(values) -> list:
    return [value["label"] if value else "" for value in values]


def _codes(values) -> list:
    return [value["code"] if value else "" for value in values]


def _ids(values) -> list:
    return [value["id"] if value else "" for value in values]


def as_code(heading: str) -> str:
    return _("%(heading)s (code)") % {"heading": heading}


def as_identifier(heading: str) -> str:
    return _("%(heading)s (identifier)") % {"heading": heading}


def join(texts: Iterable[str]) -> str:
    """Several things in one cell: quotes around those that hold the separator."""
    return "; ".join(
        '"' + text.replace('"', '""') + '"' if ";" in text or text[:1] == '"' else text
        for text in texts
    )


class Link(Column):
    """Another record, if it is published: its identifier, its name, its permanent address."""

    kind = gettext_lazy("record: identifier, label, address")

    def __init__(self, key, meaning, to: str | None = None, **options):
        super().__init__(key, meaning, **options)
        self.to = to or key

    @property
    def named(self):
        return NAMED[self.to]

    def paths(self):
        names = [self.named.identifier, *self.named.fields]
        if self.named.has_status:
            names = ["status", *names]
        return tuple("__".join(filter(None, (self.path, name))) for name in names)

    def values(self, batch):
        columns = [batch[path] for path in self.paths()]
        statuses = columns.pop(0) if self.named.has_status else [Status.PUBLISHED] * len(batch)
        prefix, label = batch.addresses.prefix(self.to), self.named.label
        known = batch.known.setdefault(self.to, {})
        found = []
        for status, identifier, *fields in zip(statuses, *columns, strict=True):
            if identifier is None or status != Status.PUBLISHED:
                found.append(None)
                continue
            if identifier not in known:
                known[identifier] = {
                    "id": identifier,
                    "label": label(*fields),
                    "url": f"{prefix}{identifier}/",
                }
            found.append(known[identifier])
        return found

    def cells(self):
        identifier = as_code if self.to == "domain" else as_identifier
        return [
            Cells(self.key, self.heading, _labels),
            Cells(f"{self.key}_id", identifier(self.heading), _ids, is_text=False),
        ]

    def words(self, value):
        return value["label"]


class Address(Column):
    """The permanent address of the record itself."""

    kind = gettext_lazy("web address")
    is_text = False

    def paths(self):
        return ()

    def values(self, batch):
        kind = self.model._meta.model_name
        prefix = batch.addresses.prefix(kind)
        return [f"{prefix}{identifier}/" for identifier in batch[NAMED[kind].identifier]]


class Label(Column):
    """How the registry names the record; only where no other column of a table says so."""

    def paths(self):
        return NAMED[self.model._meta.model_name].fields

    def values(self, batch):
        label = NAMED[self.model._meta.model_name].label
        return [label(*fields) for fields in zip(*(batch[p] for p in self.paths()), strict=True)]

    def cells(self):
        said = {"title", "name"} & set(self.paths()) and len(self.paths()) == 1
        return [] if said else super().cells()
