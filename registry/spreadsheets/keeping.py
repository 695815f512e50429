"""Keeping what a preview prepared beside the job's file, so that confirming it only writes.

The file is signed: what is read back is what this registry wrote, or nothing.
"""

import contextlib
import hashlib
import hmac
import marshal
import os
import secrets
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.utils.crypto import salted_hmac

from registry.models.imports import imports_storage
from registry.spreadsheets.prepared import Prepared

# Another version of Python may write its values in another way.
VERSION = f"plan 1, {sys.implementation.cache_tag}, {marshal.version}\n".encode()
SIGNATURE = 32


class NotOursError(Exception):
    """A file that this registry did not write, or did not write to its end."""


def keep(job, prepared: Prepared) -> None:
    """Keep what was prepared; where the disk has no room for it, it is prepared again later."""
    path = _path(job)
    draft = path.with_suffix(".plan-draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb", opener=_private) as file:
            _write(prepared, file)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        forget(job)


def forget(job) -> None:
    with contextlib.suppress(OSError):
        _path(job).unlink(missing_ok=True)


@contextlib.contextmanager
def kept(job) -> Iterator[Prepared | None]:
    """What was prepared for the job's preview; ``None`` where it is not there, or not ours."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(_path(job).open("rb"))
            prepared = _open(file)
        except (OSError, NotOursError):
            prepared = None
        yield prepared if prepared and prepared.digest == job.plan_digest else None


def _path(job) -> Path:
    return Path(imports_storage().path(f"{job.pk}.plan"))


def _private(path, flags) -> int:
    return os.open(path, flags, 0o600)


class _Signer:
    """Signs frame after frame: none can be changed, left out or put elsewhere."""

    def __init__(self, nonce: bytes):
        self._key = salted_hmac(__name__, nonce, algorithm="sha256").digest()
        self._count = 0

    def sign(self, data: bytes) -> bytes:
        self._count += 1
        place = self._count.to_bytes(hashlib.blake2b.SALT_SIZE, "big")
        return hashlib.blake2b(data, key=self._key, salt=place, digest_size=SIGNATURE).digest()


def _write(prepared: Prepared, file) -> None:
    nonce = secrets.token_bytes(SIGNATURE)
    signer = _Signer(nonce)
    file.write(VERSION + nonce)
    facts = prepared.counts, prepared.digest, prepared.basis, prepared.count
    for data in chain([marshal.dumps(facts)], prepared.raw(), [b""]):
        file.write(len(data).to_bytes(4, "big") + signer.sign(data))
        file.write(data)


def _open(file) -> Prepared:
    if file.read(len(VERSION)) != VERSION:
        raise NotOursError
    signer = _Signer(file.read(SIGNATURE))
    facts = marshal.loads(_read(file, signer))  # noqa: S302  signed by us

    def frames() -> Iterator[bytes]:
        while data := _read(file, signer):
            yield data

    return Prepared(frames, *facts)


def _read(file, signer: _Signer) -> bytes:
    head = file.read(4 + SIGNATURE)
    data = file.read(int.from_bytes(head[:4], "big"))
    if not hmac.compare_digest(signer.sign(data), head[4:]):
        raise NotOursError
    return data
