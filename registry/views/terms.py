"""The term of an agreement as a bar with today on it, in the lengths that a drawing needs."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.choices import Standing
from registry.dates import format_range

MOST_TICKS = 6
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
# What is left is told in days up to two months, then in months up to two years.
DAYS, MONTHS = 61, 730


@dataclass(frozen=True)
class Mark:
    """A point of the bar: where it is, as SVG writes it, and how its words stand to it."""

    x: str
    anchor: str
    label: str = ""


@dataclass(frozen=True)
class Term:
    """The bar, and the words that say the same."""

    start: str
    length: str
    is_open: bool
    today: Mark
    ticks: list[Mark]
    period: str
    remark: str


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _mark(share: float, label="") -> Mark:
    anchor = "start" if share < 0.08 else "end" if share > 0.92 else "middle"
    return Mark(_percent(share), anchor, label)


def term_of(agreement, standing: str, today: datetime.date, renewal=None) -> Term | None:
    """The term as far as it is known; nothing where no beginning is."""
    start = agreement.starts_on or agreement.signed_on
    if start is None:
        return None
    end = agreement.end_before(renewal)
    goes_on = end is None or (standing == Standing.IN_FORCE and end.latest < today)
    first = datetime.date(start.year, 1, 1)
    until = today if goes_on else max(end.latest, today)
    last = datetime.date(until.year + 1 + goes_on, 1, 1)
    whole = (last - first).days

    def share(day: datetime.date) -> float:
        return (day - first).days / whole

    begins = share(start.earliest)
    ends = 1.0 if goes_on else share(end.latest + datetime.timedelta(days=1))
    return Term(
        start=_percent(begins),
        length=_percent(ends - begins),
        is_open=goes_on,
        today=_mark(share(today)),
        ticks=[_mark(share(datetime.date(year, 1, 1)), str(year)) for year in _ticks(first, last)],
        period=format_range(start, end),
        remark=_remark(agreement, standing, today, renewal),
    )


def _ticks(first: datetime.date, last: datetime.date) -> range:
    years = last.year - first.year
    step = next(step for step in STEPS if years / step < MOST_TICKS)
    return range(first.year, last.year, step)


def _remark(agreement, standing, today, renewal) -> str:
    """What the bar alone does not say."""
    if standing == Standing.IN_FORCE:
        if agreement.tacit_renewal:
            return _("Renewed tacitly at its end, until somebody terminates it.")
        return (
            _left((agreement.ends_on.latest - today).days)
            if agreement.ends_on
            else _("No end is stated.")
        )
    if standing == Standing.ENDED:
        if agreement.terminated_on:
            return _("It was terminated.")
        if renewal:
            return _("Another agreement has taken over from it.")
    return ""


def _left(days: int) -> str:
    if days <= DAYS:
        return ngettext("%(days)s day left.", "%(days)s days left.", days) % {"days": days}
    if days <= MONTHS:
        months = days * 12 // 365
        return ngettext("%(months)s month left.", "%(months)s months left.", months) % {
            "months": months
        }
    years = days // 365
    return ngettext("%(years)s year left.", "%(years)s years left.", years) % {"years": years}
