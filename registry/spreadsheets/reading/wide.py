"""Archives whose XML stands in UTF-16, which the standard allows and hardly any program writes."""

import io
import re
import zipfile

from registry.spreadsheets.reading.archives import DAMAGED, Budget
from registry.spreadsheets.reading.refusals import DamagedRefusal

# How a part begins: by its mark, else by its first letter.
ORDERS = {
    b"\xff\xfe": "utf-16-le",
    b"<\0": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"\0<": "utf-16-be",
}
DECLARED = re.compile(r"""(\A<\?xml[^>]*?)\s+encoding=["'][^"']*["']""")


def in_utf8(data: bytes) -> bytes:
    """The archive with such parts in UTF-8, as all who look into it expect; mostly itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            orders = {
                entry.filename: order
                for entry in archive.infolist()
                if entry.filename.endswith((".xml", ".rels"))
                if (order := _order_of(archive, entry))
            }
            return _rewritten(archive, orders) if orders else data
    except DAMAGED:
        raise DamagedRefusal from None


def _order_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & 1:
        return None
    with archive.open(entry) as part:
        return ORDERS.get(part.read(2))


def _rewritten(archive: zipfile.ZipFile, orders: dict[str, str]) -> bytes:
    # No part holds more than it declares, or reading it fails.
    budget = Budget()
    budget.spend(sum(entry.file_size for entry in archive.infolist()), declared=True)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in archive.infolist():
            budget.check_ratio(entry.compress_size, entry.file_size)
            content = archive.read(entry)
            if order := orders.get(entry.filename):
                text = DECLARED.sub(r"\1", content.decode(order).removeprefix("\ufeff"))
                content = text.encode()
            copy.writestr(entry.filename, content)
    return file.getvalue()
