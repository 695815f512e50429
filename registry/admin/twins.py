"""A new record that its author has just added: the form that comes back with the browser's Back.

Its author is told before a second one is saved, and may want two.
"""

import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone

from registry import rights
from registry.text import fold

# How long ago a record counts as just added, and how many of the latest are looked at.
RECENT = datetime.timedelta(days=1)
MOST = 200
# What its author ticks to save it all the same.
CONFIRMED = "_is_another"
NAMES = {"title", "name", "name_fr", "edition"}
BESIDE = {"checked_on"}


class TwinAdmin:
    """Administration of records that asks before the same one is added twice."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if change or request.method != "POST" or CONFIRMED in request.POST:
            return form
        find = {"find_twin": lambda _form, values: twin_of(self.model, values, request.user)}
        return type(form.__name__, (form,), find)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if twin := getattr(context["adminform"].form, "twin", None):
            address = reverse(f"admin:registry_{self.opts.model_name}_change", args=[twin.pk])
            context |= {"twin": twin, "twin_url": address, "twin_box": CONFIRMED}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def twin_of(model, values: dict, author):
    """The record that its author added a while ago and that says nearly the same as the values.

    A renewal bears the name of the agreement before: what a record refers to is no twin of it.
    """
    since = timezone.now() - RECENT
    latest = rights.of(author).own(model.objects.filter(updated_at__gte=since))
    for other in latest.order_by("-updated_at", "-pk").defer("search_text")[:MOST]:
        is_recent = other.created_by_id == author.pk and other.created_at >= since
        if is_recent and other not in values.values() and _says(other, values):
            return other
    return None


def _says(other, values) -> bool:
    """Whether the record has this name and contradicts nothing; without a name, says all of it."""
    said = [pair for name in values if (pair := _pair(other, name, values[name])) is not None]
    names = [pair for name, *pair in said if name in NAMES and any(pair)]
    if not names:
        return all(mine == theirs for _name, mine, theirs in said)
    is_named_so = all(mine == theirs for mine, theirs in names)
    return is_named_so and all(
        mine == theirs or not (mine and theirs) for _name, mine, theirs in said
    )


def _pair(other, name, value):
    """What both say in a field; nothing for texts, and for what tells no two things apart."""
    fields = {one.name: one for one in (*other._meta.fields, *other._meta.many_to_many)}
    field = fields.get(name)
    if field is None or name in BESIDE or isinstance(field, models.TextField):
        return None
    theirs = getattr(other, name)
    if field.many_to_many:
        return name, {one.pk for one in value}, {one.pk for one in theirs.all()}
    if isinstance(value, str) and isinstance(theirs, str):
        return name, fold(value), fold(theirs)
    return name, value, theirs
