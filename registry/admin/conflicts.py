"""Two editors of one record: what the other saved meanwhile is shown, and nothing of it is undone.

A form carries the newest change that its reader knew of. Where there is a newer one when it comes
back, nothing is saved: fields and rows that the other editor changed and this one left alone take
the other's values; those that both changed keep what was typed, beside what the other wrote. The
form, so merged, is shown again and saved once its reader has looked at it.
"""

import copy
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField
from django.http import QueryDict

from registry.history.reading import Difference, Reader
from registry.history.restoring import revisions_of
from registry.history.shapes import key_of, rows
from registry.history.states import compact, encode, identity, minus, net
from registry.models import Revision

VERSION = "_version"
# ``_take-title=theirs``: of a field that both changed, what the other wrote.
TAKE, THEIRS = "_take-", "theirs"


@dataclass
class Clash:
    """A field that both changed: what each wrote."""

    name: str
    label: str
    theirs: str
    mine: str


@dataclass
class RowClash:
    """A row that both changed, as the others left it; or as it was typed, where they removed it."""

    label: str
    text: str
    is_removed: bool


@dataclass
class Conflict:
    """What others saved since a form was opened."""

    revisions: list[Revision]
    latest: int
    clashes: list[Clash] = field(default_factory=list)
    # What was taken over from the others, since this form left it alone.
    taken: list[Difference] = field(default_factory=list)
    # Rows that both changed, as the others left them.
    rows: list[RowClash] = field(default_factory=list)

    @property
    def editors(self) -> str:
        return ", ".join(dict.fromkeys(str(one.by or "–") for one in self.revisions))

    @property
    def at(self):
        return self.revisions[-1].at


class CarefulAdmin:
    """Administration of records that saves nothing over what its editor has not seen."""

    def prepare_saving(self, request, object_id):
        """Inside the transaction, before the form is read: look for newer changes, and merge."""
        try:
            known = int(request.POST.get(VERSION, ""))
            pk = self.opts.pk.to_python(object_id)
        except (ValueError, ValidationError):
            return
        locked = self.model._base_manager.filter(pk=pk).select_for_update(no_key=True)
        if not locked.values_list("pk").order_by():
            return
        record = self.get_object(request, object_id)
        if record is None or not self.has_change_permission(request, record):
            return
        data = request.POST.copy()
        chosen = [
            name.removeprefix(TAKE)
            for name, value in data.items()
            if name.startswith(TAKE) and value == THEIRS
        ]
        newer = revisions_of(self.model, pk).filter(pk__gt=known).order_by("pk")
        revisions = list(newer.select_related("by"))
        if not (chosen or revisions):
            return
        merge = Merge(self, request, record, data, revisions)
        merge.take(chosen)
        if any(merge.theirs):
            request.conflict = merge.conflict()
        request.POST = data

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        conflict = getattr(request, "conflict", None)
        return type(form.__name__, (form,), {"conflict": conflict}) if conflict else form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and obj.pk:
            conflict = getattr(request, "conflict", None)
            newest = revisions_of(self.model, obj.pk).values_list("pk", flat=True).first() or 0
            # A form that comes back with a mistake still knows what it knew.
            context["version"] = request.POST.get(VERSION, newest) if not conflict else newest
            context["conflict"] = conflict
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class Merge:
    """A form as it came back, brought together with what others saved since it was opened."""

    def __init__(self, model_admin, request, record, data, revisions):
        self.model, self.data, self.revisions = model_admin.model, data, revisions
        self.theirs = net((one.before, one.after) for one in revisions)
        fresh = copy.copy(request)
        fresh.method = "GET"
        # The form's own reading of what was typed; its instance is nobody else's.
        mine = model_admin.get_object(request, str(record.pk))
        form = model_admin.get_form(request, record, change=True)
        self.present, self.typed = form(instance=record), form(data, request.FILES, instance=mine)
        self.typed.is_valid()
        self.present_rows, _inlines = model_admin._create_formsets(fresh, record, change=True)
        self.typed_rows, _inlines = model_admin._create_formsets(request, mine, change=True)

    def take(self, names) -> None:
        """Put what the registry now has into fields of the form."""
        for name in names:
            if name in self.present.fields:
                put(self.data, self.present[name])

    def conflict(self) -> Conflict:
        gone, came = self.theirs
        found = Conflict(self.revisions, self.revisions[-1].pk)
        mine = {name: self._typed(name) for name in self.typed.fields if name in (gone | came)}
        said = {name: value for name, value in mine.items() if value is not None}
        reader = Reader([self._revision(gone, came), self._revision({}, said)])
        for name in dict.fromkeys([*gone, *came]):
            their = reader.between(self.model, _only(gone, name), _only(came, name))
            if name in self.present.fields and name in self.typed.fields:
                base, present = self._base_and_present(name)
                if name in mine and mine[name] == base:
                    put(self.data, self.present[name])
                elif mine[name] != present:
                    own = reader.between(self.model, {}, _only(said, name))
                    found.clashes.append(
                        Clash(
                            name,
                            str(self.present[name].label),
                            _text(their, "after") or "–",
                            _text(own, "after") or str(self.typed[name].value() or "–"),
                        )
                    )
                    continue
            found.taken += their
        for typed, present in zip(self.typed_rows, self.present_rows, strict=True):
            name = getattr(typed, "manager", "") or typed.prefix
            if name in gone or name in came:
                theirs = [as_rows(typed, state.get(name, [])) for state in (came, gone)]
                both = merge_rows(self.data, typed, present, *theirs)
                found.rows += self._told(name, both)
        return found

    def _told(self, name, both) -> list[RowClash]:
        told = []
        for theirs, mine in both:
            row = theirs or mine
            is_link = all(one.name != name for one in rows(self.model))
            state = {name: list(row.values())[:1] if is_link else [row]}
            for one in Reader([self._revision({}, state)]).between(self.model, {}, state):
                told += [RowClash(one.label, line.after, not theirs) for line in one.lines]
        return told

    def _revision(self, before, after) -> Revision:
        return Revision(model_name=self.model._meta.model_name, before=before, after=after)

    def _typed(self, name):
        """What was typed into a field, as the history keeps it; ``None`` for what is no value."""
        if name not in getattr(self.typed, "cleaned_data", {}):
            return None
        return state_of(self.model._meta.get_field(name), self.typed.cleaned_data[name])

    def _base_and_present(self, name):
        """The field when the form was opened, and as it now is."""
        one = self.model._meta.get_field(name)
        gone, came = self.theirs
        present = state_of(one, self.present.initial.get(name))
        if not isinstance(present, list):
            if one.is_relation and self.present.initial.get(name) is not None:
                related = getattr(self.present.instance, name)
                present = getattr(related, key_of(one.related_model))
            return gone.get(name), present
        return sorted([*minus(present, came.get(name, [])), *gone.get(name, [])]), present


def state_of(one, value):
    """A value of a form as the history keeps it: other records by what they are known by."""
    if one.many_to_many:
        return sorted(getattr(record, key_of(one.related_model)) for record in value or ())
    if one.is_relation:
        key = key_of(one.related_model)
        return getattr(value, key) if hasattr(value, key) else value
    return encode(one, value)


def put(data, box) -> None:
    """Put the value of an unbound box into what a browser sent."""
    name, value = box.html_name, box.value()
    if isinstance(box.field, ModelMultipleChoiceField):
        data.setlist(name, [str(getattr(one, "pk", one)) for one in value or ()])
    elif value is None or value is False:
        data.pop(name, None)
        if value is None:
            data[name] = ""
    else:
        data[name] = "on" if value is True else str(value)


def merge_rows(data, typed, present, came, gone) -> list[tuple[dict | None, dict]]:
    """Write the rows of both editors into the data: each row as whoever changed it left it.

    Rows that both changed stay as they were typed. They are returned, as the others left them (not
    at all, where they removed them) and as they were typed.
    """
    typed.is_valid()
    both = []
    now = {form.instance.pk: form for form in present.initial_forms}
    said = {pk: row_state(form, typed) for pk, form in now.items()}
    base = {identity(row) for row in [*minus(list(said.values()), came), *gone]}
    kept, new = [], []
    for form in typed.forms:
        raw = _raw(data, form)
        pk = _pk(raw, form)
        is_going = any(raw.get("DELETE", ()))
        mine = row_state(form, typed)
        is_untouched = identity(mine) in base and not is_going
        if pk in now:
            theirs = now.pop(pk)
            kept.append(_sent(theirs) if is_untouched else raw)
            is_theirs = identity(said[pk]) not in base and identity(mine) != identity(said[pk])
            if is_theirs and not is_untouched:
                both.append((said[pk], mine))
        elif not (is_untouched or is_going) and (form.has_changed() or pk):
            if pk:
                both.append((None, mine))
            raw.pop(typed.model._meta.pk.name, None)
            new.append(raw)
    kept += [_sent(form) for form in now.values()]
    for name in [name for name in data if name.startswith(f"{typed.prefix}-")]:
        if not name.endswith(("MIN_NUM_FORMS", "MAX_NUM_FORMS")):
            del data[name]
    for number, raw in enumerate([*kept, *new]):
        for name, values in raw.items():
            data.setlist(f"{typed.prefix}-{number}-{name}", values)
    data[f"{typed.prefix}-TOTAL_FORMS"] = str(len(kept) + len(new))
    data[f"{typed.prefix}-INITIAL_FORMS"] = str(len(kept))
    return both


def as_rows(formset, items) -> list[dict]:
    """Links to other records that are edited as rows: the history has their keys alone."""
    if not items or isinstance(items[0], dict):
        return items
    fields = formset.model._meta.concrete_fields
    far = next(one.name for one in fields if one.is_relation and one.name != formset.fk.name)
    return [{far: key} for key in items]


def row_state(form, formset) -> dict:
    """What a row of a form says, as the history keeps it; an unbound one says what it shows."""
    model, owner = formset.model, formset.fk.name
    values = getattr(form, "cleaned_data", None)
    row = {}
    for one in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if one.primary_key or one.name == owner:
            continue
        if values is not None and one.name in form.fields:
            value = values.get(one.name)
        else:
            value = getattr(form.instance, one.name, None) if form.instance.pk else None
            value = list(value.all()) if one.many_to_many and value is not None else value
        if value is not None:
            row[one.name] = state_of(one, value)
    return compact(row)


def _raw(data, form) -> dict[str, list]:
    start = f"{form.prefix}-"
    return {name.removeprefix(start): data.getlist(name) for name in data if name.startswith(start)}


def _sent(form) -> dict[str, list]:
    """What the browser would send of a row that nobody touched."""
    data = QueryDict(mutable=True)
    for box in form:
        if box.name != "DELETE":
            put(data, box)
    start = f"{form.prefix}-"
    return {name.removeprefix(start): values for name, values in data.lists()}


def _pk(raw, form):
    try:
        return form.instance._meta.pk.to_python(raw.get(form.instance._meta.pk.name, [""])[0])
    except ValidationError:
        return None


def _only(state, name) -> dict:
    return {name: state[name]} if name in state else {}


def _text(differences, side) -> str:
    lines = (getattr(line, side) for one in differences for line in one.lines)
    return "; ".join(line for line in lines if line)
