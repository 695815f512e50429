"""Registries for tests in which every kind of record is there and linked to the others."""

from itertools import count

from django.apps import apps
from django.db import models as db

from registry.models.base import PublicRecord
from registry.search import deferred
from tests import factories

RECORDS = [
    model
    for model in apps.get_app_config("registry").get_models()
    if issubclass(model, PublicRecord)
]
TEXTS = {"agreement": "title", "delegation": "title", "project": "title", "source": "title"}
NAMES = {"place": "name_fr", "organisation": "name", "fund": "name", "contribution": "note"}
# The texts that some rows need or may have besides the records that they tie together.
ROW_TEXTS = {"Signatory": ["name"], "ProgrammeItem": ["title"], "Participant": ["", "name"]}
NUMBERS = count(1)


@deferred()
def one_of_each(word="", status="published") -> dict:
    """A record of each kind, by the name of its model; ``word`` is in the name of each."""
    records = {}
    for model in RECORDS:
        kind = model._meta.model_name
        factory = getattr(factories, f"{model.__name__}Factory")
        values = {"status": status}
        if word and kind == "call":
            values |= {"title": f"{word} call", "edition": f"{word} edition"}
        elif word:
            values[(TEXTS | NAMES)[kind]] = f"{word} {kind}"
        records[kind] = model.objects.get(pk=factory(**values).pk)
    return records


def link(left: dict, right: dict) -> None:
    """Tie records of ``left`` to those of ``right`` by every relation of the models, both ways.

    A key holds one value, so a new record of the same status carries each.
    """
    for one, other in ((left, right), (right, left)):
        with deferred():
            for model in RECORDS:
                _link_record(model, one, other)
            for model in apps.get_app_config("registry").get_models():
                if not issubclass(model, PublicRecord):
                    _link_row(model, one, other)


def _keys(model):
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, db.ForeignKey) and field.related_model in RECORDS
    ]


def _link_record(model, one, other):
    kind = model._meta.model_name
    for field in _keys(model):
        factory = getattr(factories, f"{model.__name__}Factory")
        target = other[field.related_model._meta.model_name]
        # A key that may be empty is: another one must not hide what this one shows.
        alone = {key.name: None for key in _keys(model) if key.null}
        factory(status=one[kind].status, **alone | {field.name: target})
    for field in model._meta.many_to_many:
        if field.related_model in RECORDS:
            getattr(one[kind], field.name).add(other[field.related_model._meta.model_name])


def _link_row(model, one, other):
    """A row owned by a record of ``one`` that refers to one of ``other``, for each way to do so."""
    keys = _keys(model)
    owners = [key for key in keys if key.remote_field.on_delete is db.CASCADE]
    if model.__name__ == "Citation":
        for owner in owners:
            kind = owner.related_model._meta.model_name
            model.objects.create(source=other["source"], **{owner.name: one[kind]})
        return
    if not owners or (len(keys) == 1 and not model._meta.many_to_many):
        return
    for text in ROW_TEXTS.get(model.__name__, [""]):
        row = model(**{text: f"{text} {next(NUMBERS)}"} if text else {})
        setattr(row, owners[0].name, one[owners[0].related_model._meta.model_name])
        for key in keys:
            if key is not owners[0]:
                setattr(row, key.name, other[key.related_model._meta.model_name])
        row.save()
        for field in model._meta.many_to_many:
            getattr(row, field.name).add(other[field.related_model._meta.model_name])
