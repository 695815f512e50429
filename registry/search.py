"""Search text: what free text finds in each kind of record, folded so that spelling is forgiven.

Each record carries its own folded text, and what it says of its neighbours: the published ones
alone, so that a search can never tell that a draft exists. Signals keep it true after each write;
whoever writes many rows wraps them in ``deferred()``, which indexes each record once at the end.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.utils.translation import override

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
from registry.querysets import records_moved
from registry.text import fold

BATCH = 500


def matching(queryset, text: str):
    """The records whose text has every word of ``text``, or words that begin with or hold it."""
    for word in fold(text).split()[:12]:
        queryset = queryset.filter(search_text__contains=word)
    return queryset


# What each kind of record is found by ---------------------------------------------------------


def _published(records: Iterable) -> list:
    return [record for record in records if record is not None and record.is_published]


def _organisation_names(organisations):
    for organisation in _published(organisations):
        yield organisation.name
        yield from (other.name for other in organisation.other_names.all())


def _place_names(places):
    for place in _published(places):
        yield from (place.name_fr, place.name_en)
        yield from (other.name for other in place.other_names.all())


def _domain_names(domains):
    for domain in domains:
        yield from (domain.name_fr, domain.name_en)


def _fund_names(funds):
    for fund in _published(funds):
        yield from (fund.name, fund.acronym)


def _country_names(country):
    for language in ("fr", "en"):
        with override(language):
            yield country.name


def _place(place):
    yield from (place.name_fr, place.name_en)
    yield from (other.name for other in place.other_names.all())
    yield from _country_names(place.country)


def _organisation(organisation):
    yield from (organisation.name, organisation.summary)
    yield from (other.name for other in organisation.other_names.all())
    yield from (identifier.value for identifier in organisation.identifiers.all())
    yield from _place_names([organisation.place])


def _agreement(agreement):
    yield from (agreement.title, agreement.summary)
    yield from _organisation_names(party.organisation for party in agreement.parties.all())
    for signatory in agreement.signatories.all():
        yield from (signatory.name, signatory.office)
    yield from _domain_names(agreement.domains.all())


def _delegation(delegation):
    yield from (
        delegation.title,
        delegation.summary,
        delegation.objectives,
        delegation.results,
    )
    yield from _place_names(stop.place for stop in delegation.stops.all())
    for participant in delegation.participants.all():
        yield from (participant.name, participant.office)
        yield from _organisation_names([participant.organisation])
    for item in delegation.programme.all():
        yield item.title
        yield from _organisation_names(item.organisations.all())
    yield from _domain_names(delegation.domains.all())


def _fund(fund):
    yield from (fund.name, fund.acronym, fund.summary)
    yield from _organisation_names(row.organisation for row in fund.organisations.all())


def _call(call):
    yield from (call.title, call.edition, call.summary)
    yield from _fund_names([call.fund])


def _project(project):
    yield from (project.title, project.summary, project.results)
    yield from _fund_names([project.fund])
    yield from _organisation_names(partner.organisation for partner in project.partners.all())
    yield from _domain_names(project.domains.all())
    yield from _place_names(project.places.all())


def _contribution(contribution):
    yield contribution.note
    yield from _organisation_names(contribution.funders.all())
    yield from (project.title for project in _published(contribution.projects.all()))
    yield from _fund_names([contribution.fund])


def _source(source):
    yield from source.titles
    yield from _organisation_names([source.publisher])


# For each kind: the function above, the foreign keys to join and the relations to prefetch.
INDEXED = {
    Place: (_place, [], ["other_names"]),
    Organisation: (
        _organisation,
        ["place"],
        ["other_names", "identifiers", "place__other_names"],
    ),
    Agreement: (
        _agreement,
        [],
        ["parties__organisation__other_names", "signatories", "domains"],
    ),
    Delegation: (
        _delegation,
        [],
        [
            "stops__place__other_names",
            "participants__organisation__other_names",
            "programme__organisations__other_names",
            "domains",
        ],
    ),
    Fund: (_fund, [], ["organisations__organisation__other_names"]),
    Call: (_call, ["fund"], []),
    Project: (
        _project,
        ["fund"],
        ["partners__organisation__other_names", "domains", "places__other_names"],
    ),
    Contribution: (_contribution, ["fund"], ["funders__other_names", "projects"]),
    Source: (_source, [], ["publisher__other_names"]),
}

# Whose text speaks of a record: the paths by which others refer to a model of this table.
NEIGHBOURS = {
    Organisation: {
        Agreement: ["parties__organisation"],
        Delegation: ["participants__organisation", "programme__organisations"],
        Fund: ["organisations__organisation"],
        Project: ["partners__organisation"],
        Contribution: ["funders"],
        Source: ["publisher"],
    },
    Place: {
        Organisation: ["place"],
        Delegation: ["stops__place"],
        Project: ["places"],
    },
    Domain: {Agreement: ["domains"], Delegation: ["domains"], Project: ["domains"]},
    Fund: {Call: ["fund"], Project: ["fund"], Contribution: ["fund"]},
    Project: {Contribution: ["projects"]},
}


# Writing it ------------------------------------------------------------------------------------


def index(model, pks: Iterable[int]) -> None:
    """Write anew the search text of the model's records with these primary keys."""
    words, joined, prefetched = INDEXED[model]
    pks = sorted(pks)
    for start in range(0, len(pks), BATCH):
        records = (
            model.objects.filter(pk__in=pks[start : start + BATCH])
            .select_related(*joined)
            .prefetch_related(*prefetched)
        )
        stale = []
        for record in records:
            text = fold(" ".join([*words(record), record.reference, record.public_id]))
            if text != record.search_text:
                record.search_text = text
                stale.append(record)
        model.objects.bulk_update(stale, ["search_text"], batch_size=100)


def rebuild() -> int:
    """Write anew the search text of every record; the number of records read."""
    count = 0
    for model in INDEXED:
        pks = list(model.objects.values_list("pk", flat=True))
        index(model, pks)
        count += len(pks)
    return count


_pending: ContextVar[dict | None] = ContextVar("pending", default=None)


def _touch(model, pks: Iterable[int]) -> None:
    pending = _pending.get()
    if pending is None:
        index(model, pks)
    else:
        pending[model].update(pks)


@contextmanager
def deferred():
    """Gather what changes inside and index each record once, at the end.

    Inside an outer ``deferred`` the outer one does it. After an exception nothing is indexed: the
    transaction around it is rolled back.
    """
    if _pending.get() is not None:
        yield
        return
    pending: defaultdict[type, set] = defaultdict(set)
    token = _pending.set(pending)
    try:
        yield
    finally:
        _pending.reset(token)
    for model, pks in pending.items():
        index(model, pks)


def _touch_neighbours(kind, pks: Iterable[int]) -> None:
    for model, found in _neighbours(kind, pks).items():
        _touch(model, found)


def _neighbours(kind, pks: Iterable[int]) -> dict[type, set]:
    """The records whose text speaks of the records of this kind with these primary keys."""
    pks = sorted(pks)
    neighbours: defaultdict[type, set] = defaultdict(set)
    for model, paths in NEIGHBOURS.get(kind, {}).items():
        for path in paths:
            for start in range(0, len(pks), BATCH):
                found = model.objects.filter(**{f"{path}__in": pks[start : start + BATCH]})
                neighbours[model].update(found.order_by().values_list("pk", flat=True))
    return neighbours


def _owners(row) -> Iterable[models.Model]:
    """The indexed records that a child row, such as a party or another name, belongs to."""
    for field in row._meta.concrete_fields:
        if (
            isinstance(field, models.ForeignKey)
            and field.related_model in INDEXED
            and field.remote_field.on_delete is models.CASCADE
        ):
            owner = getattr(row, field.attname)
            if owner:
                yield field.related_model, owner


def _on_save(sender, instance, raw=False, update_fields=None, **_kwargs):
    if raw or not sender.__module__.startswith("registry.models"):
        return
    if sender in INDEXED:
        if update_fields is not None and set(update_fields) == {"search_text"}:
            return
        _touch(sender, [instance.pk])
        _touch_neighbours(sender, [instance.pk])
    elif sender is Domain:
        _touch_neighbours(sender, [instance.pk])
    else:
        _touch_owners(instance)


def _on_moved(sender, pks, **_kwargs):
    """The text of neighbours names published records alone: it changes with the status."""
    _touch_neighbours(sender, pks)


def _before_delete(sender, instance, **_kwargs):
    # Links of many to many go without a signal: once the record is gone they cannot be followed.
    if sender in NEIGHBOURS:
        instance._neighbours = _neighbours(sender, [instance.pk])


def _on_delete(sender, instance, **_kwargs):
    for model, pks in getattr(instance, "_neighbours", {}).items():
        _touch(model, pks)
    is_row = sender.__module__.startswith("registry.models") and sender not in INDEXED
    if is_row and sender is not Domain:
        _touch_owners(instance)


def _touch_owners(row) -> None:
    for model, pk in _owners(row):
        _touch(model, [pk])
        if row.__class__.__name__ in ("OrganisationName", "PlaceName"):
            _touch_neighbours(model, [pk])


def _on_links(sender, instance, action, reverse, model, pk_set, **_kwargs):
    if not action.startswith("post_"):
        return
    if isinstance(instance, PublicRecord):
        _touch(type(instance), [instance.pk])
    elif type(instance).__module__.startswith("registry.models"):
        _touch_owners(instance)
    if reverse and issubclass(model, PublicRecord) and pk_set:
        _touch(model, pk_set)


def connect() -> None:
    """Keep the search text true from now on; called once, when the application is ready."""
    post_save.connect(_on_save, dispatch_uid="search_save")
    records_moved.connect(_on_moved, dispatch_uid="search_moved")
    pre_delete.connect(_before_delete, dispatch_uid="search_before_delete")
    post_delete.connect(_on_delete, dispatch_uid="search_delete")
    m2m_changed.connect(_on_links, dispatch_uid="search_links")
