"""Several rows at once, from lines that were copied."""

import pytest

from registry import models
from tests import factories
from tests.admin_forms import url
from tests.test_admin_accessibility import signed_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_lines_become_rows(signed_in):  # noqa: F811
    delegation = factories.DelegationFactory()
    factories.PlaceFactory(name_fr="Rennes")
    factories.PlaceFactory(name_fr="Québec", country="CA")
    page = signed_in
    page.goto(url(delegation))

    page.click("#stops-group .paste summary")
    page.fill("#stops-group .paste textarea", "quebec\t2024-04-07\nRennes ; 2024-05\nNulle part")
    page.click("#stops-group .paste button")
    page.locator("#stops-group .paste [role=status]:not(:empty)").wait_for()

    assert "Nulle part" in page.inner_text("#stops-group .paste [role=status]")
    page.locator("#stops-group .inline-deletelink").last.click()
    with page.expect_navigation():
        page.locator("[name=_continue]").first.click()
    stops = models.Stop.objects.order_by("position")
    assert [(str(one.place), one.starts_on.isoformat()) for one in stops] == [
        ("Québec", "2024-04-07"),
        ("Rennes", "2024-05"),
    ]
