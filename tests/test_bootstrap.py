"""The command that prepares a registry to be served."""

import re
import socket
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from cooperation_site.port import refusal
from registry.models import Organisation
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_administrator_in_environment(monkeypatch):
    for name in ("USERNAME", "PASSWORD", "EMAIL"):
        monkeypatch.delenv(f"DJANGO_SUPERUSER_{name}", raising=False)


@pytest.fixture
def no_content(monkeypatch):
    """The content has its own tests: here it would only take time."""
    monkeypatch.setattr("registry.management.commands.load_content.Command.handle", _nothing)


def _nothing(_command, *_arguments, **_options):
    return None


def _bootstrap(**options):
    output = StringIO()
    call_command("bootstrap", stdout=output, **options)
    return output.getvalue()


def test_bootstrap_of_an_empty_registry_loads_the_content():
    _bootstrap()

    assert Organisation.objects.published().exists()


def test_bootstrap_of_a_registry_meant_to_be_empty_loads_none():
    _bootstrap(empty=True)

    assert not Organisation.objects.exists()


@pytest.mark.usefixtures("no_content")
def test_bootstrap_makes_an_administrator_whose_password_is_told_once():
    first = _bootstrap()
    second = _bootstrap()

    password = re.search(r": (\S{16,})$", first, re.MULTILINE)[1]
    administrator = get_user_model().objects.get()
    assert (administrator.username, administrator.is_superuser) == ("admin", True)
    assert administrator.check_password(password)
    assert password not in second


@pytest.mark.usefixtures("no_content")
def test_bootstrap_takes_the_administrator_from_the_environment(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "camille")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "chosen by the host")
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "camille@example.org")

    output = _bootstrap()

    administrator = get_user_model().objects.get()
    assert (administrator.username, administrator.email) == ("camille", "camille@example.org")
    assert administrator.check_password("chosen by the host")
    assert "chosen by the host" not in output


@pytest.mark.usefixtures("no_content")
def test_bootstrap_with_an_administrator_makes_no_other(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "second")
    UserFactory(username="first")

    _bootstrap()

    assert [user.username for user in get_user_model().objects.all()] == ["first"]


@pytest.mark.usefixtures("no_content")
@pytest.mark.parametrize(
    ("name", "value"), [("USERNAME", "two words"), ("EMAIL", "not an address")]
)
def test_bootstrap_with_a_bad_administrator_says_which_variable(monkeypatch, name, value):
    monkeypatch.setenv(f"DJANGO_SUPERUSER_{name}", value)

    with pytest.raises(CommandError, match=f"DJANGO_SUPERUSER_{name} .*{value}"):
        _bootstrap()
    assert not get_user_model().objects.exists()


@pytest.mark.usefixtures("no_content")
def test_bootstrap_again_keeps_the_data():
    organisation = OrganisationFactory(name="Kept")

    _bootstrap()

    assert Organisation.objects.get().name == organisation.name


@pytest.mark.usefixtures("no_content")
def test_bootstrap_tells_the_address_last():
    output = _bootstrap(address="http://127.0.0.1:8000/")

    assert output.splitlines()[-1].endswith("http://127.0.0.1:8000/")


def test_port_that_another_program_holds_is_refused_with_a_way_out():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        assert "PORT=8001" in refusal(str(port))
    assert refusal(str(port)) == ""


@pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1"])
def test_port_that_is_no_port_is_refused(port):
    assert "1 to 65535" in refusal(port)


@pytest.mark.parametrize(("port", "code"), [("0", 1), ("free", 0)])
def test_port_program_tells_make_by_its_code(port, code):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        number = holder.getsockname()[1]
    argument = str(number) if port == "free" else port

    outcome = subprocess.run(
        [sys.executable, "-m", "cooperation_site.port", argument],
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
        text=True,
    )

    assert outcome.returncode == code
    assert bool(outcome.stderr) is bool(code)
