"""Files that come with sources: which kinds are taken, told by their content, and given out."""

import hashlib
import pathlib
import unicodedata
import zipfile

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from registry import bylines, pictures

MEGABYTE = 1 << 20
# What a file may be, with the ending under which it is given out.
KINDS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
# What browsers show by themselves without running anything of it.
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}


def kind_of(file) -> str:
    """The media type of a file by its content; empty for one that is not taken."""
    file.seek(0)
    start = file.read(8192)
    if start.startswith(b"PK"):
        # Archives are told apart by what they hold, not by where it happens to stand.
        kind = _office_kind(file)
    else:
        found = filetype.guess(start)
        kind = found.mime if found else ""
    file.seek(0)
    return kind if kind in KINDS else ""


def _office_kind(file) -> str:
    """The kind of an office document that is an archive; empty for others, or with macros."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return ""
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    office = "application/vnd.openxmlformats-officedocument"
    for part, kind in (
        ("word/document.xml", "wordprocessingml.document"),
        ("xl/workbook.xml", "spreadsheetml.sheet"),
        ("ppt/presentation.xml", "presentationml.presentation"),
    ):
        if part in names:
            return f"{office}.{kind}"
    return ""


def check(file) -> None:
    """Refuse a file that is too large, empty, or of a kind that is not taken."""
    if getattr(file, "_committed", False):
        return  # kept already, and checked when it came
    limit = settings.FILE_MAX_MEGABYTES
    if file.size > limit * MEGABYTE:
        raise ValidationError(
            _("“%(name)s” is larger than %(limit)d MB. Choose a smaller file.")
            % {"name": safe_name(file.name), "limit": limit}
        )
    if not (kind := kind_of(file)):
        raise ValidationError(
            _(
                "“%(name)s” is none of the kinds that can be given out: PDF, JPEG, PNG, GIF, WebP, "
                "or an office document without macros. Save it as a PDF."
            )
            % {"name": safe_name(file.name)}
        )
    try:
        _cleaned(file, kind)
    except pictures.PictureError:
        raise ValidationError(
            _("“%(name)s” is damaged and cannot be read as a picture. Save it anew.")
            % {"name": safe_name(file.name)}
        ) from None


def cleaned(file: File) -> File:
    """The upload as it is kept: of a picture, nothing that it says beside what it shows."""
    kind = kind_of(file)
    return ContentFile(_cleaned(file, kind), file.name) if kind in SHOWN else file


def _cleaned(file, kind: str) -> bytes:
    if kind not in SHOWN:
        return b""
    file.seek(0)
    content = file.read()
    file.seek(0)
    return pictures.without_metadata(content, kind)


def names_in(row) -> list[str]:
    """Whose names the file of a ``SourceFile`` holds beside what it shows."""
    with row.file.open("rb") as file:
        kind = kind_of(file)
        return [] if kind in SHOWN else bylines.names_in(file, kind)


def digest(file) -> str:
    """What tells the file's content from any other."""
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return found


def safe_name(name: str) -> str:
    """The last part of a file's name, as text that may be shown and written in a header."""
    last = pathlib.PurePath(str(name).replace("\\", "/")).name
    return "".join(one for one in last if unicodedata.category(one)[0] != "C")[-150:] or "?"


def send(row) -> FileResponse:
    """The file of a ``SourceFile``, so that nothing in it can act on the site.

    Its type is what its content says it is; pictures are shown, everything else is saved.
    """
    kind = next((kind for kind, ending in KINDS.items() if ending == row.kind), "")
    try:
        content = row.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=kind not in SHOWN,
        filename=row.download_name,
        content_type=kind or "application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    # The source may go back to being a draft.
    response["Cache-Control"] = "private, no-cache"
    return response
