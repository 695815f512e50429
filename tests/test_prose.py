"""Texts of records: what of Markdown shows, and that nothing of it can act."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from registry import prose
from tests import factories


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\n\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("One\nTwo", "<p>One<br>\nTwo</p>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        (
            "[site](https://example.org)",
            '<p><a href="https://example.org" rel="external noopener nofollow">site</a></p>',
        ),
        ("# Title", "<p># Title</p>"),
        ("    four spaces", "<p>four spaces</p>"),
        ("2 < 3 & 4", "<p>2 &lt; 3 &amp; 4</p>"),
        ("", ""),
    ],
)
def test_text_shows_as_it_was_meant(text, html):
    assert prose.to_html(text).strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.org/track.png)",
        "<a href=https://example.org onclick=alert(1)>x</a>",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_in_a_text_acts(text):
    html = prose.to_html(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert "<a href=https" not in html


@given(st.text(alphabet="<>[]()!*_`&;:/\"' \njavascript#-1.", max_size=60))
def test_only_the_known_tags_come_out(text):
    assert set(re.findall(r"</?(\w+)", prose.to_html(text))) <= prose.TAGS


def test_words_alone_are_one_line():
    assert prose.to_text("**Santé** & [lien](https://example.org)\n\n- un") == "Santé & lien un"


@pytest.mark.django_db
def test_page_of_a_record_shows_its_text(client):
    record = factories.AgreementFactory(summary="Premier.\n\n- un\n- <b>deux</b>")
    page = client.get(record.get_absolute_url()).text
    assert "<li>un</li>" in page
    assert "<b>deux</b>" not in page


@pytest.mark.django_db
def test_preview_is_for_staff(client):
    address = reverse("admin:prose")
    assert client.post(address, {"text": "*x*"}).status_code == 302
    client.force_login(factories.UserFactory())
    assert client.post(address, {"text": "*x*"}).text.strip() == "<p><em>x</em></p>"
    assert client.get(address).status_code == 405
