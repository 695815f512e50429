"""What is to be said of cells beside their value, by their place: of a million, if need be."""

from array import array
from collections.abc import Iterator

# Columns are told apart by so many bits.
BITS = 24
# So many different texts are kept once, however many cells say them.
KEPT_ONCE = 1_000


class Notes:
    """Written by the place of a cell, read row after row: a few bytes for each."""

    def __init__(self):
        self._places = array("Q")
        self._said: list = []
        self._known: dict = {}
        self._is_sorted = True
        self._next = 0

    def __bool__(self):
        return bool(self._said)

    def __setitem__(self, place: tuple[int, int], said: str | int):
        row, column = place
        number = row << BITS | column
        if self._places and number < self._places[-1]:
            self._is_sorted = False
        self._places.append(number)
        if len(self._known) < KEPT_ONCE:
            said = self._known.setdefault(said, said)
        self._said.append(self._known.get(said, said))

    def of_row(self, row: int) -> Iterator[tuple[int, str | int]]:
        """What is said of the cells of a row, each behind its column; asked for row after row."""
        if not self._is_sorted:
            self._sort()
        while self._next < len(self._places) and self._places[self._next] >> BITS <= row:
            found, said = self._places[self._next], self._said[self._next]
            self._next += 1
            if found >> BITS == row:
                yield found & (1 << BITS) - 1, said

    def _sort(self) -> None:
        order = sorted(range(len(self._places)), key=self._places.__getitem__)
        self._places = array("Q", (self._places[one] for one in order))
        self._said = [self._said[one] for one in order]
        self._is_sorted = True
