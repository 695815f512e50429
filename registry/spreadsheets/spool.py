"""Frames of bytes one after the other, each after its length."""

import tempfile
import weakref
from collections.abc import Iterator

IN_MEMORY = 4 << 20


class Spool:
    """Frames one after the other: in memory while they are few, then on the disk."""

    def __init__(self):
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def add(self, data: bytes) -> None:
        write_frame(self._file, data)

    def frames(self) -> Iterator[bytes]:
        self._file.seek(0)
        while data := read_frame(self._file):
            yield data


def write_frame(file, data: bytes) -> None:
    file.write(len(data).to_bytes(4, "big"))
    file.write(data)


def read_frame(file) -> bytes:
    """The next frame; nothing at the end."""
    return file.read(int.from_bytes(file.read(4), "big"))
