"""The pages of the history and of undoing in a real browser: axe finds nothing, all fits."""

import pytest
from django.urls import reverse

from registry import history, models
from registry.spreadsheets.undo import undo
from tests import factories
from tests.admin_forms import full, url
from tests.test_admin_accessibility import see, signed_in  # noqa: F401
from tests.test_import_undo import agreements, imported

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def _reference_rows():
    from registry.models.base import default_authority

    default_authority()


def changed_agreement():
    """An agreement with a change of everything that can change in it."""
    user = factories.UserFactory(first_name="Camille", last_name="Essai")
    agreement = full(models.Agreement)
    history.created(agreement, user)
    with history.tracking(agreement, user, "Relu sur l'acte signé"):
        agreement.title, agreement.signed_on = "Convention de coopération", "2010-04"
        agreement.save()
        agreement.domains.add(factories.DomainFactory())
        agreement.parties.first().delete()
        agreement.signatories.update(office="Maire")
    with history.tracking(agreement, user):
        agreement.title = "Convention de coopération décentralisée entre les deux villes"
        agreement.status = "in_review"
        agreement.save()
    return agreement


def test_pages_of_the_history_have_no_fault(signed_in):  # noqa: F811
    agreement = changed_agreement()
    revision = models.Revision.objects.filter(reason__gt="").get()
    restore = reverse("admin:registry_agreement_restore", args=[agreement.pk, revision.pk])
    pages = [url(agreement, "history"), restore, url(revision), url(models.Revision, "changelist")]

    assert see(signed_in, *pages) == []


@pytest.mark.usefixtures("_reference_rows")
def test_pages_of_undoing_have_no_fault(signed_in):  # noqa: F811
    job = imported(agreements(["Accord neuf", "Convention", None, "Lyon; Brest", None, None]))
    factories.ContributionFactory().funders.add(models.Organisation.objects.get(name="Lyon"))
    names = ("records", "undo", "change")
    pages = [reverse(f"admin:registry_importjob_{name}", args=[job.pk]) for name in names]

    assert see(signed_in, *pages) == []
    undo(job)
    assert see(signed_in, pages[-1]) == []
