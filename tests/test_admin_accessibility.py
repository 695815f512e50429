"""The administration in a real browser: axe finds nothing, nothing is wider than the screen."""

import pytest

from registry import models
from tests import factories
from tests.admin_forms import full, url
from tests.browser import faults, look

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

RECORDS = [
    models.Agreement,
    models.Delegation,
    models.Project,
    models.Contribution,
    models.Fund,
    models.Call,
    models.Organisation,
    models.Place,
    models.Source,
]


@pytest.fixture
def signed_in(page, client, live_server):
    client.force_login(factories.UserFactory(username="redaction"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []


def see(page, *addresses, looks=((1280, "light"), (390, "dark")), whole=()) -> list[str]:
    """What is wrong on the pages: what axe finds, and what is wider than the screen.

    A page is loaded once for all looks, and all of axe's rules are asked at the first of them; of
    the addresses in ``whole`` at each.
    """
    wrong = []
    for address in addresses:
        assert page.goto(address).status == 200
        for number, (width, scheme) in enumerate(looks):
            look(page, width, scheme)
            found = faults(page, again=number > 0 and address not in whole)
            beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found += [f"{address} is {beyond} px too wide"] if beyond > 0 else []
            wrong += [f"{width} {scheme} {fault}" for fault in found]
    return wrong


def test_scripts_and_styles_keep_to_the_security_policy(signed_in):
    # Apart from axe, which styles the page while it looks.
    page, blocked = signed_in, []
    page.on("console", lambda line: blocked.append(line.text) if line.type == "error" else None)
    for address in (url(models.Delegation, "add"), url(models.Agreement, "changelist"), "/admin/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    page.goto(url(models.Agreement, "add"))
    page.click("#parties-0 [role=combobox]")
    page.wait_for_selector(".select2-results__option")

    assert [text for text in blocked if "Content Security Policy" in text] == []


def test_sign_in_has_no_fault(page):
    assert see(page, "/admin/", looks=[(1280, "light")]) == []
    page.fill("#id_login", "nobody")
    page.fill("#id_password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errorlist")

    assert faults(page) == []


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_pages_of_records_have_no_fault(signed_in, model):
    record = full(model)
    pages = [url(record, "change"), url(model, "add"), url(model, "changelist")]
    # On a phone the pages of all kinds of record are arranged in the same way.
    whole = pages if model is models.Agreement else ()

    assert see(signed_in, *pages, whole=whole) == []


def test_other_pages_have_no_fault(signed_in):
    record = full(models.Agreement)
    user = models.User.objects.get()
    pages = [
        "/admin/",
        "/en/admin/",
        "/admin/registry/",
        "/admin/password_change/",
        "/admin/reminders/",
        "/compte/2fa/",
        "/compte/password/change/",
        url(record, "history"),
        url(record, "delete"),
        url(user),
        url(models.User, "add"),
        url(models.User, "changelist"),
        url(models.Domain, "changelist"),
        url(models.Domain, "add"),
        url(models.Authority, "add"),
        "/admin/auth/group/add/",
        url(models.Agreement, "changelist") + "?q=essai&year=2024&o=1.-3",
        *(url(model, "export") for model in (models.Agreement, models.Organisation)),
    ]

    assert see(signed_in, *pages) == []


def test_form_with_errors_has_no_fault(signed_in):
    page = signed_in
    page.goto(url(models.Delegation, "add"))
    page.fill("#id_starts_on", "bientôt")
    page.click("[name=_save] >> nth=0")

    page.wait_for_selector(".errornote")
    assert faults(page) == []


def test_confirmation_of_bulk_removal_has_no_fault(signed_in):
    page = signed_in
    factories.AgreementFactory()
    page.goto(url(models.Agreement, "changelist"))
    page.check("#action-toggle")
    page.select_option("select[name=action]", "delete_selected")
    page.click("button[name=index]")

    page.wait_for_selector(".cancel-link")
    assert faults(page) == []


def test_added_row_and_open_suggestions_have_no_fault(signed_in):
    page = signed_in
    factories.OrganisationFactory(name="Ville d’Évreux", place=None)
    page.goto(url(models.Agreement, "add"))
    page.click("#parties-group .add-row a")
    page.click("#parties-2 [role=combobox]")
    page.keyboard.type("evreux")
    page.wait_for_selector(".select2-results__option--highlighted")

    assert faults(page) == []
    page.keyboard.press("Enter")
    assert page.locator("#parties-2 .select2-selection__rendered").inner_text().endswith("Évreux")


def test_rows_move_with_their_buttons_and_keep_their_order(signed_in):
    page = signed_in
    agreement = factories.AgreementFactory()
    for position, name in enumerate("ABC", 1):
        models.Signatory.objects.create(agreement=agreement, name=name, position=position)
    page.goto(url(agreement))
    page.click("#signatories-2 .move >> nth=0")
    page.click("#signatories-2 .move >> nth=0")
    page.click("[name=_save] >> nth=0")
    page.wait_for_selector(".messagelist .success")

    assert [one.name for one in agreement.signatories.all()] == ["C", "A", "B"]


def test_new_row_moved_up_then_removed_leaves_the_saved_ones(signed_in):
    page = signed_in
    agreement = factories.AgreementFactory()
    models.Signatory.objects.create(agreement=agreement, name="A", position=1)
    page.goto(url(agreement))
    for _row in range(2):
        page.click("#signatories-group .add-row a")
    page.fill("#id_signatories-2-name", "B")
    for number in (1, 2):
        page.click(f"#signatories-{number} .move >> nth=0")
    page.click("#signatories-1 .inline-deletelink")
    page.click("[name=_save] >> nth=0")
    page.wait_for_selector(".messagelist .success")

    assert {one.name for one in agreement.signatories.all()} == {"A", "B"}


def test_without_script_a_record_is_edited_and_published(browser, client, live_server):
    client.force_login(factories.UserFactory())
    agreement = factories.AgreementFactory(status="draft")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": live_server.url}])
    page = context.new_page()
    page.goto(url(agreement))
    page.fill("#id_title", "Nouveau titre")
    page.click("[name=_move][value=publish] >> nth=0")
    context.close()

    agreement.refresh_from_db()
    assert (agreement.title, agreement.status) == ("Nouveau titre", "published")
