"""What is new and what has changed, as an Atom feed (RFC 4287) in pages (RFC 5005)."""

import datetime

from django.utils import feedgenerator
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import get_language

from registry import prose
from registry.publishing.about import About, licence, publisher
from registry.publishing.documents import documents
from registry.publishing.reading import Reading
from registry.spreadsheets.exporting.formats import NOT_IN_XML

PAGE = 100
LONGEST = 600
COLUMNS = [
    *("id", "label", "url", "kind", "direction", "domains", "summary"),
    *("published_at", "updated_at"),
]


class _Feed(feedgenerator.Atom1Feed):
    """With the links between its pages."""

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        for relation, address in self.feed["links"].items():
            handler.addQuickElement("link", "", {"rel": relation, "href": address})


def write_feed(reading: Reading, about: About, links: dict[str, str]) -> bytes:
    """The feed of these records; ``links`` are its own address, ``self``, and its other pages."""
    others = {relation: address for relation, address in links.items() if relation != "self"}
    feed = _Feed(
        title=_xml(about.full_title),
        link=about.page,
        description=None,
        language=get_language(),
        author_name=_xml(publisher()),
        feed_copyright=_xml(licence()["name"]),
        feed_url=links["self"],
        feed_guid=links["first"],
        links=others,
    )
    for document in documents(reading):
        feed.add_item(
            title=_xml(document["label"]),
            link=document["url"],
            unique_id=document["url"],
            description=escape(_xml(_summary(document))),
            pubdate=_moment(document["published_at"]),
            updateddate=_moment(document["updated_at"]),
            categories=[_xml(domain["label"]) for domain in document.get("domains", [])],
        )
    return feed.writeString("utf-8").encode()


def _xml(text: str) -> str:
    """Without the signs that no XML document may hold."""
    return text.translate(NOT_IN_XML)


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


def _summary(document: dict) -> str:
    kind = document.get("kind") or document.get("direction")
    summary = Truncator(prose.to_text(document.get("summary") or "")).chars(LONGEST)
    return " – ".join(filter(None, [kind and kind["label"], summary]))
