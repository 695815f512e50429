"""Which values a field takes beyond doubt, decided once for all the rows of a workbook."""

from collections.abc import Callable
from decimal import Decimal

from django.core.validators import DecimalValidator, MaxLengthValidator, MinValueValidator
from django.db import models

from registry.dates import PartialDate
from registry.fields import PartialDateField


def is_plain(field) -> bool:
    """Whether a text field does with its value what Django's own does."""
    own = models.TextField if isinstance(field, models.TextField) else models.CharField
    names = ("get_prep_value", "to_python", "validate", "run_validators", "clean")
    plain = all(getattr(type(field), name) is getattr(own, name) for name in names)
    return plain and field.descriptor_class is models.Field.descriptor_class


def surely_valid(field) -> tuple[type | None, int | Callable | None, set]:
    """The kind and length of the values that are valid beyond doubt, unless they are empty.

    Of numbers, what says whether one is.

    Where there is no such kind, what was found valid is remembered.
    """
    if isinstance(field, PartialDateField):
        return PartialDate, None, set()
    if type(field) is models.TextField and not field.validators and not field.choices:
        return str, None, set()
    is_text = isinstance(field, models.CharField) and is_plain(field) and not field.choices
    if is_text and [type(one) for one in field.validators] == [MaxLengthValidator]:
        return str, field.max_length, set()
    if type(field) is models.DecimalField:
        return Decimal, _fits(field), set()
    return None, None, set()


def _fits(field: models.DecimalField) -> Callable[[Decimal], bool]:
    """Whether an amount has few enough digits and is no less than it may be."""
    least = max(
        (one.limit_value for one in field.validators if isinstance(one, MinValueValidator)),
        default=-(10 ** (field.max_digits - field.decimal_places)) + 1,
    )
    beyond = 10 ** (field.max_digits - field.decimal_places)
    is_known = {type(one) for one in field.validators} <= {MinValueValidator, DecimalValidator}

    def fits(amount: Decimal) -> bool:
        if not (is_known and least <= amount < beyond):
            return False
        return amount.as_tuple().exponent >= -field.decimal_places

    return fits
