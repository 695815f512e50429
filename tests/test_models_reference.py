"""Places, domains, organisations and sources: what the other records lean on."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import translation

from registry.models import (
    Authority,
    Citation,
    Domain,
    Membership,
    OrganisationIdentifier,
    OrganisationName,
    Place,
    PlaceIdentifier,
)
from registry.reference_rows import ensure
from tests.factories import (
    AgreementFactory,
    AuthorityFactory,
    DomainFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


# Places ------------------------------------------------------------------------------------------


def test_place_holds_all_that_lies_in_it_to_any_depth():
    country = PlaceFactory(kind="country")
    region = PlaceFactory(kind="region", parent=country)
    city, elsewhere = PlaceFactory(parent=region), PlaceFactory()

    found = set(Place.objects.within(country))

    assert found == {country, region, city}
    assert elsewhere not in found
    assert set(Place.objects.within(city)) == {city}


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_place_that_would_lie_in_itself_is_refused(depth):
    chain = [PlaceFactory()]
    for _level in range(depth - 1):
        chain.append(PlaceFactory(parent=chain[-1]))

    chain[0].parent = chain[-1]

    with pytest.raises(ValidationError) as refusal:
        chain[0].full_clean()
    assert "parent" in refusal.value.message_dict


def test_place_that_lies_in_itself_is_refused_by_the_database():
    place = PlaceFactory()
    place.parent = place

    with pytest.raises(IntegrityError), transaction.atomic():
        place.save()


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("latitude", "longitude"), [("48.1", None), (None, "-1.7"), ("91", "0"), ("0", "180.1")]
)
def test_place_with_coordinates_that_are_none_is_refused(latitude, longitude):
    values = {
        "latitude": latitude and Decimal(latitude),
        "longitude": longitude and Decimal(longitude),
    }

    with pytest.raises(ValidationError, match="latitude"):
        PlaceFactory.build(**values).validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceFactory(**values)


def test_place_on_the_equator_has_coordinates():
    place = PlaceFactory(latitude=0, longitude=0)

    assert place.has_coordinates
    assert not PlaceFactory.build().has_coordinates


@pytest.mark.parametrize(("language", "name"), [("fr", "Londres"), ("en", "London")])
def test_place_is_named_in_the_language_of_the_reader(language, name):
    place = PlaceFactory.build(name_fr="Londres", name_en="London", country="GB")

    with translation.override(language):
        assert str(place) == name


def test_place_without_an_english_name_keeps_the_french_one():
    with translation.override("en"):
        assert str(PlaceFactory.build(name_fr="Rennes")) == "Rennes"


@pytest.mark.usefixtures("in_english")
def test_place_identifier_belongs_to_one_place():
    PlaceIdentifier.objects.create(place=PlaceFactory(), scheme="insee", value="35238")

    again = PlaceIdentifier(place=PlaceFactory(), scheme="insee", value="35238")

    with pytest.raises(ValidationError, match="identifier"):
        again.full_clean()


# Domains -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_english")
def test_domain_of_a_third_level_is_refused():
    first = DomainFactory()
    second = DomainFactory(parent=first)

    with pytest.raises(ValidationError, match="two levels"):
        DomainFactory.build(parent=second).clean()


@pytest.mark.usefixtures("in_english")
def test_domain_with_others_under_it_stays_on_the_first_level():
    first = DomainFactory()
    DomainFactory(parent=first)
    first.parent = DomainFactory()

    with pytest.raises(ValidationError, match="first level"):
        first.clean()


@pytest.mark.parametrize("code", ["12", "1234", "123456", "abc"])
def test_domain_with_a_dac_code_that_is_none_is_refused(code):
    with pytest.raises(ValidationError) as refusal:
        DomainFactory.build(dac_code=code).full_clean()

    assert "dac_code" in refusal.value.message_dict


def test_reference_rows_are_there_before_any_content():
    assert Domain.objects.count() > 20
    assert Authority.objects.filter(code=Authority.DEFAULT_CODE).exists()


def test_reference_rows_made_again_change_nothing():
    domain = Domain.objects.first()
    Domain.objects.filter(pk=domain.pk).update(name_en="Renamed by an editor")

    ensure()
    domain.refresh_from_db()

    assert domain.name_en == "Renamed by an editor"


def test_reference_rows_survive_a_second_migration():
    before = Domain.objects.count(), Authority.objects.count()

    call_command("migrate", verbosity=0)

    assert (Domain.objects.count(), Authority.objects.count()) == before


# Organisations -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_english")
def test_organisation_of_the_same_name_in_the_same_place_is_refused_in_words():
    first = OrganisationFactory()
    again = OrganisationFactory.build(name=first.name, place=first.place, authority=first.authority)

    with pytest.raises(ValidationError, match="already has an organisation"):
        again.full_clean()


def test_organisation_of_the_same_name_elsewhere_is_welcome():
    first = OrganisationFactory(name="Chambre de commerce")

    OrganisationFactory(name="Chambre de commerce").full_clean()

    assert first.place_id


@pytest.mark.usefixtures("in_english")
def test_organisation_name_given_twice_is_refused_in_words():
    organisation = OrganisationFactory()
    OrganisationName.objects.create(organisation=organisation, name="Le Pool")

    with pytest.raises(ValidationError, match="twice"):
        OrganisationName(organisation=organisation, name="Le Pool").full_clean()


@pytest.mark.usefixtures("in_english")
def test_organisation_identifier_belongs_to_one_organisation():
    values = {"scheme": "siren", "value": "213502388"}
    OrganisationIdentifier.objects.create(organisation=OrganisationFactory(), **values)

    with pytest.raises(ValidationError, match="identifier"):
        OrganisationIdentifier(organisation=OrganisationFactory(), **values).full_clean()


@pytest.mark.usefixtures("in_english")
def test_organisation_that_would_be_its_own_member_is_refused():
    organisation = OrganisationFactory()
    membership = Membership(member=organisation, network=organisation)

    with pytest.raises(ValidationError, match="member of itself"):
        membership.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        membership.save()


def test_organisation_that_is_party_to_an_agreement_cannot_be_deleted():
    organisation = OrganisationFactory()
    AgreementFactory().parties.create(organisation=organisation)

    with pytest.raises(ProtectedError), transaction.atomic():
        organisation.delete()


# Sources and citations ---------------------------------------------------------------------------


def test_source_is_known_by_its_other_titles_too():
    source = SourceFactory.build(title="Communiqué", other_titles=" CP du 9 avril \n\nCommuniqué 2")

    assert source.titles == ["Communiqué", "CP du 9 avril", "Communiqué 2"]


@pytest.mark.usefixtures("in_english")
def test_source_of_the_same_address_is_refused_in_words():
    source = SourceFactory()

    with pytest.raises(ValidationError, match="address"):
        SourceFactory.build(url=source.url, authority=source.authority).full_clean()


def test_source_without_an_address_is_welcome_any_number_of_times():
    SourceFactory(url="")

    SourceFactory(url="").full_clean()


@pytest.mark.usefixtures("in_english")
def test_citation_of_nothing_is_refused():
    citation = Citation(source=SourceFactory())

    with pytest.raises(ValidationError, match="exactly one record"):
        citation.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        citation.save()


def test_citation_of_two_records_is_refused():
    citation = Citation(
        source=SourceFactory(), agreement=AgreementFactory(), project=ProjectFactory()
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        citation.save()


def test_citation_leads_to_its_record():
    agreement = AgreementFactory()

    citation = agreement.citations.create(source=SourceFactory())

    assert citation.record == agreement


def test_source_that_is_cited_cannot_be_deleted():
    source = SourceFactory()
    AgreementFactory().citations.create(source=source)

    with pytest.raises(ProtectedError), transaction.atomic():
        source.delete()


# Every record ------------------------------------------------------------------------------------


def test_record_outlives_the_account_that_made_it():
    user = UserFactory()
    agreement = AgreementFactory(created_by=user, updated_by=user)

    user.delete()
    agreement.refresh_from_db()

    assert (agreement.created_by, agreement.updated_by) == (None, None)


def test_record_belongs_to_the_registry_itself_unless_told():
    assert AgreementFactory().authority.code == Authority.DEFAULT_CODE
    assert AgreementFactory(authority=AuthorityFactory(code="rennes")).authority.code == "rennes"


def test_record_remembers_when_it_was_first_published():
    agreement = AgreementFactory(status="draft")
    assert agreement.published_at is None

    agreement.status = "published"
    agreement.save(update_fields=["status"])
    agreement.refresh_from_db()

    assert agreement.published_at


def test_record_address_carries_its_identifier_and_its_title():
    agreement = AgreementFactory(title="Déclaration d’Évreux : l’œuvre")

    address = agreement.get_absolute_url()

    assert agreement.public_id in address
    assert "declaration-devreux" in address
