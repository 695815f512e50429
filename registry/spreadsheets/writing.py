"""Writing a plan: new records in bulk, changed ones, then the rows and links of both."""

from collections import defaultdict

from django.db import models
from django.utils import timezone

from registry import bulk, history, search
from registry.choices import ImportState, Status
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
from registry.spreadsheets import collector, progress
from registry.spreadsheets.plans import Plan, RecordPlan
from registry.spreadsheets.revisions import revisions
from registry.spreadsheets.wording import Wording

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
# Between two steps an import tells how far it is, and may be cancelled.
STEP = 5_000


@collector.paused()
def write(plan: Plan, user=None, job=None) -> None:
    """Write all that the plan holds and the history of it; the caller opens the transaction."""
    touched = plan.touched
    wording = Wording(touched)
    by_model: defaultdict[type, list[RecordPlan]] = defaultdict(list)
    for one in touched:
        by_model[one.model].append(one)
    progress.phase(ImportState.WRITING, len(touched))
    with search.deferred():
        for model in ORDER:
            _create(model, [one for one in by_model[model] if one.is_new], wording)
            for one in by_model[model]:
                if not one.is_new:
                    one.instance.updated_by = user
                    one.instance.save()
                    progress.advance()
        _write_rows(touched)
        _write_links(touched)
        history.write(revisions(touched), user, job=job)


def _create(model, plans: list[RecordPlan], wording: Wording) -> None:
    """Insert the new records; those that refer to others of their kind come after these."""
    now, waiting = timezone.now(), [one.instance for one in plans]
    if model in search.INDEXED:
        for plan in plans:
            plan.instance.search_text = wording.text(plan)
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
        for first in range(0, len(ready), STEP):
            step = ready[first : first + STEP]
            bulk.insert(model, step)
            progress.advance(len(step))
        done = set(map(id, ready))
        waiting = [record for record in waiting if id(record) not in done]


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
        bulk.insert(model, new)


def _write_links(plans: list[RecordPlan]) -> None:
    links: defaultdict[models.ManyToManyField, list] = defaultdict(list)
    for plan in plans:
        given = [(plan.instance, *one) for one in plan.new_links.items()]
        for owner, relation, targets in [*given, *plan.row_links]:
            pairs = links[owner._meta.get_field(relation)]
            pairs += [(owner.pk, target.pk) for target in targets]
    for field, pairs in links.items():
        columns = field.m2m_column_name(), field.m2m_reverse_name()
        bulk.insert_values(field.remote_field.through, columns, pairs)
