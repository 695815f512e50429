"""The pages of the registry for search engines: what there is, in every language, and since when.

One file lists the others; each of them has some thousands of records, read by their keys, so that
none of them grows with the registry. Django's own sitemaps would read all records, once for each
language, to make any page of them.
"""

from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from registry.models.base import slug_of
from registry.publishing.datasets import DATASETS
from registry.publishing.neighbours import NAMED, SAMPLE

# Records on a page, each with an address for each language; a sitemap may have 50 000.
PAGE = 5_000
PIECE = 500
# What the file that lists the others may have.
MOST_PAGES = 50_000
# The pages that are no records.
PAGES = "pages"
NAMES = ["home", "data", "about", "accessibility", *(f"{kind}_list" for kind in DATASETS)]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"

Absolute = Callable[[str], str]


def index() -> list[tuple[str, int]]:
    """The kind and the number of each page."""
    found = [(PAGES, 1)]
    for kind, dataset in DATASETS.items():
        pages = -(-dataset.records.count() // PAGE)
        found += [(kind, number) for number in range(1, pages + 1)]
    return found


def write_index(addresses: list[str]) -> bytes:
    listed = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in addresses)
    return f'{HEAD}<sitemapindex xmlns="{SITEMAPS}">\n{listed}</sitemapindex>\n'.encode()


def write_page(kind: str, number: int, absolute: Absolute) -> Iterator[bytes] | None:
    """The page of a kind with this number, from 1; ``None`` where there is none."""
    if not 1 <= number <= (1 if kind == PAGES else MOST_PAGES):
        return None
    entries = _pages() if kind == PAGES else _records(kind, number)
    return _written(entries, absolute) if entries else None


def _written(entries: list, absolute: Absolute) -> Iterator[bytes]:
    yield f'{HEAD}<urlset xmlns="{SITEMAPS}" xmlns:xhtml="{XHTML}">\n'.encode()
    for start in range(0, len(entries), PIECE):
        piece = entries[start : start + PIECE]
        yield "".join(_entry(paths, changed, absolute) for paths, changed in piece).encode()
    yield b"</urlset>\n"


def _entry(paths: dict[str, str], changed, absolute: Absolute) -> str:
    """A page in each of its languages, each naming them all."""
    addresses = {code: absolute(path) for code, path in paths.items()}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>'
        for code, address in [*addresses.items(), ("x-default", next(iter(addresses.values())))]
    )
    since = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else ""
    return "".join(
        f"<url><loc>{escape(address)}</loc>{since}{links}</url>\n" for address in addresses.values()
    )


def _languages() -> list[str]:
    """The default one first."""
    return [code for code, _name in settings.LANGUAGES]


def _pages() -> list[tuple[dict[str, str], None]]:
    found = []
    for name in NAMES:
        paths = {}
        for code in _languages():
            with override(code):
                paths[code] = reverse(f"registry:{name}")
        found.append((paths, None))
    return found


def _records(kind: str, number: int) -> list[tuple[dict[str, str], object]]:
    dataset, named = DATASETS[kind], NAMED[kind]
    # What domains have not, since they have no words in their address either.
    dated = ["updated_at"] if named.has_status else []
    start = (number - 1) * PAGE
    rows = list(
        dataset.records.order_by("pk").values_list(named.identifier, *dated, *named.fields)[
            start : start + PAGE
        ]
    )
    changed = [row[1] if dated else None for row in rows]
    paths = {code: _paths(kind, rows, len(dated), code) for code in _languages()}
    return [
        (dict(zip(paths, each, strict=True)), moment)
        for *each, moment in zip(*paths.values(), changed, strict=True)
    ]


def _paths(kind: str, rows: list[tuple], dated: int, code: str) -> list[str]:
    """The addresses of records as their pages give them, in a language."""
    named = NAMED[kind]
    with override(code):
        prefix = reverse(f"registry:{kind}_detail", kwargs={named.identifier: SAMPLE})
        prefix = prefix.partition(SAMPLE)[0]
        if not named.has_status:
            return [f"{prefix}{row[0]}/" for row in rows]
        return [
            f"{prefix}{row[0]}/{slug_of(named.label(*row[1 + dated :]), kind)}/" for row in rows
        ]
