"""Data for tests: small, generated, saying nothing true. Records are published unless told."""

import factory

from registry import models
from registry.choices import Status


class RecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    status = Status.PUBLISHED


class AuthorityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Authority

    code = factory.Sequence(lambda n: f"authority-{n}")
    name = factory.Sequence(lambda n: f"Authority {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password("secret-of-tests")
    is_staff = True
    is_superuser = True


class DomainFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Domain

    code = factory.Sequence(lambda n: f"test-domain-{n}")
    name_fr = factory.Sequence(lambda n: f"Domaine essai {n}")


class PlaceFactory(RecordFactory):
    class Meta:
        model = models.Place

    name_fr = factory.Sequence(lambda n: f"Ville {n}")
    country = "FR"


class OrganisationFactory(RecordFactory):
    class Meta:
        model = models.Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = "association"
    place = factory.SubFactory(PlaceFactory)


class SourceFactory(RecordFactory):
    class Meta:
        model = models.Source

    title = factory.Sequence(lambda n: f"Source {n}")
    url = factory.Sequence(lambda n: f"https://example.org/{n}")


class AgreementFactory(RecordFactory):
    class Meta:
        model = models.Agreement

    title = factory.Sequence(lambda n: f"Accord {n}")
    kind = "convention"
    signed_on = "2024-04-09"


class DelegationFactory(RecordFactory):
    class Meta:
        model = models.Delegation

    title = factory.Sequence(lambda n: f"Mission {n}")
    direction = "outgoing"
    starts_on = "2024-04-03"
    ends_on = "2024-04-12"


class FundFactory(RecordFactory):
    class Meta:
        model = models.Fund

    name = factory.Sequence(lambda n: f"Fonds {n}")


class CallFactory(RecordFactory):
    class Meta:
        model = models.Call

    fund = factory.SubFactory(FundFactory)
    edition = factory.Sequence(lambda n: f"édition {n}")


class ProjectFactory(RecordFactory):
    class Meta:
        model = models.Project

    title = factory.Sequence(lambda n: f"Projet {n}")
    call = factory.SubFactory(CallFactory)
    starts_on = "2021"


class ContributionFactory(RecordFactory):
    class Meta:
        model = models.Contribution

    amount = 1000
    year = 2021
