"""Who a document says wrote it: office programs put the name of an account into every file.

Nothing is taken out of a document, which may be signed; who adds it is told. In a PDF only what
stands open in it is found.
"""

import html
import re
import zipfile
import zlib

LONGEST = 200_000
# Where office documents keep what they say of themselves.
PARTS = ("docProps/core.xml", "meta.xml")
TOLD = re.compile(
    r"<(?:dc:creator|cp:lastModifiedBy|meta:initial-creator)\b[^>]*>(.*?)</", re.DOTALL
)
PDF_AUTHOR = re.compile(rb"/Author\s*(?:\(((?:\\.|[^\\)]){1,300})\)|<([0-9A-Fa-f\s]{2,600})>)")
PDF_CREATOR = re.compile(rb"<dc:creator>.{0,200}?<rdf:li[^>]*>(.{1,300}?)</rdf:li>", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)


def names_in(file, kind: str) -> list[str]:
    """The names that the document of this media type gives as its authors', each once."""
    file.seek(0)
    found = _pdf(file.read()) if kind == "application/pdf" else _office(file)
    file.seek(0)
    return [name for name in dict.fromkeys(" ".join(one.split()) for one in found) if name]


def _office(file) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            texts = [
                archive.open(part).read(LONGEST).decode("utf-8", "replace")
                for part in PARTS
                if part in archive.namelist()
            ]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        return []
    return [html.unescape(name) for text in texts for name in TOLD.findall(text)]


def _pdf(content: bytes) -> list[str]:
    found = []
    for text, digits in PDF_AUTHOR.findall(content):
        digits = b"".join(digits.split())
        even = digits[: len(digits) // 2 * 2].decode()
        found.append(_text(bytes.fromhex(even) if digits else _plain(text)))
    creators = PDF_CREATOR.findall(content)
    return found + [html.unescape(one.decode("utf-8", "replace")) for one in creators]


def _plain(text: bytes) -> bytes:
    """A string of a PDF without its backslashes."""

    def one(match) -> bytes:
        said = match[1]
        if said.isdigit():
            return bytes([int(said, 8) & 0xFF])
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(said, said)

    return ESCAPED.sub(one, text)


def _text(value: bytes) -> str:
    if value.startswith((b"\xfe\xff", b"\xff\xfe")):
        return value.decode("utf-16", "replace")
    try:
        return value.decode("utf-8-sig")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
