"""Keeping each process's indexes up to the version of the data.

A small index is built anew at once after any change. A large one takes in the records that changed
and goes on; records that are new to it stand at the front of the list until it has been built
anew, in a thread, while the old one serves.
"""

import logging
import os
import threading
import time
from array import array
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from pyroaring import BitMap

from registry import changes
from registry.changes import Version
from registry.facets import kept
from registry.facets.index import Index, Positions
from registry.facets.kinds import KINDS, Kind
from registry.facets.reading import Reader

logger = logging.getLogger(__name__)

# Up to this many records an index is built anew after each change.
SMALL = 20_000
# Places at the front of a large index for records that it did not have.
FRONT = 4096
# More changes than these at once are not taken in one by one.
MOST_CHANGES = 2_000
# Seconds for which a large index goes on with what it has taken in.
LIFE = 60


@dataclass
class Held:
    """An index with the version of the data that it shows, and the day: states depend on it."""

    index: Index
    version: Version
    day: object
    built: float
    is_patched: bool = False


_held: dict[type, Held] = {}
_locks: dict[type, threading.Lock] = {model: threading.Lock() for model in KINDS}
_building: set[type] = set()


def _copied() -> None:
    """A process that comes of this one has none of the threads that hold the locks."""
    _locks.update({model: threading.Lock() for model in KINDS})
    _building.clear()


os.register_at_fork(after_in_child=_copied)


def index_of(model, version: Version | None = None) -> Index:
    """The index of the model's published records, as they are now."""
    version, day = version or changes.current(), timezone.localdate()
    held = _held.get(model)
    if held is None or held.version != version or held.day != day:
        with _locks[model]:
            held = _held.get(model)
            if held is None or held.version != version or held.day != day:
                held = _held[model] = _brought_up(model, held, version, day)
    if held.is_patched and time.monotonic() - held.built > LIFE:
        _build_aside(model)
    return held.index


def _brought_up(model, held: Held | None, version: Version, day) -> Held:
    if held is None:
        return _begun(model, version, day)
    if len(held.index) <= SMALL:
        return _built(model, version, day)
    if brought_up := _patched(model, held, version, day):
        return brought_up
    # Until the new one is there the old one goes on: it only says which records to read.
    _build_aside(model)
    return Held(held.index.renewed(), version, day, held.built, is_patched=True)


def _patched(model, held: Held, version: Version, day) -> Held | None:
    """What is held with the changes since taken in; nothing where it is to be built anew."""
    kind, changed = KINDS[model], changes.since(held.version)
    if changed is None or (kind.computed and held.day != day):
        return None
    pks = _touched(kind, changed)
    if pks is None or len(pks) > min(MOST_CHANGES, held.index.first):
        return None
    index = patched(held.index, kind, pks) if pks else held.index.renewed()
    return Held(index, version, day, held.built, held.is_patched or bool(pks))


def _begun(model, version: Version, day) -> Held:
    """The index of a process that has none yet: as another one left it, or built."""
    if model.objects.published().count() <= SMALL:
        return _built(model, version, day)
    with kept.alone(model):
        if found := kept.read(model):
            index, of_version, of_day = found
            known_day = day if of_day == str(day) else None
            if of_version == version and (known_day or not KINDS[model].computed):
                return Held(index, version, day, time.monotonic())
            # PostgreSQL tells what changed since a version by its snapshot, which no file has.
            if connection.vendor == "sqlite":
                held = Held(index, of_version, known_day, time.monotonic())
                if brought_up := _patched(model, held, version, day):
                    return brought_up
        return _built(model, version, day)


def _built(model, version: Version, day) -> Held:
    index = build(KINDS[model])
    if len(index) > SMALL:
        kept.write(model, index, version, day)
    return Held(index, version, day, time.monotonic())


def _build_aside(model) -> None:
    """Build the index in a thread, unless one does so already."""
    with _locks_of_building:
        if model in _building:
            return
        _building.add(model)

    def run():
        try:
            version, day = changes.current(), timezone.localdate()
            held = _built(model, version, day)
            with _locks[model]:
                _held[model] = held
        except Exception:
            logger.exception("The index of %s could not be built.", model._meta.model_name)
        finally:
            _building.discard(model)
            connection.close()

    threading.Thread(target=run, name=f"index of {model._meta.model_name}", daemon=True).start()


_locks_of_building = threading.Lock()


def _touched(kind: Kind, changed: dict[str, set[int] | None]) -> set[int] | None:
    """The records whose bitmaps the changes concern; ``None`` where that is best read anew."""
    touched: set[int] = set()
    for name, pks in changed.items():
        if name == kind.model._meta.model_name:
            if pks is None or not kind.by_itself:
                return None
            touched |= pks
        elif paths := _paths(kind).get(name):
            if pks is None or len(pks) > MOST_CHANGES:
                return None
            for path in paths:
                near = kind.model.objects.filter(**{f"{path}__in": pks}).order_by()
                touched.update(near.values_list("pk", flat=True)[: MOST_CHANGES + 1])
    return touched


# By which paths a record comes to those of another kind that its bitmaps tell of.
NEAR = {
    "agreement": {},
    "delegation": {
        "organisation": ["participants__organisation", "programme__organisations"],
        "place": ["participants__organisation__place", "stops__place", "programme__place"],
        "domain": ["domains"],
    },
    "project": {
        "organisation": ["partners__organisation"],
        "place": ["partners__organisation__place", "places"],
        "domain": ["domains"],
        "fund": ["fund"],
        "call": ["call"],
    },
    "organisation": {"place": ["place"]},
    "fund": {"organisation": ["organisations__organisation"]},
    "call": {"fund": ["fund"]},
    "contribution": {
        "organisation": ["funders", "recipients"],
        "project": ["projects"],
        "fund": ["fund", "call__fund", "projects__fund"],
        "call": ["call", "projects__call"],
    },
    "source": {"organisation": ["publisher"]},
}


def _paths(kind: Kind) -> dict[str, list[str]]:
    return NEAR.get(kind.model._meta.model_name, {})


# Making one --------------------------------------------------------------------------------------


def build(kind: Kind) -> Index:
    count = kind.model.objects.published().count()
    front = FRONT if count > SMALL else 0
    keys, positions = array("q", bytes(8 * front)), Positions()

    def place(found: list[int]) -> range:
        first = len(keys)
        positions.put(found, first)
        keys.extend(found)
        return range(first, len(keys))

    bitmaps = Reader(kind, place, positions.of).bitmaps()
    return Index(keys, positions, bitmaps, BitMap(range(front, len(keys))), front)


def patched(index: Index, kind: Kind, pks: set[int]) -> Index:
    """Another index, in which these records are as the database has them now."""
    index = index.copy()
    old = index.positions.of(pks)
    now = BitMap()

    def place(found: list[int]) -> list[int]:
        positions = [index.place(key) for key in found]
        now.update(positions)
        return positions

    bitmaps = Reader(kind, place, lambda keys: index.positions.of(keys) & now, pks).bitmaps()
    index.replace(old, bitmaps, now)
    return index
