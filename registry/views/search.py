"""The search over all kinds of records, and what it suggests while one types."""

from dataclasses import dataclass

from django.http import JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from registry.filters.controls import LONGEST_TEXT
from registry.search import results
from registry.search.results import Group, Hit

# For how long a browser may repeat suggestions without asking again.
SUGGESTIONS_SECONDS = 30


def _text(request) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT]


def _address(view: str, text: str) -> str:
    return f"{reverse(f'registry:{view}')}?{urlencode({'q': text})}"


@dataclass(frozen=True)
class Section:
    """A kind of record in the results, with what tells its records apart, and its list."""

    group: Group
    kind: str
    title: str
    url: str
    hits: list[tuple[Hit, list[str]]]

    @classmethod
    def of(cls, group: Group, text: str):
        options = group.model._meta
        title = str(capfirst(options.verbose_name_plural))
        url = _address(f"{options.model_name}_list", text)
        hits = [(hit, facts(hit.record)) for hit in group.hits]
        return cls(group, options.model_name, title, url, hits)


class Search(TemplateView):
    """What free text finds, by kind of record, and why."""

    template_name = "registry/search.html"

    def get_context_data(self, **kwargs):
        text = _text(self.request)
        found = results.search(text)
        asked = found.instead or text
        return super().get_context_data(**kwargs) | {
            "q": text,
            "title": _("Search"),
            "sections_found": [Section.of(group, asked) for group in found.groups],
            "total": found.total,
            "is_endless": any(group.is_endless for group in found.groups),
            "instead": found.instead,
            "meant": found.meant and (found.meant, _address("search", found.meant)),
            "alone": [(word, count, _address("search", word)) for word, count in found.alone],
        }


class Suggestions(View):
    """Records by what is typed of their names, for ``suggest.js``."""

    http_method_names = ("get", "head", "options")

    def get(self, request):
        text = _text(request)
        hits = results.suggestions(text)
        count = len(hits)
        response = JsonResponse(
            {
                "label": _("Suggestions"),
                "status": ngettext("%(count)s suggestion", "%(count)s suggestions", count)
                % {"count": count}
                if hits
                else _("No suggestion"),
                "suggestions": [_suggestion(hit) for hit in hits],
                "all": {
                    "label": _("All results for “%(text)s”") % {"text": text},
                    "url": _address("search", text),
                },
            }
        )
        patch_cache_control(response, private=True, max_age=SUGGESTIONS_SECONDS)
        response["X-Robots-Tag"] = "noindex"
        return response


def _suggestion(hit: Hit) -> dict:
    options = hit.record._meta
    return {
        "url": hit.record.get_absolute_url(),
        "kind": options.model_name,
        "label": str(capfirst(options.verbose_name)),
        "title": hit.why.title,
        "other": hit.why.passages[0].parts if hit.why.passages else [],
        "note": facts(hit.record)[-1:],
    }


def facts(record) -> list[str]:
    """What tells records of one name apart, in a few words; nothing of a draft."""
    told = FACTS.get(record._meta.model_name, lambda _record: [])(record)
    return [str(fact) for fact in told if fact]


def _published(record) -> str:
    return str(record) if record is not None and record.is_published else ""


FACTS = {
    "agreement": lambda one: [
        one.get_kind_display(),
        one.signed_on or one.term,
    ],
    "delegation": lambda one: [
        one.get_direction_display(),
        one.dates,
    ],
    "project": lambda one: [
        one.fund and one.fund.is_published and one.fund.short_name,
        one.period,
    ],
    "organisation": lambda one: [one.get_kind_display(), _published(one.place)],
    "place": lambda one: [
        one.get_kind_display(),
        one.country_name if one.kind != "country" else "",
    ],
    "fund": lambda one: [one.get_kind_display()],
    "call": lambda one: [one.title and one.edition, one.period],
    "contribution": lambda one: [one.get_kind_display()],
    "source": lambda one: [_published(one.publisher), one.published_on],
}
