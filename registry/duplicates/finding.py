"""Which organisations and places may be one and the same, and why.

Each record is compared by what its names become when something that people write differently is
left out. Only records that share such a key meet, so that a hundred thousand take seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from registry.choices import Likeness
from registry.models import Duplicate, Organisation, Place
from registry.spreadsheets.names import is_slip
from registry.text import fold, name_key

MODELS = (Organisation, Place)
# A key that so many records share says nothing about any two of them.
MOST_ALIKE = 20
SHORTEST_ACRONYM = 3
LEGAL_FORMS = frozenset(
    """
    sa sas sasu sarl eurl sci scop scic gie gip epl spl sem semop epic epa asbl osbl obnl ong
    association assoc inc ltd ltee llc llp plc corp corporation co cie compagnie company gmbh ag
    cooperative coop senc snc fondation foundation
    """.split()  # noqa: SIM905
)


def suspects(model) -> Iterator[tuple[int, int, Likeness]]:
    """The pairs of records that may be one, each once, with the surest reason."""
    seen = _one_in_the_other() if model is Place else set()
    for likeness, groups in _groups(model):
        for group in groups:
            for one, other in combinations(sorted(group), 2):
                if (one, other) not in seen:
                    seen.add((one, other))
                    yield one, other, likeness


def _one_in_the_other() -> set[tuple[int, int]]:
    """A city and the region that bears its name are two, whatever they are called."""
    inside = Place.objects.filter(parent__isnull=False).values_list("pk", "parent")
    return {tuple(sorted(pair)) for pair in inside}


def refresh(model) -> int:
    """Look again, and keep what people said; the number of pairs that nobody decided about."""
    found = {(one, other): likeness for one, other, likeness in suspects(model)}
    name = model._meta.model_name
    listed = Duplicate.objects.filter(model_name=name)
    known = {(row.first_id, row.second_id): row for row in listed}
    gone = [row.pk for pair, row in known.items() if pair not in found and not row.is_dismissed]
    for start in range(0, len(gone), 500):
        Duplicate.objects.filter(pk__in=gone[start : start + 500]).delete()
    labels = _labels(model, {pk for pair in found for pk in pair})
    Duplicate.objects.bulk_create(
        [
            Duplicate(
                model_name=name,
                first_id=one,
                second_id=other,
                first_name=labels[one],
                second_name=labels[other],
                likeness=likeness,
            )
            for (one, other), likeness in found.items()
            if (one, other) not in known
        ],
        batch_size=500,
    )
    return listed.filter(is_dismissed=False).count()


def _labels(model, pks) -> dict[int, str]:
    pks, labels = sorted(pks), {}
    for start in range(0, len(pks), 500):
        records = model._base_manager.filter(pk__in=pks[start : start + 500])
        labels |= {record.pk: str(record)[:300] for record in records.defer("search_text")}
    return labels


def _groups(model) -> Iterator[tuple[Likeness, Iterable[set[int]]]]:
    own, others, acronyms = _names(model)
    yield Likeness.SAME_NAME, _shared((pk, name_key(name)) for pk, name, _place in own)
    known = defaultdict(set)
    for pk, name, _place in own:
        known[name_key(name)].add(pk)
    yield (
        Likeness.OTHER_NAME,
        [{pk, *known[key]} for pk, name in others if (key := name_key(name)) in known],
    )
    yield Likeness.LEGAL_FORM, _shared((pk, _without_form(name)) for pk, name, _place in own)
    yield (
        Likeness.WORD_ORDER,
        _shared((pk, " ".join(sorted(name_key(name).split()))) for pk, name, _place in own),
    )
    yield Likeness.ACRONYM, _acronyms(own, acronyms)
    yield Likeness.SLIP, _slips(own)


def _names(model):
    """The records' own names with where they are; their other names; those that are acronyms."""
    if model is Place:
        rows = model.objects.values_list("pk", "name_fr", "name_en", "country", "kind")
        own = [(pk, name, f"{country} {kind}") for pk, name, _en, country, kind in rows]
        others = [(pk, english) for pk, _fr, english, *_rest in rows if english]
    else:
        own = [
            (pk, name, str(place or ""))
            for pk, name, place in model.objects.values_list("pk", "name", "place")
        ]
        others = []
    rows = model._meta.get_field("other_names").related_model.objects
    key = model._meta.get_field("other_names").field.attname
    others += rows.exclude(kind="acronym").values_list(key, "name")
    return own, others, list(rows.filter(kind="acronym").values_list(key, "name"))


def _shared(keyed: Iterable[tuple[int, str]]) -> Iterator[set[int]]:
    groups = defaultdict(set)
    for pk, key in keyed:
        if key:
            groups[key].add(pk)
    return (group for group in groups.values() if 1 < len(group) <= MOST_ALIKE)


def _without_form(name: str) -> str:
    words = [word for word in name_key(name.replace(".", "")).split() if word not in LEGAL_FORMS]
    return " ".join(words)


def _acronyms(own, acronyms) -> Iterator[set[int]]:
    """A name that is the first letters of another, or another's acronym."""
    initials = defaultdict(set)
    for pk, name, _place in own:
        words = [word for word in name_key(name).split() if word not in LEGAL_FORMS]
        if len(words) >= SHORTEST_ACRONYM:
            initials["".join(word[0] for word in words)].add(pk)
    for pk, name in acronyms:
        initials[fold(name).replace(" ", "")].add(pk)
    for pk, name, _place in own:
        key = fold(name.replace(".", "")).replace(" ", "")
        is_short = SHORTEST_ACRONYM <= len(key) <= 8 and name.replace(".", "").strip().isupper()
        meant = initials.get(key, set()) - {pk} if is_short else ()
        if 0 < len(meant) <= MOST_ALIKE:
            yield from ({pk, other} for other in meant)


def _slips(own) -> Iterator[set[int]]:
    """Names that one slip of the keyboard tells apart, of what is not known to be elsewhere.

    Two keys one slip apart share their first half or their second.
    """
    halves = defaultdict(list)
    for pk, name, place in own:
        key = name_key(name)
        for length in (len(key), len(key) - 1):
            half = length // 2
            halves[length, True, key[:half]].append((pk, key, place))
            halves[length, False, key[len(key) - (length - half) :]].append((pk, key, place))
    for group in halves.values():
        if len(group) > MOST_ALIKE * 10:
            continue
        for (one, key, place), (other, other_key, other_place) in combinations(group, 2):
            is_near = place == other_place or not place or not other_place
            if one != other and key != other_key and is_near and is_slip(key, other_key):
                yield {one, other}
