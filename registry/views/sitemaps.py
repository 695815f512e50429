"""What search engines ask for: which pages there are, and which they had better leave."""

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from registry.publishing import sitemaps
from registry.publishing.datasets import DATASETS

XML = "application/xml"


@require_safe
def index(request):
    addresses = [
        request.build_absolute_uri(reverse("sitemap_page", args=[kind, number]))
        for kind, number in sitemaps.index()
    ]
    return HttpResponse(sitemaps.write_index(addresses), content_type=XML)


@require_safe
def page(request, kind, number):
    if kind not in DATASETS and kind != sitemaps.PAGES:
        raise Http404
    pieces = sitemaps.write_page(kind, number, request.build_absolute_uri)
    if pieces is None:
        raise Http404
    return StreamingHttpResponse(pieces, content_type=XML)


@require_safe
def robots(request):
    """Everything but the administration and what filters make of a list: endless, and all the same.

    The sitemap leads to every record without them.
    """
    lines = ["User-agent: *"]
    for code, _name in settings.LANGUAGES:
        with override(code):
            inner = [reverse(name) for name in ("admin:index", "account_login")]
        lines += [f"Disallow: {path}" for path in inner]
    address = request.build_absolute_uri(reverse("sitemap"))
    lines += ["Disallow: /*?", "", f"Sitemap: {address}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
