"""Dates of known precision: how they are read, how they read, how they compare."""

import pytest
from django.utils import translation

from registry.dates import (
    AmbiguousDateError,
    DateError,
    PartialDate,
    format_event,
    format_range,
    parse_date,
    parse_duration,
    parse_range,
)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2010", "2010"),
        ("mai 2024", "2024-05"),
        ("04/2024", "2024-04"),
        ("9 avril 2024", "2024-04-09"),
        ("09/04/2024", "2024-04-09"),
        ("1er mars 2021", "2021-03-01"),
        ("mardi 9 avril 2024", "2024-04-09"),
        ("April 9, 2024", "2024-04-09"),
        ("9th of April 2024", "2024-04-09"),
        ("2024-04-09 00:00:00", "2024-04-09"),
        ("déc. 2020", "2020-12"),
        ("Mardi, le 9 avril 2024", "2024-04-09"),
        ("9/avril/2024", "2024-04-09"),
        ("2024 avril 9", "2024-04-09"),
        ("signé en 2010", "2010"),
        ("(2010)", "2010"),
        ("14mars2019", "2019-03-14"),
        ("1erMars2019", "2019-03-01"),
        ("mars2019", "2019-03"),
        ("9, avril 2024", "2024-04-09"),
        ("2019,0", "2019"),
        ("14 03 2019", "2019-03-14"),
        ("14/03/2019 à 10h", "2019-03-14"),
        ("14 mars 2019 à 10 h", "2019-03-14"),
        ("1° mars 2021", "2021-03-01"),
        ("2010 (année)", "2010"),
        ("9 avril 2024 (signature)", "2024-04-09"),
    ],
)
def test_parse_date_as_people_write_it(text, iso):
    assert parse_date(text).isoformat() == iso


@pytest.mark.parametrize("text", ["31/02/2024", "0/5/2024", "avril", "9 avriil 2024", "999", "x"])
def test_parse_date_refuses_what_is_no_date(text):
    with pytest.raises(DateError, match=r"."):
        parse_date(text)


def test_parse_date_with_nothing_to_settle_the_order_is_ambiguous():
    with pytest.raises(AmbiguousDateError, match="2024-04-09"):
        parse_date("09/04/2024", day_first=None)


def test_parse_date_whose_numbers_settle_the_order_needs_no_setting():
    assert parse_date("16/10/2023", day_first=None).isoformat() == "2023-10-16"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("du 28 mars au 3 avril 2024 inclus", "2024-03-28", "2024-04-03"),
        ("du 3 au 12 avril 2024", "2024-04-03", "2024-04-12"),
        ("3-6 avril 2024", "2024-04-03", "2024-04-06"),
        ("April 3-6, 2024", "2024-04-03", "2024-04-06"),
        ("from 3 to 6 April 2024", "2024-04-03", "2024-04-06"),
        ("du 30 décembre 2023 au 2 janvier 2024", "2023-12-30", "2024-01-02"),
        ("28 mai - 3 juin 2024", "2024-05-28", "2024-06-03"),
        ("du 16/10/2023 au 20/10/2023", "2023-10-16", "2023-10-20"),
        ("2021-2022", "2021", "2022"),
        ("de mai à juin 2024", "2024-05", "2024-06"),
        ("2021, 2022 et 2023", "2021", "2023"),
        ("3, 4 et 5 avril 2024", "2024-04-03", "2024-04-05"),
        ("2021 → 2023 (3 ans)", "2021", "2023"),
    ],
)
def test_parse_range_as_people_write_it(text, start, end):
    found = parse_range(text)
    assert [date.isoformat() for date in found] == [start, end]


def test_parse_range_of_one_date_has_no_end():
    assert parse_range("avril 2024") == (PartialDate(2024, 4), None)
    assert parse_range("2021 →") == (PartialDate(2021), None)


def test_parse_range_running_backwards_is_refused():
    with pytest.raises(DateError, match="2022-2021"):
        parse_range("2022-2021")


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ("2024-04-03", "2024-04-06", "du 3 au 6 avril 2024", "from 3 to 6 April 2024"),
        ("2024-05-28", "2024-06-03", "du 28 mai au 3 juin 2024", "from 28 May to 3 June 2024"),
        ("2024-04-01", "2024-04-02", "du 1er au 2 avril 2024", "from 1 to 2 April 2024"),
        ("2021", "2022", "2021–2022", "2021–2022"),
        ("2024-05", "2024-06", "mai – juin 2024", "May – June 2024"),
        ("2010", None, "depuis 2010", "since 2010"),
        ("2024-04-09", None, "depuis le 9 avril 2024", "since 9 April 2024"),
        (None, "2025-12", "jusqu’en décembre 2025", "until December 2025"),
        (None, "2025-12-31", "jusqu’au 31 décembre 2025", "until 31 December 2025"),
    ],
)
def test_format_range_reads_as_people_write_it(start, end, french, english):
    dates = [PartialDate.from_iso(date) if date else None for date in (start, end)]
    assert format_range(*dates) == french
    with translation.override("en"):
        assert format_range(*dates) == english


def test_format_event_of_one_date_is_that_date():
    assert format_event(PartialDate(2023, 1), None) == "janvier 2023"


def test_partial_date_covers_its_whole_year():
    year = PartialDate(2010)
    assert (year.earliest.isoformat(), year.latest.isoformat()) == ("2010-01-01", "2010-12-31")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("3 ans", "2021-03-01", "2024-02-29"),
        ("une durée de trois ans", "2021", None),
        ("Durée de trois ans", "2021", "2024"),
        ("18 months", "2021-03", "2022-09"),
        ("1 mois", "2021-01-31", "2021-02-28"),
        ("5 years", "2021-12-15", "2026-12-14"),
    ],
)
def test_duration_ends_the_day_before_it_begins_anew(text, start, end):
    duration = parse_duration(text)

    found = duration and duration.end_from(PartialDate.from_iso(start)).isoformat()

    assert found == end
