"""The figures of single records: what happened over time in a place or with an organisation."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.facets import index_of
from registry.figures import charts
from registry.figures.dimensions import years_of
from registry.figures.lists import Figure, Row
from registry.models import Agreement, Delegation, Project

TYING = (Agreement, Delegation, Project)


def over_time(record) -> Figure:
    """How many agreements, delegations and projects of an organisation or a place in each year."""
    numbers = {model: _by_year(model, record) for model in TYING}
    used = [model for model in TYING if numbers[model]]
    found = sorted({year for model in used for year in numbers[model]})
    names = {model: str(capfirst(model._meta.verbose_name_plural)) for model in used}
    drawings = [
        charts.columns(
            names[model],
            {
                year: charts.Value(str(year), number, charts.plain_number(number))
                for year, number in numbers[model].items()
            },
        )
        for model in used
    ]
    return Figure(
        key="over-time",
        title=_("Over time"),
        charts=drawings,
        first_heading=_("Year"),
        headings=[names[model] for model in used],
        rows=[
            Row(
                str(year),
                [
                    charts.plain_number(numbers[model][year]) if year in numbers[model] else ""
                    for model in used
                ],
            )
            for year in found
        ],
        notes=[_("A record of several years counts in each of them.")],
    )


def _by_year(model, record) -> dict[int, int]:
    facet, index = record._meta.model_name, index_of(model)
    return years_of(index.found({facet: index.having(facet, record.public_id)}))
