"""Signing in: by password, by code, by passkey; how often; and what a group may ask for."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from registry.models import GroupSecurity
from tests import factories
from tests.browser import faults

pytestmark = pytest.mark.django_db

PASSWORD = "secret-of-tests"  # of factories.UserFactory
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def user():
    return factories.UserFactory(username="redaction", email="redaction@example.org")


def sign_in(client, name="redaction", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": name, "password": password} | more)


def is_signed_in(client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def code(secret=SECRET) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    )


def test_administration_leads_to_the_page_of_signing_in_and_back(client, user):
    wanted = reverse("admin:registry_agreement_changelist")
    response = client.get(wanted, follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert sign_in(client, next=wanted).url == wanted


@pytest.mark.parametrize("name", ["redaction", "redaction@example.org"])
def test_name_or_address_signs_in(client, user, name):
    sign_in(client, name)
    assert is_signed_in(client)


def test_nobody_makes_an_account_by_themselves(client):
    data = {"username": "new", "email": "new@example.org", "password1": PASSWORD}
    response = client.post(reverse("account_signup"), data)

    assert not factories.models.User.objects.exists()
    assert "account/signup_closed.html" in [template.name for template in response.templates]


def test_attempts_are_limited(client, user):
    for _attempt in range(5):
        sign_in(client, password="wrong")
    sign_in(client)

    assert not is_signed_in(client)


def test_code_is_asked_for_where_an_app_is_set_up(client, user):
    totp.TOTP.activate(user, SECRET)
    response = sign_in(client)

    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    client.post(response.url, {"code": code()})
    assert is_signed_in(client)


def test_recovery_code_signs_in_once(client, user):
    totp.TOTP.activate(user, SECRET)
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    for is_taken in (True, False):
        response = sign_in(client)
        client.post(response.url, {"code": spare})
        assert is_signed_in(client) is is_taken
        client.logout()


def test_secret_of_an_app_is_kept_encrypted(user, settings):
    totp.TOTP.activate(user, SECRET)
    kept = Authenticator.objects.get(user=user).data["secret"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"

    assert SECRET not in kept
    assert Authenticator.objects.get(user=user).wrap().validate_code(code())


def test_group_that_requires_a_second_factor_leads_to_setting_one_up(client, user):
    group = Group.objects.create(name="Administration")
    user.groups.add(group)
    client.force_login(user)
    assert is_signed_in(client)
    GroupSecurity.objects.create(group=group, requires_second_factor=True)

    assert client.get(reverse("admin:index")).url == reverse("mfa_index")
    assert client.get(reverse("admin:registry_agreement_changelist")).status_code == 302
    totp.TOTP.activate(user, SECRET)
    assert is_signed_in(client)


def test_member_of_the_public_with_an_account_is_refused(client, user):
    user.is_staff = False
    user.save()
    sign_in(client)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_an_account_are_translated(client, user, language):
    client.force_login(user)
    prefix = "" if language == "fr" else "/en"
    response = client.get(f"{prefix}/{'compte' if language == 'fr' else 'account'}/2fa/")

    assert f'<html lang="{language}">' in response.text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_passkey_is_added_and_signs_in(page, user):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    complaints = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(reverse("account_login"))
    # Passkeys belong to a name: 127.0.0.1 has none.
    base = page.evaluate("location.origin").replace("127.0.0.1", "localhost")
    page.goto(base + reverse("account_login"))
    page.fill("#id_login", "redaction")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")

    page.goto(base + reverse("mfa_add_webauthn"))
    page.fill("#id_password", PASSWORD)  # asked for again before anything about keys
    page.keyboard.press("Enter")
    page.fill("#id_name", "Clé de bureau")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    page.goto(base + reverse("mfa_list_webauthn"))
    assert page.get_by_text("Clé de bureau").is_visible()
    assert complaints == []
    assert faults(page) == []

    page.context.clear_cookies()
    page.goto(base + reverse("account_login"))
    page.click("#passkey_login")
    page.wait_for_url("**/admin/")


def test_forgotten_password_is_no_promise_without_a_mail_server(client, settings):
    settings.EMAIL_HOST = ""
    user = factories.UserFactory(email="somebody@example.org")
    address = reverse("account_reset_password")

    page = client.get(address)
    response = client.post(address, {"email": user.email})

    assert b'type="email"' not in page.content
    assert response.status_code == 200
    assert mail.outbox == []


def test_forgotten_password_is_renewed_by_mail(client, settings):
    settings.EMAIL_HOST = "mail.example.org"
    user = factories.UserFactory(email="somebody@example.org")

    client.post(reverse("account_reset_password"), {"email": user.email})

    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.parametrize("name", ["redaction@example.org", "personne@example.org"])
def test_mail_server_that_is_down_is_told_and_is_no_accident(client, user, settings, name):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nothing answers
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    response = client.post(reverse("account_reset_password"), {"email": name}, follow=True)

    assert response.status_code == 200
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
