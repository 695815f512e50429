"""Writing a plan: new records in bulk, changed ones, then the rows and links of both."""

from collections import defaultdict

from django.db import models
from django.utils import timezone

from registry import history, search
from registry.choices import Status
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Domain,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.models.base import PublicRecord
from registry.spreadsheets.plans import Plan, RecordPlan
from registry.spreadsheets.revisions import revisions

# Each kind after those that its keys refer to.
ORDER = (
    Domain,
    Place,
    Organisation,
    Source,
    Fund,
    Call,
    Delegation,
    Agreement,
    Project,
    Contribution,
)
BATCH = 500


def write(plan: Plan, user=None, job=None) -> None:
    """Write all that the plan holds and the history of it; the caller opens the transaction."""
    by_model: defaultdict[type, list[RecordPlan]] = defaultdict(list)
    for one in plan.touched:
        by_model[one.model].append(one)
    created: dict[type, list[int]] = {}
    with search.deferred():
        for model in ORDER:
            created[model] = _create(model, [one for one in by_model[model] if one.is_new])
            for one in by_model[model]:
                if not one.is_new:
                    one.instance.updated_by = user
                    one.instance.save()
        _write_rows(plan.touched)
        _write_links(plan.touched)
        history.write(revisions(_of_authorities(plan.touched)), user, job=job)
        for model, pks in created.items():
            if pks and issubclass(model, PublicRecord):
                search.index(model, pks)


def _of_authorities(plans: list[RecordPlan]) -> list[RecordPlan]:
    """The plans of records that have a history: all but domains."""
    return [plan for plan in plans if issubclass(plan.model, PublicRecord)]


def _create(model, plans: list[RecordPlan]) -> list[int]:
    """Insert the new records; those that refer to others of their kind come after these."""
    now, waiting, pks = timezone.now(), [one.instance for one in plans], []
    parents = [
        field
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.related_model is model
    ]
    while waiting:
        ready = [record for record in waiting if not any(_waits(record, key) for key in parents)]
        if not ready:
            # A circle of new records: the database refuses it.
            ready = waiting
        for record in ready:
            if model is not Domain and record.status == Status.PUBLISHED:
                record.published_at = record.published_at or now
        model._base_manager.bulk_create(ready, batch_size=BATCH)
        pks += [record.pk for record in ready]
        done = set(map(id, ready))
        waiting = [record for record in waiting if id(record) not in done]
    return pks


def _waits(record, key: models.ForeignKey) -> bool:
    if getattr(record, key.attname) is not None or not key.is_cached(record):
        return False
    parent = getattr(record, key.name)
    return parent is not None and parent.pk is None


def _write_rows(plans: list[RecordPlan]) -> None:
    rows: defaultdict[type, list] = defaultdict(list)
    for plan in plans:
        for new in plan.new_rows.values():
            for row in new:
                rows[type(row)].append(row)
        for row in plan.changed_rows:
            row.save()
    for model, new in rows.items():
        model._base_manager.bulk_create(new, batch_size=BATCH)


def _write_links(plans: list[RecordPlan]) -> None:
    links: defaultdict[type, list] = defaultdict(list)
    for plan in plans:
        given = [(plan.instance, *one) for one in plan.new_links.items()]
        for owner, relation, targets in [*given, *plan.row_links]:
            field = owner._meta.get_field(relation)
            through = field.remote_field.through
            for target in targets:
                links[through].append(
                    through(
                        **{
                            f"{field.m2m_field_name()}_id": owner.pk,
                            f"{field.m2m_reverse_field_name()}_id": target.pk,
                        }
                    )
                )
    for through, new in links.items():
        through._base_manager.bulk_create(new, batch_size=BATCH)
