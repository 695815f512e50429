"""Which of the found come first: names before text, whole words before beginnings.

A common word stands in a million records: never are more read than the limits below. So the best of
those that were found first are shown, and the order of lists is for those who want them all.
"""

from collections.abc import Sequence

from django.db.models import Value
from django.db.models.functions import Left, StrIndex

from registry.search.query import engine
from registry.search.words import REST
from registry.text import fold

# How many records are compared by their names, and how many by what their text holds.
BY_NAME, BY_TEXT = 300, 100


def best(model, words: Sequence[str], text: str, most: int) -> list[tuple]:
    """The best of what the words find: pairs of rank, which compares kinds, and primary key.

    ``text`` is what was typed, of which a name may be the very words.
    """
    ranked = named(model, words, text, BY_NAME)
    if len(ranked) < most:
        others = engine.first(model, words, BY_TEXT, in_names=False)
        ranked += _ranked(model, words, text, set(others) - {key for _rank, key in ranked})
    return ranked[:most]


def named(model, words: Sequence[str], text: str, most: int) -> list[tuple]:
    """The best of those whose names have the words, for suggestions."""
    keys = engine.first(model, words, BY_NAME, in_names=True)
    return _ranked(model, words, text, keys)[:most]


def _ranked(model, words, text, keys) -> list[tuple]:
    if not keys:
        return []
    end_of_names = StrIndex("search_text", Value(REST)) - 1
    # Folded names hold no line without a word: no names, nothing before the rest.
    rows = model.objects.published().filter(pk__in=keys, search_text__contains=REST)
    names = rows.order_by().values_list("pk", Left("search_text", end_of_names))
    asked = fold(text)
    return sorted((_rank(names.split("\n"), words, asked), key) for key, names in names)


def _rank(names: list[str], words: Sequence[str], asked: str) -> tuple:
    """The smaller, the better."""
    by_name = min(
        (_closeness(name.split(), words, name, asked), place, len(name))
        for place, name in enumerate(names)
    )
    every = set(" ".join(names).split())
    held = sum(word in every for word in words)
    begun = sum(any(one.startswith(word) for one in every) for word in words)
    return *by_name[:1], -begun, -held, *by_name[1:], names[0]


def _closeness(there: list[str], words: Sequence[str], name: str, asked: str) -> int:
    """From 0, the name is what was asked for, to 5, it lacks some word."""
    if name == asked:
        return 0
    if not all(any(one.startswith(word) for one in there) for word in words):
        return 5
    whole = all(word in there for word in words)
    first = name.startswith(asked) or there[0].startswith(words[0])
    return (1 if first else 2) if whole else (3 if first else 4)
