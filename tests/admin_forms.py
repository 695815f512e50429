"""Filling in the forms of the administration as a browser would send them."""

from itertools import count

from django.db.models import FileField
from django.forms import ModelMultipleChoiceField
from django.urls import reverse

from registry.admin.site import site
from registry.search import deferred
from tests import factories


def url(record_or_model, page="change"):
    meta = record_or_model._meta
    keys = [record_or_model.pk] if page in ("change", "delete", "history") else []
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=keys)


def filled(response) -> dict:
    """What the form on a page would send back untouched."""
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    return {
        box.html_name: value for form in forms for box in form if (value := _sent(box)) is not False
    }


def _sent(box):
    """As the box would send its value; False for one that sends nothing."""
    value = box.value()
    if isinstance(value, list | tuple):
        return [getattr(one, "pk", one) for one in value]
    if value is None:
        return [] if isinstance(box.field, ModelMultipleChoiceField) else ""
    return value if value is False else str(value)


def add_row(data: dict, prefix: str, **fields) -> None:
    """Fill in one more row: the first empty one on the page, or one more as the script adds it."""
    total, initial = int(data[f"{prefix}-TOTAL_FORMS"]), int(data[f"{prefix}-INITIAL_FORMS"])
    taken = data.setdefault("_rows", {}).setdefault(prefix, 0)
    number = initial + taken
    data["_rows"][prefix] += 1
    data[f"{prefix}-TOTAL_FORMS"] = max(total, number + 1)
    data |= {f"{prefix}-{number}-{name}": value for name, value in fields.items()}


def send(client, address, data: dict):
    return client.post(address, {name: v for name, v in data.items() if name != "_rows"})


def errors(response) -> str:
    """Every message of a form that was not saved, for a test to look into."""
    context = response.context
    found = [str(context["adminform"].form.errors)]
    for formset in context["inline_admin_formsets"]:
        found += [str(formset.formset.errors), str(formset.formset.non_form_errors())]
    return " ".join(found)


# Records with rows ------------------------------------------------------------------------------

numbers = count(1)


def names_of(fields) -> list[str]:
    """The names in a declaration of fields, where a tuple is several on one line."""
    return [
        name for field in fields or () for name in ([field] if isinstance(field, str) else field)
    ]


def make(model):
    return getattr(factories, f"{model.__name__}Factory")()


@deferred()
def full(model):
    """A record with two of each row that its page shows."""
    record = make(model)
    add_rows(record)
    return record


@deferred()
def add_rows(record) -> None:
    for inline in site.get_model_admin(type(record)).inlines:
        for _number in range(2):
            _add_row(record, inline)


def _add_row(record, inline) -> None:
    rows, shown = inline.model, names_of(inline.fields)
    values = {}
    for field in rows._meta.fields:
        is_owner = field.is_relation and field.related_model is type(record)
        if is_owner and field.name not in shown and inline.fk_name in (None, field.name):
            values[field.name] = record
        elif field.name in shown and field.is_relation:
            values[field.name] = make(field.related_model)
        elif isinstance(field, FileField):
            values[field.name] = f"sources/{next(numbers)}.pdf"
        elif field.name in ("name", "title", "value"):
            values[field.name] = f"Essai {next(numbers)}"
    row = rows.objects.create(**values)
    for link in rows._meta.many_to_many:
        getattr(row, link.name).add(make(link.related_model))
