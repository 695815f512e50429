"""Texts of records: a safe subset of Markdown, for pages and as plain text.

Paragraphs, line breaks, emphasis, lists, quotations and links, by CommonMark. Headings, pictures,
tables and HTML stay the characters that they are: they belong to the page, not to a record.
"""

import html
from functools import lru_cache

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    [
        "heading",
        "lheading",
        "code",
        "fence",
        "hr",
        "html_block",
        "html_inline",
        "image",
        "reference",
    ]
)
TAGS = {"p", "br", "em", "strong", "code", "ul", "ol", "li", "blockquote", "a"}


# A page says the same text in its head, in its body and in its data.
@lru_cache(maxsize=256)
def to_html(text: str) -> SafeString:
    """The text as it shows on a page; whatever somebody writes, nothing of it can act."""
    # What the reader leaves through is safe by itself: cleaned again, should it ever err.
    cleaned = nh3.clean(
        _READER.render(text or ""),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="external noopener nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308


@lru_cache(maxsize=256)
def to_text(text: str) -> str:
    """The words alone, on one line, for descriptions and feeds."""
    words = strip_tags(to_html(text)).split()
    return html.unescape(" ".join(words))
