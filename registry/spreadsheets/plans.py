"""What an import would write, held in memory until somebody confirms it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial

from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.dates import PartialDate
from registry.money import format_money
from registry.spreadsheets.files import tidy
from registry.spreadsheets.mapping import Mapping, SheetLayout
from registry.spreadsheets.problems import Problem

# Fields that differ each time a record is made, or that the job as a whole decides.
VOLATILE = {
    "public_id",
    "authority",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "published_at",
    "search_text",
}


# The report shows so many records: those that change, and of those that are new all of a sheet that
# has no more rows, else the first ones: nobody reads the rest, and everybody waits for it.
MOST_RECORDS, MOST_TOLD, FIRST_TOLD = 2_000, 1_000, 500


def most_told(rows: int) -> int:
    """How many new records of a sheet with so many rows are shown."""
    return MOST_TOLD if rows <= MOST_TOLD else FIRST_TOLD


def identity(record):
    """What tells a record from the others of its kind: its key, or ``~number`` of a new one."""
    values = record.__dict__
    if key := values.get("id"):
        return key
    return ~values["_number"] if "_number" in values else id(record)


def show(record, attribute: str) -> str:
    """The value of a record's field as people read it."""
    field_ = field_of(type(record), attribute)
    value = getattr(record, attribute)
    if value in (None, ""):
        return ""
    if value.__class__ is str and not field_.choices:
        return value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if attribute == "amount":
        return format_money(value, record.currency)
    if isinstance(value, PartialDate) or (field_.choices and isinstance(value, str)):
        return _shown(type(record), attribute, value, get_language())
    return str(value)


@lru_cache(maxsize=20_000)
def _shown(model, attribute: str, value, _language: str | None) -> str:
    """A date or a choice as it reads in the active language: the same come again and again."""
    choices = field_of(model, attribute).flatchoices
    return str(dict(choices).get(value, value)) if choices else str(value)


def canonical(value, depth: int = 1) -> str:
    """The value as a text that does not depend on the language, nor on the moment."""
    if isinstance(value, models.Model):
        return f"{value._meta.model_name}:{value.pk or _fields(value, depth)}"
    if isinstance(value, PartialDate):
        return value.isoformat()
    return "" if value is None else str(value)


def _fields(record, depth: int) -> str:
    """The fields of a record that is not saved; of its unsaved neighbours, the name alone."""
    if depth < 0:
        return str(record)
    values = {}
    for one in record._meta.concrete_fields:
        if one.primary_key or one.name in VOLATILE:
            continue
        value = getattr(record, one.attname)
        if value is None and one.is_relation and one.is_cached(record):
            value = getattr(record, one.name)
        if value not in (None, ""):
            values[one.name] = canonical(value, depth - 1)
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def describe(record) -> str:
    """A record that may not be saved yet, as it would read."""
    return str(record) or record._meta.verbose_name


class Change:
    """One field before and after; a value added to a list has nothing before.

    What people read of it is put into words once somebody looks: of most rows nobody does.
    ``raw`` are the two values themselves.
    """

    __slots__ = ("_after", "_before", "added", "attribute", "label", "raw")

    def __init__(self, attribute: str, label: str, before, after, raw: tuple, added=False):
        self.attribute = attribute
        self.label = label
        self._before = before
        self._after = after
        self.raw = raw
        self.added = added

    @property
    def before(self) -> str:
        if callable(self._before):
            self._before = self._before()
        return self._before

    @property
    def after(self) -> str:
        if callable(self._after):
            self._after = self._after()
        return self._after


@dataclass(eq=False, slots=True)
class RecordPlan:
    """A record with what an import would change in it: fields, rows under it and links."""

    instance: models.Model
    is_new: bool
    sheet: str = ""
    row: int = 0
    # Made because a cell names it; ``row`` is then the first that does.
    is_mention: bool = False
    # Whether the report shows the record, and what it would say.
    is_told: bool = True
    changes: list[Change] = field(default_factory=list)
    new_rows: dict[str, list] = field(default_factory=dict)
    changed_rows: list = field(default_factory=list)
    # What the changes replace, for the history: values of fields, and for each changed row its
    # relation, the row and the values that it had.
    previous: dict = field(default_factory=dict)
    previous_rows: list[tuple] = field(default_factory=list)
    new_links: dict[str, list] = field(default_factory=dict)
    # Whether the row gives the registry's identifier, so that its lists are whole: see
    # ``replacing``. For each of them the column, what it lists, its heading; then what goes.
    is_identified: bool = False
    listed: list[tuple] | None = None
    gone: dict[str, list] | None = None
    # Links of new rows: the row, its relation and the targets.
    row_links: list[tuple] = field(default_factory=list)
    # Records that come with this one and stand on no row of their own: a project's contribution.
    companions: list["RecordPlan"] = field(default_factory=list)
    # The columns that gave each field, so that a problem found later names the cell.
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def model(self):
        return type(self.instance)

    @property
    def is_touched(self) -> bool:
        return self.is_new or bool(self.changes)

    def set(self, attribute: str, value, label: str, column: str = "") -> None:
        """Give a field a value, if it is another one than it has."""
        self.columns[attribute] = column
        instance = self.instance
        if self.is_new and not self.is_told:
            give(instance, attribute, value)
            return
        field_ = field_of(type(instance), attribute)
        if isinstance(field_, models.ForeignKey):
            # The key alone says whether it is the same: the related record need not be loaded.
            same = value.pk is not None and getattr(instance, field_.attname) == value.pk
            same = same or instance._state.fields_cache.get(attribute) is value
        else:
            same = getattr(instance, attribute) == value
        if same:
            return
        self.previous.setdefault(attribute, getattr(instance, field_.attname))
        before = "" if self.is_new else show(instance, attribute)
        raw = (None if self.is_new else getattr(instance, attribute), value)
        give(instance, attribute, value)
        # A record that is new keeps its values; one that was there may be set twice.
        after = partial(show, instance, attribute) if self.is_new else None
        after = after or show(instance, attribute)
        self.changes.append(Change(attribute, label, before, after, raw))

    def existing(self, relation: str) -> list:
        """The saved rows or links of a relation; they were loaded with the record."""
        if self.is_new:
            return []
        loaded = self.instance.__dict__.get("_prefetched_objects_cache", {}).get(relation)
        return list(getattr(self.instance, relation).all() if loaded is None else loaded)

    def rows(self, relation: str) -> list:
        if self.is_new:
            return [*self.new_rows.get(relation, ())]
        return [*self.existing(relation), *self.new_rows.get(relation, ())]

    def links(self, relation: str) -> list:
        return [*self.existing(relation), *self.new_links.get(relation, ())]

    def add_row(self, relation: str, row: models.Model, label: str) -> models.Model:
        give(row, owner_of(type(self.instance), relation).name, self.instance)
        if "position" in row.__dict__:
            row.position = 1 + max([other.position for other in self.rows(relation)], default=0)
        self.new_rows.setdefault(relation, []).append(row)
        if self.is_told:
            self._tell_added(relation, label, row)
        return row

    def _tell_added(self, relation: str, label: str, item) -> None:
        text = partial(describe, item)
        self.changes.append(Change(relation, label, "", text, (None, item), added=True))

    def take_away(self, relation: str, item, label: str) -> None:
        """Let a row or a link that is there go."""
        self.gone = self.gone or {}
        self.gone.setdefault(relation, []).append(item)
        # Beside what the same cell adds.
        same = [at for at, one in enumerate(self.changes) if one.label == label]
        place = same[-1] + 1 if same else len(self.changes)
        self.changes.insert(place, Change(relation, label, describe(item), "", (item, None)))

    def gone_of(self, is_rows: bool) -> Iterator[tuple[str, list]]:
        """The rows that go, or the links, by their relation."""
        for relation, items in (self.gone or {}).items():
            if field_of(self.model, relation).one_to_many == is_rows:
                yield relation, items

    def replace(self, relation: str, row, values: dict, label: str) -> None:
        """Give a row what its cell says, in a row of the file whose cells are whole."""
        if not self.is_identified:
            return
        changed = {
            name: value
            for name, value in values.items()
            if not _reads_as(getattr(row, name), value)
        }
        if changed:
            self.change_row(relation, row, changed, label)

    def change_row(self, relation: str, row, values: dict, label: str) -> None:
        before = describe(row)
        raw = str([canonical(getattr(row, name)) for name in values])
        is_new_row = any(row is new for new in self.new_rows.get(relation, []))
        if not is_new_row and not any(row is changed for changed in self.changed_rows):
            self.changed_rows.append(row)
            said = {one.name: getattr(row, one.attname) for one in row._meta.concrete_fields}
            self.previous_rows.append((relation, row, said))
        for name, value in values.items():
            setattr(row, name, value)
        after = [canonical(value) for value in values.values()]
        self.changes.append(
            Change(relation, label, before, _describe_change(row, values), (raw, str(after)))
        )

    def link(self, relation: str, target: models.Model, label: str) -> models.Model:
        """Add a target to a many-to-many relation, unless it is there."""
        known = self.new_links.get(relation)
        if not self.is_new or known:
            own = identity(target)
            if any(own == identity(other) for other in self.links(relation)):
                return target
        if known is None:
            known = self.new_links[relation] = []
        known.append(target)
        if self.is_told:
            self._tell_added(relation, label, target)
        return target


def _reads_as(present, value) -> bool:
    """Whether a cell that says this leaves a value as it is, whatever its spaces and lines."""
    if isinstance(present, str) and isinstance(value, str):
        return tidy(present).split() == value.split()
    return present == value


@cache
def field_of(model, attribute: str) -> models.Field:
    return model._meta.get_field(attribute)


@cache
def owner_of(model, relation: str) -> models.ForeignKey:
    """The key by which the rows of a relation say whose they are."""
    return model._meta.get_field(relation).field


def give(record, attribute: str, value) -> None:
    """Set a field, as Django's descriptors do it, for many records."""
    attname, is_key, is_plain = _manner(record.__class__, attribute)
    if is_key:
        record.__dict__[attname] = None if value is None else value.__dict__["id"]
        record._state.fields_cache[attribute] = value
    elif is_plain:
        record.__dict__[attname] = value
    else:
        setattr(record, attname, value)


@cache
def _manner(model, attribute: str) -> tuple[str, bool, bool]:
    """How a field is set: its name on the record, whether it is a key, whether it is plain."""
    field_ = field_of(model, attribute)
    is_plain = field_.descriptor_class is models.Field.descriptor_class
    return field_.attname, isinstance(field_, models.ForeignKey), is_plain


def new_row(model, **values) -> models.Model:
    """A row that is not saved; a copy of a blank one costs a tenth of what a new one does."""
    row = model.__new__(model)
    row.__dict__.update(_blank(model), _state=ModelState())
    for name, value in values.items():
        give(row, name, value)
    return row


@cache
def _blank(model) -> dict:
    return model().__dict__


def _describe_change(row, values: dict) -> str:
    text = describe(row)
    shown = [show(row, name) for name in values if show(row, name) not in text]
    return f"{text} ({', '.join(shown)})" if shown else text


@dataclass
class SheetPlan:
    """What becomes of the rows of one sheet."""

    name: str
    model: type[models.Model]
    hidden: bool = False
    heading_row: int = 1
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged + self.refused


@dataclass
class Plan:
    """What a file would write, or the problems that keep it from being written."""

    sheets: list[SheetPlan] = field(default_factory=list)
    records: list[RecordPlan] = field(default_factory=list)
    mentions: list[RecordPlan] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    # How the file was read: the mapping, and what it made of each sheet's columns.
    mapping: Mapping = field(default_factory=Mapping)
    layouts: list[SheetLayout] = field(default_factory=list)
    # The names that somebody has to decide about, as ``directory.decisions.NameQuestion``.
    questions: list = field(default_factory=list)
    # What is wrong with the rows that are left out, where the good rows alone are imported.
    left_out: list[Problem] = field(default_factory=list)
    # What is to be written, as ``prepared.Prepared``.
    prepared: object = None
    # How many more records are planned than those that are kept here, to be shown.
    more: int = 0

    @property
    def touched(self) -> list[RecordPlan]:
        plans = (*self.mentions, *self.records)
        with_companions = (one for plan in plans for one in (plan, *plan.companions))
        return [plan for plan in with_companions if plan.is_touched]

    @property
    def digest(self) -> str:
        """Identifies what would be written: the same changes give the same digest."""
        return self.prepared.digest
