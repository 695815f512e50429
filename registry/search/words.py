"""The words by which each kind of record is found: its own, and those of published neighbours."""

from collections.abc import Iterable
from operator import attrgetter

from django.utils.translation import override

from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.text import fold

# Neighbours come in an order that is the same on every database and before they are written.


def _published(records: Iterable) -> list:
    found = (record for record in records if record is not None and record.is_published)
    return sorted(found, key=attrgetter("public_id"))


def _other_names(record) -> list[str]:
    return sorted(other.name for other in record.other_names.all())


def _organisation_names(organisations):
    for organisation in _published(organisations):
        yield organisation.name
        yield from _other_names(organisation)


def _place_names(places):
    for place in _published(places):
        yield from (place.name_fr, place.name_en)
        yield from _other_names(place)


def _domain_names(domains):
    for domain in sorted(domains, key=attrgetter("code")):
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
    yield from _other_names(place)
    yield from _country_names(place.country)


def _organisation(organisation):
    yield from (organisation.name, organisation.summary)
    yield from _other_names(organisation)
    yield from sorted(identifier.value for identifier in organisation.identifiers.all())
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
        yield from _place_names([item.place])
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
    yield from (contribution.title, contribution.decision, contribution.note)
    yield from _organisation_names(contribution.funders.all())
    yield from _organisation_names(contribution.recipients.all())
    yield from (project.title for project in _published(contribution.projects.all()))
    yield from _fund_names([contribution.fund])


def _source(source):
    yield from source.titles
    yield from _organisation_names([source.publisher])


# For each kind: the function above, the foreign keys to join and the relations to prefetch.
INDEXED = {
    Place: (_place, [], ["other_names"]),
    Organisation: (_organisation, ["place"], ["other_names", "identifiers", "place__other_names"]),
    Agreement: (_agreement, [], ["parties__organisation__other_names", "signatories", "domains"]),
    Delegation: (
        _delegation,
        [],
        [
            "stops__place__other_names",
            "participants__organisation__other_names",
            "programme__place__other_names",
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
    Contribution: (
        _contribution,
        ["fund"],
        ["funders__other_names", "recipients__other_names", "projects"],
    ),
    Source: (_source, ["publisher"], ["publisher__other_names"]),
}


def text_of(model, record) -> str:
    """The text of a record, or of what stands for one that is not written yet."""
    words, _joined, _prefetched = INDEXED[model]
    return fold(" ".join([*words(record), record.reference, record.public_id]))
