"""Why a record was found: its title and the passages in which the words stand, marked.

Everything comes from the pieces that made the search text, so that what is shown of neighbours is
what published ones say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from registry.search.words import INDEXED, NAME, OTHER_NAME, pieces_of
from registry.text import fold, spots

MOST_PASSAGES = 2
# How much of a long text is looked at, and how much shows before and after the first word found.
READ = 20_000
BEFORE, AFTER = 60, 140


@dataclass(frozen=True)
class Passage:
    """A piece of a record: what it is, whose other name it is, and its text in marked parts."""

    label: str
    whose: str
    parts: list[tuple[str, bool]]


@dataclass(frozen=True)
class Explanation:
    title: list[tuple[str, bool]]
    passages: list[Passage] = field(default_factory=list)


def explain(record, words: Sequence[str]) -> Explanation:
    """The record's title with the words marked, and passages with those that are not in it."""
    title = str(record)
    missing = set(words) - _held(title, words)
    passages = []
    pieces = [
        (label, text[:READ], whose, held)
        for label, text, whose in pieces_of(type(record), record)
        if text and (held := _held(text[:READ], words)) and fold(text) != fold(title)
    ]
    while missing and len(passages) < MOST_PASSAGES:
        # The piece that tells most; of equals the first, which says more of the record itself.
        label, text, whose, held = max(
            pieces, key=lambda piece: len(piece[3] & missing), default=("", "", "", set())
        )
        if not held & missing:
            break
        missing -= held
        passages.append(Passage("" if label is NAME else label, whose, marked(text, words, True)))
    return Explanation(marked(title, words), passages)


def explain_name(record, words: Sequence[str]) -> Explanation:
    """The same from the names alone, which asks nothing more of the database."""
    title = str(record)
    missing = set(words) - _held(title, words)
    if not missing:
        return Explanation(marked(title, words))
    others = [
        Passage("", "", marked(text, words))
        for label, text, _whose in takewhile(_is_name, _names(record))
        if fold(text) != fold(title) and _held(text, words) & missing
    ]
    return Explanation(marked(title, words), others[:1])


def _names(record):
    if type(record) in INDEXED:
        yield from pieces_of(type(record), record)
    else:
        yield NAME, record.name_fr, ""
        yield NAME, record.name_en, ""


def _is_name(piece: tuple) -> bool:
    return piece[0] is NAME or piece[0] is OTHER_NAME


def _held(text: str, words: Sequence[str]) -> set[str]:
    there = fold(text).split()
    return {word for word in words if any(one.startswith(word) for one in there)}


def marked(text: str, words: Sequence[str], cut: bool = False) -> list[tuple[str, bool]]:
    """The text in parts, each marked or not; ``cut`` to what stands around the first marked."""
    found = spots(text, tuple(words))
    begin, end = 0, len(text)
    if cut and found:
        first = found[0][0]
        begin, end = _window(text, first)
    parts, place = [("… ", False)] if begin else [], begin
    for start, stop in found:
        if start >= begin and stop <= end:
            parts += [(text[place:start], False), (text[start:stop], True)]
            place = stop
    parts.append((text[place:end], False))
    if end < len(text):
        parts.append((" …", False))
    return [part for part in parts if part[0]]


def _window(text: str, first: int) -> tuple[int, int]:
    """From where to where a text shows around a place in it, between words."""
    begin = max(0, first - BEFORE)
    if begin:
        begin = text.find(" ", begin, first) + 1 or first
    end = min(len(text), first + AFTER)
    if end < len(text):
        end = text.rfind(" ", first, end)
        end = end if end > first else first + AFTER
    return begin, end
