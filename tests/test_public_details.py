"""The pages of records tell their story, and nothing that is not published."""

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from registry.choices import Standing
from registry.dates import PartialDate
from registry.models import Agreement
from registry.views.partners import partners_of
from registry.views.terms import term_of
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 1, 1)


def agreement(**dates):
    parsed = {
        name: PartialDate.from_iso(date) if isinstance(date, str) else date
        for name, date in dates.items()
    }
    return Agreement(**parsed)


# Terms -------------------------------------------------------------------------------------------


def test_term_of_known_dates_has_today_in_it():
    one = agreement(starts_on="2024", ends_on="2027")
    term = term_of(one, Standing.IN_FORCE, TODAY)
    assert (term.start, term.length, term.is_open) == ("0.00%", "100.00%", False)
    assert term.today.x == "50.03%"
    assert [tick.label for tick in term.ticks] == ["2024", "2025", "2026", "2027"]


@pytest.mark.parametrize("dates", [{}, {"ends_on": "2020", "tacit_renewal": True}])
def test_term_without_an_end_goes_on_past_today(dates):
    term = term_of(agreement(signed_on="2010-05", **dates), Standing.IN_FORCE, TODAY)
    assert term.is_open
    assert float(term.start[:-1]) + float(term.length[:-1]) == pytest.approx(100)
    assert len(term.ticks) <= 6


def test_term_without_a_beginning_is_not_drawn():
    assert term_of(agreement(ends_on="2020"), Standing.UNSTATED, TODAY) is None


def test_term_ends_where_it_was_terminated_or_renewed():
    one = agreement(starts_on="2010", ends_on="2030", terminated_on="2019-12-31")
    with translation.override("en"):
        assert term_of(one, Standing.ENDED, TODAY).period == "2010 – 31 December 2019"
        renewed = agreement(starts_on="2010", ends_on="2030")
        term = term_of(renewed, Standing.ENDED, TODAY, agreement(signed_on="2020"))
        assert (term.period, term.remark) == (
            "2010–2020",
            "Another agreement has taken over from it.",
        )


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-01-02", "1 day left."),
        ("2026-02-28", "58 days left."),
        ("2026-06-30", "5 months left."),
        ("2029", "4 years left."),
    ],
)
def test_what_is_left_is_told_in_a_unit_that_fits(end, words):
    with translation.override("en"):
        term = term_of(agreement(starts_on="2020", ends_on=end), Standing.IN_FORCE, TODAY)
        assert term.remark == words


# Agreements --------------------------------------------------------------------------------------


def test_chain_of_renewals_stops_at_a_draft(client):
    first = factories.AgreementFactory(signed_on="2010")
    second = factories.AgreementFactory(signed_on="2015", renews=first)
    draft = factories.AgreementFactory(signed_on="2018", renews=second, status="draft")
    factories.AgreementFactory(signed_on="2020", renews=draft)
    other = factories.AgreementFactory(signed_on="2016", renews=first)
    for one in (first, second, other):
        assert client.get(one.get_absolute_url()).context["chain"] == [first, second, other]


def test_signatories_stand_with_their_side(client):
    record = factories.AgreementFactory()
    here = factories.OrganisationFactory(place__country="FR")
    there = factories.OrganisationFactory(place__country="CA")
    for organisation in (here, there):
        record.parties.create(organisation=organisation)
    record.signatories.create(name="Personne A", organisation=there)
    record.signatories.create(name="Personne B")
    context = client.get(record.get_absolute_url()).context
    assert [
        (country, [one.name for one in names]) for country, _parties, names in context["sides"]
    ] == [
        ("France", []),
        ("Canada", ["Personne A"]),
    ]
    assert [one.name for one in context["other_signatories"]] == ["Personne B"]


def test_money_of_an_agreement_is_that_of_its_projects_counted_once(client):
    record = factories.AgreementFactory()
    projects = factories.ProjectFactory.create_batch(2)
    for project in projects:
        project.agreements.add(record)
    factories.ContributionFactory(amount=20000).projects.set(projects)
    factories.ContributionFactory(amount=1, status="draft").projects.set(projects)
    response = client.get(record.get_absolute_url())
    assert response.context["totals"] == {"EUR": 20000}
    assert "20\xa0000\xa0€" in response.text


# Organisations, places ---------------------------------------------------------------------------


def test_partners_are_those_with_most_in_common_and_no_drafts():
    organisation, often, once = factories.OrganisationFactory.create_batch(3)
    hidden = factories.OrganisationFactory(status="draft")
    for status in ("published", "published", "draft"):
        record = factories.AgreementFactory(status=status)
        for party in (organisation, often, hidden):
            record.parties.create(organisation=party)
    project = factories.ProjectFactory()
    for partner in (organisation, once):
        project.partners.create(organisation=partner)
    found = [(partner.organisation, partner.shared) for partner in partners_of(organisation)]
    assert found == [(often, 2), (once, 1)]


def test_years_of_an_organisation_are_the_newest_first_without_a_date_last(client):
    organisation = factories.OrganisationFactory()
    records = [factories.AgreementFactory(signed_on=date) for date in ("2010", None, "2024-05")]
    for record in records:
        record.parties.create(organisation=organisation)
    mission = factories.DelegationFactory(starts_on="2024-06", ends_on=None)
    mission.participants.create(organisation=organisation)
    years = client.get(organisation.get_absolute_url()).context["chronicle"]
    assert [(year, [one for _kind, one in rows]) for year, rows in years] == [
        ("2024", [mission, records[2]]),
        ("2010", [records[0]]),
        ("", [records[1]]),
    ]


# Every page --------------------------------------------------------------------------------------


def test_page_tells_how_to_cite_it(client, settings):
    settings.SITE_NAME, settings.SITE_EDITOR = "Registre", "Ville d’essai"
    record = factories.AgreementFactory(title="Accord d’essai")
    with translation.override("en"):
        address = record.get_absolute_url()
        permanent = reverse("registry:agreement_detail", kwargs={"public_id": record.public_id})
    cited = client.get(address).context["cite_as"]
    assert cited.startswith("“Accord d’essai”, Registre (Ville d’essai), version of ")
    assert cited.endswith(f"http://testserver{permanent}")


def test_page_says_in_its_head_what_it_is(client):
    record = factories.AgreementFactory(title='Accord "A"', summary="Une phrase.\n\nUne autre.")
    text = client.get(record.get_absolute_url()).text
    assert '<meta property="og:title" content="Accord &quot;A&quot;">' in text
    assert '<meta property="og:description" content="Une phrase. Une autre.">' in text
    assert 'content="http://testserver/static/registry/img/card' in text


def test_page_with_much_behind_it_leaves_the_map_to_its_lists(client, monkeypatch):
    monkeypatch.setattr("registry.views.details.MAPPED", 1)
    organisation = factories.OrganisationFactory()
    for record in factories.AgreementFactory.create_batch(2):
        record.parties.create(organisation=organisation)
    response = client.get(organisation.get_absolute_url())
    assert response.context["map"] is None
    (block,) = response.context["blocks"]
    assert f'href="{block.url}&amp;view=map"' in response.text
    assert client.get(f"{block.url}&view=map").status_code == 200


def test_place_names_the_places_that_it_works_with(client):
    here, there = factories.PlaceFactory(), factories.PlaceFactory(name_fr="Ailleurs")
    agreement = factories.AgreementFactory()
    for place in (here, there):
        agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    page = client.get(here.get_absolute_url()).text
    partners = page.partition('class="partners"')[2].partition("</ul>")[0]
    assert there.get_absolute_url() in partners
    assert f"?works_with={here.public_id}" in page
    agreement.parties.filter(organisation__place=there).delete()
    assert "works_with" not in client.get(here.get_absolute_url()).text
