"""What pictures say beside what they show: cameras write where they were, and whose they are.

It is left out of the files that come with sources, without touching the picture itself. Which way
up a photograph is and the colours that it means are kept.
"""

import struct
import zlib

ORIENTATION = 0x0112
# What a PNG needs to be shown as it was meant.
PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
PNG_MARK = b"\x89PNG\r\n\x1a\n"
# Of a GIF, what other programs put in that belongs to how it is shown: looping, colours.
GIF_KEPT = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}
# Bits of a WebP's first part that say that there is EXIF, that there is XMP.
WEBP_TOLD = 0x08 | 0x04


class PictureError(ValueError):
    """The file is not made as pictures of its kind are."""


def without_metadata(content: bytes, kind: str) -> bytes:
    """The picture alone; other kinds of files as they are."""
    clean = {
        "image/jpeg": _jpeg,
        "image/png": _png,
        "image/webp": _webp,
        "image/gif": _gif,
    }.get(kind)
    try:
        return clean(content) if clean else content
    except (IndexError, struct.error) as error:
        raise PictureError(kind) from error


def _jpeg(content: bytes) -> bytes:
    kept, at, turned = [content[:2]], 2, 0
    while True:
        if content[at] != 0xFF:
            raise PictureError("image/jpeg")
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:  # the end: what follows are other pictures, with what they say
            kept.append(content[at : at + 2])
            break
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if end > len(content):
            raise PictureError("image/jpeg")
        body = content[at + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            turned = turned or _orientation(body[6:])
        elif _is_kept(marker, body):
            if marker == 0xDA:
                end = _end_of_scan(content, end)
            kept.append(content[at:end])
        at = end
    if turned > 1:
        kept.insert(1, _told_orientation(turned))
    return b"".join(kept)


def _is_kept(marker: int, body: bytes) -> bool:
    """The picture, its colours and how they are coded; no other application's part, no comment."""
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the coded picture ends: at the next mark that is none of its own."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise PictureError("image/jpeg")
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2


def _orientation(tiff: bytes) -> int:
    """Which way up the picture is; 0 where that cannot be read."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        first = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(struct.unpack_from(f"{order}H", tiff, first)[0]):
            at = first + 2 + 12 * number
            if struct.unpack_from(f"{order}H", tiff, at)[0] == ORIENTATION:
                value = struct.unpack_from(f"{order}H", tiff, at + 8)[0]
                return value if 1 <= value <= 8 else 0
    except (KeyError, struct.error):
        pass
    return 0


def _told_orientation(value: int) -> bytes:
    """The part of a JPEG that says which way up it is, and nothing else."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, value, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    kept, at = [PNG_MARK], len(PNG_MARK)
    while True:
        size, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise PictureError("image/png")
        if name in PNG_KEPT:
            kept.append(content[at:end])
        elif name == b"eXIf" and (turned := _orientation(content[at + 8 : end - 4])) > 1:
            body = b"eXIf" + _told_orientation(turned)[10:]
            kept.append(struct.pack(">I", len(body) - 4) + body)
            kept.append(struct.pack(">I", zlib.crc32(body)))
        if name == b"IEND":
            return b"".join(kept)
        at = end


def _webp(content: bytes) -> bytes:
    kept, at = [], 12
    end = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    while at < end:
        name, size = struct.unpack_from("<4sI", content, at)
        after = at + 8 + size + size % 2
        part = content[at:after]
        if len(part) < 8 + size:
            raise PictureError("image/webp")
        if name == b"VP8X":
            part = part[:8] + bytes([part[8] & ~WEBP_TOLD]) + part[9:]
        if name not in (b"EXIF", b"XMP "):
            kept.append(part)
        at = after
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(content: bytes) -> bytes:
    at = 13 + _colours(content[10])
    kept = [content[:at]]
    while (mark := content[at]) != 0x3B:
        if mark == 0x2C:  # a picture: where it stands, its colours, its points
            end = _end_of_blocks(content, at + 11 + _colours(content[at + 9]))
            is_kept = True
        elif mark == 0x21:
            end = _end_of_blocks(content, at + 2)
            other = content[at + 1] == 0xFF and content[at + 3 : at + 14] not in GIF_KEPT
            is_kept = content[at + 1] != 0xFE and not other
        else:
            raise PictureError("image/gif")
        if is_kept:
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, b"\x3b"])


def _colours(flags: int) -> int:
    """The bytes of a table of colours, if the flags say that there is one."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(content: bytes, at: int) -> int:
    while size := content[at]:
        at += 1 + size
    return at + 1
