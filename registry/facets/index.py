"""The index of one kind of record: finding, counting, cutting into pages."""

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from heapq import heappush, heappushpop, nsmallest
from itertools import islice

from pyroaring import BitMap

from registry.facets.by_record import ValuesByRecord
from registry.facets.reading import FROM, UNTIL, Bitmaps

NOT_STATED = "none"
# Bitmaps of searches and periods, and counts, that an index remembers.
REMEMBERED = 256
# Lines of a list, as they were rendered.
LINES = 4000
NOWHERE = 0xFFFFFFFF
# A facet of more values than this is looked up by record, where there are few records.
MANY_VALUES = 1000


@dataclass(frozen=True)
class Selection:
    """The values of a facet that are wanted, any of them, and those that are not."""

    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self):
        return bool(self.kept or self.left)


class Remembered(OrderedDict):
    """The answers given last, by question; shared by threads."""

    def __init__(self, most: int):
        super().__init__()
        self.most = most
        self.lock = threading.Lock()

    def answer(self, question, compute):
        with self.lock:
            if question in self:
                self.move_to_end(question)
                return self[question]
        answer = compute()
        with self.lock:
            self[question] = answer
            while len(self) > self.most:
                self.popitem(last=False)
        return answer


class Positions:
    """From primary key to position: a table with one number for each key up to the last."""

    def __init__(self, table: array | None = None):
        self._table = array("I") if table is None else table

    def put(self, keys: list[int], first: int) -> None:
        """Give the keys positions, one after the other."""
        table = self._table
        missing = max(keys, default=-1) + 1 - len(table)
        if missing > 0:
            # More than asked for: the next keys come after these.
            table.frombytes(b"\xff" * (4 * (missing + len(table) // 8)))
        for position, key in enumerate(keys, first):
            table[key] = position

    def get(self, key: int) -> int | None:
        found = self._table[key] if key < len(self._table) else NOWHERE
        return None if found == NOWHERE else found

    def of(self, keys: Iterable[int]) -> BitMap:
        """The positions of the keys that have one."""
        table, size = self._table, len(self._table)
        found = BitMap([table[key] for key in keys if key < size])
        found.discard(NOWHERE)
        return found

    def tobytes(self) -> bytes:
        return self._table.tobytes()

    def copy(self) -> "Positions":
        return Positions(self._table[:])


class Index:
    """Bitmaps over positions: the rank of each record in the default order of its list.

    ``front`` positions before the first rank are free: records that come after the index was built
    are put there until it is built anew.
    """

    def __init__(
        self,
        keys: array,
        positions: Positions,
        bitmaps: Bitmaps,
        everything: BitMap,
        front: int = 0,
    ):
        self.keys = keys
        self.positions = positions
        self.bitmaps = bitmaps
        self.everything = everything
        self.front = front
        # The first of the positions in front that is taken.
        self.first = front
        self.orders: dict[str, array] = {}
        # How values read, by language and facet.
        self.labels: dict[tuple[str, str], dict[str, str]] = {}
        self.nothing = BitMap()
        self._by_record: dict[str, ValuesByRecord] = {}
        self.remember = Remembered(REMEMBERED).answer
        # The lines of records in a list, as they read: what they say changes with the data alone.
        self.lines = Remembered(LINES)

    def __len__(self):
        return len(self.everything)

    def make_ready(self) -> None:
        """What the first page that counts would otherwise wait for."""
        _made = self._ranked, self._stated

    @cached_property
    def _stated(self) -> dict[str, BitMap]:
        return {name: BitMap.union(BitMap(), *values.values()) for name, values in self._facets()}

    @cached_property
    def _ranked(self) -> dict[str, list[tuple[int, str, BitMap]]]:
        """The values of each facet, the most frequent first."""
        return {
            name: sorted(
                ((len(records), value, records) for value, records in values.items()),
                key=lambda one: (-one[0], one[1]),
            )
            for name, values in self._facets()
        }

    def by_record(self, facet: str) -> ValuesByRecord:
        """Made when somebody first asks."""
        if facet not in self._by_record:
            last = self.everything.max() if self.everything else 0
            self._by_record[facet] = ValuesByRecord(self._ranked.get(facet, []), last)
        return self._by_record[facet]

    def _facets(self):
        return ((name, one) for name, one in self.bitmaps.items() if name not in (FROM, UNTIL))

    @cached_property
    def _days(self) -> dict[str, list[str]]:
        return {end: sorted(self.bitmaps.get(end, ())) for end in (FROM, UNTIL)}

    # Finding ------------------------------------------------------------------------------------

    def having(self, facet: str, value: str) -> BitMap:
        if value == NOT_STATED:
            return self.remember((NOT_STATED, facet), lambda: self.everything - self._stated[facet])
        return self.bitmaps[facet].get(value) or BitMap()

    def selected(self, facet: str, selection: Selection) -> BitMap:
        """The records that have one of the values kept, and none of those left out."""
        found = self.everything
        if selection.kept:
            found = BitMap.union(*(self.having(facet, value) for value in selection.kept))
        for value in selection.left:
            found = found - self.having(facet, value)
        return found

    def since(self, day: str) -> BitMap:
        """Those whose period may last until the day or longer."""
        return self._within(FROM, bisect_left, day, slice_from=True)

    def until(self, day: str) -> BitMap:
        """Those whose period may begin on the day or earlier."""
        return self._within(UNTIL, bisect_right, day, slice_from=False)

    def _within(self, end: str, bisect, day: str, *, slice_from: bool) -> BitMap:
        def compute():
            days = self._days[end]
            cut = bisect(days, day)
            wanted = days[cut:] if slice_from else days[:cut]
            return BitMap.union(BitMap(), *(self.bitmaps[end][one] for one in wanted))

        return self.remember((end, day), compute)

    def of_keys(self, keys: Iterable[int]) -> BitMap:
        """The positions of records by their primary keys; of those that are not here, none."""
        return self.positions.of(keys)

    def found(self, parts: dict[str, BitMap], question: tuple | None = None) -> "Found":
        return Found(self, parts, question)

    # Orders -------------------------------------------------------------------------------------

    def rank(self, order: str, keys: Iterable[int]) -> None:
        """Remember another order of the records: ``keys`` has their primary keys in it."""
        ranked = (self.positions.get(key) for key in keys)
        self.orders[order] = array("I", (one for one in ranked if one is not None))

    # Changes ------------------------------------------------------------------------------------

    def place(self, key: int) -> int:
        """The position of a record; a new one is put in front of all others."""
        position = self.positions.get(key)
        if position is None:
            self.first = position = self.first - 1
            self.positions.put([key], position)
            self.keys[position] = key
        return position

    def renewed(self) -> "Index":
        """The same, with nothing remembered of what it does not hold itself."""
        same = Index(self.keys, self.positions, self.bitmaps, self.everything, self.front)
        same.first, same.orders = self.first, self.orders
        return same

    def copy(self) -> "Index":
        copy = self.renewed()
        copy.keys, copy.positions = self.keys[:], self.positions.copy()
        return copy

    def replace(self, old: BitMap, bitmaps: Bitmaps, new: BitMap) -> None:
        """Give the records at the ``old`` positions the bitmaps of those that are there now."""
        self.bitmaps = {
            facet: _replaced(values, old, bitmaps.get(facet, {}))
            for facet, values in self.bitmaps.items()
        }
        self.everything = (self.everything - old) | new


def _replaced(values: dict[str, BitMap], old: BitMap, new: dict[str, BitMap]) -> dict:
    kept = {
        value: records - old if records.intersect(old) else records
        for value, records in values.items()
    }
    for value, records in new.items():
        kept[value] = kept[value] | records if value in kept else records
    return {value: records for value, records in kept.items() if records}


class Found:
    """What some filters find, each of them a part; counted without one for the facet it filters.

    ``question`` says what was asked: the same one is not counted twice.
    """

    def __init__(self, index: Index, parts: dict[str, BitMap], question: tuple | None = None):
        self.index = index
        self.parts = parts
        self.question = question

    def __len__(self):
        return len(self.positions)

    def count(self) -> int:
        return len(self.positions)

    @property
    def is_everything(self) -> bool:
        return not self.parts

    @cached_property
    def positions(self) -> BitMap:
        return self._without("")

    def _without(self, name: str) -> BitMap:
        """What the filters but the one of this name find."""
        others = [part for other, part in self.parts.items() if other != name]
        return BitMap.intersection(*others) if others else self.index.everything

    def keys(self) -> Iterable[int]:
        return map(self.index.keys.__getitem__, self.positions)

    # Counting -----------------------------------------------------------------------------------

    def values(self, facet: str, most: int | None = None) -> list[tuple[str, int]]:
        """The values that the records have which the *other* filters find, with their number.

        The most frequent first, at most ``most`` of them.
        """
        if self.question is None:
            return self._counted(facet, most)
        question = ("values", self.question, facet, most)
        return self.index.remember(question, lambda: self._counted(facet, most))

    def _counted(self, facet, most):
        others = self._without(facet)
        ranked = self.index._ranked.get(facet, [])
        if others is self.index.everything:
            return [(value, total) for total, value, _records in ranked[:most]]
        if (few := self._few(facet, others)) is not None:
            counted = sorted((-number, value) for number, value in few)
            return [(value, -number) for number, value in counted[:most]]
        counted = []
        best: list[int] = []  # the ``most`` greatest numbers so far, as a heap
        for total, value, records in ranked:
            # None of the rest can have more than it has altogether.
            if most and len(best) == most and total < best[0]:
                break
            if number := others.intersection_cardinality(records):
                counted.append((-number, value))
                if most:
                    (heappush if len(best) < most else heappushpop)(best, number)
        first = nsmallest(most, counted) if most else sorted(counted)
        return [(value, -number) for number, value in first]

    def _few(self, facet: str, found: BitMap) -> list[tuple[int, str]] | None:
        """The numbers of the values that a few records have, of so many that few have any."""
        if MANY_VALUES < len(self.index._ranked.get(facet, ())) > 10 * len(found):
            return self.index.by_record(facet).count(found)
        return None

    def numbers(self, facet: str) -> dict[str, int]:
        """How many of the records found have each value: the filter on the facet counts too.

        The most frequent first; ``NOT_STATED`` is not among them.
        """
        found = self.positions
        if found is self.index.everything:
            return {value: total for total, value, _records in self.index._ranked.get(facet, [])}
        counted = self._few(facet, found)
        if counted is None:
            counted = [
                (number, value)
                for _total, value, records in self.index._ranked.get(facet, [])
                if (number := found.intersection_cardinality(records))
            ]
        counted.sort(key=lambda one: (-one[0], one[1]))
        return {value: number for number, value in counted}

    def without(self, facet: str) -> int:
        """How many of the records found have no value."""
        return len(self.positions) - self.positions.intersection_cardinality(
            self.index._stated[facet]
        )

    def days(self, end: str) -> dict[str, int]:
        """How many of the records found have each last day, or each first one."""
        found = self.positions
        counted = (
            (day, found.intersection_cardinality(records))
            for day, records in self.index.bitmaps.get(end, {}).items()
        )
        return {day: number for day, number in counted if number}

    def count_of(self, facet: str, value: str) -> int:
        return self._without(facet).intersection_cardinality(self.index.having(facet, value))

    # Pages --------------------------------------------------------------------------------------

    def page(self, order: str, start: int, stop: int) -> list[int]:
        """The primary keys of some of the records in an order, the default one for ``""``."""
        found, keys = self.positions, self.index.keys
        if not 0 <= start < len(found):
            return []
        if not order:
            first = found.iter_equal_or_larger(found[start])
            return [keys[position] for position in islice(first, stop - start)]
        front = self.index.front
        new = [position for position in islice(found, front) if position < front]
        old = found - BitMap(new)
        ranked = self.index.orders[order]
        rest = _cut(ranked, old, max(start - len(new), 0), max(stop - len(new), 0))
        return [keys[position] for position in (*new[start:stop], *rest)]


def _cut(ranked: array, wanted: BitMap, start: int, stop: int) -> list[int]:
    """Some of the positions ``wanted``, in the order of ``ranked``; from the nearer end."""
    total = len(wanted)
    if total == len(ranked):
        return list(ranked[start:stop])
    if start > total // 2:
        ending = (position for position in reversed(ranked) if position in wanted)
        return list(islice(ending, max(total - stop, 0), total - start))[::-1]
    return list(islice((position for position in ranked if position in wanted), start, stop))
