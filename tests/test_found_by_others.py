"""What search engines and programs are told: descriptions, sitemaps, robots, the data page."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from registry.publishing import sitemaps
from registry.publishing.datasets import DATASETS
from tests import factories
from tests.linked import one_of_each
from tests.public_files import content

pytestmark = pytest.mark.django_db
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
TYPES = {
    "agreement": "CreativeWork",
    "delegation": "Event",
    "project": "Project",
    "contribution": "MonetaryGrant",
    "organisation": "Organization",
    "place": "City",
    "fund": "FundingScheme",
    "call": "CreativeWork",
    "source": "CreativeWork",
}


def linked_data(client, address) -> dict:
    (found,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', client.get(address).text, re.DOTALL
    )
    return json.loads(found)


def locations(client, path: str) -> list[str]:
    tree = ElementTree.fromstring(content(client.get(path)))  # noqa: S314
    return [location.text for location in tree.iterfind(".//s:loc", NS)]


# Descriptions -------------------------------------------------------------------------------------


def test_every_page_says_what_it_is_about(client):
    for kind, record in one_of_each().items():
        about, trail = linked_data(client, record.get_absolute_url())["@graph"]
        assert about["@type"] == TYPES[kind]
        assert about["url"] == f"http://testserver{record.get_absolute_url()}"
        assert [step["position"] for step in trail["itemListElement"]] == [1, 2]


def test_description_ends_no_element(client):
    record = factories.DelegationFactory(title="</script><script>alert(1)</script>&")
    page = client.get(record.get_absolute_url()).text
    assert "<script>alert" not in page
    about = linked_data(client, record.get_absolute_url())["@graph"][0]
    assert about["name"] == record.title


def test_event_has_dates_and_places(client):
    record = factories.DelegationFactory(starts_on="2024-04-03", ends_on="2024-05")
    place = factories.PlaceFactory(name_fr="Québec", latitude="46.8", longitude="-71.2")
    record.stops.create(place=place)
    about = linked_data(client, record.get_absolute_url())["@graph"][0]
    assert (about["startDate"], about["endDate"]) == ("2024-04-03", "2024-05")
    assert about["location"][0]["geo"]["latitude"] == 46.8


def test_project_tells_what_was_granted_and_by_whom(client):
    project, funder = factories.ProjectFactory(), factories.OrganisationFactory(name="Région")
    contribution = factories.ContributionFactory(amount=20000)
    contribution.projects.add(project)
    contribution.funders.add(funder)
    (grant,) = linked_data(client, project.get_absolute_url())["@graph"][0]["funding"]
    assert grant["@type"] == "MonetaryGrant"
    assert grant["amount"] == {"@type": "MonetaryAmount", "currency": "EUR", "value": 20000.0}
    assert grant["funder"][0]["name"] == "Région"


def test_description_asks_the_database_for_nothing(client, django_assert_num_queries):
    from django.template.response import TemplateResponse
    from django.test import RequestFactory

    from registry.publishing import linked_data as described
    from registry.views.delegations import DelegationDetail

    record = factories.DelegationFactory()
    request = RequestFactory().get(record.get_absolute_url())
    response = DelegationDetail.as_view()(request, public_id=record.public_id, slug=record.slug)
    assert isinstance(response, TemplateResponse)
    context = response.context_data
    with django_assert_num_queries(0):
        described.page(context["record"], context, request.build_absolute_uri)


# The data page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_data_page_explains_every_column_of_every_file(client, language):
    with translation.override(language):
        page = client.get(reverse("registry:data")).text
        for dataset in DATASETS.values():
            for column in dataset.columns:
                assert f"<code>{column.key}</code>" in page
                for cells in column.cells():
                    assert escape(cells.label) in page


def test_every_column_says_what_it_means():
    for dataset in DATASETS.values():
        for column in dataset.columns:
            assert column.meaning, (dataset.kind, column.key)
        keys = [cells.key for column in dataset.columns for cells in column.cells()]
        assert len(keys) == len(set(keys)), dataset.kind


def test_data_page_describes_each_list_as_a_dataset(client):
    data = linked_data(client, reverse("registry:data"))
    assert {dataset["@type"] for dataset in data["dataset"]} == {"Dataset"}
    assert len(data["dataset"]) == len(DATASETS)
    assert data["license"].startswith("https://")


def test_licence_is_a_setting(client, settings):
    settings.SITE_LICENCE, settings.SITE_LICENCE_URL = "CC0 1.0", ""
    page = client.get(reverse("registry:data"))
    assert "CC0 1.0" in page.text
    assert 'rel="license"' not in client.get(reverse("registry:agreement_list"))["Link"]


# Sitemaps and robots ------------------------------------------------------------------------------


def test_sitemap_leads_to_every_published_page_in_each_language(client):
    records = one_of_each()
    one_of_each("zyxwdraft", status="draft")
    found = [url for page in locations(client, "/sitemap.xml") for url in locations(client, page)]
    for record in records.values():
        for language in ("fr", "en"):
            with translation.override(language):
                assert f"http://testserver{record.get_absolute_url()}" in found
    assert "zyxwdraft" not in "".join(found)
    assert len(found) == len(set(found))
    for url in found:
        assert client.get(url.removeprefix("http://testserver")).status_code == 200, url


def test_sitemap_names_the_other_language_and_the_last_change(client):
    record = factories.PlaceFactory(name_fr="Québec", name_en="Quebec City")
    tree = ElementTree.fromstring(content(client.get("/sitemap-place-1.xml")))  # noqa: S314
    first, second = tree.findall("s:url", NS)
    links = {link.get("hreflang"): link.get("href") for link in first.findall("x:link", NS)}
    assert links["en"] == second.findtext("s:loc", namespaces=NS)
    assert links["en"].endswith(f"{record.public_id}/quebec-city/")
    assert links["fr"] == links["x-default"] == first.findtext("s:loc", namespaces=NS)
    assert first.findtext("s:lastmod", namespaces=NS)[:10] == f"{record.updated_at:%Y-%m-%d}"


def test_sitemap_is_cut_into_pages_that_miss_nothing(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "PAGE", 3)
    factories.SourceFactory.create_batch(7)
    pages = [page for page in locations(client, "/sitemap.xml") if "source" in page]
    assert len(pages) == 3
    found = [url for page in pages for url in locations(client, page)]
    assert len(set(found)) == 14


def test_page_of_a_sitemap_costs_one_query(client, django_assert_num_queries):
    factories.ProjectFactory.create_batch(5)
    with django_assert_num_queries(1):
        content(client.get("/sitemap-project-1.xml"))


@pytest.mark.parametrize("name", ["place-2", "place-0", "secret-1", "pages-2", "place-" + "9" * 30])
def test_page_of_a_sitemap_that_does_not_exist_is_not_found(client, name):
    factories.PlaceFactory()
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_robots_are_kept_from_the_administration_and_from_filters(client):
    text = client.get("/robots.txt").text
    assert "Disallow: /admin/\n" in text
    assert "Disallow: /en/admin/\n" in text
    assert "Disallow: /*?\n" in text
    assert "Sitemap: http://testserver/sitemap.xml\n" in text


def test_pages_name_each_other_across_languages_without_their_filters(client):
    page = client.get(reverse("registry:agreement_list"), {"kind": "twinning"}).text
    page = " ".join(page.split())
    assert 'rel="canonical" href="http://testserver/accords/"' in page
    assert 'hreflang="en" href="http://testserver/en/agreements/"' in page
