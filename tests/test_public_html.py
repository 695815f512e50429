"""What the pages are made of: well-formed, light, and the same under the reader's own settings."""

import gzip
import os
import re
import subprocess
from collections import Counter

import html5lib
import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from registry import models
from tests import factories
from tests.admin_forms import full, url
from tests.linked import RECORDS, link, one_of_each
from tests.test_public_accessibility import addresses

pytestmark = [pytest.mark.appearance, pytest.mark.django_db]

# Compressed, without the map, which fetches its own when it is drawn.
FIRST_PAGE = 100_000
OF_THE_MAP = ("leaflet", "markercluster", "topojson", "world-atlas", "map.js", "map.css")
COMPRESSED_ALREADY = (".woff2", ".png")


@pytest.fixture(scope="module")
def records(shared):
    made = one_of_each()
    link(made, one_of_each())
    return made


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_well_formed(client, records, language):
    faults = []
    for address in addresses(records, language):
        text = client.get(address, follow=True).text
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(text)
        faults += [
            f"{address} {position}: {name} {values}" for position, name, values in parser.errors
        ]
        identifiers = Counter(re.findall(r'\sid="([^"]*)"', text))
        faults += [f"{address}: {one} twice" for one, number in identifiers.items() if number > 1]
    assert faults == []


def validated(client, pages, folder) -> str:
    """What the validator of the W3C, run beside the tests by who has it, finds in the pages."""
    for number, address in enumerate(pages):
        text = client.get(address, follow=True).text
        (folder / f"{number:03}.html").write_text(f"{text}<!-- {address} -->")
    found = subprocess.run(
        ["java", "-jar", os.environ["VNU_JAR"], "--errors-only", *sorted(folder.glob("*.html"))],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stderr


if "VNU_JAR" in os.environ:  # the vnu.jar of npm's vnu-jar; html5lib above looks always

    def test_w3c_validator_finds_no_error(client, records, tmp_path):
        pages = addresses(records, "fr") + addresses(records, "en")
        assert validated(client, pages, tmp_path) == ""

    def test_w3c_validator_finds_no_error_in_the_administration(client, tmp_path):
        client.force_login(factories.UserFactory())
        pages = ["/admin/", url(models.User.objects.get()), "/admin/auth/group/add/"]
        for model in RECORDS:
            pages += [url(full(model)), url(model, "add"), url(model, "changelist")]
        assert validated(client, pages, tmp_path) == ""


def _compressed(path: str) -> int:
    """The size of a static file as it is sent, with what a style sheet asks for in its turn."""
    with open(finders.find(path), "rb") as file:
        content = file.read()
    size = len(content) if path.endswith(COMPRESSED_ALREADY) else len(gzip.compress(content))
    if path.endswith(".css"):
        folder = path.rpartition("/")[0]
        for named in re.findall(r'url\("([^"#]+)"\)', content.decode()):
            inner = os.path.normpath(f"{folder}/{named}")
            size += 0 if inner.endswith(".woff2") else _compressed(inner)
    return size


def test_first_page_is_light(client, records):
    text = client.get(reverse("registry:home")).text
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', text))
    files = {file for file in files if not any(name in file for name in OF_THE_MAP)}
    files -= {"registry/img/touch-icon.png", "registry/css/print.css"}  # fetched for neither
    sizes = {file: _compressed(file) for file in files}
    assert any(file.endswith(".woff2") for file in sizes)
    assert len(gzip.compress(text.encode())) + sum(sizes.values()) <= FIRST_PAGE, sizes
