"""The same list or record at the same address with another ending: ``/accords.csv?domain=water``.

A list has the filters and the order of its page, without its pages: a file is whole. A value that
cannot be understood is refused here, where the page leaves it out and says so: nobody would see it
in a file. What arranges the page alone, and parameters that nobody knows, are passed over.
"""

import hashlib
from collections.abc import Iterator

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from registry import changes
from registry.publishing import calendars, documents, feeds, geography
from registry.publishing.about import About, moment
from registry.publishing.datasets import DATASETS, Dataset
from registry.publishing.formats import FORMATS, Format, list_formats, record_formats
from registry.publishing.neighbours import Addresses
from registry.publishing.tables import Table
from registry.spreadsheets.exporting.formats import Format as Workbook
from registry.spreadsheets.exporting.formats import in_language, write
from registry.views.offers import describing, kept, links

# The sheets of XLSX and ODS end here.
MOST_ROWS = 1_048_575
LONGEST_NAME = 80


class PublicFile(View):
    """Data for anybody, from any site, with links to the page, the licence, the explanation."""

    http_method_names = ["get", "head", "options"]
    kind = ""

    @property
    def dataset(self) -> Dataset:
        return DATASETS[self.kind]

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.request.build_absolute_uri)

    def dispatch(self, request, *args, **kwargs):
        etag = self.etag()
        # Before anything is read: who has this already needs nothing more.
        response = get_conditional_response(request, etag=etag)
        if response is None:
            response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 200:
            response["ETag"] = etag
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "Content-Disposition, ETag, Link"
        return response

    def etag(self) -> str:
        """Changes with the data, and with the day, on which the standing of agreements rests."""
        parts = (changes.current(), timezone.localdate(), self.request.build_absolute_uri())
        digest = hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()
        # Weak, since a file says when it was made.
        return f'W/"{digest[:32]}"'

    def options(self, request, *args, **kwargs):
        response = super().options(request, *args, **kwargs)
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        return response

    def wanted(self, ending: str, offered: list[Format]) -> Format:
        format_ = FORMATS.get(ending)
        if format_ not in offered:
            raise Http404
        return format_

    def about(self, title: str, page: str) -> About:
        absolute = self.request.build_absolute_uri
        return About(title, absolute(page), absolute(), absolute(reverse("registry:data")))

    def described(self, response, format_: Format, about: About, name: str):
        response["Content-Type"] = format_.content_type
        is_for_spreadsheets = format_.ending in Workbook.values
        response["Content-Disposition"] = content_disposition_header(
            is_for_spreadsheets, f"{slugify(name)[:LONGEST_NAME].strip('-')}.{format_.ending}"
        )
        response["Content-Language"] = get_language()
        response["Link"] = links(
            [(about.page, "canonical", ""), *describing(about.documentation)],
        )
        # May be kept, but is asked for again: what was withdrawn must not be shown.
        response["Cache-Control"] = "no-cache"
        return response


class ListFile(PublicFile):
    """A filtered list, whole, in one of the formats."""

    list_view = None

    def get(self, request, ending):
        format_ = self.wanted(ending, list_formats(self.kind))
        filters = self.filters()
        if filters is not None and (refusals := filters.refusals()):
            return self.refused(refusals)
        words = [str(chip.text) for chip in filters.chips()] if filters is not None else []
        title = f"{self.dataset.name} – {', '.join(words)}" if words else self.dataset.name
        about = self.about(title, self.page())
        if request.method == "HEAD":
            return self.described(HttpResponse(), format_, about, self.file_name(title))
        records = self.dataset.records.order_by("code") if filters is None else filters.qs
        if ending == "atom":
            return self.feed(records, about, format_)
        pieces = self.pieces(records, about, ending)
        if pieces is None:
            most = {"most": MOST_ROWS}
            said = _("A workbook holds %(most)d rows, and the list has more: take CSV.") % most
            return self.refused([(format_.name, said)])
        response = StreamingHttpResponse(in_language(get_language(), pieces))
        return self.described(response, format_, about, self.file_name(title))

    def filters(self):
        """The filter set of the page; none for the domains, which have no filters."""
        filters = getattr(self.list_view, "filterset_class", None)
        return filters and filters(
            self.request.GET, queryset=self.dataset.records, request=self.request
        )

    def page(self) -> str:
        """The address of the page that shows the same."""
        query = kept(self.request.GET).urlencode()
        path = reverse(f"registry:{self.kind}_list")
        return f"{path}?{query}" if query else path

    @staticmethod
    def file_name(title: str) -> str:
        return f"{slugify(title)[: LONGEST_NAME - 11]}-{timezone.localdate()}"

    def refused(self, refusals):
        """A plain page that says what is wrong with the address."""
        context = {"refusals": refusals, "list_url": reverse(f"registry:{self.kind}_list")}
        context["list_label"] = self.dataset.name
        return render(self.request, "registry/refused.html", context, status=400)

    def pieces(self, records, about: About, ending: str) -> Iterator[bytes] | None:
        wanted = calendars.COLUMNS if ending == "ics" else None
        reading = self.dataset.read(records, self.addresses, wanted)
        if ending in ("xlsx", "ods") and len(reading) > MOST_ROWS:
            return None
        if ending == "json":
            return documents.write_list(reading, about.meta(made_at=moment(), count=len(reading)))
        if ending == "geojson":
            meta = about.meta(made_at=moment(), count=len(reading))
            return geography.write_features(self.dataset, reading, meta)
        if ending == "ics":
            host = self.request.get_host()
            return calendars.write_calendar(reading, self.kind, about, host)
        return write(Table(self.dataset, reading), Workbook(ending))

    def feed(self, records, about: About, format_: Format):
        """One page of the feed: what changed last comes first, whatever the order of the list."""
        asked = self.request.GET.get("page", "1")
        page = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
        changed = records.order_by("-updated_at", "-pk")
        start = (page - 1) * feeds.PAGE
        reading = self.dataset.read(
            changed[start : start + feeds.PAGE + 1] if page > 0 else changed.none(),
            self.addresses,
            feeds.COLUMNS,
        )
        if page < 1 or (page > 1 and not len(reading)):
            raise Http404
        found = {"first": self._feed_page(1), "self": self._feed_page(page)}
        if page > 1:
            found["previous"] = self._feed_page(page - 1)
        if len(reading) > feeds.PAGE:
            found["next"] = self._feed_page(page + 1)
        del reading.keys[feeds.PAGE :]
        content = feeds.write_feed(reading, about, found)
        return self.described(HttpResponse(content), format_, about, self.file_name(about.title))

    def _feed_page(self, number: int) -> str:
        query = kept(self.request.GET, without=("sort",))
        if number > 1:
            query["page"] = str(number)
        address = self.request.build_absolute_uri(self.request.path)
        return f"{address}?{query.urlencode()}" if query else address


class RecordFile(PublicFile):
    """One record in one of the formats."""

    def get(self, request, public_id, ending, slug=""):
        format_ = self.wanted(ending, record_formats(self.kind))
        found = self.dataset.records.filter(public_id=public_id.lower())
        wanted = calendars.COLUMNS if ending == "ics" else None
        document = next(documents.documents(self.dataset.read(found, self.addresses, wanted)), None)
        if document is None:
            raise Http404
        about = self.about(document["label"], document["url"])
        if ending == "json":
            content = documents.write_record(document, about.meta())
        else:
            host = request.get_host()
            content = calendars.write_record_calendar(document, self.kind, about, host)
            if content is None:
                raise Http404
        name = f"{slugify(document['label'])[: LONGEST_NAME - 11]}-{document['id']}"
        return self.described(HttpResponse(content), format_, about, name)
