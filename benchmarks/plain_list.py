"""The list of projects as one would write it first: ListView, FilterSet, Paginator, ORM counts.

It has the same published records, filters, words, six facets and page as the registry's own; the
words ask the same full-text index. A page is plain HTML without the site's frame.
"""

import django_filters
from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.template import engines
from django.views.generic import ListView

from registry import search
from registry.choices import ActivityStatus
from registry.models import Call, Domain, Fund, Organisation, Place, Project

FACETS = {
    "domain": "domains__code",
    "place": "places__public_id",
    "organisation": "partners__organisation__public_id",
    "fund": "fund__public_id",
    "call": "call__public_id",
    "progress": "activity_status",
}
SHOWN = 8

TEMPLATE = """<!DOCTYPE html><title>Projects</title><form>{{ form.as_p }}<button>OK</button></form>
{% for name, values in facets %}<h2>{{ name }}</h2><ul>
{% for value, count in values %}<li>{{ value }} {{ count }}</li>{% endfor %}</ul>{% endfor %}
<p>{{ paginator.count }}</p>
{% for project in object_list %}<article><h3>
<a href="{{ project.get_absolute_url }}">{{ project }}</a></h3>
<p>{{ project.period }} {{ project.fund }} {{ project.call }}</p>
<p>{% for row in project.public_partners %}
<a href="{{ row.organisation.get_absolute_url }}">{{ row.organisation }}</a>{% endfor %}</p>
<p>{% for domain in project.domains.all %}{{ domain }} {% endfor %}</p></article>{% endfor %}
{% for number in page_obj.paginator.get_elided_page_range %}
<a href="?page={{ number }}">{{ number }}</a>{% endfor %}"""


def _records(model):
    return django_filters.ModelChoiceFilter(
        queryset=model.objects.published(), to_field_name="public_id"
    )


class PlainFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(method="words")
    fund = _records(Fund)
    call = _records(Call)
    place = django_filters.ModelChoiceFilter(
        field_name="places", queryset=Place.objects.published(), to_field_name="public_id"
    )
    organisation = django_filters.ModelChoiceFilter(
        field_name="partners__organisation",
        queryset=Organisation.objects.published(),
        to_field_name="public_id",
        widget=forms.TextInput,
    )
    domain = django_filters.ModelChoiceFilter(
        field_name="domains", queryset=Domain.objects.all(), to_field_name="code"
    )
    progress = django_filters.ChoiceFilter("activity_status", choices=ActivityStatus.choices)

    class Meta:
        model = Project
        fields = []

    def words(self, queryset, _name, value):
        return search.found(queryset, value)


class PlainList(ListView):
    paginate_by = 25

    def get_queryset(self):
        self.filters = PlainFilterSet(self.request.GET, queryset=Project.objects.published())
        return self.filters.qs.with_card()

    def _facets(self):
        """Each counted over what the other filters find."""
        for name, value in FACETS.items():
            query = self.request.GET.copy()
            query.pop(name, None)
            records = PlainFilterSet(query, queryset=Project.objects.published()).qs.order_by()
            counted = records.values_list(value).annotate(number=Count("pk"))
            yield name, list(counted.order_by("-number")[:SHOWN])

    def render_to_response(self, context, **_kwargs):
        context |= {"form": self.filters.form, "facets": list(self._facets())}
        template = engines["django"].from_string(TEMPLATE)
        return HttpResponse(template.render(context, self.request))
