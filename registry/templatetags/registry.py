"""Template tags of the registry: links that never name a draft, dates, amounts, addresses."""

import datetime
from functools import lru_cache

from django import template
from django.apps import apps
from django.conf import settings
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.urls import translate_url as translated
from django.utils import formats, translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info

from registry import theme
from registry.dates import PartialDate, format_event, format_range
from registry.money import format_money
from registry.prose import to_html, to_text

register = template.Library()


# Neighbours ---------------------------------------------------------------------------------


@register.filter
def published(record):
    """The record, or nothing unless the public may see it; a domain has no status to hide it."""
    return record if record is not None and getattr(record, "is_published", True) else None


@register.simple_tag
def record_link(record, text=""):
    """A link to the record's page; nothing at all for a record that is not published."""
    if record is None or record == "" or not published(record):
        return ""
    return link(record.get_absolute_url(), text or str(record))


@lru_cache(maxsize=8192, typed=True)  # a text that is safe as it is differs from one that is not
def link(address, text):
    return format_html('<a href="{}">{}</a>', address, text)


@register.simple_tag
def external_link(url, text=""):
    """A link out of the site, for web addresses alone."""
    if not str(url).startswith(("https://", "http://")):
        return ""
    shown = text or str(url).split("://", 1)[1].removeprefix("www.").rstrip("/")
    return format_html('<a class="external" href="{}" rel="external noopener">{}</a>', url, shown)


# Look ---------------------------------------------------------------------------------------

ICONS = {
    "agreement": "handshake",
    "delegation": "plane",
    "project": "puzzle",
    "contribution": "hand-coins",
    "organisation": "landmark",
    "place": "map-pin",
    "fund": "coins",
    "call": "megaphone",
    "domain": "tag",
    "source": "file-text",
}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name):
    """An icon beside words that say the same: the kind of a record, or a name of the sprite."""
    sprite = static("registry/vendor/lucide/icons.svg")
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="{}#{}"/></svg>',
        sprite,
        ICONS.get(name, name),
    )


@register.simple_tag
def kind_name(kind) -> str:
    """What a kind of record is called."""
    return capfirst(apps.get_model("registry", kind)._meta.verbose_name)


@register.simple_tag
def theme_url() -> str:
    """The style sheet of the deployment's own colours; empty where it has none."""
    return theme.address()


@register.simple_tag(takes_context=True)
def block_text(context, name) -> str:
    """What a block of the page holds, for a second place that needs the same words."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks and blocks.get_block(name)
    text = " ".join(block.render(context).split()) if block else ""
    # The block has escaped its values already; only its own quotes may still end an attribute.
    return mark_safe(text.replace('"', "&quot;"))  # noqa: S308


# Dates, numbers, amounts --------------------------------------------------------------------


@register.simple_tag
def when(date):
    """A date with its precision: a ``PartialDate``, a day or a moment."""
    if not date:
        return ""
    if isinstance(date, datetime.datetime):
        date = date.astimezone().date() if settings.USE_TZ else date.date()
    if isinstance(date, datetime.date):
        date = PartialDate.from_date(date)
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), str(date))


@register.simple_tag
def date_of(record, field):
    """The date that a field of the record holds, as ``when`` shows it."""
    return when(getattr(record, field))


@register.simple_tag
def event(start, end):
    """When something happened: one date, or from one to another."""
    return when(start) if start and end in (None, start) else format_event(start, end)


@register.simple_tag
def term(start, end):
    """For how long something holds: a period, whose end or beginning may be open."""
    return when(start) if start and end == start else format_range(start, end)


@register.filter
def prose(text):
    """A text of a record, with its paragraphs, lists and links."""
    return to_html(text)


@register.filter
def plain(text) -> str:
    """The words of a text of a record alone."""
    return to_text(text)


@register.filter
def number(value) -> str:
    return _number(value, translation.get_language())


@lru_cache(maxsize=4096)
def _number(value, _language) -> str:
    return formats.number_format(value, force_grouping=True)


@register.filter
def money(amount, currency) -> str:
    return format_money(amount, currency)


@register.simple_tag
def formatted_money(contribution) -> str:
    return format_money(contribution.amount, contribution.currency)


@register.filter
def share(percentage) -> str:
    """``50 %`` in French, ``50%`` in English."""
    number_of = formats.number_format(percentage.normalize(), use_l10n=True)
    return number_of + ("%" if translation.get_language() == "en" else "\N{NO-BREAK SPACE}%")


@register.filter
def degrees(coordinate) -> str:
    """Decimal degrees, without the zeros that add nothing."""
    return f"{coordinate.normalize():f}"


# Addresses ----------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def other_languages(context) -> list[dict]:
    """The page in each other language: its code, its name for itself, its address."""
    request = context.get("request")
    if request is None:
        return []
    current = translation.get_language()
    addresses = {
        code: _in_language(context, request, code)
        for code, _name in settings.LANGUAGES
        if code != current
    }
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"],
            "url": url,
            # As search engines are to know it: without what filters or arranges the page.
            "canonical": url.partition("?")[0],
        }
        for code, url in addresses.items()
    ]


def _in_language(context, request, code) -> str:
    record = context.get("record")
    if record is not None and getattr(request.resolver_match, "kwargs", None):
        # The words of the address may differ too: a place has a name in each language.
        with translation.override(code):
            address = record.get_absolute_url()
        query = request.META.get("QUERY_STRING", "")
        return f"{address}?{query}" if query else address
    address = request.get_full_path()
    other = translated(address, code)
    if other != address:
        return other
    with translation.override(code):
        return reverse("registry:home")  # a page that does not exist has no other language


@register.simple_tag(takes_context=True)
def without_chip(context, chip) -> str:
    """The query of the page without one of its filters, back on the first page."""
    return _changed(context, chip)


@register.simple_tag(takes_context=True)
def turned_chip(context, chip) -> str:
    """The query of the page with what a filter keeps left out, or the other way round."""
    return _changed(context, chip, put=chip.opposite)


def _changed(context, chip, put="") -> str:
    query = context["request"].GET.copy()
    query.pop("page", None)
    values = query.getlist(chip.parameter)
    # A record may be named by its name: where the value is not there as such, all of them go.
    kept = [value for value in values if value != chip.value] if chip.value in values else []
    query.setlist(chip.parameter, kept)
    if put:
        query.appendlist(put, chip.value)
    return f"?{query.urlencode()}"
