"""The deployment's own colours as a style sheet: any hue, always readable.

The names are those of registry/static/registry/css/tokens.css, which holds the registry's own.
"""

import colorsys
import hashlib
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control

# What text in a colour stands on in each scheme, and the contrast that it needs there at least.
LIGHT, DARK = "#ffffff", "#18212c"
READABLE, STRONG = 5.0, 9.0
STEPS = 100


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _written(channels) -> str:
    return "#" + "".join(f"{round(one * 255):02x}" for one in channels)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    linear = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, ground: str, least: float) -> str:
    """The colour itself, or the nearest of its hue that has the contrast with the ground."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    goal = 0.0 if _luminance(ground) > 0.2 else 1.0
    for step in range(STEPS + 1):
        shade = lightness + (goal - lightness) * step / STEPS
        found = _written(colorsys.hls_to_rgb(hue, shade, saturation))
        if contrast(found, ground) >= least:
            return found
    return _written((goal,) * 3)


def mixed(colour: str, ground: str, part: float) -> str:
    """The ground with a part of the colour in it."""
    both = zip(_channels(colour), _channels(ground), strict=True)
    return _written(part * one + (1 - part) * other for one, other in both)


def _tokens(name: str, colour: str, ground: str) -> dict[str, str]:
    soft = mixed(colour, ground, 0.1 if ground == LIGHT else 0.2)
    tokens = {
        name: readable(readable(colour, ground, READABLE), soft, READABLE),
        f"{name}-soft": soft,
    }
    if name == "accent":
        tokens |= {
            "accent-strong": readable(colour, ground, STRONG),
            "on-accent": LIGHT if ground == LIGHT else "#0b1320",
            "brand": readable(colour, LIGHT, STRONG),
            "on-brand-quiet": mixed(LIGHT, readable(colour, LIGHT, STRONG), 0.85),
        }
    return tokens


@cache
def css() -> str:
    """The style sheet; empty where the deployment has no colours of its own."""
    colours = {name: colour for name, colour in settings.SITE_COLOURS.items() if colour}
    if not colours:
        return ""
    light, dark = (
        "".join(
            f"--{token}:{value};"
            for name, colour in colours.items()
            for token, value in _tokens(name, colour, ground).items()
        )
        for ground in (LIGHT, DARK)
    )
    return (
        f"@media screen{{:root{{{light}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )


def address() -> str:
    """Where the style sheet is, with a mark of its content so that browsers may keep it."""
    if not css():
        return ""
    mark = hashlib.sha256(css().encode()).hexdigest()[:12]
    return f"{reverse('theme')}?v={mark}"


@cache_control(public=True, max_age=31_536_000, immutable=True)
def stylesheet(_request):
    return HttpResponse(css(), content_type="text/css; charset=utf-8")
