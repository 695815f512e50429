"""Field types of the registry: dates of known precision, public identifiers, links."""

import datetime
import secrets

from django import forms
from django.core import exceptions
from django.db import models
from django.db.models.functions import Cast, Concat, Substr
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from registry.dates import DateError, PartialDate, parse_date

# Crockford's base 32: no letter that reads as a digit, so that it can be copied from paper.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 10
# The letter for each value of a random byte: each of the 32 stands for eight of them.
LETTERS = (ALPHABET * 8).encode()


def new_public_id() -> str:
    """A random identifier; 32 ** 10 of them make a clash improbable, and a unique index sure."""
    return secrets.token_bytes(PUBLIC_ID_LENGTH).translate(LETTERS).decode()


class WholeTextField(models.CharField):
    """A text that is compared as a whole: PostgreSQL needs no second index of it for ``LIKE``.

    Django makes one for each ``varchar`` that has an index, and none under the type's full name.
    """

    def db_type(self, connection):
        found = super().db_type(connection)
        if connection.vendor == "postgresql":
            return found.replace("varchar", "character varying")
        return found


class PublicIdField(WholeTextField):
    """The identifier of a record in its address, its exports and its fixtures; never changes."""

    def __init__(self, *args, **kwargs):
        kwargs |= {
            "max_length": PUBLIC_ID_LENGTH,
            "default": new_public_id,
            "unique": True,
            "editable": False,
        }
        kwargs.setdefault("verbose_name", _("identifier"))
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "default", "unique", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


class LinksField(models.ManyToManyField):
    """Links of many to many, with the two indexes that their table needs.

    Django makes a third one, of the owner alone: the unique pair begins with it and serves as well.
    """

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        through = self.remote_field.through
        if through is not None and not isinstance(through, str) and through._meta.auto_created:
            _pk, owner, _target = through._meta.local_fields
            owner.db_index = False

    def get_internal_type(self):
        return "ManyToManyField"


class PartialDateInput(forms.TextInput):
    """A text box that shows a partial date as it reads, and takes it as people write it."""

    def __init__(self, attrs=None):
        super().__init__(
            {"class": "partial-date", "size": 24, "autocomplete": "off"} | (attrs or {})
        )

    def get_context(self, name, value, attrs):
        # Here and not in __init__: the example reads in the language of the request.
        example = PartialDate(2024, 4, 9)
        attrs = {"placeholder": _("%(example)s, or 2010") % {"example": example}} | (attrs or {})
        return super().get_context(name, value, attrs)

    def format_value(self, value):
        return "" if value in (None, "") else str(value)


class PartialDateFormField(forms.Field):
    """Reads ``2010``, ``mai 2024``, ``9 avril 2024``, ``09/04/2024`` (day first) or ISO 8601."""

    widget = PartialDateInput

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, PartialDate):
            return value
        try:
            return parse_date(value)
        except DateError as error:
            raise exceptions.ValidationError(str(error), code="invalid") from None

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except exceptions.ValidationError:
            return True


class PartialDateField(WholeTextField):
    """A date known to the year, the month or the day, stored as ISO 8601 of that precision.

    Its Python value is a ``PartialDate`` or ``None``. Compare with the look-ups

    * ``possibly_from``: the date may be the given day or a later one;
    * ``possibly_until``: the date may be the given day or an earlier one;

    which take a ``date`` or a ``PartialDate`` (its first and last day respectively), so that 2010
    stands for its whole year. ``year`` gives the number.
    """

    description = _("Date known to the year, the month or the day")
    empty_strings_allowed = False

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            # Byte order: "2010" < "2010-05" < "2010-05-03" whatever the language of the server.
            parameters["collation"] = "C"
        return parameters

    def db_check(self, connection):
        column = connection.ops.quote_name(self.column)
        if connection.vendor == "postgresql":
            return f"{column} ~ '^[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?$'"
        year, two = "[0-9][0-9][0-9][0-9]", "-[0-9][0-9]"
        shapes = (year, year + two, year + two + two)
        return "(" + " OR ".join(f"{column} GLOB '{shape}'" for shape in shapes) + ")"

    def from_db_value(self, value, expression, connection):
        return PartialDate.from_iso(value) if value else None

    def to_python(self, value):
        if value in (None, ""):
            return None
        if isinstance(value, PartialDate):
            return value
        try:
            if isinstance(value, datetime.datetime):
                value = value.date()
            if isinstance(value, datetime.date):
                return PartialDate.from_date(value)
            return parse_date(value)
        except DateError as error:
            raise exceptions.ValidationError(
                str(error), code="invalid", params={"value": value}
            ) from None

    def get_prep_value(self, value):
        value = self.to_python(value)
        return value.isoformat() if value else None

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return value.isoformat() if value else ""

    def run_validators(self, value):
        """Nothing to add: a ``PartialDate`` is valid by construction."""

    def formfield(self, **kwargs):
        # Not CharField's: its max_length belongs to the stored form, not to what people type.
        return models.Field.formfield(self, **({"form_class": PartialDateFormField} | kwargs))


@PartialDateField.register_lookup
class PossiblyFrom(models.Lookup):
    """The last day that the date may be is on or after the given day."""

    lookup_name = "possibly_from"

    def get_prep_lookup(self):
        value = self.rhs
        return value if hasattr(value, "as_sql") else PartialDateField().to_python(value)

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        if hasattr(self.rhs, "as_sql"):
            raise NotImplementedError("possibly_from compares with a value, not with a column.")
        iso = self.rhs.earliest.isoformat()
        # Plain comparisons, so that an index on the column serves; the first one, which the others
        # imply, lets it serve in its order.
        sql = f"({column} >= %s AND ({column} >= %s OR {column} = %s OR {column} = %s))"
        return sql, [
            part for given in (iso[:4], iso, iso[:7], iso[:4]) for part in (*parameters, given)
        ]


@PartialDateField.register_lookup
class PossiblyUntil(PossiblyFrom):
    """The first day that the date may be is on or before the given day."""

    lookup_name = "possibly_until"

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        if hasattr(self.rhs, "as_sql"):
            raise NotImplementedError("possibly_until compares with a value, not with a column.")
        return f"{column} <= %s", [*parameters, self.rhs.latest.isoformat()]


@PartialDateField.register_lookup
class PartialDateYear(models.Transform):
    """The year, as a number."""

    lookup_name = "year"
    output_field = models.IntegerField()

    def as_sql(self, compiler, connection):
        expression = Cast(
            Substr(Cast(self.lhs, models.CharField()), 1, 4), models.IntegerField()
        ).resolve_expression(compiler.query, for_save=False)
        return compiler.compile(expression)


def not_before(start: str, end: str, name: str, message) -> models.CheckConstraint:
    """The constraint that the period from one partial date to another does not run backwards.

    The suffix makes ``2024-05`` as late as its last day; digits alone decide the comparison, so
    that it holds in every collation.
    """
    as_text = models.CharField()
    latest_end = Concat(Cast(end, as_text), models.Value("-99"), output_field=as_text)
    return models.CheckConstraint(
        condition=models.Q(**{f"{start}__isnull": True})
        | models.Q(**{f"{end}__isnull": True})
        | models.Q(GreaterThanOrEqual(latest_end, Cast(start, as_text))),
        name=name,
        violation_error_message=message,
    )
