"""The money of the listed records: by year, fund and funder, each currency for itself.

Amounts of two currencies are never added. On request all are shown in one, each at the average rate
of its own year; what cannot be converted is left out and said.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.choices import Currency
from registry.figures import rates
from registry.figures.dimensions import FUND, FUNDER, Dimension, Label
from registry.models import Contribution, Project
from registry.querysets.tallies import pairs_of, sums

OFFERED = ("EUR", "CAD")  # to convert to
NO_YEAR = "0"


def _first_years(model):
    """One year for each contribution: its first, else that of the decision."""
    decided = Substr(Cast("decided_on", CharField()), 1, 4)
    year = Coalesce(Cast("year", CharField()), decided, Value(NO_YEAR), output_field=CharField())
    return pairs_of(model.objects.annotate(first_year=year), "pk", "first_year")


def _of_years(keys):
    return {key: Label(_("Year not stated") if key == NO_YEAR else key, key) for key in keys}


YEAR = Dimension(
    "year", gettext_lazy("By year"), gettext_lazy("Year"), "since", _first_years, _of_years
)
MONEY = [YEAR, FUND, FUNDER]


@dataclass
class Amounts:
    """The sums of a dimension: for each value one per currency."""

    dimension: Dimension
    labels: dict[str, Label]
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)


@dataclass
class Money:
    """All sums, and what was left out where they are converted."""

    amounts: list[Amounts]
    currencies: list[str]
    converted_to: str = ""
    converted: bool = False
    left_out: int = 0

    def __bool__(self):
        return any(one.sums for one in self.amounts)

    @property
    def totals(self) -> dict[str, Decimal]:
        """Of all contributions, each once: by year they have one value."""
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one in self.amounts:
            if one.dimension is YEAR:
                for by_currency in one.sums.values():
                    for currency, amount in by_currency.items():
                        totals[currency] += amount
        return dict(sorted(totals.items()))

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The currencies in which all could be shown, if there are several."""
        names = dict(Currency.choices)
        codes = [code for code in OFFERED if self.converted_to or self.currencies != [code]]
        return [(code, names[code]) for code in codes]


def contributions_of(records):
    """The published contributions that the records are, or that go to their projects."""
    if records.model is Contribution:
        return records
    projects = records
    if records.model is not Project:
        path = f"{records.model._meta.model_name}s__in"
        keys = records.order_by().values("pk")
        projects = Project.objects.published().filter(**{path: keys})
    return Contribution.objects.published().for_projects(projects.order_by().values("pk"))


def money_of(records, convert_to: str = "") -> Money:
    """What the records received; ``convert_to`` names a currency to show all amounts in."""
    contributions = contributions_of(records)
    converted_to = convert_to if convert_to in OFFERED else ""
    pairs = {dimension.name: dimension.pairs(Contribution) for dimension in MONEY}
    rows = sums(contributions, pairs, by_year=bool(converted_to))
    money = Money([], [], converted_to)
    found: dict[str, dict] = {name: defaultdict(lambda: defaultdict(Decimal)) for name in pairs}
    used = set()
    for name, value, currency, year, amount, number in rows:
        amount = Decimal(str(amount))
        if converted_to:
            converted = rates.convert(amount, currency, year, converted_to)
            money.converted |= currency != converted_to
            if converted is None:
                money.left_out += number if name == YEAR.name else 0
                continue
            amount, currency = converted, converted_to
        used.add(currency)
        found[name][value][currency] += round(amount, 2)
    money.currencies = sorted(used)
    money.amounts = [
        Amounts(
            dimension,
            dimension.labels(list(found[dimension.name])),
            {value: dict(by_currency) for value, by_currency in found[dimension.name].items()},
        )
        for dimension in MONEY
    ]
    return money
