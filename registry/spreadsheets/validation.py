"""Full validation of planned records without a query for each.

``Model.full_clean`` asks the database once for every key and constraint of every record, and
cannot follow a key to a record that is not saved yet. Here, fields and ``clean()`` are Django's
own; keys come from the directory, which read them; unique values are compared with those loaded
once; and the conditions of check constraints are evaluated in Python. What this does not
understand is asked of the database, and the database checks everything again when it writes.
What can be decided for a model as a whole is decided once: the rows of a workbook are many.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from itertools import islice

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.db.models.functions.text import ConcatPair
from django.db.models.lookups import GreaterThanOrEqual

from registry import bulk
from registry.fields import PartialDateField
from registry.spreadsheets.field_checks import is_plain, surely_valid
from registry.spreadsheets.plans import RecordPlan, identity


class NotUnderstoodError(Exception):
    """An expression that only the database can evaluate."""


def evaluate(expression, record):
    """The value of a constraint's condition for a record: true, false, or None for SQL's NULL."""
    return _compiled(type(record), expression)(record)


Evaluated = Callable[[models.Model], object]


def _compiled(model, expression) -> Evaluated:
    """The expression as a function of a record; made once, for it is evaluated for each row."""
    known = _COMPILED.setdefault(model, {})
    # By identity, with the expression itself so that no other one takes its place in memory.
    if id(expression) not in known:
        known[id(expression)] = expression, _compile(model, expression)
    return known[id(expression)][1]


_COMPILED: dict[type, dict[int, tuple]] = {}


def _compile(model, expression) -> Evaluated:
    if isinstance(expression, Q):
        return _compile_q(model, expression)
    if isinstance(expression, tuple):
        return _compile_lookup(model, *expression)
    if isinstance(expression, Value):
        return lambda record, value=expression.value: value
    if isinstance(expression, F):
        return _reader(model, expression.name)
    if isinstance(expression, GreaterThanOrEqual):
        left, right = _compile(model, expression.lhs), _compile(model, expression.rhs)
        return _unless_null(operator.ge, left, right)
    if isinstance(expression, Cast) and isinstance(expression.output_field, models.CharField):
        inner = _compile(model, expression.get_source_expressions()[0])
        return _unless_null(str, inner)
    if isinstance(expression, Concat | ConcatPair):
        # Django gives an empty text to a part that is NULL.
        parts = [_compile(model, part) for part in expression.get_source_expressions()]
        return lambda record: "".join(
            "" if value is None else str(value) for value in (part(record) for part in parts)
        )
    raise NotUnderstoodError


def _unless_null(function, first: Evaluated, second: Evaluated | None = None) -> Evaluated:
    """The function of one or two values; NULL as soon as one of them is."""

    def of_one(record):
        value = first(record)
        return None if value is None else function(value)

    def of_two(record):
        one, two = first(record), second(record)
        return None if one is None or two is None else function(one, two)

    return of_two if second else of_one


def _compile_q(model, condition: Q) -> Evaluated:
    children = [_compile(model, child) for child in condition.children]
    if condition.connector not in (Q.AND, Q.OR):
        raise NotUnderstoodError
    # What decides whatever the others say: one that is false in AND, one that is true in OR.
    decisive = condition.connector == Q.OR

    def evaluated(record):
        result = not decisive
        for child in children:
            value = child(record)
            if value is decisive:
                result = decisive
                break
            if value is None:
                result = None
        return result if result is None or not condition.negated else not result

    return evaluated


def _compile_lookup(model, path: str, expected) -> Evaluated:
    name, _separator, lookup = path.partition("__")
    value = _reader(model, name)
    if lookup == "isnull":
        if isinstance(model._meta.get_field(name), PartialDateField):
            return lambda record: (record.__dict__[name] is None) is expected
        return lambda record: (value(record) is None) is expected
    if lookup == "range":
        first, last = map(Decimal, expected)
        return _unless_null(lambda number: first <= number <= last, value)
    if lookup not in COMPARISONS:
        raise NotUnderstoodError
    other = _reader(model, expected.name) if isinstance(expected, F) else lambda record: expected
    return _unless_null(COMPARISONS[lookup], value, other)


COMPARISONS = {
    "": operator.eq,
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
}


def _reader(model, name: str) -> Evaluated:
    """What reads the value as the database would hold it."""
    if name == "pk":
        return identity
    field = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return partial(_key, field)
    if isinstance(field, models.CharField | models.TextField) and is_plain(field):
        return operator.attrgetter(name)
    if isinstance(field, PartialDateField):
        return lambda record: bulk.iso(record.__dict__[name])
    if isinstance(field, models.DecimalField | models.IntegerField):
        return lambda record: record.__dict__[name]
    return lambda record: field.get_prep_value(getattr(record, name))


def _key(field, record):
    """The key to another record; one that is not saved stands for the key that it will have."""
    key = record.__dict__[field.attname]
    if key is None:
        neighbour = record._state.fields_cache.get(field.name)
        return None if neighbour is None else identity(neighbour)
    return key


# The owner of values that a record takes which was planned elsewhere.
OTHERS = "others"


class UniqueValues:
    """The unique values of each model, loaded once and completed with what is planned."""

    def __init__(self):
        self._owners: dict[str, dict[tuple, object]] = {}
        self._read: dict[str, tuple] = {}

    def clash(self, constraint: models.UniqueConstraint, record) -> bool:
        """Whether another record has the values of this one; if none has, it takes them."""
        applies, readers = self._readers(constraint, type(record))
        if applies is not None and applies(record) is not True:
            return False
        key = tuple([reader(record) for reader in readers])
        if None in key:
            return False
        own = identity(record)
        return self._load(constraint, type(record)).setdefault(key, own) != own

    def _readers(self, constraint, model) -> tuple[Evaluated | None, list[Evaluated]]:
        """Whether the constraint is about a record, and what reads the values that it compares."""
        if (known := self._read.get(constraint.name)) is None:
            applies = constraint.condition and _compiled(model, constraint.condition)
            readers = [_reader(model, name) for name in constraint.fields]
            known = self._read[constraint.name] = applies, readers
        return known

    def mark(self) -> dict[str, int]:
        """How many values there are now: what comes later is ``since`` then."""
        return {name: len(owners) for name, owners in self._owners.items()}

    def since(self, mark: dict[str, int]) -> dict[str, list[tuple]]:
        return {
            name: list(islice(owners, mark.get(name, 0), None))
            for name, owners in self._owners.items()
        }

    def take(self, values: dict[str, list[tuple]]) -> bool:
        """Note what records that others planned take; ``False`` where it is taken already."""
        if any(not self._owners[name].keys().isdisjoint(keys) for name, keys in values.items()):
            return False
        for name, keys in values.items():
            self._owners[name].update(dict.fromkeys(keys, OTHERS))
        return True

    def _load(self, constraint, model) -> dict:
        if constraint.name not in self._owners:
            names = [model._meta.get_field(name).attname for name in constraint.fields]
            # Without a record's own rows: those were compared when the column was read.
            rows = model._base_manager.order_by().values_list("pk", *names)
            if constraint.condition is not None:
                rows = rows.filter(constraint.condition)
            fields = [model._meta.get_field(name) for name in constraint.fields]
            self._owners[constraint.name] = {
                tuple(
                    value if isinstance(field, models.ForeignKey) else field.get_prep_value(value)
                    for field, value in zip(fields, values, strict=True)
                ): pk
                for pk, *values in rows
            }
        return self._owners[constraint.name]


def check(plan: RecordPlan, unique: UniqueValues) -> dict[str, list[str]]:
    """What is wrong with a planned record and the rows planned under it, by field."""
    errors = _check_record(plan.instance, unique)
    for relation, rows in plan.new_rows.items():
        for row in rows:
            for messages in _check_record(row, None).values():
                errors.setdefault(relation, []).extend(messages)
    for row in plan.changed_rows:
        for messages in _check_record(row, None).values():
            errors.setdefault(NON_FIELD_ERRORS, []).extend(messages)
    return errors


def _check_record(record, unique: UniqueValues | None) -> dict[str, list[str]]:
    checks = _checks_of(type(record))
    errors: dict[str, list[str]] = {}
    if not checks.surely_valid(record):
        try:
            record.clean_fields(exclude=checks.keys)
        except ValidationError as error:
            errors |= error.message_dict
    for field in checks.required_keys:
        if _key(field, record) is None:
            errors[field.name] = [str(field.error_messages["null"])]
    if not errors and checks.has_clean:
        try:
            record.clean()
        except ValidationError as error:
            errors |= error.update_error_dict({}) and error.message_dict
    if not errors:
        errors = _check_constraints(record, checks, unique)
    return errors


class Checks:
    """What the fields of a model ask of their values, decided once.

    Django's own validation says what is wrong. It is spared where the value is surely valid: it is
    empty where that may be, one of the choices, a text that is short enough, a date, or a value of
    a field that was found valid before.
    """

    def __init__(self, model):
        fields = model._meta.fields
        self.keys = [field.name for field in fields if field.is_relation]
        self.required_keys = [field for field in fields if field.is_relation and not field.null]
        self.has_clean = model.clean is not models.Model.clean
        self.constraints = [(one, self._compile(model, one)) for one in model._meta.constraints]
        self._fields = [
            (field.attname, field.blank, *surely_valid(field), field)
            for field in fields
            if not field.is_relation
        ]
        # What most fields of a record hold: nothing, where that may be.
        self._nothing = [
            (None if field.null else "") if field.blank else UNREAD for *_, field in self._fields
        ]
        names = [name for name, *_ in self._fields]
        # Of one name it would give no tuple.
        self._read = operator.itemgetter(*names, *names[:1])

    @staticmethod
    def _compile(model, constraint) -> Evaluated | None:
        """A check's condition; ``None`` where that is not understood, or it is about other rows."""
        if isinstance(constraint, models.UniqueConstraint):
            return None
        try:
            return _compiled(model, constraint.condition)
        except NotUnderstoodError:
            return None

    def surely_valid(self, record) -> bool:
        fields = self._fields
        try:
            values = self._read(record.__dict__)
        except KeyError:
            values = [record.__dict__.get(name, UNREAD) for name, *_ in fields]
        for value, nothing, (_name, blank, kind, longest, known, field) in zip(  # noqa: B905
            values, self._nothing, fields
        ):
            if value is nothing:
                continue
            if value is None or value == "":
                if not blank:
                    return False
            elif kind is not None:
                if value.__class__ is kind and (
                    longest is None or (len(value) <= longest if kind is str else longest(value))
                ):
                    continue
                if value is not UNREAD:
                    return False
            elif value is not UNREAD and not self._was_valid(field, value, known, record):
                return False
        return True

    @staticmethod
    def _was_valid(field, value, known: set, record) -> bool:
        if (type(value), value) in known:
            return True
        try:
            cleaned = field.clean(value, record)
        except ValidationError:
            return False
        if cleaned is not value and cleaned != value:
            return False
        if len(known) < MOST_KNOWN:
            known.add((type(value), value))
        return True


MOST_KNOWN = 10_000
# Of a field that was not loaded, and so is not changed.
UNREAD = object()
_checks_of = cache(Checks)


def _check_constraints(
    record, checks: "Checks", unique: UniqueValues | None
) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for constraint, holds in checks.constraints:
        if holds is not None:
            wrong = holds(record) is False
        elif isinstance(constraint, models.UniqueConstraint):
            wrong = unique is not None and _clashes(constraint, record, unique)
        else:
            wrong = _ask_database(constraint, record)
        if wrong:
            errors.setdefault(NON_FIELD_ERRORS, []).append(
                str(constraint.get_violation_error_message())
            )
    return errors


def fields_of_rule(model, message: str) -> list[str]:
    """The fields of which the rule with this message speaks, the one named last first."""
    for constraint in model._meta.constraints:
        if str(constraint.get_violation_error_message()) == message:
            if isinstance(constraint, models.UniqueConstraint):
                return [name for name in constraint.fields if name == "reference"]
            words = re.findall(r"[a-z]+(?:_[a-z]+)*", repr(constraint.condition))
            fields = {field.name for field in model._meta.fields}
            return [word for word in reversed(dict.fromkeys(words)) if word in fields]
    return []


def _clashes(constraint, record, unique: UniqueValues) -> bool:
    try:
        return unique.clash(constraint, record)
    except NotUnderstoodError:
        return _ask_database(constraint, record)


def _ask_database(constraint, record) -> bool:
    try:
        constraint.validate(type(record), record)
    except ValidationError:
        return True
    return False
