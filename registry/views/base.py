"""What the public lists and pages share. A view is a query set, a template, a little context."""

from dataclasses import dataclass
from itertools import islice

from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.generic import DetailView, ListView

from registry.models import Citation
from registry.models.sources import CITED
from registry.views import showing, tables

BLOCK_LENGTH = 20
CITATIONS_LENGTH = 100


@dataclass(frozen=True)
class Block:
    """Neighbours of a record: the first of them, and the list that has them all."""

    title: str
    records: list
    total: int
    url: str
    kind: str = ""

    def __bool__(self):
        return bool(self.records)

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.records)


def block(title, records, list_of: str, **parameters) -> Block:
    """The published among the records; ``parameters`` filter the list ``list_of`` to them."""
    published = records.published()
    first = list(published[: BLOCK_LENGTH + 1])
    total = len(first) if len(first) <= BLOCK_LENGTH else published.count()
    query = QueryDict(mutable=True)
    query.update(parameters)
    url = f"{reverse(f'registry:{list_of}_list')}?{query.urlencode()}"
    return Block(str(title), first[:BLOCK_LENGTH], total, url, list_of)


def by_country(rows) -> list[tuple[str, list]]:
    """Rows that name an organisation, by the country where it sits; those without one last."""
    groups: dict[str, list] = {}
    for row in rows:
        place = row.organisation.place
        country = place.country.name if place and place.is_published else ""
        groups.setdefault(country, []).append(row)
    return sorted(groups.items(), key=lambda group: group[0] == "")


class RecordList(ListView):
    """A filtered list of published records in one of its ways of showing, told by the address."""

    PAGE_SIZES = (25, 50, 100)

    filterset_class = None
    model = None

    def get(self, request, *args, **kwargs):
        if any(value == "" for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(self._without_blanks())
        return super().get(request, *args, **kwargs)

    def _without_blanks(self) -> str:
        """The address without what the form sends for the filters that were left empty."""
        kept = QueryDict(mutable=True)
        for name, values in self.request.GET.lists():
            kept.setlist(name, [value for value in values if value])
        query = kept.urlencode()
        return f"{self.request.path}?{query}" if query else self.request.path

    def _unfiltered(self) -> str:
        """The whole list, in the same way of showing it."""
        kept = QueryDict(mutable=True)
        for name in ("view", "sort", "per_page"):
            if value := self.request.GET.get(name):
                kept[name] = value
        return f"{self.request.path}?{kept.urlencode()}" if kept else self.request.path

    def get_queryset(self):
        self.filterset = self.filterset_class(
            self.request.GET, queryset=self.listed(), request=self.request
        )
        return self.filterset.qs

    def listed(self):
        """The published records with what a line shows."""
        return self.model.objects.published()

    @cached_property
    def showing(self) -> showing.Showing:
        return showing.chosen(self.model._meta.model_name, self.request.GET.get("view", ""))

    def get_paginate_by(self, _queryset):
        size = self.request.GET.get("per_page", "")
        known = [str(number) for number in self.PAGE_SIZES]
        return int(size) if size in known else self.PAGE_SIZES[0]

    def paginate_queryset(self, queryset, page_size):
        """A page that does not exist is the last one."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        filters = self.filterset
        filters.offer()
        kind = self.model._meta.model_name
        sort = filters.form.cleaned_data.get("sort") or next(iter(filters.SORTS))
        context |= self.showing.context(filters.qs, self.request.GET)
        return context | {
            "title": capfirst(self.model._meta.verbose_name_plural),
            "kind": kind,
            "showings": showing.offered(kind),
            "showing": self.showing,
            "columns": tables.headings(kind, sort),
            "rows": f"registry/includes/rows/{kind}.html",
            "form": filters.form,
            "chips": filters.chips(),
            "refusals": filters.refusals(),
            "sorts": [(key, label) for key, (label, _order) in filters.SORTS.items()],
            "sort": sort,
            "unfiltered": self._unfiltered(),
            "page_sizes": self.PAGE_SIZES,
            "pages": context["paginator"].get_elided_page_range(
                context["page_obj"].number, on_each_side=2, on_ends=1
            ),
        }


class RecordDetail(DetailView):
    """The page of one published record, at its permanent address."""

    context_object_name = "record"
    model = None

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        address = self.object.get_absolute_url()
        if request.path != address:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_queryset(self):
        return self.model.objects.published().select_related("authority")

    def get_object(self, queryset=None):
        records = self.get_queryset() if queryset is None else queryset
        record = records.filter(public_id=self.kwargs["public_id"].lower()).first()
        if record is None:
            raise Http404
        return record

    def get_context_data(self, **kwargs):
        record, options = self.object, self.model._meta
        return super().get_context_data(**kwargs) | {
            "title": str(record),
            "kind": options.model_name,
            "kind_label": capfirst(options.verbose_name),
            "list_label": capfirst(options.verbose_name_plural),
            "list_url": reverse(f"registry:{options.model_name}_list"),
            "permanent_url": self.request.build_absolute_uri(
                reverse(
                    f"registry:{options.model_name}_detail", kwargs={"public_id": record.public_id}
                )
            ),
            "citations": self._citations(),
            "blocks": [block for block in self.blocks() if block],
        }

    def _citations(self) -> list:
        """The citations of published sources that support the record."""
        if self.model._meta.model_name not in CITED:
            return []
        citations = self.object.citations.filter(source__in=self._published_sources())
        return list(islice(citations.select_related("source__publisher"), CITATIONS_LENGTH))

    @staticmethod
    def _published_sources():
        return Citation._meta.get_field("source").related_model.objects.published()

    def blocks(self) -> list[Block]:
        """The neighbours that the page lists, in the order in which it does."""
        return []
