"""What the public lists and pages share. A view is a query set, a template, a little context."""

from django.http import HttpResponseRedirect, QueryDict
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.generic import ListView

from registry.views import showing, tables


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
