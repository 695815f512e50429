"""The parts of pages that are shown most often: records as cards and rows, filters, links of lists.

They stand in ``templates/parts/`` and are rendered by Jinja2, which takes a seventh of the time
that Django's engine takes for the same; the pages around them are Django's. What the tags of
``registry`` give are functions there, and ``_("…")`` is a message.
"""

import re
from functools import lru_cache

from django import template
from django.template import engines
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.html import json_script
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import new_context
from markupsafe import escape

from registry.money import format_money
from registry.templatetags import registry as tags

register = template.Library()

# Calls with one text, whose answer the language and the release alone decide.
CONSTANT = re.compile(r"""\{\{ (_|icon|static)\((?:"([^"\\]*)"|'([^'\\]*)')\) \}\}""")
# What the frame of a page depends on, besides the language.
FRAMED = ("kind", "site_name", "site_editor", "site_contact")
MOST_FRAMES = 200
_frames: dict[tuple, SafeString] = {}
_environments: dict[tuple[str, str], Environment] = {}


class Constants(Extension):
    """Messages, icons and addresses of files, put in when a template is compiled for a language."""

    def preprocess(self, source, name, filename=None):
        called = {"_": gettext, "icon": tags.icon, "static": static_file}
        return CONSTANT.sub(lambda one: str(escape(called[one[1]](one[2] or one[3]))), source)


def environment(**options) -> Environment:
    """Jinja2 as the parts need it; named in the settings."""
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 (escapes)
    made.add_extension(Constants)
    made.globals |= {
        "_": message,
        "static": static_file,
        "url": url,
        "TYING": ("agreement", "delegation", "project"),
        "and_others": and_others,
        "capfirst": capfirst,
        "in_common": in_common,
        "json_script": json_script,
        "label_of": label_of,
        "organisations_count": organisations_count,
        "people_count": people_count,
        "places_as_table": places_as_table,
        "querystring": querystring,
        "shared_with_others": shared_with_others,
        "without_coordinates": without_coordinates,
        "without_chip": pass_context(tags.without_chip),
        "turned_chip": pass_context(tags.turned_chip),
    }
    shared = (
        "degrees",
        "event",
        "kind_name",
        "external_link",
        "icon",
        "money",
        "number",
        "prose",
        "published",
    )
    shared += ("term", "theme_url", "when")
    made.globals |= {name: getattr(tags, name) for name in shared}
    return made


def _environment_of(language: str, prefix: str) -> Environment:
    """Templates are compiled for each language, and links know it: nothing has to ask for it."""
    made = engines["parts"].env.overlay()

    def record_link(record, text=""):
        if not record or not tags.published(record):
            return ""
        return tags.link(record.address_in(language, prefix), text or str(record))

    def links(records, between=", "):
        return mark_safe(between.join(filter(None, map(record_link, records))))  # noqa: S308

    made.globals = made.globals | {"record_link": record_link, "links": links}
    return made


def render(name: str, context: dict) -> SafeString:
    language, prefix = get_language(), get_script_prefix()
    found = _environments.get((language, prefix))
    if found is None:
        found = _environments[language, prefix] = _environment_of(language, prefix)
    part = found.get_template(f"{name}.html")
    # As ``part.render(context)``, which copies what all parts have in a slower way.
    shared = new_context(found, part.name, part.blocks, found.globals | context, shared=True)
    html = "".join(part.root_render_func(shared))
    return mark_safe(html)  # noqa: S308 (every value of it was escaped)


# In pages of Django -------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def part(context, name, **values):
    """A part with what the page knows, and with other values besides."""
    return render(name, context.flatten() | values)


@register.simple_tag(takes_context=True)
def frame(context, name):
    """A part that says the same around all pages of a kind: rendered once."""
    known = (tags.theme_url(), *(context.get(one) for one in FRAMED))
    key = (name, get_language(), get_script_prefix(), bool(context.get("record")), known)
    if key not in _frames:
        if len(_frames) >= MOST_FRAMES:
            _frames.clear()
        _frames[key] = render(name, context.flatten())
    return _frames[key]


@register.simple_tag
def card(record, brief=False):
    """A record as it shows among others."""
    return render(f"cards/{record._meta.model_name}", {"record": record, "brief": brief})


# In the parts -------------------------------------------------------------------------------


def label_of(record, field: str) -> str:
    """As ``get_FOO_display`` has it, which reads all choices of the field each time."""
    value = getattr(record, field)
    return _choices(type(record), field).get(value, value)


@lru_cache(maxsize=64)
def _choices(model, field: str) -> dict:
    return dict(model._meta.get_field(field).flatchoices)


def message(text: str) -> str:
    return _message(text, get_language())


@lru_cache(maxsize=2048)
def _message(text: str, _language: str) -> str:
    return gettext(text)


def url(name: str, **values) -> str:
    return (
        reverse(name, kwargs=values) if values else _url(name, get_language(), get_script_prefix())
    )


@lru_cache(maxsize=256)
def _url(name: str, _language: str, _prefix: str) -> str:
    """The address of a page that there is once in each language."""
    return reverse(name)


@lru_cache(maxsize=256)
def static_file(path: str) -> str:
    """The address of a file of the release."""
    return static(path)


def and_others(count: int) -> str:
    return ngettext("and %(count)s other", "and %(count)s others", count) % {"count": count}


def in_common(count: int) -> str:
    """What two organisations take part in together."""
    return ngettext("%(shown)s in common", "%(shown)s in common", count) % {
        "shown": tags.number(count)
    }


def people_count(count: int) -> str:
    return ngettext("%(shown)s person", "%(shown)s people", count) % {"shown": tags.number(count)}


def organisations_count(count: int) -> str:
    return ngettext("%(shown)s organisation", "%(shown)s organisations", count) % {
        "shown": tags.number(count)
    }


def places_as_table(count: int) -> str:
    return ngettext("%(shown)s place, as a table", "%(shown)s places, as a table", count) % {
        "shown": tags.number(count)
    }


def without_coordinates(count: int) -> str:
    return ngettext(
        "%(shown)s place has no coordinates and is not on the map:",
        "%(shown)s places have no coordinates and are not on the map:",
        count,
    ) % {"shown": tags.number(count)}


def shared_with_others(contribution) -> str:
    """That an amount is not for the project of the page alone."""
    count = contribution.shared_with
    return ngettext(
        "%(amount)s are for this project and %(count)s other together: "
        "the part of each is not stated.",
        "%(amount)s are for this project and %(count)s others together: "
        "the part of each is not stated.",
        count,
    ) % {"amount": format_money(contribution.amount, contribution.currency), "count": count}


@pass_context
def querystring(context, **changed) -> str:
    """The query of the page with some parameters changed, or left out where they are ``None``."""
    request = context["request"]
    if not hasattr(request, "encoded_query"):
        request.encoded_query = {
            name: urlencode({name: values}, doseq=True) for name, values in request.GET.lists()
        }
    given = {name: value for name, value in changed.items() if value is not None}
    kept = {name: one for name, one in request.encoded_query.items() if name not in changed}
    return "?" + "&".join([*kept.values(), *([urlencode(given)] if given else [])])
