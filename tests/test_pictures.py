"""Pictures that are kept say nothing but what they show."""

import struct
import zlib

import pytest

from registry import pictures

SECRET = b"48.11 N 1.68 W, Jeanne"


def tiff(*entries, order=">") -> bytes:
    mark = {">": b"MM", "<": b"II"}[order]
    body = b"".join(struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    head = struct.pack(f"{order}2sHIH", mark, 42, 8, len(entries))
    return head + body + b"\0\0\0\0" + SECRET


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"


def jpeg(*said) -> bytes:
    shown = segment(0xDB, b"q") + segment(0xC0, b"f") + segment(0xC4, b"h") + SCAN + SCAN
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(said) + shown + b"\xff\xd9" + SECRET


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("order", "<>")
def test_photograph_keeps_its_orientation_and_colours_alone(order):
    exif = segment(0xE1, b"Exif\0\0" + tiff((0x010F, 1), (0x0112, 6), (0x8825, 9), order=order))
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)
    colours = segment(0xE2, b"ICC_PROFILE\0colours")
    said = (exif, xmp, colours, segment(0xED, SECRET), segment(0xFE, SECRET))

    clean = pictures.without_metadata(jpeg(*said), "image/jpeg")

    assert SECRET not in clean
    assert clean.count(SCAN) == 2
    assert colours in clean
    assert clean.endswith(b"\xff\xd9")
    assert pictures._orientation(clean[12:]) == 6
    assert pictures.without_metadata(clean, "image/jpeg") == clean


def test_photograph_the_right_way_up_says_nothing():
    plain = jpeg()[: -len(SECRET)]

    assert pictures.without_metadata(jpeg(), "image/jpeg") == plain


def test_png_keeps_what_it_shows():
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"size")
    end = chunk(b"IDAT", b"picture") + chunk(b"IEND", b"")
    said = chunk(b"tEXt", SECRET) + chunk(b"iTXt", SECRET) + chunk(b"eXIf", tiff((0x0112, 1)))

    assert pictures.without_metadata(start + said + end + SECRET, "image/png") == start + end


def test_webp_keeps_what_it_shows():
    def part(name, body):
        return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    def file(*parts):
        body = b"WEBP" + b"".join(parts)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    picture = part(b"VP8 ", b"pixels!")
    said = part(b"EXIF", SECRET), part(b"XMP ", SECRET)

    clean = pictures.without_metadata(
        file(part(b"VP8X", b"\x1c" + b"\0" * 9), picture, *said), "image/webp"
    )

    assert clean == file(part(b"VP8X", b"\x10" + b"\0" * 9), picture)


def test_gif_keeps_what_it_shows():
    def told(label, *blocks):
        return b"\x21" + label + b"".join(bytes([len(one)]) + one for one in blocks) + b"\0"

    start = b"GIF89a" + b"\1\0\1\0" + b"\x80\0\0" + b"six..."
    loop = told(b"\xff", b"NETSCAPE2.0", b"\1\0\0")
    picture = told(b"\xf9", b"time") + b"\x2c" + b"\0" * 8 + b"\x80" + b"colour" + b"\2\1p\0"
    said = told(b"\xfe", SECRET), told(b"\xff", b"XMP DataXMP", SECRET)

    clean = pictures.without_metadata(
        start + said[0] + loop + said[1] + picture + picture + b"\x3b" + SECRET, "image/gif"
    )

    assert clean == start + loop + picture + picture + b"\x3b"


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp"])
@pytest.mark.parametrize("size", [0, 1, 3, 9, 13, 30])
def test_damaged_picture_is_refused(kind, size):
    whole = {
        "image/jpeg": jpeg(),
        "image/png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"12345678901234567890"),
    }
    content = whole.get(kind, b"RIFF\xff\0\0\0WEBPVP8 \xff\0\0\0")[:size]

    if kind == "image/webp" and size in (9, 13):
        return  # nothing in it is not damaged
    with pytest.raises(pictures.PictureError):
        pictures.without_metadata(content, kind)
