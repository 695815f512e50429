"""A search over all kinds of published records: the best of each, how many there are, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Domain,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.search.passages import Explanation, explain, explain_name
from registry.search.query import engine, typed
from registry.search.ranking import best, named
from registry.search.spelling import corrected
from registry.search.upkeep import with_neighbours
from registry.search.words import INDEXED
from registry.text import fold

# In the order in which they show, where none has the very name that was typed.
KINDS = (
    Agreement,
    Delegation,
    Project,
    Organisation,
    Place,
    Fund,
    Call,
    Contribution,
    Source,
)
HITS, SUGGESTIONS = 5, 8
# More are not counted: to find out would take longer than it is worth.
MOST_COUNTED = 100_000
# With no more results than this another spelling is worth a question.
FEW = 2
MOST_ALONE = 6


@dataclass(frozen=True)
class Hit:
    record: object
    why: Explanation


@dataclass(frozen=True)
class Group:
    """What was found of one kind."""

    model: type
    total: int
    hits: list[Hit]
    rank: tuple = ()

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.hits)

    @property
    def is_endless(self) -> bool:
        return self.total > MOST_COUNTED


@dataclass(frozen=True)
class Results:
    """What was found; ``instead`` are the words that it was found by, if not those typed."""

    groups: list[Group] = field(default_factory=list)
    instead: str = ""
    meant: str = ""
    alone: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


def search(text: str) -> Results:
    """What has every word of the text; where nothing has, what has them in another spelling."""
    words = typed(text)
    if not words:
        return Results()
    with engine.steady():
        groups = _groups(words, text)
        total = sum(group.total for group in groups)
        if total > FEW:
            return Results(groups)
        nearer = corrected(words)
        if nearer and not total:
            instead = " ".join(nearer)
            if groups := _groups(nearer, instead):
                return Results(groups, instead=instead)
        if total:
            return Results(groups, meant=_meant(words, total))
        return Results(alone=_alone(nearer or words) if len(words) > 1 else [])


def _groups(words: Sequence[str], text: str) -> list[Group]:
    models = engine.among(KINDS, words)
    found = [group for model in models if (group := _group(model, words, text))]
    if domains := _domains(words):
        found.append(domains)
    # A kind of which one has the very name comes first.
    return sorted(found, key=lambda group: group.rank[:1] != (0,))


def _group(model, words, text) -> Group | None:
    ranked = best(model, words, text, HITS)
    if not ranked:
        return None
    records = with_neighbours(model.objects.published()).in_bulk([key for _rank, key in ranked])
    hits = [Hit(records[key], explain(records[key], words)) for _rank, key in ranked]
    total = len(hits)
    if total == HITS:
        total = engine.count(model, words, MOST_COUNTED + 1)
    return Group(model, total, hits, ranked[0][0])


def _domains(words) -> Group | None:
    """Domains are few and have neither status nor search text."""
    found = []
    for domain in Domain.objects.all():
        there = fold(f"{domain.name_fr} {domain.name_en}").split()
        if all(any(one.startswith(word) for one in there) for word in words):
            found.append(domain)
    found.sort(key=lambda domain: (len(domain.name), fold(domain.name)))
    hits = [Hit(domain, explain_name(domain, words)) for domain in found[:HITS]]
    return Group(Domain, len(found), hits) if found else None


def _meant(words, total) -> str:
    """A spelling that is far more frequent than the one that found next to nothing."""
    nearer = corrected(words, suspect=True)
    if not nearer:
        return ""
    counted = sum(engine.count(model, nearer, 100) for model in KINDS)
    return " ".join(nearer) if counted > 3 * total else ""


def _alone(words) -> list[tuple[str, int]]:
    """How many records have each word, where none has them all."""
    counts = [
        (word, sum(engine.count(model, [word], MOST_COUNTED + 1) for model in KINDS))
        for word in words[:MOST_ALONE]
    ]
    return [(word, count) for word, count in counts if count]


# Suggestions ------------------------------------------------------------------------------------


def suggestions(text: str) -> list[Hit]:
    """Records whose names have what is being typed, the best of all kinds."""
    words = typed(text)
    if not words:
        return []
    with engine.steady():
        found = _named(words, text)
        if not found and (nearer := corrected(words)):
            words = nearer
            found = _named(words, " ".join(words))
        return [
            Hit(record, explain_name(record, words))
            for record in _load(sorted(found, key=lambda one: one[:2])[:SUGGESTIONS])
        ]


def _named(words, text) -> list[tuple]:
    return [
        (rank, place, model, key)
        for place, model in enumerate(engine.among(KINDS, words))
        for rank, key in named(model, words, text, SUGGESTIONS)
    ]


def _load(found) -> list:
    """The records in their order, with the names by which they may have been found."""
    records = {}
    for model in {model for _rank, _place, model, _key in found}:
        keys = [key for _rank, _place, other, key in found if other is model]
        _words, joined, _prefetched = INDEXED[model]
        rows = model.objects.published().select_related(*joined)
        if hasattr(model, "other_names"):
            rows = rows.prefetch_related("other_names")
        for key, record in rows.in_bulk(keys).items():
            records[model, key] = record
    return [records[model, key] for _rank, _place, model, key in found if (model, key) in records]
