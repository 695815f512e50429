"""The front page and the search over all kinds of records."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from registry.choices import Status
from registry.filters.controls import LONGEST_TEXT
from registry.models import Agreement, Delegation, Fund, Organisation, Place, Project
from registry.search import matching
from registry.text import fold
from registry.views.details import Block
from registry.views.reference import domains_with_counts

LATEST = 3
ENTRIES = 12
HITS = 8


class Home(TemplateView):
    """What is here: how much of each kind, what is new, and the ways in."""

    template_name = "registry/home.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        return super().get_context_data(**kwargs) | {
            "is_wide": True,
            "figures": [
                (
                    model._meta.model_name,
                    capfirst(model._meta.verbose_name_plural),
                    reverse(f"registry:{model._meta.model_name}_list"),
                    model.objects.published().count(),
                )
                for model in (Agreement, Delegation, Project, Organisation, Place)
            ],
            "latest": [
                (title, reverse(f"registry:{kind}_list"), list(records[:LATEST]))
                for title, kind, records in (
                    (_("Latest agreements"), "agreement", _agreements().with_card(today)),
                    (_("Latest delegations"), "delegation", _delegations().with_card()),
                    (_("Latest projects"), "project", _projects().with_card()),
                )
            ],
            "domains": _domains(),
            "places": _places(),
            "funds": list(Fund.objects.published()[:ENTRIES]),
        }


def _agreements():
    return Agreement.objects.published()


def _delegations():
    return Delegation.objects.published()


def _projects():
    return Project.objects.published()


def _domains() -> list:
    """The first-level domains that have records, those below included, the fullest first."""
    domains = list(domains_with_counts())
    tops = {domain.pk: domain for domain in domains if not domain.parent_id}
    for domain in domains:
        if domain.parent_id:
            tops[domain.parent_id].records += domain.records
    full = [domain for domain in tops.values() if domain.records]
    return sorted(full, key=lambda domain: (-domain.records, fold(domain.name)))[:ENTRIES]


def _places() -> list:
    """The places where most organisations sit."""
    sitting = Count("organisations", filter=Q(organisations__status=Status.PUBLISHED))
    places = Place.objects.published().annotate(sitting=sitting).filter(sitting__gt=0)
    return list(places.order_by("-sitting", "search_text")[:ENTRIES])


class Search(TemplateView):
    """What free text finds, by kind of record."""

    template_name = "registry/search.html"

    def get_context_data(self, **kwargs):
        text = self.request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT]
        blocks = self._blocks(text) if fold(text) else []
        return super().get_context_data(**kwargs) | {
            "q": text,
            "title": _("Search"),
            "blocks": [block for block in blocks if block],
            "total": sum(block.total for block in blocks),
        }

    def _blocks(self, text) -> list[Block]:
        today = timezone.localdate()
        found = (
            _agreements().with_card(today),
            _delegations().with_card(),
            _projects().with_card(),
            Organisation.objects.published().select_related("place"),
            Place.objects.published().select_related("parent"),
            Fund.objects.published().with_card(),
        )
        return [self._block(records, text) for records in found]

    @staticmethod
    def _block(records, text) -> Block:
        options = records.model._meta
        hits = matching(records, text)
        first = list(hits[: HITS + 1])
        return Block(
            capfirst(options.verbose_name_plural),
            first[:HITS],
            len(first) if len(first) <= HITS else hits.count(),
            f"{reverse(f'registry:{options.model_name}_list')}?{urlencode({'q': text})}",
        )
