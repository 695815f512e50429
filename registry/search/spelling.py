"""Words that come near to a mistyped one: words of published records, and no others.

Nothing is stored for it. What one slip makes of a word are some hundred letters in a row, and the
index knows at once which of them stand in a published record.
"""

from collections import Counter
from collections.abc import Iterable

from registry.search.query import engine
from registry.search.words import INDEXED

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# Shorter words come near to too many; longer ones are not words.
SHORTEST, LONGEST = 4, 30
# From this length on two slips are forgiven, after the first letters.
LONG, SURE = 8, 2
MOST_WORDS = 3


def corrected(words: Iterable[str], suspect: bool = False) -> tuple[str, ...] | None:
    """The words with those that no published record has in their nearest spelling.

    ``None`` where every word is known, or one has nothing near to it. With ``suspect`` all words
    are taken for unknown, and those that have nothing near stay as they are.
    """
    words = tuple(words)
    unknown = [word for word in words if suspect or not _stands(word)]
    if not unknown or len(unknown) > MOST_WORDS:
        return None
    near = {word: nearest(word) for word in unknown}
    if not (any if suspect else all)(near.values()):
        return None
    return tuple(dict.fromkeys(near.get(word) or word for word in words))


def nearest(word: str) -> str:
    """The best known word that one slip turns into this one, or two for a long word."""
    if not SHORTEST <= len(word) <= LONGEST:
        return ""
    slips = one_slip(word)
    found = _everywhere(engine.frequencies, slips)
    if not found and (begun := _everywhere(engine.frequencies, slips, beginnings=True)):
        found = _everywhere(engine.frequencies_from, _likeliest(begun, word))
    if not found and len(word) >= LONG:
        others = _everywhere(engine.frequencies_from, word[:SURE])
        found = {other: often for other, often in others.items() if _within_two(word, other)}
    return _likeliest(found, word)


def _likeliest(found: dict[str, int], word: str) -> str:
    """The most frequent is the most probable; of equals, a swap of letters."""
    return max(found, key=lambda one: (found[one], sorted(one) == sorted(word), one), default="")


def _stands(word: str) -> bool:
    return bool(engine.among(list(INDEXED), [word]))


def _everywhere(ask, *what, **how) -> Counter:
    """What each kind of record answers, added up."""
    return sum((Counter(ask(model, *what, **how)) for model in INDEXED), Counter())


def one_slip(word: str) -> list[str]:
    """Everything that one letter too many, too few, wrong or swapped makes of the word."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    shorter = [a + b[1:] for a, b in cuts if b]
    other = [a + letter + b[1:] for a, b in cuts if b for letter in LETTERS]
    longer = [a + letter + b for a, b in cuts for letter in LETTERS]
    return list(dict.fromkeys([*swapped, *shorter, *other, *longer]).keys() - {word})


def _within_two(one: str, other: str) -> bool:
    """Whether two slips at most lie between the words; swapped neighbours are one."""
    if abs(len(one) - len(other)) > 2:
        return False
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
    return row[-1] <= 2
