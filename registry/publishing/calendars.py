"""Dates as an iCalendar file (RFC 5545), to subscribe to or to open once.

Only what is known to the day is an event: a calendar has no place for *May 2024*. Events last whole
days and do not make anybody busy.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import icalendar
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.prose import to_text
from registry.publishing.about import About, publisher
from registry.publishing.documents import document_batches
from registry.publishing.reading import Reading
from registry.spreadsheets.exporting.formats import NOT_IN_XML

DAY = datetime.timedelta(days=1)
ISO_DAY = len("2024-04-09")
# What the calendars are made from.
COLUMNS = [
    *("id", "label", "url", "kind", "direction", "summary", "starts_on", "ends_on", "stops"),
    *("programme", "signed_on", "terminated_on", "tacit_renewal", "opens_on", "closes_on"),
    *("updated_at", "activity_status"),
]


@dataclass(frozen=True)
class Event:
    """Something on whole days; ``name`` tells it from the others of its record."""

    name: str
    title: str
    first: datetime.date
    last: datetime.date
    place: str = ""


def _day(text: str | None) -> datetime.date | None:
    """The day of an ISO date that is known to the day."""
    return datetime.date.fromisoformat(text) if text and len(text) == ISO_DAY else None


def _on(name: str, title: str, date: str | None, place: str = "") -> list[Event]:
    day = _day(date)
    return [Event(name, title, day, day, place)] if day else []


def _lasting(name: str, title: str, dates: dict, place: str = "") -> list[Event]:
    """From the first day to the last one; one day where no end is known to the day."""
    first, last = _day(dates["starts_on"]), _day(dates["ends_on"])
    return [Event(name, title, first, last or first, place)] if first else []


# The events of a record in a calendar of many: what one subscribes to -----------------------------


def _delegation(document: dict) -> list[Event]:
    places = ", ".join(dict.fromkeys(stop["place"]["label"] for stop in document["stops"]))
    return _lasting("delegation", document["label"], document, places)


def _expiry(document: dict) -> list[Event]:
    if document["terminated_on"]:
        return []
    said = _("Tacit renewal: %(title)s") if document["tacit_renewal"] else _("Ends: %(title)s")
    return _on("end", said % {"title": document["label"]}, document["ends_on"])


def _deadlines(document: dict) -> list[Event]:
    title = {"title": document["label"]}
    return [
        *_on("opening", _("Opens: %(title)s") % title, document["opens_on"]),
        *_on("closing", _("Closes: %(title)s") % title, document["closes_on"]),
    ]


LISTED: dict[str, Callable[[dict], list[Event]]] = {
    "agreement": _expiry,
    "delegation": _delegation,
    "call": _deadlines,
}

# The events of one record: all its dates ----------------------------------------------------------


def _journey(document: dict) -> list[Event]:
    events = _delegation(document)
    for number, stop in enumerate(document["stops"], 1):
        place = stop["place"]["label"]
        title = f"{place} – {document['label']}"
        events += _lasting(f"stop-{number}", title, stop, place)
    for number, item in enumerate(document["programme"], 1):
        place = item["place"]["label"] if item["place"] else ""
        events += _lasting(f"programme-{number}", item["title"], item, place)
    return events


def _term(document: dict) -> list[Event]:
    title = {"title": document["label"]}
    return [
        *_on("signature", _("Signature: %(title)s") % title, document["signed_on"]),
        *_on("start", _("Takes effect: %(title)s") % title, document["starts_on"]),
        *_expiry(document),
        *_on("termination", _("Terminated: %(title)s") % title, document["terminated_on"]),
    ]


def _period(document: dict) -> list[Event]:
    title = {"title": document["label"]}
    return [
        *_on("start", _("Begins: %(title)s") % title, document["starts_on"]),
        *_on("end", _("Ends: %(title)s") % title, document["ends_on"]),
    ]


ALONE: dict[str, Callable[[dict], list[Event]]] = {
    "agreement": _term,
    "delegation": _journey,
    "call": _deadlines,
    "project": _period,
}


# Writing ------------------------------------------------------------------------------------------


def write_calendar(reading: Reading, kind: str, about: About, host: str) -> Iterator[bytes]:
    """The calendar of many records, written as they come."""
    opening, closing = _calendar(about)
    yield opening
    is_empty = True
    for batch in document_batches(reading):
        events = b"".join(
            _written(event, document, host)
            for document in batch
            for event in LISTED[kind](document)
        )
        is_empty = is_empty and not events
        yield events
    if is_empty:
        yield _universal_time()
    yield closing


def write_record_calendar(document: dict, kind: str, about: About, host: str) -> bytes | None:
    """The calendar of one record; ``None`` where none of its dates is known to the day."""
    events = ALONE[kind](document)
    if not events:
        return None
    opening, closing = _calendar(about)
    return b"".join([opening, *(_written(event, document, host) for event in events), closing])


def _calendar(about: About) -> tuple[bytes, bytes]:
    """What stands before and after the events."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{publisher()}//Cooperation registry//{_language()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _plain(about.full_title))
    calendar.add("refresh-interval", DAY, {"value": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    opening, end, rest = calendar.to_ical().partition(b"END:VCALENDAR")
    return opening, end + rest


def _universal_time() -> bytes:
    """What a calendar without events holds: RFC 5545 (3.6) wants one component at least."""
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", "Etc/UTC")
    standard.add("dtstart", datetime.datetime(1970, 1, 1))  # noqa: DTZ001 (local, by the norm)
    for end in ("tzoffsetfrom", "tzoffsetto"):
        standard.add(end, datetime.timedelta())
    zone.add_component(standard)
    return zone.to_ical()


def _language() -> str:
    return (get_language() or "").upper()


def _plain(text: str) -> str:
    """Without control characters, which calendars may not hold either."""
    return text.translate(NOT_IN_XML).replace("\r\n", "\n").replace("\r", "\n")


def _written(event: Event, document: dict, host: str) -> bytes:
    written = icalendar.Event()
    written.add("uid", f"{document['id']}-{event.name}@{host}")
    changed = datetime.datetime.fromisoformat(document["updated_at"])
    written.add("dtstamp", changed)
    written.add("last-modified", changed)
    written.add("summary", _plain(event.title))
    written.add("dtstart", event.first)
    written.add("dtend", event.last + DAY)
    if event.place:
        written.add("location", _plain(event.place))
    said = [to_text(document.get("summary") or ""), document["url"]]
    written.add("description", _plain("\n\n".join(filter(None, said))))
    written.add("url", document["url"])
    written.add("transp", "TRANSPARENT")
    return written.to_ical()


def has_days(record, context: dict) -> bool:
    """Whether a record has a calendar, as its page knows it: without reading anything again."""
    rows = [record, *getattr(record, "public_stops", ()), *context.get("programme", ())]
    return any(map(_has_day, rows))


def _has_day(row) -> bool:
    names = ["starts_on", "signed_on", "terminated_on", "opens_on", "closes_on"]
    if row._meta.model_name == "project" or not getattr(row, "terminated_on", True):
        names.append("ends_on")
    dates = (getattr(row, name, None) for name in names)
    return any(date is not None and date.day for date in dates)
