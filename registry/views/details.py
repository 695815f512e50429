"""The page of a record, and the neighbours that it lists."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponsePermanentRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.generic import DetailView

from registry.dates import PartialDate
from registry.duplicates import merging
from registry.models import Citation, Source
from registry.models.sources import CITED
from registry.querysets.prepared import Prepared
from registry.templatetags import parts
from registry.views.base import LISTS, ListedPage

BLOCK_LENGTH = 20
NEARBY = BLOCK_LENGTH + 1  # which tells whether there are more
CITATIONS_LENGTH = 100
# What ties more records than this to places is shown by the maps of its lists alone.
MAPPED = 500
# The date by which a record of the kind takes its place in time.
DATES = {
    "agreement": lambda agreement: agreement.signed_on or agreement.starts_on,
    "delegation": lambda delegation: delegation.starts_on,
    "project": lambda project: project.starts_on,
}


class Near:
    """Records near another one: ``build(key of the other, **options)`` is their query set."""

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self.first = Prepared(lambda key, **options: build(key, **options).published()[:NEARBY])

    def __call__(self, key: int, **options) -> "Neighbours":
        return Neighbours(self, key, options)


@dataclass(frozen=True)
class Neighbours:
    near: Near
    key: int
    options: dict

    def first(self) -> list:
        return self.near.first(self.key, **self.options)

    def count(self) -> int:
        return self.near.build(self.key, **self.options).published().count()


@dataclass(frozen=True)
class Block:
    """Neighbours of a record: the first of them, and the list that has them all."""

    title: str
    records: Sequence
    total: int
    url: str
    kind: str = ""

    def __bool__(self):
        return bool(self.total)

    @property
    def is_cut(self) -> bool:
        return self.total > BLOCK_LENGTH

    def cards(self) -> list[str]:
        if isinstance(self.records, ListedPage):
            return self.records.cards()
        return [parts.card(record) for record in self.records]


def block(title, records: QuerySet | Neighbours, list_of: str, **parameters) -> Block:
    """The published among the records; ``parameters`` filter the list ``list_of`` to them."""
    if isinstance(records, Neighbours):
        first = records.first()
    else:
        records = records.published()
        first = list(records[:NEARBY])
    total = len(first) if len(first) <= BLOCK_LENGTH else records.count()
    return Block(str(title), first[:BLOCK_LENGTH], total, _address(list_of, parameters), list_of)


def listed(title, list_of: str, **parameter) -> Block:
    """Neighbours that the list has by one of its facets: its index knows them, in its order."""
    ((facet, value),) = parameter.items()
    records, total = LISTS[list_of].having(facet, value, BLOCK_LENGTH)
    return Block(str(title), records, total, _address(list_of, parameter), list_of)


def _address(list_of: str, parameters: dict) -> str:
    query = QueryDict(mutable=True)
    query.update(parameters)
    return f"{reverse(f'registry:{list_of}_list')}?{query.urlencode()}"


def by_country(rows) -> list[tuple[str, list]]:
    """Rows that name an organisation, by the country where it sits; those without one last."""
    groups: dict[str, list] = {}
    for row in rows:
        groups.setdefault(country_of(row.organisation), []).append(row)
    return sorted(groups.items(), key=lambda group: group[0] == "")


def country_of(organisation) -> str:
    """The name of the country that it is known to the public to sit in."""
    place = organisation.place
    return place.country.name if place and place.is_published else ""


def by_year(blocks) -> list[tuple[str, list]]:
    """The dated records of the blocks by year, the newest first; those without a date last."""
    dated = [
        (DATES[one.kind](record), one.kind, record)
        for one in blocks
        if one.kind in DATES
        for record in one.records
    ]
    dated.sort(key=lambda row: row[0].isoformat() if row[0] else "", reverse=True)
    years = defaultdict(list)
    for date, kind, record in dated:
        years[str(date.year) if date else ""].append((kind, record))
    return list(years.items())


def is_too_large(blocks) -> bool:
    """Whether so much happened that a page should leave the map to the lists, each with its own."""
    return sum(one.total for one in blocks if one.kind in DATES) > MAPPED


class RecordDetail(DetailView):
    """The page of one published record, at its permanent address."""

    context_object_name = "record"
    model = None
    # Agreements, delegations and projects as one list by year, rather than each kind on its own.
    is_chronicle = False
    # Whether all that ask for the page are shown the same records.
    is_prepared = True

    def get(self, request, *args, **kwargs):
        try:
            self.object = self.get_object()
        except Http404:
            return self._merged()
        address = self.object.get_absolute_url()
        if request.path != address:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_queryset(self):
        return self.shown(self.model.objects).select_related("authority")

    def shown(self, records):
        """Those of the records that this page may be about."""
        return records.published()

    def get_object(self, queryset=None):
        record = self._read(self.kwargs["public_id"].lower())
        if record is None:
            raise Http404
        return record

    def _read(self, public_id: str):
        view = type(self)
        if not self.is_prepared:
            return self.get_queryset().filter(public_id=public_id).first()
        if view not in _reading:
            _reading[view] = Prepared(
                lambda key, day: view().get_queryset().filter(public_id=key)  # as of the day
            )
        return next(iter(_reading[view](public_id, day=timezone.localdate())), None)

    def _merged(self):
        """The way to the record that took this one over, if the public may see that one."""
        kept = merging.stayed(self.model, self.kwargs["public_id"].lower())
        record = self._read(kept) if kept else None
        if record is None:
            raise Http404
        response = HttpResponsePermanentRedirect(record.get_absolute_url())
        response["Cache-Control"] = "max-age=3600"  # a merge may be undone
        return response

    def get_context_data(self, **kwargs):
        record, options = self.object, self.model._meta
        blocks = [block for block in self.blocks() if block]
        permanent = reverse(
            f"registry:{options.model_name}_detail", kwargs={"public_id": record.public_id}
        )
        lead, _blank, presentation = _paragraphs(getattr(record, "summary", ""))
        return super().get_context_data(**kwargs) | {
            "title": str(record),
            "kind": options.model_name,
            "kind_label": capfirst(options.verbose_name),
            "list_label": capfirst(options.verbose_name_plural),
            "list_url": reverse(f"registry:{options.model_name}_list"),
            "lead": lead,
            "presentation": presentation,
            "permanent_url": self.request.build_absolute_uri(permanent),
            "cite_as": self._cite_as(self.request.build_absolute_uri(permanent)),
            "citations": self._citations(),
            "blocks": blocks,
            # The others have their place in time.
            "shown": [one for one in blocks if not (self.is_chronicle and one.kind in DATES)],
            "chronicle": by_year(blocks) if self.is_chronicle else [],
        }

    def _cite_as(self, address) -> str:
        """How to cite the page: its title, the site, the state that was read, the address."""
        site = settings.SITE_NAME
        if settings.SITE_EDITOR:
            site = f"{site} ({settings.SITE_EDITOR})"
        return gettext("“%(title)s”, %(site)s, version of %(date)s, %(address)s") % {
            "title": str(self.object),
            "site": site,
            "date": PartialDate.from_date(self.object.updated_at.astimezone().date()),
            "address": address,
        }

    def _citations(self) -> list:
        """The citations of published sources that support the record."""
        if self.model._meta.model_name not in CITED:
            return []
        return _citations(self.object.pk, of=self.model._meta.model_name)

    def listed(self, title, records: Callable[[], QuerySet], list_of: str, **facet) -> Block:
        """The neighbours by a facet of their list; those of a draft, which is in none, by query."""
        if self.object.is_published:
            return listed(title, list_of, **facet)
        return block(title, records(), list_of, **facet)

    def blocks(self) -> list[Block]:
        """The neighbours that the page lists, in the order in which it does."""
        return []


# How the records of each view are read.
_reading: dict[type, Prepared] = {}
# A subquery of one source: of all that are published SQLite would make a list first.
_citations = Prepared(
    lambda key, of: Citation.objects.filter(
        Exists(Source.objects.published().filter(pk=OuterRef("source"))), **{of: key}
    ).select_related("source__publisher")[:CITATIONS_LENGTH]
)


def _paragraphs(text) -> tuple[str, str, str]:
    """The first paragraph of a text, and the others."""
    return "\n".join(text.splitlines()).strip().partition("\n\n")
