"""Amounts in the forms of the administration, as people write them: ``20 000 €``, ``1 234,50``."""

from decimal import Decimal

from django import forms
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from registry.choices import Currency
from registry.spreadsheets.amounts import read_amount
from registry.spreadsheets.problems import CellError

# The fields that hold money; beside each stands its currency.
AMOUNTS = {"amount", "budget", "grant_cap"}
CURRENCY = "currency"
DOLLARS = (Currency.CAD, Currency.USD)


class AmountInput(forms.TextInput):
    """A text box: one for numbers drops what is pasted with spaces or a sign."""

    def __init__(self, attrs=None):
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "size": 18} | (attrs or {})
        )

    def format_value(self, value):
        """Without separators of thousands: an English one would be read in two ways."""
        if not isinstance(value, Decimal):
            return value
        whole = value == value.to_integral_value()
        return (
            f"{value:.0f}"
            if whole
            else f"{value:.2f}".replace(".", get_format("DECIMAL_SEPARATOR"))
        )


class AmountField(forms.DecimalField):
    """Reads French, Québec and English notation; what may be read in two ways is asked about."""

    widget = AmountInput
    form = None

    def get_bound_field(self, form, field_name):
        self.form = form  # which says in which currency
        return super().get_bound_field(form, field_name)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        currency = self._currency()
        try:
            amount, named = read_amount(
                str(value).strip(), dollars=currency if currency in DOLLARS else Currency.CAD
            )
        except CellError as error:
            raise forms.ValidationError(f"{error.message} {error.remedy}".strip()) from None
        if named and currency and named != currency:
            raise forms.ValidationError(
                _("“%(value)s” is not in %(currency)s: choose the currency that is meant."),
                params={"value": value, "currency": currency},
            )
        return amount

    def _currency(self) -> str:
        if self.form is None or not self.form.is_bound:
            return ""
        return self.form.data.get(self.form.add_prefix(CURRENCY), "")
