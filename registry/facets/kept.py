"""Large indexes as files, so that a process that starts reads them instead of all records.

A file says of which version of the data it is, and by which code it was made. It holds what the
index holds: keys of published records and the values of their facets. Whatever is wrong with it,
the index is made from the database.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import time
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from pyroaring import BitMap

from registry.changes import Version
from registry.facets.index import Index, Positions

logger = logging.getLogger(__name__)

# For which a process waits for another one that makes the same index.
MOST_SECONDS = 30
# What the contents of a file follow from.
MADE_BY = ("index.py", "kept.py", "kinds.py", "reading.py")


@cache
def _code() -> str:
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in MADE_BY)).hexdigest()


def _path(model, ending: str) -> Path:
    return settings.INDEX_FOLDER / f"{model._meta.model_name}.{ending}"


@contextlib.contextmanager
def alone(model) -> Iterator[None]:
    """One process at a time, so that the others find what it has made; none waits for ever."""
    with contextlib.ExitStack() as stack:
        try:
            settings.INDEX_FOLDER.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(_path(model, "lock").open("w"))
            _wait_for(lock)
        except OSError as error:
            logger.warning("Indexes cannot be kept in files: %s", error)
        yield


def _wait_for(lock) -> None:
    for _try in range(10 * MOST_SECONDS):
        try:
            # Unlike ``flock``, not shared with the processes that come of this one.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            time.sleep(0.1)
        else:
            return


def write(model, index: Index, version: Version, day) -> None:
    """Keep an index that was made anew; the file appears whole or not at all."""
    blobs = [index.keys.tobytes(), index.positions.tobytes(), index.everything.serialize()]
    facets = {}
    for facet, values in index.bitmaps.items():
        facets[facet] = list(values)
        blobs += [records.serialize() for records in values.values()]
    said = {
        "code": _code(),
        "version": [version.number, version.mark],
        "day": str(day),
        "front": index.front,
        "facets": facets,
        "lengths": [len(blob) for blob in blobs],
    }
    draft = _path(model, f"{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(json.dumps(said).encode() + b"\n")
            file.writelines(blobs)
        draft.replace(_path(model, "index"))
    except OSError as error:
        logger.warning("The index could not be kept in a file: %s", error)
        draft.unlink(missing_ok=True)


def read(model) -> tuple[Index, Version, str] | None:
    """The index that was kept, with the version of the data and the day that it shows."""
    try:
        with _path(model, "index").open("rb") as file:
            said = json.loads(file.readline())
            if said["code"] != _code():
                return None
            blobs = [file.read(length) for length in said["lengths"]]
            keys, table = array("q"), array("I")
            keys.frombytes(blobs[0])
            table.frombytes(blobs[1])
            everything, *rest = map(BitMap.deserialize, blobs[2:])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("The index kept in a file cannot be read: %s", error)
        return None
    records = iter(rest)
    bitmaps = {
        facet: {value: next(records) for value in values}
        for facet, values in said["facets"].items()
    }
    index = Index(keys, Positions(table), bitmaps, everything, said["front"])
    return index, Version(*said["version"]), said["day"]
