"""A draft does not exist in any file: not its name, not its identifier, not as a neighbour."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import translation

from tests import factories
from tests.linked import link, one_of_each
from tests.public_files import ALL_LISTS, ALL_RECORDS, content, list_file, record_file

pytestmark = pytest.mark.django_db

WORD = "zyxwdraft"
SECRET = "qvsecret"


@pytest.fixture
def registry():
    """Published records tied to drafts in every possible way, and what nobody may read of them."""
    published, drafts = one_of_each(), one_of_each(WORD, status="draft")
    link(published, drafts)
    for record in published.values():
        type(record).objects.filter(pk=record.pk).update(
            internal_notes=SECRET, reference=f"{SECRET}-reference"
        )
        record.authority.name = f"{SECRET} authority"
        record.authority.save()
    return published, drafts


def text_of(data: bytes) -> str:
    """The text of a file, that of a workbook taken out of its archive."""
    if data[:2] != b"PK":
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def leaks(text: str, drafts) -> list[str]:
    hidden = [WORD, SECRET, *(record.public_id for record in drafts.values())]
    return [word for word in hidden if word in text.lower()]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_drafts_and_inner_notes_leak_in_no_list(client, registry, language):
    _published, drafts = registry
    with translation.override(language):
        addresses = [list_file(kind, ending) for kind, ending in ALL_LISTS]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not leaks(text_of(content(response)), drafts), address


def test_drafts_and_inner_notes_leak_in_no_file_of_a_record(client, registry):
    published, drafts = registry
    for kind, ending in ALL_RECORDS:
        response = client.get(record_file(published[kind], ending))
        if response.status_code == 200:
            assert not leaks(text_of(content(response)), drafts), (kind, ending)
        assert client.get(record_file(drafts[kind], ending)).status_code == 404


def test_draft_cannot_be_filtered_by(client, registry):
    _published, drafts = registry
    address = list_file("agreement", "csv")
    for name in ("organisation", "place", "source", "project"):
        assert client.get(address, {name: drafts[name].public_id}).status_code == 400


def test_drafts_leak_in_no_description_of_a_page(client, registry):
    published, drafts = registry
    for record in published.values():
        text = client.get(record.get_absolute_url()).text
        assert 'type="application/ld+json"' in text
        assert not [one for one in drafts.values() if one.public_id in text]
        assert WORD not in text.lower()
    assert not leaks(client.get(reverse("registry:data")).text, drafts)


def test_record_withdrawn_while_its_file_is_read_is_left_out(client):
    from registry.models import Agreement
    from registry.publishing.datasets import DATASETS
    from registry.publishing.documents import documents
    from registry.publishing.neighbours import Addresses

    kept, withdrawn = factories.AgreementFactory(), factories.AgreementFactory()
    reading = DATASETS["agreement"].read(Agreement.objects.published(), Addresses(str))
    Agreement.objects.filter(pk=withdrawn.pk).update(status="draft")
    assert [record["id"] for record in documents(reading)] == [kept.public_id]
