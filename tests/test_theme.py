"""The deployment's own colours: whatever is chosen, text in them can be read."""

import re

import pytest
from django.urls import reverse

from registry import theme


@pytest.fixture
def colours(settings):
    def choose(**chosen):
        settings.SITE_COLOURS = chosen
        theme.css.cache_clear()

    yield choose
    theme.css.cache_clear()


@pytest.mark.parametrize(
    "colour", ["#ffff00", "#000000", "#ffffff", "#ff0080", "#21417f", "#7f7f7f"]
)
@pytest.mark.parametrize("ground", [theme.LIGHT, theme.DARK])
def test_colour_is_readable_on_its_ground_and_on_its_soft_shade(colour, ground):
    tokens = theme._tokens("accent", colour, ground)
    for shade in (ground, tokens["accent-soft"]):
        assert theme.contrast(tokens["accent"], shade) >= 4.5
    assert theme.contrast(tokens["accent"], tokens["on-accent"]) >= 4.5
    assert theme.contrast(tokens["brand"], "#ffffff") >= 7
    assert theme.contrast(tokens["brand"], tokens["on-brand-quiet"]) >= 4.5


def test_contrast_is_that_of_the_guidelines():
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_pages_of_a_site_without_colours_name_no_theme(client, colours, db):
    colours(accent="", agreement="")
    assert "theme.css" not in client.get(reverse("registry:about")).text


def test_pages_name_the_theme_and_its_content_decides_the_address(client, colours, db):
    colours(accent="#a01020")
    first = re.search(r'href="(/theme\.css\?v=\w+)"', client.get(reverse("registry:about")).text)[1]
    response = client.get(first)
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert "--accent:#a01020" in response.text
    colours(accent="#a01021")
    assert first not in client.get(reverse("registry:about")).text
