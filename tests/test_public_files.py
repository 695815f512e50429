"""Lists and records as files: whole, readable by their programs, refused plainly."""

import csv
import io
import json

import pytest
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from registry.publishing import reading
from registry.publishing.datasets import DATASETS
from tests import factories
from tests.linked import link, one_of_each
from tests.public_files import ALL_LISTS, ALL_RECORDS, content, list_file, record_file

pytestmark = pytest.mark.django_db


def rows_of(data: bytes, delimiter=";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))


def test_every_list_has_its_formats(client):
    one_of_each()
    for kind, ending in ALL_LISTS:
        response = client.get(list_file(kind, ending))
        assert response.status_code == 200, (kind, ending)
        assert len(content(response)) > 20, (kind, ending)
        assert f".{ending}" in response["Content-Disposition"]
        assert response["Access-Control-Allow-Origin"] == "*"
        assert 'rel="describedby"' in response["Link"]
        assert 'rel="canonical"' in response["Link"]


def test_csv_opens_right_in_a_french_spreadsheet(client):
    factories.AgreementFactory(title="Été à Québec ; suite", signed_on="2010")
    data = content(client.get(list_file("agreement", "csv")))
    assert data.startswith(b"\xef\xbb\xbf")
    headings, row = rows_of(data)
    cells = dict(zip(headings, row, strict=True))
    assert cells["Intitulé"] == "Été à Québec ; suite"
    assert cells["Type"] == "Convention"
    assert cells["Type (code)"] == "convention"
    assert "2010" in row


def test_headings_and_labels_are_in_the_language_of_the_address(client):
    factories.AgreementFactory(kind="twinning")
    with translation.override("en"):
        address = list_file("agreement", "csv")
    assert address == "/en/agreements.csv"
    headings, row = rows_of(content(client.get(address)), ",")
    assert {"Title", "Kind", "Kind (code)", "Signed on"} <= set(headings)
    assert {"Twinning", "twinning"} <= set(row)


def test_text_that_looks_like_a_formula_runs_nothing(client):
    factories.AgreementFactory(title="=HYPERLINK(1)")
    data = content(client.get(list_file("agreement", "csv")))
    assert b'"\'=HYPERLINK(1)"' in data
    sheet = content(client.get(list_file("agreement", "xlsx")))
    assert b"<f>" not in sheet


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_workbook_opens_with_numbers_as_numbers(client, ending):
    contribution = factories.ContributionFactory(amount="1234.5")
    data = content(client.get(list_file("contribution", ending)))
    headings, row = (
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    )
    cells = dict(zip(headings, row, strict=True))
    assert cells["Montant"] == 1234.5
    assert contribution.public_id in row


def test_file_has_the_filters_and_the_order_of_its_page(client):
    for year in ("2012", "2010", "2011"):
        factories.AgreementFactory(title=f"Accord {year}", signed_on=year, kind="twinning")
    factories.AgreementFactory(kind="protocol")
    query = {"kind": "twinning", "sort": "oldest", "page": "7", "per_page": "25", "view": "table"}
    records = json.loads(content(client.get(list_file("agreement", "json"), query)))["records"]
    assert [record["signed_on"] for record in records] == ["2010", "2011", "2012"]


def test_file_is_whole_beyond_a_page_and_a_batch(client, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 7)
    factories.AgreementFactory.create_batch(30)
    for ending in ("json", "geojson"):
        found = json.loads(content(client.get(list_file("agreement", ending))))
        assert len(found.get("records") or found["features"]) == 30
        assert found["meta"]["count"] == 30
    rows = rows_of(content(client.get(list_file("agreement", "csv"))))
    assert len({row[0] for row in rows[1:]}) == 30


def test_number_of_queries_does_not_grow_with_the_records(client, django_assert_max_num_queries):
    link(one_of_each(), one_of_each("other"))
    factories.ProjectFactory.create_batch(20)
    content(client.get(list_file("project", "json")))  # fills the index of the lists
    with django_assert_max_num_queries(14):
        content(client.get(list_file("project", "json")))


@pytest.mark.parametrize(("kind", "ending"), ALL_RECORDS)
def test_every_record_has_its_formats(client, kind, ending):
    records = one_of_each()
    dates = {"closes_on": "2030-05-07"} if kind == "call" else {"starts_on": "2024-04-03"}
    record = records[kind]
    if ending == "ics":
        type(record).objects.filter(pk=record.pk).update(**dates)
    response = client.get(record_file(record, ending))
    assert response.status_code == 200
    assert record.public_id.encode() in content(response)


def test_record_as_json_has_codes_labels_and_permanent_addresses(client):
    place = factories.PlaceFactory(name_fr="Québec", name_en="Quebec City", country="CA")
    organisation = factories.OrganisationFactory(name="Ville", place=place)
    agreement = factories.AgreementFactory(signed_on="2024-05", ends_on=None)
    agreement.parties.create(organisation=organisation)
    with translation.override("en"):
        found = json.loads(content(client.get(record_file(agreement, "json"))))
    record = found["record"]
    assert record["url"] == f"http://testserver/en/agreements/{agreement.public_id}/"
    assert record["kind"] == {"code": "convention", "label": "Convention"}
    assert record["signed_on"] == "2024-05"
    assert record["ends_on"] is None
    assert record["domains"] == []
    (party,) = record["parties"]
    assert party["organisation"]["id"] == organisation.public_id
    assert party["place"]["label"] == "Quebec City"
    assert party["country"] == {"code": "CA", "label": "Canada"}
    assert found["meta"]["licence"]["url"].startswith("https://")


def test_keys_of_a_list_and_of_a_record_are_the_same(client):
    for kind, record in one_of_each().items():
        listed = json.loads(content(client.get(list_file(kind, "json"))))["records"]
        alone = json.loads(content(client.get(record_file(record, "json"))))["record"]
        assert list(alone) == [column.key for column in DATASETS[kind].columns]
        assert alone in listed


def test_unchanged_record_is_not_sent_again(client):
    address = record_file(factories.AgreementFactory(), "json")
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_head_tells_of_a_file_without_making_it(client, django_assert_max_num_queries):
    factories.ProjectFactory.create_batch(3)
    client.head(list_file("project", "csv"))  # fills the index of the lists
    with django_assert_max_num_queries(3):
        response = client.head(list_file("project", "xlsx"))
    assert response.status_code == 200
    assert not response.streaming
    assert response["Content-Type"].endswith("sheet")


def test_any_site_may_ask(client):
    response = client.options(list_file("project", "json"))
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert client.post(list_file("project", "json")).status_code == 405


@pytest.mark.parametrize(
    "query",
    ["since=hier", "place=nulle-part", "kind=%00", "q=" + "a" * 500, "sort=secret"],
)
def test_filter_that_is_not_understood_is_refused_plainly(client, query):
    factories.AgreementFactory()
    response = client.get(f"{list_file('agreement', 'csv')}?{query}")
    assert response.status_code == 400
    assert "<h1>" in response.text
    assert reverse("registry:agreement_list") in response.text


@pytest.mark.parametrize("query", ["utm_source=mail&x[]=1", "page=999999", "kind=&q=", "&" * 500])
def test_parameter_that_nobody_knows_changes_nothing(client, query):
    factories.AgreementFactory()
    data = content(client.get(f"{list_file('agreement', 'csv')}?{query}"))
    assert len(rows_of(data)) == 2


@pytest.mark.parametrize("query", ["kind=twinning", "standing=ended", "q=rien", "since=2999"])
def test_filter_that_finds_nothing_gives_an_empty_file(client, query):
    factories.AgreementFactory(kind="convention", signed_on="2024-04-09", ends_on=None)
    response = client.get(f"{list_file('agreement', 'csv')}?{query}")
    assert response.status_code == 200
    assert len(rows_of(content(response))) == 1
    empty = json.loads(content(client.get(f"{list_file('agreement', 'json')}?{query}")))
    assert empty["records"] == []


def test_several_values_and_exceptions_filter_the_file_as_the_page(client):
    for kind in ("twinning", "protocol", "convention"):
        factories.AgreementFactory(kind=kind)
    address = list_file("agreement", "json")
    either = json.loads(content(client.get(f"{address}?kind=twinning&kind=protocol")))["records"]
    assert {record["kind"]["code"] for record in either} == {"twinning", "protocol"}
    others = json.loads(content(client.get(f"{address}?not-kind=twinning")))["records"]
    assert {record["kind"]["code"] for record in others} == {"protocol", "convention"}


def test_repeated_values_are_no_error(client):
    factories.AgreementFactory()
    for value in ("kind=twinning", "since=2010", "q=a", "page=2", "domain=x"):
        for ending in ("csv", "atom"):
            query = "&".join([value] * 50)
            response = client.get(f"{list_file('agreement', ending)}?{query}")
            assert response.status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "path", ["accords.pdf", "accords.CSV2", "accords.", "sources.ics", "fonds.geojson"]
)
def test_unknown_ending_is_not_found(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_unknown_ending_of_a_record_is_not_found(client):
    record = factories.SourceFactory()
    for ending in ("ics", "csv", "pdf", "xlsx"):
        assert client.get(record_file(record, ending)).status_code == 404
    assert client.get(f"{record.get_absolute_url().rstrip('/')}.pdf").status_code == 404


def test_page_with_another_ending_is_its_file(client):
    record = factories.AgreementFactory()
    response = client.get(f"{record.get_absolute_url().rstrip('/')}.json")
    assert json.loads(content(response))["record"]["id"] == record.public_id


def test_page_offers_its_formats_in_its_head_and_headers(client):
    factories.AgreementFactory(kind="twinning")
    response = client.get(reverse("registry:agreement_list"), {"kind": "twinning", "page": "1"})
    address = f"{list_file('agreement', 'csv')}?kind=twinning"
    assert f'<http://testserver{address}>; rel="alternate"; type="text/csv"' in response["Link"]
    assert f'href="{address}"' in response.text
    assert 'rel="describedby"' in response["Link"]


def test_record_without_a_day_offers_no_calendar(client):
    dated = factories.AgreementFactory(signed_on="2024-04-09")
    undated = factories.AgreementFactory(signed_on="2024-04")
    assert record_file(dated, "ics") in client.get(dated.get_absolute_url())["Link"]
    assert record_file(undated, "ics") not in client.get(undated.get_absolute_url())["Link"]
    assert client.get(record_file(undated, "ics")).status_code == 404


def test_long_query_stays_out_of_the_headers(client):
    response = client.get(reverse("registry:agreement_list"), {"q": "a " * 90, "x": "b" * 3000})
    assert len(response["Link"]) < 1000
