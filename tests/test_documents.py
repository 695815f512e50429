"""Files of sources: what is taken, who reaches them, how they are given out."""

import datetime
import io
import zipfile

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from registry import documents
from registry.history.restoring import restore, revisions_of
from registry.models import Source, SourceFile
from tests import factories
from tests.admin_forms import add_row, filled, send, url

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + b"\0" * 17 + b"\0\0\0\0IEND\xae\x42\x60\x82"


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    storages = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path}}
    }
    settings.STORAGES = storages


def archive(**files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return content.getvalue()


def upload(content=PDF, name="convention.pdf"):
    return SimpleUploadedFile(name, content)


def attach(source, content=PDF, name="convention.pdf"):
    row = SourceFile(source=source, file=upload(content, name))
    row.full_clean()
    row.save()
    return row


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (archive(word__document_dot_xml="", _dot_=""), "docx"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "odt"),
    ],
)
def test_file_is_known_by_its_content(content, kind):
    assert attach(factories.SourceFactory(), content, "anything.bin").kind == kind


CORE = "<cp:p><dc:creator>Jeanne &amp; Jo</dc:creator><cp:lastModifiedBy>Max</cp:lastModifiedBy>"


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (PDF, []),
        (PDF.replace(b"<<>>e", rb"<</Author (Jos\351 \(DRI\))>>e"), ["José (DRI)"]),
        (PDF.replace(b"<<>>e", b"<</Author <FEFF004A00E9>>>e"), ["Jé"]),
        (PDF + b"<dc:creator><rdf:Seq><rdf:li>Zo\xc3\xa9</rdf:li>", ["Zoé"]),
        (archive(word__document_dot_xml="", docProps__core_dot_xml=CORE), ["Jeanne & Jo", "Max"]),
        (archive(word__document_dot_xml=""), []),
    ],
)
def test_names_of_authors_in_a_file_are_found(content, names):
    assert documents.names_in(attach(factories.SourceFactory(), content)) == names


def test_who_adds_a_file_is_told_whose_names_it_holds(client):
    client.force_login(factories.UserFactory())
    source = factories.SourceFactory()
    data = filled(client.get(url(source)))
    content = archive(word__document_dot_xml="", docProps__core_dot_xml=CORE)
    add_row(data, "files", file=upload(content, "note.docx"))

    send(client, url(source), data)

    told = [str(message) for message in client.get(url(source)).context["messages"]]
    assert any("Jeanne & Jo, Max" in text for text in told)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        b"<svg onload='alert(1)'></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00program",
        archive(anything="x"),
        archive(word__document_dot_xml="", word__vbaProject_dot_bin="macro"),
        archive(mimetype="application/epub+zip"),
        b"PK\x03\x04 broken",
    ],
)
def test_file_of_another_kind_is_refused(content):
    with pytest.raises(ValidationError):
        attach(factories.SourceFactory(), content, "convention.pdf")


def test_file_that_is_too_large_is_refused(settings):
    settings.FILE_MAX_MEGABYTES = 1
    with pytest.raises(ValidationError, match="1"):
        attach(factories.SourceFactory(), PDF + b" " * (1 << 20))


def test_file_of_a_published_source_is_given_out_safely(client):
    row = attach(factories.SourceFactory(), name="../x\r\nSet-Cookie: a=b/Convention signée.PDF")
    page = client.get(row.source.get_absolute_url())
    assert row.get_absolute_url() in page.text

    response = client.get(row.get_absolute_url())
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "Set-Cookie" not in response


def test_file_of_a_draft_is_reached_by_nobody(client):
    row = attach(factories.SourceFactory(status="draft"))
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(f"/media/{row.file.name}").status_code == 404
    assert client.get(f"/static/{row.file.name}").status_code == 404


def test_file_of_a_draft_is_reached_by_its_editors(client):
    row = attach(factories.SourceFactory(status="draft"))
    address = reverse("admin:registry_source_file", args=[row.source_id, row.pk])
    assert client.get(address).status_code == 302
    client.force_login(factories.UserFactory())
    assert b"".join(client.get(address).streaming_content) == PDF


def test_file_is_kept_by_its_content_and_named_by_its_upload():
    row = attach(factories.SourceFactory(), name="Convention signée.PDF")
    assert row.file.name.startswith(f"sources/{documents.digest(upload())[:2]}/")
    assert row.download_name == "Convention signée.PDF"
    assert attach(factories.SourceFactory(), PNG, "photo").download_name == "photo.png"


def test_file_comes_with_the_form_of_its_source(client):
    client.force_login(factories.UserFactory())
    source = factories.SourceFactory()
    data = filled(client.get(url(source)))
    add_row(data, "files", file=upload(), name="")
    send(client, url(source), data)

    assert [row.name for row in source.files.all()] == ["convention.pdf"]


def test_file_that_was_removed_comes_back_with_its_version(client):
    client.force_login(factories.UserFactory())
    source = factories.SourceFactory()
    row = attach(source)
    data = filled(client.get(url(source)))
    send(client, url(source), data | {"files-0-DELETE": "on"})
    assert not source.files.exists()
    restore(revisions_of(Source, source.pk).first(), before=True)

    assert source.files.get().file.name == row.file.name
    with source.files.get().file.open() as kept:
        assert kept.read() == PDF


def test_addresses_of_files_are_in_the_exports_of_sources(client):
    source = factories.SourceFactory()
    kept = source.files.create(file=upload())
    document = client.get(f"/sources/{source.public_id}.json").json()
    document = document.get("record", document)
    [told] = document["files"]
    assert told["name"] == "convention.pdf"
    assert told["url"].endswith(kept.get_absolute_url())
    assert b"".join(client.get(told["url"]).streaming_content) == PDF
    table = b"".join(client.get("/sources.csv").streaming_content).decode()
    assert told["url"] in table


@pytest.fixture
def removed(client):
    """A file that a source had until today, one that it has, and one that nobody knows."""
    client.force_login(factories.UserFactory())
    source = factories.SourceFactory()
    kept, gone = attach(source), attach(source, PDF + b"%gone")
    stray = default_storage.save("sources/aa/stray.pdf", upload())
    data = filled(client.get(url(source)))
    number = next(n for n in (0, 1) if data[f"files-{n}-id"] == str(gone.pk))
    send(client, url(source), data | {f"files-{number}-DELETE": "on"})
    return kept.file.name, gone.file.name, stray


def there(names) -> list[bool]:
    return [default_storage.exists(name) for name in names]


def test_file_of_a_removed_row_goes_when_the_history_needs_it_no_more(removed):
    call_command("remove_unused_files")
    assert there(removed) == [True, True, True]  # written today

    with time_machine.travel(datetime.timedelta(days=2)):
        call_command("remove_unused_files", dry_run=True)
        assert there(removed) == [True, True, True]
        call_command("remove_unused_files")
        assert there(removed) == [True, True, False]
        call_command("remove_unused_files", days=1)
        assert there(removed) == [True, False, False]
