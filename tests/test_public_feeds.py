"""Feeds, calendars and maps of lists: valid by their norms, true to what is known."""

import datetime
import json
import time
from xml.etree import ElementTree

import icalendar
import pytest
from django.urls import reverse
from django.utils import translation

from registry.publishing import feeds
from tests import factories
from tests.public_files import content, list_file, record_file

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def calendar_of(client, address, query=None):
    data = content(client.get(address, query or {}))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    return icalendar.Calendar.from_ical(data)


def events_of(client, address, query=None) -> dict:
    events = calendar_of(client, address, query).walk("VEVENT")
    return {str(event["UID"]).partition("@")[0]: event for event in events}


def feed_of(client, address, query=None):
    return ElementTree.fromstring(content(client.get(address, query or {})))  # noqa: S314


# Calendars ----------------------------------------------------------------------------------------


def test_delegation_lasts_whole_days_to_the_end_of_its_last_one(client):
    record = factories.DelegationFactory(title="Été; à l’école, suite\nligne")
    record.stops.create(place=factories.PlaceFactory(name_fr="Québec"))
    event = events_of(client, list_file("delegation", "ics"))[f"{record.public_id}-delegation"]
    assert event["DTSTART"].dt == datetime.date(2024, 4, 3)
    assert event["DTEND"].dt == datetime.date(2024, 4, 13)
    assert str(event["SUMMARY"]) == record.title
    assert str(event["LOCATION"]) == "Québec"
    assert event["DTSTART"].params["VALUE"] == "DATE"


def test_only_what_is_known_to_the_day_is_an_event(client):
    factories.DelegationFactory(starts_on="2024-04", ends_on="2024-05")
    factories.DelegationFactory(starts_on="2024", ends_on=None)
    known = factories.DelegationFactory(starts_on="2024-04-03", ends_on="2024-05")
    events = events_of(client, list_file("delegation", "ics"))
    assert list(events) == [f"{known.public_id}-delegation"]
    assert events[f"{known.public_id}-delegation"]["DTEND"].dt == datetime.date(2024, 4, 4)


def test_calendar_of_agreements_has_their_ends(client):
    ending = factories.AgreementFactory(ends_on="2030-12-31", title="Accord")
    factories.AgreementFactory(ends_on="2030-12-31", terminated_on="2029")
    factories.AgreementFactory(ends_on="2030")
    events = events_of(client, list_file("agreement", "ics"))
    assert list(events) == [f"{ending.public_id}-end"]
    assert str(events[f"{ending.public_id}-end"]["SUMMARY"]).endswith("Accord")


def test_calendar_of_calls_has_their_deadlines_and_follows_the_filters(client):
    call = factories.CallFactory(opens_on="2030-01-15", closes_on="2030-05-07")
    factories.CallFactory(closes_on="2030-05-08")
    events = events_of(client, list_file("call", "ics"), {"fund": call.fund.public_id})
    assert set(events) == {f"{call.public_id}-opening", f"{call.public_id}-closing"}


def test_calendar_of_a_delegation_has_its_stops_and_its_programme(client):
    record = factories.DelegationFactory()
    record.stops.create(place=factories.PlaceFactory(), starts_on="2024-04-07", position=1)
    record.programme.create(title="Visite", starts_on="2024-04-09")
    record.programme.create(title="Sans jour", starts_on="2024-04")
    events = events_of(client, record_file(record, "ics"))
    names = {uid.partition("-")[2] for uid in events}
    assert names == {"delegation", "stop-1", "programme-1"}


def test_calendar_keeps_its_identifiers_when_a_record_changes(client):
    record = factories.DelegationFactory()
    before = set(events_of(client, list_file("delegation", "ics")))
    record.title, record.starts_on = "Autre", "2024-04-05"
    record.save()
    assert set(events_of(client, list_file("delegation", "ics"))) == before


def test_control_characters_break_neither_calendar_nor_feed(client):
    factories.DelegationFactory(title="Mission\x0b\x1f suite", summary="un\r\ndeux\x00trois"[:7])
    assert events_of(client, list_file("delegation", "ics"))
    assert feed_of(client, list_file("delegation", "atom")).findall(f"{ATOM}entry")


# Feeds --------------------------------------------------------------------------------------------


def test_feed_has_what_the_norm_requires(client):
    record = factories.AgreementFactory(title="A & B <b>", summary="<script>x</script>")
    feed = feed_of(client, list_file("agreement", "atom"))
    for name in ("title", "id", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    relations = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert relations["self"] == f"http://testserver{list_file('agreement', 'atom')}"
    assert relations["alternate"] == f"http://testserver{reverse('registry:agreement_list')}"
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == record.title
    assert entry.findtext(f"{ATOM}id").endswith(f"/{record.public_id}/")
    assert "<script" not in entry.findtext(f"{ATOM}summary")
    assert datetime.datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo


def test_feed_begins_with_what_changed_last(client):
    first, second = factories.AgreementFactory(), factories.AgreementFactory(title="Neuf")
    time.sleep(0.01)
    first.title = "Changé"
    first.save()
    found = feed_of(client, list_file("agreement", "atom"), {"sort": "oldest"})
    titles = [entry.findtext(f"{ATOM}title") for entry in found.findall(f"{ATOM}entry")]
    assert titles == ["Changé", second.title]


def test_pages_of_a_feed_have_all_of_it_once(client, monkeypatch):
    monkeypatch.setattr(feeds, "PAGE", 3)
    factories.AgreementFactory.create_batch(7, kind="twinning")
    address, seen = f"{list_file('agreement', 'atom')}?kind=twinning", []
    while address:
        feed = feed_of(client, address)
        seen += [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        address = links.get("next")
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "9" * 400])
def test_page_of_a_feed_that_does_not_exist_is_not_found(client, page):
    factories.AgreementFactory()
    assert client.get(list_file("agreement", "atom"), {"page": page}).status_code == 404


# Maps ---------------------------------------------------------------------------------------------


def test_features_stand_at_the_published_places(client):
    rennes = factories.PlaceFactory(latitude="48.1", longitude="-1.68")
    quebec = factories.PlaceFactory(latitude="46.8", longitude="-71.2")
    hidden = factories.PlaceFactory(latitude="1", longitude="2", status="draft")
    agreement = factories.AgreementFactory(signed_on="2024")
    for place in (rennes, quebec, hidden):
        agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    data = json.loads(content(client.get(list_file("agreement", "geojson"))))
    (feature,) = data["features"]
    assert data["type"] == "FeatureCollection"
    assert feature["geometry"]["type"] == "MultiPoint"
    assert sorted(feature["geometry"]["coordinates"]) == [[-71.2, 46.8], [-1.68, 48.1]]
    assert feature["properties"]["kind_code"] == "convention"


def test_feature_without_coordinates_is_there_without_geometry(client):
    organisation = factories.OrganisationFactory()
    data = json.loads(content(client.get(list_file("organisation", "geojson"))))
    (feature,) = data["features"]
    assert feature["id"] == organisation.public_id
    assert feature["geometry"] is None


def test_delegation_stands_where_it_goes(client):
    home = factories.PlaceFactory(latitude="48.1", longitude="-1.68")
    away = factories.PlaceFactory(latitude="46.8", longitude="-71.2")
    record = factories.DelegationFactory()
    record.participants.create(organisation=factories.OrganisationFactory(place=home))
    record.stops.create(place=away)
    (feature,) = json.loads(content(client.get(list_file("delegation", "geojson"))))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-71.2, 46.8]}


def test_feed_and_calendar_speak_the_language_of_their_address(client):
    factories.CallFactory(closes_on="2030-05-07")
    with translation.override("en"):
        address = list_file("call", "ics")
    (event,) = events_of(client, address).values()
    assert str(event["SUMMARY"]).startswith("Closes: ")


def test_calendar_without_a_date_holds_what_the_norm_asks_for(client):
    factories.DelegationFactory(starts_on="2024", ends_on=None)
    calendar = calendar_of(client, list_file("delegation", "ics"))
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]
