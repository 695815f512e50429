"""Charts as plain geometry: where each bar goes, in text that a template writes into SVG.

Widths are percentages and heights are pixels, so that a chart fills any column and its words keep
the size of the page's. Numbers for SVG are text: a template would write a float with a comma.
"""

from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

COLUMNS_HEIGHT = 150
COLUMNS_TOP = 18
ROW_HEIGHT = 42
MOST_ROWS = 12
MOST_YEAR_LABELS = 8
# Longer spans of years are drawn by decades or centuries.
MOST_COLUMNS = 80
LONGEST_LABEL = 38


@dataclass(frozen=True)
class Value:
    """What is drawn: its name, its number, how that reads, and the list behind it."""

    label: str
    number: float
    shown: str
    url: str = ""


@dataclass(frozen=True)
class Mark:
    """A bar, with the box around it that answers to the pointer."""

    value: Value
    x: str
    y: str
    width: str
    height: str
    box_x: str
    box_y: str
    box_width: str
    box_height: str
    label: str = ""
    label_x: str = ""
    label_y: str = ""


@dataclass(frozen=True)
class Line:
    y: str
    label: str


@dataclass(frozen=True)
class Chart:
    """A drawing with its name and what it shows in a sentence."""

    shape: str
    title: str
    description: str
    marks: list[Mark]
    height: int
    lines: list[Line]

    def __bool__(self):
        return bool(self.marks)


def plain_number(value) -> str:
    return number_format(value, force_grouping=True)


def _text(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _round_up(number: float) -> float:
    """The next round number of one digit: 3, 40, 600."""
    if number <= 0:
        return 1
    unit = 10 ** floor(log10(number))
    return next(step * unit for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * unit >= number)


def _describe(values: list[Value]) -> str:
    largest = max(values, key=lambda value: value.number)
    return _("The highest of %(bars)s values: %(label)s, %(number)s.") % {
        "bars": plain_number(len(values)),
        "label": largest.label,
        "number": largest.shown,
    }


def rows(title: str, values: list[Value]) -> Chart:
    """Horizontal bars, the first of the values that are given."""
    values = values[:MOST_ROWS]
    most = max((value.number for value in values), default=0) or 1
    marks = [
        Mark(
            value=value,
            x="0",
            y=_text(top + 22),
            width=f"{_text(100 * value.number / most)}%",
            height="11",
            box_x="0",
            box_y=_text(top),
            box_width="100%",
            box_height=_text(ROW_HEIGHT - 4),
            label=Truncator(value.label).chars(LONGEST_LABEL),
            label_x="0",
            label_y=_text(top + 15),
        )
        for value, top in zip(values, range(0, ROW_HEIGHT * len(values), ROW_HEIGHT), strict=True)
    ]
    description = _describe(values) if values else ""
    return Chart("rows", title, description, marks, ROW_HEIGHT * len(values), [])


def columns(title: str, values: dict[int, Value], axis=plain_number) -> Chart:
    """A column for each year from the first to the last; none for a year without anything."""
    if not values:
        return Chart("columns", title, "", [], 0, [])
    step = _step(max(values) - min(values) + 1)
    first, last = min(values) // step * step, max(values) // step * step
    places = range(first, last + 1, step)
    heights: dict[int, float] = dict.fromkeys(places, 0)
    for year, value in values.items():
        heights[year // step * step] += value.number
    scale = _round_up(max(heights.values()))
    slot = 100 / max(len(places), 5)
    every = ceil(len(places) / MOST_YEAR_LABELS)
    marks = []
    for index, year in enumerate(places):
        number = heights[year]
        height = COLUMNS_HEIGHT * number / scale
        marks.append(
            Mark(
                value=_column_value(values, year, step, number, axis),
                x=f"{_text(slot * (index + 0.12))}%",
                y=_text(COLUMNS_TOP + COLUMNS_HEIGHT - height),
                width=f"{_text(slot * 0.76)}%",
                height=_text(height),
                box_x=f"{_text(slot * index)}%",
                box_y=str(COLUMNS_TOP),
                box_width=f"{_text(slot)}%",
                box_height=str(COLUMNS_HEIGHT),
                label=str(year) if index % every == 0 else "",
                label_x=f"{_text(slot * (index + 0.5))}%",
                label_y=str(COLUMNS_TOP + COLUMNS_HEIGHT + 18),
            )
        )
    lines = [
        Line(_text(COLUMNS_TOP + COLUMNS_HEIGHT * (1 - at / scale)), axis(at) if at else "")
        for at in ((0, scale // 2, scale) if scale % 2 == 0 else (0, scale))
    ]
    shown = [mark.value for mark in marks if mark.value.number]
    height = COLUMNS_TOP + COLUMNS_HEIGHT + 26
    return Chart("columns", title, _describe(shown), marks, height, lines)


def _step(span: int) -> int:
    return next(step for step in (1, 10, 100) if span <= MOST_COLUMNS * step or step == 100)


def _column_value(values, year, step, number, axis) -> Value:
    if step == 1:
        return values.get(year) or Value(str(year), 0, axis(0))
    return Value(f"{year}–{year + step - 1}", number, axis(number))
