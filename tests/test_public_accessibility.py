"""Public pages in a real browser: axe finds nothing, none scrolls sideways, keys suffice."""

import pytest
from django.urls import reverse
from django.utils import translation

from registry.models.base import PublicRecord
from tests import factories
from tests.browser import faults, look
from tests.linked import RECORDS, link, one_of_each

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

KINDS = [model._meta.model_name for model in RECORDS]
PAGES = ["home", "search", "domain_list", "about", "accessibility", "data"]
VIEWS = ["table", "map", "timeline", "figures"]
# Every width and scheme on every page, two of them in each language: the templates are the same.
# All of axe's rules are asked at the first.
LOOKS = {"fr": [(1280, "light"), (390, "dark")], "en": [(390, "light"), (1280, "dark")]}


def _key(record) -> dict:
    return {"kind": record._meta.model_name, "public_id": record.public_id}


def addresses(records: dict[str, PublicRecord], language) -> list[str]:
    """An address of each public page, with the states that a list can be in."""
    with translation.override(language):
        lists = [reverse(f"registry:{kind}_list") for kind in KINDS]
        agreements = reverse("registry:agreement_list")
        return [
            *(reverse(f"registry:{name}") for name in PAGES),
            *lists,
            *(record.get_absolute_url() for record in records.values()),
            reverse("registry:report", kwargs=_key(records["agreement"])),
            factories.DomainFactory().get_absolute_url(),
            f"{reverse('registry:search')}?q=accord",
            f"{reverse('registry:search')}?q=introuvable",
            f"{agreements}?kind=convention&since=2010&sort=title&page=2",
            f"{agreements}?since=hier&q=introuvable",
            *(f"{agreements}?view={view}" for view in VIEWS),
            f"{agreements}nothing-is-here/",
        ]


@pytest.fixture
def records():
    made = one_of_each()
    made["place"].latitude, made["place"].longitude, made["place"].population = 48, -1, 200000
    made["place"].save()
    made["place"].identifiers.create(scheme="geonames", value="1")
    factories.DomainFactory(parent=factories.DomainFactory())
    link(made, one_of_each())
    factories.AgreementFactory.create_batch(30)
    return made


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(page, records, language):
    found = []
    for address in addresses(records, language):
        page.goto(address)
        for number, (width, scheme) in enumerate(LOOKS[language]):
            look(page, width, scheme)
            found += [f"{width} {scheme} {fault}" for fault in faults(page, again=number > 0)]
    assert found == []


# What WCAG 2.2 asks a page to bear: the text spacing of 1.4.12, and text at twice its size (1.4.4).
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""
TWICE = "html { font-size: 200% !important; }"
CUT_OFF = """() => [...document.querySelectorAll("main *, header *, footer *")].filter(node => {
    const style = getComputedStyle(node);
    return style.overflowX !== "visible" && style.overflowX !== "auto" && node.clientWidth > 1
        && !node.closest(".visually-hidden, svg, .map__frame")
        && !node.matches("input, textarea, select")
        && (node.scrollWidth > node.clientWidth + 1);
}).map(node => node.outerHTML.slice(0, 80))"""


def too_wide(page) -> list[str]:
    """At which widths the page scrolls sideways."""
    wide = []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(f"scrolls sideways at {width} px")
    return wide


def broken_by_the_reader(page) -> list[str]:
    """What text set by the reader is cut off from, or makes wider than the page."""
    broken = []
    for style in (SPACING, TWICE):
        page.evaluate(
            "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
            " document.adoptedStyleSheets = [sheet]; }",
            style,
        )
        if page.evaluate("document.documentElement.scrollWidth") > 1280:
            broken.append(f"too wide with {style[:20]}")
        broken += [f"cut off with {style[:20]}: {node}" for node in page.evaluate(CUT_OFF)]
    return broken


def test_every_page_fits_its_screen_its_reader_and_its_policy(page, records):
    records["project"].title = "Anticonstitutionnellement" * 4
    records["project"].save()
    wrong = []
    page.on("console", lambda message: wrong.append((message.location["url"], message.text)))
    page.on("pageerror", lambda error: wrong.append((page.url, str(error))))
    for address in addresses(records, "fr"):
        page.goto(address)
        wrong += [
            (f"{address} as seen", found) for found in too_wide(page) + broken_by_the_reader(page)
        ]
    # Of the last address the browser says that nothing is there.
    assert [one for one in wrong if one[0] != page.url] == []


def test_filters_always_show_on_a_desk_and_open_on_a_phone(page):
    factories.AgreementFactory()
    address = reverse("registry:agreement_list")
    page.goto(address)
    assert page.locator("#id_q").is_visible()
    page.set_viewport_size({"width": 390, "height": 900})
    assert not page.locator("#id_q").is_visible()
    page.locator(".filters > summary").click()
    assert page.locator("#id_q").is_visible()


def test_filter_is_set_and_removed_without_a_script(browser, live_server):
    factories.AgreementFactory(title="Accord A", kind="twinning")
    factories.AgreementFactory(title="Accord B", kind="protocol")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(reverse("registry:agreement_list"))
    page.locator("[name=kind][value=twinning]").check()
    page.locator(".filters__actions button").click()
    assert page.url.endswith("?kind=twinning")
    assert page.locator(".card h3").all_inner_texts() == ["Accord A"]
    page.locator(".chip").click()
    assert page.locator(".card").count() == 2
    context.close()


def test_first_key_leads_to_the_content(page):
    page.emulate_media(reduced_motion="reduce")  # otherwise the link slides in
    page.goto(reverse("registry:home"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_focus_is_seen_on_all_that_takes_it(page):
    factories.AgreementFactory()
    page.goto(reverse("registry:agreement_list"))
    unseen = []
    for _key in range(40):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return [document.activeElement.outerHTML.slice(0, 80), s.outlineStyle] }"
        )
        if style[1] == "none" and not style[0].startswith("<body"):
            unseen.append(style[0])
    assert unseen == []


def test_from_home_to_the_source_of_a_record(page, records):
    page.goto(reverse("registry:home"))
    page.locator(".figure.kind-agreement a").click()
    page.locator("#id_q").fill(records["agreement"].title)
    page.locator(".filters__actions button").click()
    page.get_by_role("link", name=records["agreement"].title, exact=True).click()
    assert page.locator("h1").inner_text() == records["agreement"].title
    page.locator(".sources a").first.click()
    assert page.locator(".record.kind-source").is_visible()
