"""The money of the listed records: by year, fund and funder, each currency for itself.

Amounts of two currencies are never added. On request all are shown in one, each at the average rate
of its own year; what cannot be converted is left out and said.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, Substr
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.choices import Currency, Status
from registry.figures import rates
from registry.figures.dimensions import FUND, FUNDER, YEAR, Dimension, Label
from registry.filters.base import RecordFilterSet
from registry.models import Contribution, Fund, Organisation, Project

OFFERED = ("EUR", "CAD")  # to convert to
NO_YEAR = "0"
# Funders that are named; the table shows fewer.
MOST_NAMED = 200


@dataclass
class Amounts:
    """The sums of a dimension: for each value one per currency."""

    dimension: Dimension
    labels: dict[str, Label] = field(default_factory=dict)
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)


@dataclass
class Money:
    """All sums, and what was left out where they are converted."""

    amounts: list[Amounts] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    converted_to: str = ""
    left_out: int = 0

    def __bool__(self):
        return any(one.sums for one in self.amounts) or bool(self.left_out)

    @property
    def totals(self) -> dict[str, Decimal]:
        """Of all contributions, each once: by year they have one value."""
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for by_currency in self.amounts[0].sums.values():
            for currency, amount in by_currency.items():
                totals[currency] += amount
        # A rate of the year tells nothing of cents.
        decimals = 0 if self.converted_to else 2
        return {currency: round(totals[currency], decimals) for currency in sorted(totals)}

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The currencies in which all could be shown."""
        names = dict(Currency.choices)
        codes = [code for code in OFFERED if self.converted_to or self.currencies != [code]]
        return [(code, names[code]) for code in codes]


def contributions_of(filterset: RecordFilterSet) -> QuerySet:
    """The published contributions that are listed, or that go to the projects of the records."""
    model, listed = filterset._meta.model, filterset.qs.order_by()
    if model is Contribution:
        return listed.select_related(None).prefetch_related(None)
    contributions = Contribution.objects.published()
    if model is Project and filterset.found.is_everything:
        links = Contribution.projects.through.objects.filter(contribution=OuterRef("pk"))
        # In a form that no index serves: with one, SQLite goes through all published projects for
        # each contribution.
        links = links.annotate(state=Concat("project__status", Value("")))
        return contributions.filter(Exists(links.filter(state=Status.PUBLISHED)))
    projects = listed.values("pk")
    if model is not Project:
        path = f"{model._meta.model_name}s__in"
        projects = Project.objects.published().filter(**{path: projects}).order_by().values("pk")
    links = Contribution.projects.through.objects.filter(project__in=projects)
    return contributions.filter(pk__in=links.values("contribution"))


def money_of(filterset: RecordFilterSet, convert_to: str = "") -> Money:
    """What the records received; ``convert_to`` names a currency to show all amounts in.

    Remembered with the index of the list, which any change of the data replaces.
    """
    convert_to = convert_to if convert_to in OFFERED else ""
    filters = tuple(sorted((name, str(value)) for name, value in filterset.chosen.items()))
    question = ("money", filters, convert_to, get_language())
    return filterset.index.remember(question, lambda: _money(filterset, convert_to))


def _money(filterset: RecordFilterSet, convert_to: str) -> Money:
    money = Money(converted_to=convert_to)
    contributions = contributions_of(filterset).filter(amount__isnull=False).order_by()
    contributions = contributions.annotate(of_year=_year())
    by_year = bool(money.converted_to)
    for dimension, rows, labels in (
        (YEAR, _summed(contributions, "of_year", True), _years),
        (FUND, _summed(contributions.annotate(of_fund=_fund()), "of_fund", by_year), _names(Fund)),
        (FUNDER, _summed(contributions, "funders", by_year), _names(Organisation)),
    ):
        sums: defaultdict[str, dict] = defaultdict(lambda: defaultdict(Decimal))
        for value, currency, year, amount, number in rows:
            shown = _shown(Decimal(amount), currency, year, money.converted_to)
            if shown is not None:
                sums[str(value)][money.converted_to or currency] += shown
            elif dimension is YEAR:
                money.left_out += number
        ranked = sorted(sums, key=lambda value: -max(sums[value].values()))
        known = labels(ranked)
        money.amounts.append(
            Amounts(dimension, known, {value: dict(sums[value]) for value in known})
        )
    by_currency = [one for amounts in money.amounts[:1] for one in amounts.sums.values()]
    money.currencies = sorted({currency for one in by_currency for currency in one})
    return money


def _shown(amount: Decimal, currency: str, year: int, to: str) -> Decimal | None:
    return rates.convert(amount, currency, year, to) if to else amount


# Sums of the database ---------------------------------------------------------------------------


def _year():
    """The first year of a contribution, else that of the decision."""
    decided = Cast(Substr(Cast("decided_on", CharField()), 1, 4), IntegerField())
    return Coalesce("year", decided, Value(0), output_field=IntegerField())


def _fund():
    """The fund of a contribution, else that of its call, else that of its first project."""
    projects = Contribution.projects.through.objects.filter(
        contribution=OuterRef("pk"), project__status=Status.PUBLISHED, project__fund__isnull=False
    )
    first = projects.order_by("project__fund").values("project__fund")[:1]
    return Coalesce("fund", "call__fund", Subquery(first), output_field=BigIntegerField())


def _summed(contributions: QuerySet, value: str, by_year: bool) -> Iterator[tuple]:
    """The value, the currency, the year (0 unless ``by_year``), the sum, and of how many."""
    names = dict.fromkeys([value, "currency", *(["of_year"] if by_year else [])])
    rows = contributions.values(*names).annotate(total=Sum("amount"), number=Count("pk"))
    for row in rows:
        if row[value] is not None:
            yield row[value], row["currency"], row.get("of_year", 0), row["total"], row["number"]


# Names -----------------------------------------------------------------------------------------


def _years(keys):
    return {key: Label(_("Year not stated") if key == NO_YEAR else key, key) for key in keys}


def _names(model):
    def labels(keys):
        """Those that are not published have no name, and are not shown."""
        published = model.objects.published().order_by()
        shown = {str(pk) for pk in published.values_list("pk", flat=True)}
        known = [key for key in keys if key in shown]
        named = {
            str(row.pk): Label(getattr(row, "short_name", None) or str(row), row.public_id)
            for row in published.filter(pk__in=known[:MOST_NAMED])
        }
        return {key: named.get(key, Label("", "")) for key in known}

    return labels
