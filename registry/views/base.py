"""The public lists: filtered, counted by their facets, in one of their ways of showing."""

from collections.abc import Callable, Sequence
from itertools import islice

from django.core.paginator import Paginator
from django.db.models import TextField
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import ListView

from registry.facets import Index, index_of
from registry.filters.base import RecordFilterSet
from registry.filters.controls import LONGEST_TEXT
from registry.querysets.prepared import Prepared
from registry.templatetags import parts
from registry.text import fold
from registry.views import showing, tables

# Values that the page of a facet shows at once.
MOST_SHOWN = 300
# Of so many values the names are looked up to show these, or to find words in them.
MOST_NAMED = 2_000

# The list of each kind of record.
LISTS: dict[str, type["RecordList"]] = {}
# How each list reads the records of a page.
_reading: dict[type, Prepared] = {}


class Listed(Sequence):
    """What a filter set finds, in its order: counted by the index, read page by page.

    ``read`` gives the published among the records of some keys, in any order.
    """

    def __init__(self, filterset: RecordFilterSet, read: Callable[[list[int]], list]):
        self.filterset = filterset
        self.read = read
        self.model = filterset._meta.model

    def __len__(self):
        return len(self.filterset.found)

    def __getitem__(self, page: slice) -> "ListedPage":
        keys = self.filterset.keys(page.start, page.stop)
        return ListedPage(self.model, self.filterset.index, self.read, keys)


class ListedPage(Sequence):
    """The records of a page, which are read when somebody asks for them.

    Their lines are asked for more often. How these read follows from the data and the language
    alone, and so the index of this version of the data remembers them.
    """

    def __init__(self, model, index: Index, read: Callable[[list[int]], list], keys: list[int]):
        self.model = model
        self.index = index
        self.read = read
        self.keys = keys

    def __len__(self):
        return len(self.records)

    def __getitem__(self, place):
        if isinstance(place, str):
            raise KeyError(place)  # a template looks for ``cards`` here first: nothing is read
        return self.records[place]

    @cached_property
    def records(self) -> list:
        known = {record.pk: record for record in self.read(self.keys)}
        return [known[key] for key in self.keys if key in known]

    def cards(self) -> list[str]:
        return self._lines("cards")

    def rows(self) -> list[str]:
        return self._lines("rows")

    def _lines(self, name: str) -> list[str]:
        remembered, language = self.index.lines, get_language()
        known = {key: remembered.get((name, language, key)) for key in self.keys}
        if missing := [key for key in self.keys if not known[key]]:
            part = f"{name}/{self.model._meta.model_name}"
            for record in self.read(missing):
                line = parts.render(part, {"record": record})
                known[record.pk] = remembered.answer((name, language, record.pk), lambda x=line: x)
        return [known[key] for key in self.keys if known[key]]


class RecordList(ListView):
    """A filtered list of published records in one of its ways of showing, told by the address."""

    PAGE_SIZES = (25, 50, 100)

    filterset_class = None
    model = None

    def __init_subclass__(cls):
        LISTS[cls.model._meta.model_name] = cls

    def get(self, request, *args, **kwargs):
        if any(value == "" for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(self._without_blanks())
        if name := request.GET.get("values"):
            return self._values(name)
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

    @cached_property
    def filterset(self) -> RecordFilterSet:
        # Pages read their lines by themselves.
        records = self.model.objects.published() if self.showing.paged else self.listed()
        return self.filterset_class(self.request.GET, queryset=records, request=self.request)

    def get_queryset(self):
        return Listed(self.filterset, self._read)

    def listed(self):
        """The published records with what a line shows."""
        return self.model.objects.published()

    @classmethod
    def having(cls, facet: str, value: str, most: int) -> tuple[ListedPage, int]:
        """The first records that have a value of a facet, and how many have it."""
        index = index_of(cls.model)
        found = index.having(facet, value)
        keys = [index.keys[position] for position in islice(found, most)]
        return ListedPage(cls.model, index, cls()._read, keys), len(found)

    def _read(self, keys: list[int]) -> list:
        """Published as they are read, whatever the index says; without what no line shows."""
        view = type(self)
        if view not in _reading:
            long = [one.name for one in self.model._meta.fields if isinstance(one, TextField)]
            _reading[view] = Prepared(
                lambda keys, day: view().listed().filter(pk__in=keys).order_by().defer(*long)
            )
        return _reading[view](keys, day=timezone.localdate())

    @cached_property
    def showing(self) -> showing.Showing:
        return showing.chosen(self.model._meta.model_name, self.request.GET.get("view", ""))

    def get_paginate_by(self, _queryset):
        size = self.request.GET.get("per_page", "")
        known = [str(number) for number in self.PAGE_SIZES]
        return int(size) if size in known else self.PAGE_SIZES[0]

    def paginate_queryset(self, queryset, page_size):
        """A page that does not exist is the last one."""
        paginator = Paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        if not self.showing.paged:
            return paginator, page, [], False
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        filters = self.filterset
        kind = self.model._meta.model_name
        if not self.showing.paged:
            context |= self.showing.context(filters)
        return context | {
            "title": capfirst(self.model._meta.verbose_name_plural),
            "kind": kind,
            "showings": showing.offered(kind),
            "showing": self.showing,
            "columns": tables.headings(kind, filters.sorted_by),
            "form": filters.form,
            "controls": filters.controls(),
            "facets": filters.facets(),
            "chips": filters.chips(),
            "refusals": filters.refusals(),
            "sorts": [(key, label) for key, (label, _order) in filters.SORTS.items()],
            "sort": filters.sorted_by,
            "unfiltered": self._unfiltered(),
            "page_sizes": self.PAGE_SIZES,
            "pages": context["paginator"].get_elided_page_range(
                context["page_obj"].number, on_each_side=2, on_ends=1
            ),
        }

    # All values of a facet ------------------------------------------------------------------------

    def _values(self, name):
        """A page with all values of one facet, to keep some of them or leave them out."""
        filters = self.filterset
        if name not in filters.facet_names:
            raise Http404
        text = self.request.GET.get("find", "")[:LONGEST_TEXT]
        words = fold(text).split()
        counted, vocabulary = filters.found.values(name), filters.filters[name].vocabulary
        if words and len(counted) > MOST_NAMED:
            mentioning = vocabulary.mentioning(text) if vocabulary.is_typed else ()
            counted = [one for one in counted if one[0] in mentioning]
        facet = filters.facet(name, most=None, counted=counted[:MOST_NAMED])
        values = [
            value for value in facet.values if all(word in fold(value.label) for word in words)
        ]
        unnamed = 0 if words else max(0, len(counted) - MOST_NAMED)
        kept = self.request.GET.copy()
        for gone in (name, f"not-{name}", "values", "find", "page"):
            kept.pop(gone, None)
        back = self.request.GET.copy()
        for gone in ("values", "find"):
            back.pop(gone, None)
        title = capfirst(self.model._meta.verbose_name_plural)
        context = {
            "title": title,
            "kind": self.model._meta.model_name,
            "facet": facet,
            "values": values[:MOST_SHOWN],
            "total": len(values) + unnamed,
            "is_cut": len(values) > MOST_SHOWN,
            "find": text,
            "chips": filters.chips(),
            "kept": [(key, value) for key, values in kept.lists() for value in values],
            "back": f"{self.request.path}?{back.urlencode()}" if back else self.request.path,
            "heading": _("%(list)s by %(facet)s")
            % {
                "list": capfirst(self.model._meta.verbose_name_plural),
                "facet": facet.label.lower(),
            },
        }
        return self.response_class(
            self.request, "registry/facet_values.html", context, using=self.template_engine
        )
