"""What belongs to a record: its fields, its links, the rows under it, and who refers to it."""

from dataclasses import dataclass
from functools import cache, cached_property

from django.apps import apps
from django.db import models

from registry.models import Domain
from registry.models.base import PublicRecord

# Kept by the registry itself, or said by the history already.
UNTRACKED = {"search_text", "preview_key", "updated_at", "updated_by"}
# Relations that are edited on a record's page although another kind of record holds them: what
# changes there is a change of the other one too, under the name that follows.
FROM_AFAR = {("project", "contributions"): "projects", ("organisation", "members"): "memberships"}


@dataclass(frozen=True)
class Links:
    """A many-to-many relation as seen from one of its ends."""

    name: str
    through: type[models.Model]
    own: str  # the key of the linking row to this end
    other: str
    target: type[models.Model]
    label: str


@dataclass(frozen=True)
class Rows:
    """Rows under a record: parties, stops, names, citations…"""

    name: str
    model: type[models.Model]
    owner: str  # the row's key to the record

    @cached_property
    def fields(self) -> list[models.Field]:
        """What a row says: neither whose it is, nor the keys that rows of other records use."""
        return [
            field
            for field in self.model._meta.concrete_fields
            if not field.primary_key and field.name != self.owner and not _is_idle(field)
        ]

    @cached_property
    def links(self) -> list[Links]:
        return own_links(self.model)

    @property
    def label(self):
        return self.model._meta.verbose_name_plural


def _is_idle(field) -> bool:
    """Whether it is one of the alternative keys of which a row fills in a single one."""
    return field.is_relation and field.null and field.remote_field.on_delete is models.CASCADE


def is_tracked(model) -> bool:
    return issubclass(model, PublicRecord) or model is Domain


def tracked_model(name: str) -> type[models.Model]:
    """The model of this name; raises ``LookupError`` for one whose records have no history."""
    model = apps.get_model("registry", name)
    if not is_tracked(model):
        raise LookupError(name)
    return model


def plain(model) -> models.QuerySet:
    """The model's records without the long text by which they are found."""
    records = model._base_manager.all()
    return records.defer("search_text") if issubclass(model, PublicRecord) else records


@cache
def key_of(model) -> str:
    """The field by which the history names a record of the model, whoever keeps the registry."""
    if issubclass(model, PublicRecord):
        return "public_id"
    if username := getattr(model, "USERNAME_FIELD", ""):
        return username
    return "code" if any(field.name == "code" for field in model._meta.fields) else "pk"


@cache
def fields(model) -> list[models.Field]:
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in UNTRACKED
    ]


@cache
def own_links(model) -> list[Links]:
    return [
        Links(
            field.name,
            field.remote_field.through,
            field.m2m_field_name(),
            field.m2m_reverse_field_name(),
            field.related_model,
            field.verbose_name,
        )
        for field in model._meta.many_to_many
    ]


@cache
def far_links(model) -> list[Links]:
    """Links that other records hold."""
    return [
        Links(
            relation.get_accessor_name(),
            relation.through,
            relation.field.m2m_reverse_field_name(),
            relation.field.m2m_field_name(),
            relation.related_model,
            relation.related_model._meta.verbose_name_plural,
        )
        for relation in model._meta.related_objects
        if relation.many_to_many
    ]


def links(model) -> list[Links]:
    return [*own_links(model), *(one for one in far_links(model) if _is_edited_here(model, one))]


@cache
def rows(model) -> list[Rows]:
    return [
        Rows(relation.get_accessor_name(), relation.related_model, relation.field.name)
        for relation in model._meta.related_objects
        if relation.one_to_many
        and not is_tracked(relation.related_model)
        and (
            relation.on_delete is models.CASCADE
            or (model._meta.model_name, relation.get_accessor_name()) in FROM_AFAR
        )
    ]


@cache
def releases(model) -> list[models.ForeignObjectRel]:
    """Keys to the record that its deletion empties."""
    return [
        relation
        for relation in model._meta.related_objects
        if not relation.many_to_many and relation.on_delete is models.SET_NULL
    ]


@cache
def owner_paths(model) -> tuple[tuple[type, str], ...]:
    """Whose a row that refers to a record is: the records, and the key to each.

    A record is its own; a row is of the record with which it goes.
    """
    if is_tracked(model):
        return ((model, "pk"),)
    owned = tuple(
        (field.related_model, field.attname)
        for field in model._meta.concrete_fields
        if field.is_relation
        and field.remote_field.on_delete is models.CASCADE
        and is_tracked(field.related_model)
    )
    return owned or ((model, "pk"),)


def _is_edited_here(model, one: Links) -> bool:
    return (model._meta.model_name, one.name) in FROM_AFAR
