"""Full validation of planned records without a query for each.

``Model.full_clean`` asks the database once for every key and constraint of every record, and
cannot follow a key to a record that is not saved yet. Here, fields and ``clean()`` are Django's
own; keys come from the directory, which read them; unique values are compared with those loaded
once; and the conditions of check constraints are evaluated in Python. What this does not
understand is asked of the database, and the database checks everything again when it writes.
"""

from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.db.models.functions.text import ConcatPair
from django.db.models.lookups import GreaterThanOrEqual

from registry.spreadsheets.plans import RecordPlan, identity


class NotUnderstoodError(Exception):
    """An expression that only the database can evaluate."""


def evaluate(expression, record):
    """The value of a constraint's condition for a record: true, false, or None for SQL's NULL."""
    if isinstance(expression, Q):
        return _evaluate_q(expression, record)
    if isinstance(expression, tuple):
        return _evaluate_lookup(*expression, record)
    if isinstance(expression, GreaterThanOrEqual):
        left, right = evaluate(expression.lhs, record), evaluate(expression.rhs, record)
        return None if left is None or right is None else left >= right
    if isinstance(expression, Cast) and isinstance(expression.output_field, models.CharField):
        value = evaluate(expression.get_source_expressions()[0], record)
        return None if value is None else str(value)
    if isinstance(expression, Concat | ConcatPair):
        # Django gives an empty text to a part that is NULL.
        parts = [evaluate(part, record) for part in expression.get_source_expressions()]
        return "".join("" if part is None else str(part) for part in parts)
    if isinstance(expression, Value):
        return expression.value
    if isinstance(expression, F):
        return _stored(record, expression.name)
    raise NotUnderstoodError


def _evaluate_q(condition: Q, record):
    results = [evaluate(child, record) for child in condition.children]
    if condition.connector == Q.AND:
        result = False if False in results else (None if None in results else True)
    elif condition.connector == Q.OR:
        result = True if True in results else (None if None in results else False)
    else:
        raise NotUnderstoodError
    return result if result is None or not condition.negated else not result


def _evaluate_lookup(path: str, expected, record):
    name, _separator, lookup = path.partition("__")
    value = _stored(record, name)
    if lookup == "isnull":
        return (value is None) is expected
    if isinstance(expected, F):
        expected = _stored(record, expected.name)
    if value is None or expected is None:
        return None
    if lookup in ("", "exact"):
        return value == expected
    if lookup == "gt":
        return value > expected
    if lookup == "gte":
        return value >= expected
    if lookup == "range":
        return Decimal(expected[0]) <= value <= Decimal(expected[1])
    raise NotUnderstoodError


def _stored(record, name: str):
    """The value as the database would hold it; an unsaved neighbour stands for its key to come."""
    if name == "pk":
        return identity(record)
    field = record._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        key = getattr(record, field.attname)
        if key is None and field.is_cached(record):
            neighbour = getattr(record, name)
            return None if neighbour is None else identity(neighbour)
        return key
    return field.get_prep_value(getattr(record, name))


class UniqueValues:
    """The unique values of each model, loaded once and completed with what is planned."""

    def __init__(self):
        self._owners: dict[str, dict[tuple, object]] = {}

    def clash(self, constraint: models.UniqueConstraint, record) -> bool:
        """Whether another record has the values of this one; if none has, it takes them."""
        if constraint.condition is not None and evaluate(constraint.condition, record) is not True:
            return False
        key = tuple(_stored(record, name) for name in constraint.fields)
        if None in key:
            return False
        owner = self._load(constraint, type(record)).setdefault(key, identity(record))
        return owner != identity(record)

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
    keys = [field.name for field in record._meta.fields if field.is_relation]
    errors: dict[str, list[str]] = {}
    try:
        record.clean_fields(exclude=keys)
    except ValidationError as error:
        errors |= error.message_dict
    for name in keys:
        field = record._meta.get_field(name)
        if not field.null and _stored(record, name) is None:
            errors[name] = [str(field.error_messages["null"])]
    if not errors:
        try:
            record.clean()
        except ValidationError as error:
            errors |= error.update_error_dict({}) and error.message_dict
    if not errors:
        errors = _check_constraints(record, unique)
    return errors


def _check_constraints(record, unique: UniqueValues | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for constraint in record._meta.constraints:
        try:
            if isinstance(constraint, models.UniqueConstraint):
                wrong = unique is not None and unique.clash(constraint, record)
            else:
                wrong = evaluate(constraint.condition, record) is False
        except NotUnderstoodError:
            wrong = _ask_database(constraint, record)
        if wrong:
            errors.setdefault(NON_FIELD_ERRORS, []).append(
                str(constraint.get_violation_error_message())
            )
    return errors


def _ask_database(constraint, record) -> bool:
    try:
        constraint.validate(type(record), record)
    except ValidationError:
        return True
    return False
