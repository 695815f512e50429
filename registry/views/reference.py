"""Places and domains."""

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView

from registry import maps
from registry.choices import IdentifierScheme, Status
from registry.filters import PlaceFilterSet
from registry.models import Agreement, Delegation, Domain, Organisation, Place, Project
from registry.text import fold
from registry.views.base import RecordList
from registry.views.details import RecordDetail, block, is_too_large, listed


class PlaceList(RecordList):
    model = Place
    filterset_class = PlaceFilterSet

    def listed(self):
        return Place.objects.published().select_related("parent")


class PlaceDetail(RecordDetail):
    model = Place
    is_chronicle = True

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("parent__parent__parent__parent")
            .prefetch_related("other_names", "identifiers")
        )

    def get_context_data(self, **kwargs):
        place = self.object
        above, chain = place.parent, []
        while above:
            chain.append(above)
            above = above.parent
        context = super().get_context_data(**kwargs)
        return context | {
            "map": None if is_too_large(context["blocks"]) else maps.place_map(place),
            "lies_in": [one for one in chain if one.is_published],
            "geonames": [
                one for one in place.identifiers.all() if one.scheme == IdentifierScheme.GEONAMES
            ],
        }

    def blocks(self):
        place, key = self.object, self.object.public_id
        within = Place.objects.published().within(place)
        return [
            self.listed(
                _("Agreements"),
                lambda: Agreement.objects.for_place(place),
                "agreement",
                place=key,
            ),
            self.listed(
                _("Delegations"),
                lambda: Delegation.objects.for_place(place),
                "delegation",
                place=key,
            ),
            self.listed(
                _("Funded projects"),
                lambda: Project.objects.for_place(place),
                "project",
                place=key,
            ),
            self.listed(
                _("Organisations"),
                lambda: Organisation.objects.filter(place__in=within.values("pk")).select_related(
                    "place"
                ),
                "organisation",
                place=key,
            ),
            block(_("Places within"), place.children.select_related("parent"), "place", place=key),
        ]


class DomainList(ListView):
    """The domains with the number of published records under each."""

    template_name = "registry/domain_list.html"

    def get_queryset(self):
        return domains_with_counts()

    def get_context_data(self, **kwargs):
        domains = sorted(self.object_list, key=lambda domain: fold(domain.name))
        tops = [domain for domain in domains if not domain.parent_id]
        for top in tops:
            top.below = [domain for domain in domains if domain.parent_id == top.pk]
        return super().get_context_data(**kwargs) | {
            "title": capfirst(Domain._meta.verbose_name_plural),
            "domains": tops,
        }


class DomainDetail(DetailView):
    model = Domain
    context_object_name = "record"
    template_name = "registry/domain_detail.html"

    def get_object(self, queryset=None):
        domains = Domain.objects.select_related("parent").prefetch_related("children")
        return get_object_or_404(domains, code=self.kwargs["code"])

    def get_context_data(self, **kwargs):
        domain, code = self.object, self.object.code
        blocks = [
            listed(_("Agreements"), "agreement", domain=code),
            listed(_("Delegations"), "delegation", domain=code),
            listed(_("Funded projects"), "project", domain=code),
        ]
        return super().get_context_data(**kwargs) | {
            "title": domain.name,
            "kind": "domain",
            "kind_label": capfirst(Domain._meta.verbose_name),
            "list_label": capfirst(Domain._meta.verbose_name_plural),
            "list_url": reverse("registry:domain_list"),
            "blocks": [block for block in blocks if block],
            "shown": [block for block in blocks if block],
        }


def domains_with_counts():
    """Each domain with ``records``: how many published records are under it alone."""
    total = Value(0)
    for model in (Agreement, Delegation, Project):
        name = model._meta.model_name
        links = model.domains.through.objects.filter(
            domain=OuterRef("pk"), **{f"{name}__status": Status.PUBLISHED}
        )
        count = links.order_by().values("domain").annotate(number=Count("pk")).values("number")
        total += Coalesce(Subquery(count), 0)
    return Domain.objects.annotate(records=total)
