"""Translations: every message has its French, and what is compiled is what is written.

The compiled files belong to the repository, since those who run the registry have no gettext.
"""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.machine import lacks

ROOT = Path(settings.BASE_DIR)
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=_name)


def test_catalogue_exists_for_every_language_but_that_of_the_code():
    languages = {path.parts[-3] for path in CATALOGUES}

    assert languages == {code for code in settings.TRANSLATED if code != "en"}


@each_catalogue
def test_catalogue_translates_every_message(path):
    catalogue = polib.pofile(str(path))

    assert not [entry.msgid for entry in catalogue.untranslated_entries()]
    assert not [entry.msgid for entry in catalogue.fuzzy_entries()]


@each_catalogue
def test_message_with_a_plural_is_nowhere_one_without(path):
    """Python 3.11.2, as Debian has it, would find no translation of the one without."""
    plural = {".py": "ngettext", ".html": "{% plural %}"}
    wrong = [
        (entry.msgid, file)
        for entry in polib.pofile(str(path))
        for file, _line in entry.occurrences
        if entry.msgid_plural
        if plural.get(Path(file).suffix, "") not in (ROOT / file).read_text()
    ]

    assert not wrong


@each_catalogue
def test_translation_keeps_the_values_of_its_message(path):
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(path))
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]
        if translation and not _same_values(entry, translation)
    ]

    assert not wrong


def _same_values(entry, translation: str) -> bool:
    """The same placeholders; one form of a plural may leave its number unsaid."""
    said = set(PLACEHOLDER.findall(translation))
    if entry.msgid_plural:
        return said <= set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    return said == set(PLACEHOLDER.findall(entry.msgid))


@each_catalogue
def test_translation_ends_as_its_message_does(path):
    """A full stop or a line break that is lost joins two sentences on the page."""
    ends = re.compile(r"[.:?!…]?\n?$")
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(path)).translated_entries()
        if entry.msgstr and ends.search(entry.msgid)[0] != ends.search(entry.msgstr)[0]
    ]

    assert not wrong


@each_catalogue
def test_compiled_catalogue_is_the_written_one(path):
    written = {}
    for entry in polib.pofile(str(path)):
        key = f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
        if entry.msgid_plural:
            written |= {(key, number): text for number, text in entry.msgstr_plural.items()}
        elif entry.msgstr:
            written[key] = entry.msgstr

    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog

    assert {key: text for key, text in compiled.items() if key} == written


def test_catalogue_has_every_message_of_the_code(tmp_path):
    if not shutil.which("xgettext"):
        lacks("gettext", "apt install gettext")
    copy = tmp_path / "project"
    for folder in ("cooperation_site", "registry", "templates", "locale"):
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*.mo", "vendor")
        )
    shutil.copy(ROOT / "manage.py", copy)
    shutil.copy(ROOT / "Makefile", copy)

    subprocess.run(["make", "extract", f"BIN={Path(sys.executable).parent}"], cwd=copy, check=True)

    missing = []
    for path in CATALOGUES:
        known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path))}
        extracted = polib.pofile(str(copy / path.relative_to(ROOT)))
        missing += [entry.msgid for entry in extracted if (entry.msgctxt, entry.msgid) not in known]
    assert not missing
