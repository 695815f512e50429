"""Public pages as they were last rendered, for as long as the data and the day are the same.

Only for visitors of whom nothing is known: whoever has a session gets pages of their own, always.
A page is kept with the version of the data from before it was read, and the database is asked for
the version at each request: what is written shows at the next page, in every process. An ``ETag``
of the content spares visitors the page that they already have.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags

from registry import changes

LONGEST_ADDRESS = 2_000
# The public pages, and the cookies of those for whom they may read otherwise.
NAMESPACE = "registry"
COOKIES = (settings.SESSION_COOKIE_NAME, "messages")


@dataclass(frozen=True)
class Page:
    content: bytes
    headers: dict[str, str]

    @property
    def size(self) -> int:
        return len(self.content)


class Pages:
    """The pages of one version of the data, those asked for last, within a number of bytes."""

    def __init__(self, most: int):
        self.most = most
        self.state = None
        self.size = 0
        self.pages: OrderedDict[tuple, Page] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, state, key) -> Page | None:
        with self.lock:
            if state != self.state or key not in self.pages:
                return None
            self.pages.move_to_end(key)
            return self.pages[key]

    def put(self, state, key, page: Page) -> None:
        with self.lock:
            if state != self.state:
                self.state, self.size = state, 0
                self.pages.clear()
            if key not in self.pages:
                self.pages[key] = page
                self.size += page.size
            while self.size > self.most:
                _key, gone = self.pages.popitem(last=False)
                self.size -= gone.size


class PageCacheMiddleware:
    """Answers from the pages of this process; renders and keeps what is not there."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.pages = Pages(settings.PAGE_CACHE_MEGABYTES * 1_000_000)

    def __call__(self, request):
        if not self.pages.most or not _is_anybodys(request):
            return self.get_response(request)
        state = (str(changes.current()), timezone.localdate())
        key = (request.scheme, request.META.get("HTTP_HOST", ""), request.get_full_path())
        page = self.pages.get(state, key)
        if page is None:
            response = self.get_response(request)
            if not _is_for_all(request, response):
                return response
            page = _page(response)
            self.pages.put(state, key, page)
        if page.headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
            response = HttpResponseNotModified(headers=page.headers)
            del response["Content-Type"]
            return response
        return HttpResponse(page.content, headers=page.headers)


def _is_anybodys(request) -> bool:
    return (
        request.method == "GET"
        and not any(cookie in request.COOKIES for cookie in COOKIES)
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_ADDRESS
    )


def _is_for_all(request, response) -> bool:
    match = request.resolver_match
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and match is not None
        and match.namespaces == [NAMESPACE]
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "cookie" not in response.headers.get("Vary", "").lower()
        and not response.has_header("ETag")
        and not response.has_header("Cache-Control")
    )


def _page(response) -> Page:
    digest = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    # To be asked about each time: the data may be others by then.
    added = {"ETag": f'W/"{digest}"', "Cache-Control": "no-cache"}
    return Page(response.content, dict(response.headers) | added)
