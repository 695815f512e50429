"""Forms of the administration in a browser: several rows at once, and a second click."""

import pytest
from django.urls import reverse

from registry import models
from tests import factories
from tests.admin_forms import url
from tests.test_admin_accessibility import signed_in  # noqa: F401

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


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
    page.locator("[name=_continue]").first.click()
    page.locator("#stops-group .paste textarea:focus").wait_for()
    assert not models.Stop.objects.exists()
    assert page.input_value("#stops-group .paste textarea") == "Nulle part"
    page.locator("#stops-group .inline-deletelink").last.click()
    with page.expect_navigation():
        page.locator("[name=_continue]").first.click()
    stops = models.Stop.objects.order_by("position")
    assert [(str(one.place), one.starts_on.isoformat()) for one in stops] == [
        ("Québec", "2024-04-07"),
        ("Rennes", "2024-05"),
    ]


def test_second_click_saves_nothing_twice(signed_in):  # noqa: F811
    page = signed_in
    page.goto(reverse("admin:registry_agreement_add"))
    page.fill("[name=title]", "Jumelage")
    page.select_option("[name=kind]", "twinning")
    page.evaluate(
        "const save = document.querySelector('[name=_save]');"
        "save.click(); setTimeout(() => save.click(), 50)"
    )
    page.wait_for_url("**" + reverse("admin:registry_agreement_changelist"))
    page.wait_for_load_state("networkidle")

    assert page.url.endswith(reverse("admin:registry_agreement_changelist"))
    assert models.Agreement.objects.count() == 1
