"""The history as people read it: labels and values, what was and what became of it."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.utils import formats
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from registry import rights
from registry.choices import RevisionAction
from registry.dates import PartialDate
from registry.fields import PartialDateField
from registry.history import shapes
from registry.history.shapes import key_of
from registry.history.states import State, batches
from registry.models import Revision

# Bookkeeping, which the rest of the revision says in better words.
HIDDEN = {"public_id", "created_at", "created_by", "published_at"}
# Texts of this many words are compared word by word; longer ones would take too long.
# Amounts have cents, if they are not whole.
CENTS = 2
COMPARED_WORDS = range(4, 2_000)


@dataclass(frozen=True)
class Line:
    """One change of a field, a link or a row; ``words`` marks what changed within a long text."""

    before: str = ""
    after: str = ""
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Difference:
    """What changed under one label."""

    label: str
    lines: list[Line]


class Reader:
    """Reads revisions; the names of all the records that they speak of are looked up together."""

    def __init__(self, revisions: Iterable[Revision]):
        self.names: dict[tuple[type, object], str] = {}
        wanted = defaultdict(set)
        for revision in revisions:
            model = shapes.tracked_model(revision.model_name)
            for state in (revision.before, revision.after):
                for target, key in _mentioned(model, state):
                    wanted[target].add(key)
        for model, keys in wanted.items():
            self._look_up(model, keys)

    def differences(self, revision: Revision) -> list[Difference]:
        """What the revision changed, in the order of the record's form; a deletion changed all."""
        return self.between(
            shapes.tracked_model(revision.model_name), revision.before, revision.after
        )

    def between(self, model, gone: State, came: State) -> list[Difference]:
        found = []
        for one in shapes.fields(model):
            if one.name in HIDDEN or not (one.name in gone or one.name in came):
                continue
            old, new = (self._value(one, state.get(one.name)) for state in (gone, came))
            if old or new:
                line = Line(old, new, _words(one, old, new))
                found.append(Difference(capfirst(one.verbose_name), [line]))
        for links in _all_links(model):
            old, new = gone.get(links.name, []), came.get(links.name, [])
            lines = [Line(before=self._name(links.target, key)) for key in old]
            lines += [Line(after=self._name(links.target, key)) for key in new]
            found.append(Difference(capfirst(links.label), lines))
        for rows in shapes.rows(model):
            lines = self._lines(rows, gone.get(rows.name, []), came.get(rows.name, []))
            found.append(Difference(capfirst(rows.label), lines))
        return [difference for difference in found if difference.lines]

    def _lines(self, rows, old: list[State], new: list[State]) -> list[Line]:
        """Rows that went and rows that came; those that speak of the same are one that changed."""
        pairs = defaultdict(lambda: ([], []))
        for side, said in enumerate((old, new)):
            for row in said:
                head, *rest = self._parts(rows, row) or [""]
                text = f"{head} ({', '.join(rest)})" if rest else head
                pairs[head][side].append(text)
        lines, moved = [], False
        for gone, came in pairs.values():
            stayed = [text for text in gone if text in came]
            for text in stayed:
                gone.remove(text)
                came.remove(text)
            moved = moved or bool(stayed)
            longest = max(len(gone), len(came))
            gone += [""] * (longest - len(gone))
            came += [""] * (longest - len(came))
            lines += [Line(before, after) for before, after in zip(gone, came, strict=True)]
        if moved and not lines:
            lines.append(Line(after=_("in another order")))
        return lines

    def _parts(self, rows, row: State) -> list[str]:
        """What a row says, what it is about coming first."""
        about, rest = [], []
        for one in rows.fields:
            if one.name == "position" or not (text := self._value(one, row.get(one.name))):
                continue
            is_choice = bool(one.choices)
            if isinstance(one, PartialDateField):
                rest.append(f"{one.verbose_name} {text}")
            elif is_choice or about:
                rest.append(text)
            else:
                about.append(text)
        for links in rows.links:
            rest += [self._name(links.target, key) for key in row.get(links.name, [])]
        return [*about, *rest]

    def _value(self, one, value) -> str:
        if value in (None, ""):
            return ""
        if one.is_relation:
            return self._name(one.related_model, value)
        if isinstance(one, CountryField):
            return str(one.countries.name(value) or value)
        if one.choices:
            return str(dict(one.flatchoices).get(value, value))
        return _plain(one, value)

    def _name(self, model, key) -> str:
        return self.names.get((model, key), str(key))

    def _look_up(self, model, keys) -> None:
        name = key_of(model)
        for batch in batches(keys):
            found = model._base_manager.filter(**{f"{name}__in": batch})
            may = rights.current()
            for record in found.select_related(*_joined(model)):
                self.names[model, getattr(record, name)] = may.name(record)
            gone = [key for key in batch if (model, key) not in self.names]
            if gone and shapes.is_tracked(model):
                deletions = may.visible(Revision.objects).filter(
                    action=RevisionAction.DELETED,
                    model_name=model._meta.model_name,
                    public_id__in=gone,
                )
                for key, label in deletions.order_by("pk").values_list("public_id", "label"):
                    self.names[model, key] = label


def _mentioned(model, state: State):
    """The records that a state names: their model and their key."""
    yield from _mentioned_in(shapes.fields(model), _all_links(model), state)
    for rows in shapes.rows(model):
        for row in state.get(rows.name, []):
            yield from _mentioned_in(rows.fields, rows.links, row)


def _mentioned_in(fields, all_links, values: State):
    for one in fields:
        if one.is_relation and values.get(one.name):
            yield one.related_model, values[one.name]
    for links in all_links:
        for key in values.get(links.name, []):
            yield links.target, key


def _all_links(model):
    return [*shapes.own_links(model), *shapes.far_links(model)]


def _plain(one, value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(one, PartialDateField):
        return str(PartialDate.from_iso(value))
    if isinstance(one, models.DateTimeField):
        return formats.date_format(localtime(parse_datetime(value)), "SHORT_DATETIME_FORMAT")
    if isinstance(one, models.DateField):
        return formats.date_format(one.to_python(value))
    if isinstance(one, models.DecimalField):
        number = one.to_python(value)
        is_plain = one.decimal_places != CENTS or number == number.to_integral_value()
        return formats.number_format(
            number.normalize() if is_plain else number, force_grouping=True
        )
    return str(value)


def _words(one, old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The words of both texts in order, each stretch marked as kept, gone or new.

    Nothing for short values, nor where hardly a word is left: two texts then read better.
    """
    if not (old and new and isinstance(one, models.CharField | models.TextField)):
        return ()
    left, right = (re.findall(r"\S+\s*", text) for text in (old, new))
    if one.choices or len(left) not in COMPARED_WORDS or len(right) not in COMPARED_WORDS:
        return ()
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.4:
        return ()
    stretches = []
    for kind, from_left, to_left, from_right, to_right in matcher.get_opcodes():
        if kind == "equal":
            stretches.append(("kept", "".join(left[from_left:to_left])))
            continue
        if to_left > from_left:
            stretches.append(("gone", "".join(left[from_left:to_left])))
        if to_right > from_right:
            stretches.append(("new", "".join(right[from_right:to_right])))
    return tuple(stretches)


def names_of(model_name: str, pks: Iterable[int]) -> dict[int, str]:
    """What records are called, or were last called, by primary key."""
    model = apps.get_model("registry", model_name)
    names = {}
    for batch in batches(pks):
        found = model._base_manager.filter(pk__in=batch).select_related(*_joined(model))
        may = rights.current()
        names |= {record.pk: may.name(record) for record in found}
        gone = may.visible(Revision.objects).filter(
            model_name=model_name, record_id__in=[pk for pk in batch if pk not in names]
        )
        names |= dict(gone.order_by("pk").values_list("record_id", "label"))
    return names


def _joined(model) -> list[str]:
    """What the name of a record is made of besides its own fields."""
    return [one.name for one in model._meta.fields if one.name == "fund" and not one.null]
