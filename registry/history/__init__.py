"""The history of records: who changed what, when and why; and the way back.

``recording`` writes it, ``restoring`` brings former states back, ``reading`` shows it to people;
they rest on ``states`` (a record as plain values) and ``shapes`` (what belongs to a record).
"""

from registry.history.recording import (
    changed,
    connect,
    created,
    deleted,
    locked_snapshot,
    revision,
    tracking,
    write,
)
from registry.history.states import diff, snapshot, snapshots

__all__ = [
    "changed",
    "connect",
    "created",
    "deleted",
    "diff",
    "locked_snapshot",
    "revision",
    "snapshot",
    "snapshots",
    "tracking",
    "write",
]
