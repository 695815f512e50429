"""Records as JSON: one stable shape for lists and single records.

``{"meta": {…}, "records": [{…}, …]}`` for a list, ``{"meta": {…}, "record": {…}}`` for one. What is
not known is ``null`` or an empty list, never left out.
"""

import json
from collections.abc import Iterator

from registry.publishing.reading import Reading


def documents(reading: Reading) -> Iterator[dict]:
    """Each record as JSON has it."""
    for batch in document_batches(reading):
        yield from batch


def document_batches(reading: Reading) -> Iterator[list[dict]]:
    keys = [column.key for column in reading.columns]
    for batch, columns in reading.batches():
        if len(batch):
            yield [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


def write_list(reading: Reading, meta: dict) -> Iterator[bytes]:
    """The whole list, some thousands of records at a time, one on each line."""
    yield f'{{"meta": {encode(meta)},\n"records": ['.encode()
    before = "\n"
    for batch in document_batches(reading):
        yield (before + ",\n".join(map(encode, batch))).encode()
        before = ",\n"
    yield b"\n]}\n"


def write_record(document: dict, meta: dict) -> bytes:
    return json.dumps({"meta": meta, "record": document}, ensure_ascii=False, indent=2).encode()


encode = json.JSONEncoder(ensure_ascii=False).encode
