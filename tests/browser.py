"""A real browser for the tests that need one: Debian's Chromium, driven by Playwright.

Named by the environment variable CHROMIUM, else looked for on the path. Without one the tests are
skipped, with a line that says how to get it; where CI is set that skip would hide a failure, so it
is one.
"""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

HOW_TO_GET_IT = "No Chromium was found: install it (apt install chromium) or name it in CHROMIUM."
NAMES = ("chromium", "chromium-browser", "google-chrome")
# What axe must find nothing in: WCAG 2.2 AA, and the practices that it adds.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# What a page seen already may show anew in other colours and at another width.
AXE_AGAIN = AXE | {
    "runOnly": {
        "type": "rule",
        "values": [
            "color-contrast",
            "link-in-text-block",
            "scrollable-region-focusable",
            "target-size",
        ],
    }
}
# Only what is wrong comes back: the rest of what axe reports is a hundred times as long.
LOOK = """options => axe.run(document, options).then(found => found.violations.flatMap(
    fault => fault.nodes.map(node => [fault.id, fault.help, node.html.slice(0, 160)])))"""


def executable() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once for all tests of a process."""
    path = executable()
    if not path:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW_TO_GET_IT)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser, live_server):
    """An empty page, French, of a desk's size; addresses are relative to the test server."""
    context = browser.new_context(
        base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 900}
    )
    yield context.new_page()
    context.close()


def look(page, width: int, scheme: str) -> None:
    """Show the page that is there on a screen of this width, in light or dark colours."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    # No colour is on its way to another one.
    page.evaluate(
        "document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish())"
    )


def faults(page, again=False) -> list[str]:
    """What axe finds on the page as it is now, one line a fault.

    ``again``: the whole of it was looked at before, in other colours or at another width.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)
    return [
        f"{page.url} {name}: {meaning}: {html}"
        for name, meaning, html in page.evaluate(LOOK, AXE_AGAIN if again else AXE)
    ]
