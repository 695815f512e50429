"""The words by which each kind of record is found: its own, and those of published neighbours.

A record says them in pieces: what the piece is, its text, and whose other name it is, if it is one
of a neighbour's. ``texts`` folds them into search texts; ``registry.search.passages`` shows
the one in which a word was found.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from registry.choices import AgreementKind, ContributionKind, OrganisationKind, SourceKind
from registry.dates import PartialDate, format_date
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
from registry.text import fold, fold_all

# What a piece is. The first two are the record's names, which count for more than the rest.
NAME = _("Name")
OTHER_NAME = _("Other name")
SUMMARY = _("Summary")
OBJECTIVES = _("Objectives")
RESULTS = _("Results")
NUMBER = _("Number")
KIND = _("Kind")
DATE = _("Date")
PARTY = _("Party")
SIGNATORY = _("Signatory")
DOMAIN = _("Domain")
PLACE = _("Place")
COUNTRY = _("Country")
PARTICIPANT = _("Participant")
MEETING = _("Meeting")
FUND = _("Fund")
RUN_BY = _("Run by")
PARTNER = _("Partner")
FUNDER = _("Funder")
RECIPIENT = _("Recipient")
PROJECT = _("Project")
DECISION = _("Decision")
NOTE = _("Note")
PUBLISHER = _("Publisher")

# What a record says in words of ours is found in each of these.
LANGUAGES = ("fr", "en")
# Between the names, each on a line, and the rest.
REST = "\n\n"
# A longer word is no word; PostgreSQL could not keep it.
LONGEST_WORD = 60
OVERLONG = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")


# Neighbours come in an order that is the same on every database and before they are written.


def _published(records: Iterable) -> list:
    found = [record for record in records if record is not None and record.is_published]
    return sorted(found, key=attrgetter("public_id")) if len(found) > 1 else found


def _each(label, neighbours: Iterable, names: Callable):
    """The names of neighbours; folded once of what stands for one that many records name."""
    for neighbour in neighbours:
        folded = getattr(neighbour, "folded", None)
        if folded is None:
            for text, whose in names(neighbour):
                yield label, text, whose
        else:
            if not folded:
                folded.append(_cut(fold(" ".join(text for text, _whose in names(neighbour)))))
            yield label, folded[0], ""


def _other_names(record) -> list[str]:
    return sorted(other.name for other in record.other_names.all())


def _organisations(label, organisations):
    return _each(label, _published(organisations), _names_of_organisation)


def _places(label, places):
    return _each(label, _published(places), _names_of_place)


def _domains(domains):
    return _each(DOMAIN, sorted(domains, key=attrgetter("code")), _names_of_domain)


def _funds(funds):
    return _each(FUND, _published(funds), _names_of_fund)


def _names_of_organisation(organisation):
    yield organisation.name, ""
    for other in _other_names(organisation):
        yield other, organisation.name


def _names_of_place(place):
    yield place.name_fr, ""
    yield place.name_en, ""
    for other in _other_names(place):
        yield other, place.name_fr


def _names_of_domain(domain):
    yield domain.name_fr, ""
    yield domain.name_en, ""


def _names_of_fund(fund):
    yield fund.name, ""
    yield fund.acronym, fund.name


def _people(label, people):
    for one in people:
        yield label, one.name, ""
        yield label, one.office, one.name


def _kind(choices, code: str):
    for label in _labels(choices, code):
        yield KIND, label, ""


def _dates(*dates: PartialDate | int | None):
    """Dates, or years, as people write them: a range by its two ends."""
    for date in dates:
        if date is not None:
            for text in _in_words(date):
                yield DATE, text, ""


@lru_cache(maxsize=256)
def _labels(choices, code: str) -> list[str]:
    return _in_languages(lambda: str(dict(choices.choices).get(code, "")))


@lru_cache(maxsize=20_000)
def _in_words(date: PartialDate | int) -> list[str]:
    if isinstance(date, int):
        return [str(date)]
    return list(dict.fromkeys(format_date(date, language) for language in LANGUAGES))


def _in_languages(said: Callable[[], str]) -> list[str]:
    """What is said in each language, once where both say the same."""
    texts = []
    for language in LANGUAGES:
        with override(language):
            texts.append(said())
    return list(dict.fromkeys(texts))


# Each kind ------------------------------------------------------------------------------------


def _place(place):
    yield NAME, place.name_fr, ""
    yield NAME, place.name_en, ""
    for other in _other_names(place):
        yield OTHER_NAME, other, ""
    for name in _in_languages(lambda: place.country.name):
        yield COUNTRY, name, ""


def _organisation(organisation):
    yield NAME, organisation.name, ""
    for other in _other_names(organisation):
        yield OTHER_NAME, other, ""
    yield from _kind(OrganisationKind, organisation.kind)
    yield SUMMARY, organisation.summary, ""
    for value in sorted(identifier.value for identifier in organisation.identifiers.all()):
        yield NUMBER, value, ""
    yield from _places(PLACE, [organisation.place])


def _agreement(agreement):
    yield NAME, agreement.title, ""
    yield from _kind(AgreementKind, agreement.kind)
    yield from _dates(agreement.signed_on, agreement.starts_on, agreement.ends_on)
    yield SUMMARY, agreement.summary, ""
    yield from _organisations(PARTY, (party.organisation for party in agreement.parties.all()))
    yield from _people(SIGNATORY, agreement.signatories.all())
    yield from _domains(agreement.domains.all())


def _delegation(delegation):
    yield NAME, delegation.title, ""
    yield from _dates(delegation.starts_on, delegation.ends_on)
    yield SUMMARY, delegation.summary, ""
    yield OBJECTIVES, delegation.objectives, ""
    yield RESULTS, delegation.results, ""
    yield from _places(PLACE, (stop.place for stop in delegation.stops.all()))
    for participant in delegation.participants.all():
        yield from _people(PARTICIPANT, [participant])
        yield from _organisations(PARTICIPANT, [participant.organisation])
    for item in delegation.programme.all():
        yield MEETING, item.title, ""
        yield from _places(MEETING, [item.place])
        yield from _organisations(MEETING, item.organisations.all())
    yield from _domains(delegation.domains.all())


def _fund(fund):
    yield NAME, fund.name, ""
    yield OTHER_NAME, fund.acronym, ""
    yield SUMMARY, fund.summary, ""
    yield from _organisations(RUN_BY, (row.organisation for row in fund.organisations.all()))


def _call(call):
    yield NAME, call.title, ""
    fund = call.fund
    name = f"{fund.short_name} {call.edition}" if fund.is_published else call.edition
    yield OTHER_NAME if call.title else NAME, name, ""
    yield from _dates(call.opens_on, call.closes_on)
    yield SUMMARY, call.summary, ""
    yield from _funds([fund])


def _project(project):
    yield NAME, project.title, ""
    yield from _dates(project.starts_on, project.ends_on)
    yield SUMMARY, project.summary, ""
    yield RESULTS, project.results, ""
    yield from _funds([project.fund])
    yield from _organisations(PARTNER, (row.organisation for row in project.partners.all()))
    yield from _domains(project.domains.all())
    yield from _places(PLACE, project.places.all())


def _contribution(contribution):
    yield NAME, contribution.title, ""
    yield from _kind(ContributionKind, contribution.kind)
    yield from _dates(contribution.year, contribution.last_year, contribution.decided_on)
    yield DECISION, contribution.decision, ""
    yield NOTE, contribution.note, ""
    yield from _organisations(FUNDER, contribution.funders.all())
    yield from _organisations(RECIPIENT, contribution.recipients.all())
    for project in _published(contribution.projects.all()):
        yield PROJECT, project.title, ""
    yield from _funds([contribution.fund])


def _source(source):
    title, *others = source.titles
    yield NAME, title, ""
    for other in others:
        yield OTHER_NAME, other, ""
    yield from _kind(SourceKind, source.kind)
    yield from _dates(source.published_on)
    yield from _organisations(PUBLISHER, [source.publisher])


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


def pieces_of(model, record) -> Iterable[tuple]:
    """What a record says, or what stands for one that is not written yet."""
    words, _joined, _prefetched = INDEXED[model]
    yield from words(record)
    yield NUMBER, record.public_id, ""


def said_of(model, record) -> tuple[list[str], str]:
    """What a record says, not folded yet: its names, and all the rest."""
    names: list[str] = []
    rest: list[str] = []
    for label, text, _whose in pieces_of(model, record):
        if text:
            (names if label is NAME or label is OTHER_NAME else rest).append(text)
    return names, " ".join(rest)


def texts(said: Iterable[tuple[list[str], str]]) -> list[str]:
    """The search text of each record: the folded names, each on a line, then all the rest."""
    said = list(said)
    folded = iter(fold_all([text for names, rest in said for text in (*names, rest)]))
    written = []
    for names, _rest in said:
        lines = [_cut(next(folded)) for _name in names]
        written.append("\n".join(filter(None, lines)) + REST + _cut(next(folded)))
    return written


def _cut(folded: str) -> str:
    """The text with its words cut where they are too long to be words."""
    if len(folded) > LONGEST_WORD and max(map(len, folded.split())) > LONGEST_WORD:
        return OVERLONG.sub(r"\1", folded)
    return folded
