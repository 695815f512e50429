"""Names that differ by one slip of the keyboard: whether two do, and which known ones do."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

# A letter more or less is a slip in a word of four; another letter makes another short word
# (Lyon, Laon), and another first letter another name (Nantes, Mantes).
SHORTEST_WITH_SLIP = 4
SHORTEST_WITH_OTHER_LETTER = 6
# In a name of so many letters, also between three and four: CCI Ile-et-Vilaine.
LONG_NAME = 12
# What is longer is no name: without each of its letters it would fill the memory.
LONGEST_NAME = 300
# So many names wait until they are worth an index.
WAITING = 16
# A number of the index is what is left of a hash, before the place of its name.
PLACE_BITS = 20
PLACES, HASHES = (1 << PLACE_BITS) - 1, (1 << 64 - PLACE_BITS) - 1


class Slips:
    """Finds the known names that are one slip away from another.

    Two such names are equal once each lacks one letter, or the longer one does. What is left of
    each name without each of its letters is kept as one number of eight bytes, and only for the
    lengths that are asked for: a registry may have a hundred thousand names.
    """

    def __init__(self, keys: Iterable[str]):
        self._by_length: dict[int, _Length] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        length = len(key)
        if length <= LONGEST_NAME:
            if length not in self._by_length:
                self._by_length[length] = _Length()
            self._by_length[length].keys.append(key)

    def near(self, key: str, known) -> set[str]:
        """The names of which one slip may make this one, and some others; ``known`` has all."""
        if len(key) > LONGEST_NAME:
            return set()
        shorter = _without_a_letter(key)
        found = {one for one in shorter if one in known}
        if alike := self._by_length.get(len(key)):
            found.update(alike.find(shorter, key))
        if longer := self._by_length.get(len(key) + 1):
            found.update(longer.find({key}, key))
        return found


class _Length:
    """The names of one length, and what is left of each without each of its letters."""

    def __init__(self):
        self.keys: list[str] = []
        self._indexed = 0
        # Sorted, each much longer than the next: few to look into, and few to make anew.
        self._runs: list[array] = []

    def find(self, variants: set[str], key: str) -> Iterator[str]:
        if len(self.keys) - self._indexed > WAITING:
            self._index()
        for variant in variants:
            wanted = hash(variant) & HASHES
            for run in self._runs:
                place = bisect_left(run, wanted << PLACE_BITS)
                while place < len(run) and run[place] >> PLACE_BITS == wanted:
                    yield self.keys[run[place] & PLACES]
                    place += 1
        half = max((len(key) - 2) // 2, 0)
        begins, ends = key[:half], key[len(key) - half :]
        for known in self.keys[self._indexed :]:
            if known.startswith(begins) or known.endswith(ends):
                yield known

    def _index(self) -> None:
        places = range(self._indexed, min(len(self.keys), PLACES))
        run = sorted(
            (hash(variant) & HASHES) << PLACE_BITS | place
            for place in places
            for variant in _without_a_letter(self.keys[place])
        )
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = sorted([*self._runs.pop(), *run])
        self._runs.append(array("Q", run))
        self._indexed = len(self.keys)


def _without_a_letter(key: str) -> set[str]:
    """The name without each letter that a slip may add, leave out or change; and each space.

    Numbered names are many, and none is a slip for another.
    """
    found, start = set(), 0
    for word in key.split(" "):
        end = start + len(word)
        if len(word) >= SHORTEST_WITH_SLIP and not any(map(str.isdigit, word)):
            found.update(key[:place] + key[place + 1 :] for place in range(start, end))
        if end < len(key):
            found.add(key[:end] + key[end + 1 :])
        start = end + 1
    return found


def is_slip(known: str, given: str, is_word: Callable[[str], bool] = lambda word: False) -> bool:
    """Whether two folded names differ by one slip of the keyboard, rather than being two names.

    >>> is_slip("poool", "pool"), is_slip("rennes metropole", "nantes metropole")
    (True, False)
    """
    start = 0
    while start < min(len(known), len(given)) and known[start] == given[start]:
        start += 1
    end = 0
    while (
        end < min(len(known), len(given)) - start
        and known[len(known) - 1 - end] == given[len(given) - 1 - end]
    ):
        end += 1
    here, there = known[start : len(known) - end], given[start : len(given) - end]
    if max(len(here), len(there)) > 2:
        return False
    if " " in here + there:
        # A space more or less: Atlan games.
        return len(here) + len(there) == 1
    words = [_word_at(text, start) for text in (known, given)]
    if is_word(words[1]) or any(letter.isdigit() for word in words for letter in word):
        return False
    shortest = min(map(len, words))
    if {len(here), len(there)} == {0, 1}:
        return shortest >= SHORTEST_WITH_SLIP - (min(len(known), len(given)) >= LONG_NAME)
    if len(here) == len(there) == 2:
        return here == there[::-1] and shortest >= SHORTEST_WITH_SLIP
    starts_word = start == 0 or known[start - 1] == " "
    return (
        len(here) == len(there) == 1 and not starts_word and shortest >= SHORTEST_WITH_OTHER_LETTER
    )


def _word_at(text: str, position: int) -> str:
    start = text.rfind(" ", 0, position) + 1
    end = text.find(" ", position)
    return text[start : end if end >= 0 else len(text)]
