"""Filters by an amount of money, in one currency that the visitor chooses: nothing is converted."""

import re
from decimal import Decimal

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from registry.choices import Currency
from registry.facets import NOT_STATED, Index
from registry.facets.amounts import amounts, currencies
from registry.filters.controls import ListFilter
from registry.filters.vocabularies import unknown
from registry.money import format_money

LONGEST = 30
# 20000, 20 000, 20.000, 20,000.50 and 20 000,5: money has no third decimal.
GROUPED = re.compile(r"[1-9]\d{0,2}(?:[ .,']\d{3})+(?![\d ])")
WRITTEN = re.compile(r"\d{1,15}(?:[.,]\d{1,2})?")


def read_amount(text: str) -> Decimal:
    """An amount as people write it in either language, without its currency."""
    text = re.sub(r"\s", " ", text.strip())
    text = GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), text, count=1)
    if not WRITTEN.fullmatch(text) or not text.isascii():
        raise ValidationError(
            _("“%(value)s” is no amount: write for example 20000, without the currency."),
            params={"value": text},
        )
    return Decimal(text.replace(",", "."))


class AmountField(forms.CharField):
    """An amount in the currency that ``currency`` tells, asked for where there is an amount."""

    def __init__(self, *, currency, **kwargs):
        widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=LONGEST, required=False, widget=widget, **kwargs)
        self.currency = currency

    def clean(self, value):
        if not (value := super().clean(value)):
            return None
        amount = read_amount(value)
        if not self.currency():
            raise ValidationError(_("Choose one currency: amounts are compared in one alone."))
        return amount


class AmountFilter(ListFilter):
    """One end of a range of amounts: ``amount_from`` or ``amount_to``."""

    @property
    def field(self):
        return AmountField(currency=lambda: self.parent.compared, label=self.label)

    def part(self, index: Index, value: Decimal) -> BitMap:
        ends = (value, None) if self.field_name == "amount_from" else (None, value)
        known = amounts(index, self.parent._meta.model).get(self.parent.compared)
        return known.between(*ends) if known else index.nothing


class CurrencyField(forms.CharField):
    """A currency, or that no amount is stated."""

    def clean(self, value):
        value = super().clean(value)
        if value and value not in (*Currency.values, NOT_STATED):
            raise unknown(value)
        return value


class CurrencyFilter(ListFilter):
    """Filters projects by the currency in which something they received is stated."""

    field_class = CurrencyField

    def part(self, index: Index, value: str) -> BitMap:
        known = amounts(index, self.parent._meta.model)
        if value == NOT_STATED:
            return index.everything - BitMap.union(
                BitMap(), *(one.between(None, None) for one in known.values())
            )
        return known[value].between(None, None) if value in known else index.nothing


class AmountsFilterSet(django_filters.FilterSet):
    """Beside a list's filter set, which has *currency*, *amount_from* and *amount_to*."""

    @property
    def compared(self) -> str:
        """The currency of the amounts asked for: the one chosen, or the only one there is."""
        asked = self.form["currency"].data or ""
        asked = {asked} if isinstance(asked, str) else set(asked[0])  # a field, or a facet
        chosen = asked & set(Currency.values) or set(currencies(self.index))
        return chosen.pop() if len(chosen) == 1 else ""

    def offer(self, name):
        super().offer(name)
        field = self.form.fields[name]
        if isinstance(field, CurrencyField):
            names = dict(Currency.choices)
            offered = [(code, names[code]) for code in currencies(self.index)]
            choices = [("", _("All")), *offered, (NOT_STATED, _("Not stated"))]
            field.widget = forms.Select(choices=choices)

    def _other_label(self, name, value) -> str:
        if isinstance(self.filters[name], AmountFilter):
            return format_money(value, self.compared)
        if isinstance(self.filters[name], CurrencyFilter):
            return str(dict(Currency.choices).get(value, _("Not stated")))
        return super()._other_label(name, value)
