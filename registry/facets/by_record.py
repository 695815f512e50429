"""A facet the other way round: which values each record has.

Where a facet has as many values as there are records, such as their places, it takes far longer to
look at each of its bitmaps than at the values of the few records of an organisation.
"""

from array import array
from collections import Counter
from collections.abc import Iterable

from pyroaring import BitMap


class ValuesByRecord:
    """Numbers of values, those of one record together: four bytes for each that it has."""

    def __init__(self, values: list[tuple[int, str, BitMap]], last: int):
        starts = array("I", bytes(4 * (last + 2)))
        for _total, _value, records in values:
            for position in records:
                starts[position + 1] += 1
        for position in range(last + 1):
            starts[position + 1] += starts[position]
        free, numbers = starts[:], array("I", bytes(4 * starts[-1]))
        for number, (_total, _value, records) in enumerate(values):
            for position in records:
                numbers[free[position]] = number
                free[position] += 1
        self._values, self._starts, self._numbers = values, starts, numbers

    def count(self, records: Iterable[int]) -> list[tuple[int, str]]:
        """How many of the records have each value, in the order of the values."""
        counted: Counter[int] = Counter()
        for position in records:
            counted.update(self._numbers[self._starts[position] : self._starts[position + 1]])
        return [(counted[number], self._values[number][1]) for number in sorted(counted)]
