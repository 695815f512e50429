"""Who refers to a record: the records that would hold nothing, or something else, without it."""

from collections.abc import Iterator

from django.db import models

from registry.history import shapes

Key = tuple[str, int]  # the name of a model and the primary key of a record


def referring(relation, pks) -> Iterator[tuple[Key, int]]:
    """For each reference to these records: the record that makes it, and to which.

    Rows of the records themselves are none.
    """
    holder, key = relation.related_model, relation.field
    if relation.many_to_many:
        rows, prefix = relation.through, f"{key.m2m_field_name()}__"
        key = rows._meta.get_field(key.m2m_reverse_field_name())
    elif relation.on_delete is models.CASCADE and not shapes.is_tracked(holder):
        return  # a row of the record itself
    else:
        rows, prefix = holder, ""
    owners = shapes.owner_paths(holder)
    found = rows._base_manager.filter(**{f"{key.name}__in": pks})
    for pk, *owner_pks in found.values_list(
        key.attname, *(f"{prefix}{path}" for _model, path in owners)
    ).iterator():
        for (model, _path), owner in zip(owners, owner_pks, strict=True):
            if owner is not None:
                yield (model._meta.model_name, owner), pk
