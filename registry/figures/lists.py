"""The figures of a filtered list: a chart with its table for each thing that it is counted by."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.facets import Found
from registry.facets.reading import FROM
from registry.figures import charts, rates
from registry.figures.addresses import Narrowing
from registry.figures.dimensions import DIMENSIONS, DOMAIN, YEAR, Dimension, Label, years_of
from registry.figures.money import NO_YEAR, Amounts, Money, money_of
from registry.filters.base import RecordFilterSet
from registry.models import Domain
from registry.money import format_money
from registry.text import fold

# As many rows as a table shows of what has no end; domains are shown with those below them.
MOST_ROWS = 30
MOST_DOMAINS = 80


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[str]
    url: str = ""
    below: bool = False


@dataclass(frozen=True)
class Figure:
    """One or more charts with the table that says the same, and what has to be known of them."""

    key: str
    title: str
    charts: list[charts.Chart]
    first_heading: str
    headings: list[str]
    rows: list[Row]
    others: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The title with what is counted: two figures of a page may be by the same thing."""
        return f"{self.title} – {', '.join(self.headings)}"


def view_context(filterset: RecordFilterSet) -> dict:
    """What the figures of a list need; ``?convert=EUR`` shows all money in one currency."""
    options = filterset._meta.model._meta
    kind, heading = options.model_name, str(capfirst(options.verbose_name_plural))
    narrowing = Narrowing(kind, filterset.data)
    money = money_of(filterset, filterset.data.get("convert", ""))
    figures = [
        _years(filterset.found, heading, narrowing),
        *(_figure(dimension, filterset, heading, narrowing) for dimension in DIMENSIONS[kind]),
    ]
    return {
        "figures": [figure for figure in figures if figure.rows],
        "money": money,
        "money_figures": [
            _money_figure(amounts, money, narrowing if kind == "contribution" else None)
            for amounts in money.amounts
            if amounts.sums
        ],
        "money_notes": _money_notes(money),
        "listed": len(filterset.found),
    }


def _figure(
    dimension: Dimension, filterset: RecordFilterSet, heading: str, narrowing: Narrowing
) -> Figure:
    most = MOST_DOMAINS if dimension is DOMAIN else MOST_ROWS
    counts = filterset.found.numbers(dimension.name)
    first = dict(list(counts.items())[:most])
    labels = filterset.labels(dimension.name, first)
    above = _above() if dimension is DOMAIN else {}
    known = [
        (Label(str(labels[code]), code, above.get(code, "")), number)
        for code, number in first.items()
        if code in labels
    ]
    drawn = known
    if dimension is DOMAIN:
        drawn, known = _drawn_domains(known, narrowing), _tree(known)
    title = str(dimension.title)
    values = [
        charts.Value(
            label.text, number, charts.plain_number(number), narrowing.to(dimension, label)
        )
        for label, number in drawn
    ]
    rows = [
        Row(
            label.text,
            [charts.plain_number(number)],
            narrowing.to(dimension, label),
            below=bool(label.parent),
        )
        for label, number in known
    ]
    others = len(counts) - len(rows)
    if unstated := filterset.found.without(dimension.name):
        number = charts.plain_number(unstated)
        rows.append(Row(_("Not stated"), [number], narrowing.to_unstated(dimension)))
    return Figure(
        key=dimension.name,
        title=title,
        charts=[chart for chart in [charts.rows(title, values)] if chart],
        first_heading=str(dimension.noun),
        headings=[heading],
        rows=rows,
        others=max(0, others),
    )


def _above() -> dict[str, str]:
    """The code of the domain above each that has one."""
    return dict(Domain.objects.filter(parent__isnull=False).values_list("code", "parent__code"))


def _drawn_domains(known: list[tuple[Label, int]], narrowing: Narrowing) -> list:
    """The first level; where the list is of one domain that has others below it, these."""
    chosen = narrowing.filters.getlist(DOMAIN.name)
    below = [one for one in known if [one[0].parent] == chosen]
    return below or [one for one in known if not one[0].parent]


def _tree(known: list[tuple[Label, int]]) -> list[tuple[Label, int]]:
    """Each domain of the first level, followed by those below it."""
    order = {label.code: place for place, (label, _number) in enumerate(known)}
    return sorted(
        known,
        key=lambda one: (
            order.get(one[0].parent or one[0].code, len(order)),
            bool(one[0].parent),
            -one[1],
            fold(one[0].text),
        ),
    )


def _years(found: Found, heading: str, narrowing: Narrowing) -> Figure:
    """Each year that a record covers counts it, as the period of the list does."""
    first, last = narrowing.years()
    values = {
        year: charts.Value(str(year), number, charts.plain_number(number), narrowing.to_year(year))
        for year, number in years_of(found).items()
        if first <= year <= last
    }
    rows = [Row(value.label, [value.shown], value.url) for value in values.values()]
    if undated := len(found) - sum(found.days(FROM).values()):
        rows.append(Row(_("Not stated"), [charts.plain_number(undated)]))
    title = str(YEAR.title)
    chart = charts.columns(title, values)
    return Figure(
        key=YEAR.name,
        title=title,
        charts=[chart] if chart else [],
        first_heading=str(YEAR.noun),
        headings=[heading],
        rows=rows,
    )


def _money_figure(amounts: Amounts, money: Money, narrowing: Narrowing | None) -> Figure:
    dimension, labels = amounts.dimension, amounts.labels
    is_years = dimension is YEAR
    known = [(key, labels[key]) for key in amounts.sums if key in labels]
    if is_years:
        known.sort(key=lambda one: (one[0] == NO_YEAR, one[0]))
    else:
        # Of tens of thousands the first alone are named, and shown.
        known.sort(
            key=lambda one: (
                -max(amounts.sums[one[0]].values()),
                fold(one[1].text) if one[1].text else "",
            )
        )
    title = str(dimension.title)
    drawings = []
    for currency in money.currencies:
        name = _("%(title)s, in %(currency)s") % {"title": title, "currency": currency}
        stated = [one for one in known if currency in amounts.sums[one[0]]]
        if not is_years:
            stated.sort(key=lambda one: -amounts.sums[one[0]][currency])
            stated = stated[: charts.MOST_ROWS]
        values = {
            key: _amount(label, amounts.sums[key][currency], currency) for key, label in stated
        }
        if is_years:
            drawings.append(
                charts.columns(
                    name,
                    {int(key): value for key, value in values.items() if key != NO_YEAR},
                    lambda amount, currency=currency: format_money(_whole(amount), currency),
                )
            )
        else:
            drawings.append(charts.rows(name, list(values.values())))
    return Figure(
        key=f"money-{dimension.name}",
        title=title,
        charts=[chart for chart in drawings if chart],
        first_heading=str(dimension.noun),
        headings=money.currencies,
        rows=[
            Row(
                label.text,
                [_cell(amounts.sums[key].get(currency), currency) for currency in money.currencies],
                _behind(dimension, label, narrowing),
            )
            for key, label in (known if is_years else known[:MOST_ROWS])
        ],
        others=0 if is_years else max(0, len(known) - MOST_ROWS),
        notes=[] if is_years else [_("An amount of several counts in full for each of them.")],
    )


def _behind(dimension: Dimension, label: Label, narrowing: Narrowing | None) -> str:
    if narrowing is None or label.code == NO_YEAR:
        return ""
    if dimension is YEAR:
        return narrowing.to_year(int(label.code))
    return narrowing.to(dimension, label)


def _amount(label: Label, amount: Decimal, currency: str) -> charts.Value:
    return charts.Value(label.text, float(amount), _cell(amount, currency))


def _cell(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else format_money(_whole(amount), currency)


def _whole(amount) -> Decimal:
    """Without cents: a figure is read at a glance."""
    return Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP)


def _money_notes(money: Money) -> list[str]:
    notes = [
        _("Each contribution counts once, however many projects and funders share it."),
        _("An amount for several years stands under the first of them."),
    ]
    if money.converted_to:
        notes.append(
            _(
                "Amounts in other currencies are converted to %(currency)s at the mean of the "
                "European Central Bank's reference rates for the year of the contribution; there "
                "are rates until %(year)s. The CFA francs have a fixed parity."
            )
            % {"currency": money.converted_to, "year": rates.last_year()}
        )
    return notes
