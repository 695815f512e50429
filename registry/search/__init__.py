"""Search: what free text finds in each kind of record, however it is spelt.

Each record carries its own folded text (``words``), and what it says of its neighbours: the
published ones alone, so that a search can never tell that a draft exists. ``upkeep`` keeps the text
true after each write. Each database then keeps an index of the text of published records by itself
(``sqlite``, ``postgresql``), which ``query`` asks.
"""

from registry.search.query import found, keys, matching, steady, typed
from registry.search.tables import ensure
from registry.search.upkeep import (
    NEIGHBOURS,
    ROWS,
    connect,
    deferred,
    index,
    inserting,
    rebuild,
    touch,
    touch_neighbours,
)
from registry.search.words import INDEXED, said_of, texts

__all__ = [
    "INDEXED",
    "NEIGHBOURS",
    "ROWS",
    "connect",
    "deferred",
    "ensure",
    "found",
    "index",
    "inserting",
    "keys",
    "matching",
    "rebuild",
    "said_of",
    "steady",
    "texts",
    "touch",
    "touch_neighbours",
    "typed",
]
