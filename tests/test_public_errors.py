"""Pages for what goes wrong: plain, in the visitor's language, saying nothing of the inside."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import include, path, reverse
from django.utils import translation

from tests.linked import one_of_each


def _raise(error):
    def view(_request):
        raise error

    return view


urlpatterns = [
    path("bad/", _raise(BadRequest("a secret"))),
    path("forbidden/", _raise(PermissionDenied("a secret"))),
    path("broken/", _raise(ZeroDivisionError("a secret"))),
    path("admin/", include(([path("", _raise(BadRequest()), name="index")], "admin"))),
    path("", include("registry.urls")),
]


@pytest.fixture
def visitor():
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(("name", "status"), [("bad", 400), ("forbidden", 403), ("broken", 500)])
@pytest.mark.filterwarnings("ignore")
def test_page_of_each_error_is_plain(visitor, name, status):
    response = visitor.get(f"/{name}/")
    assert response.status_code == status
    assert "<h1>" in response.text
    # Why something is refused is said to whom it is refused; nothing else is.
    assert ("secret" in response.text) is (name == "forbidden")
    assert "Traceback" not in response.text


@pytest.mark.django_db
@override_settings(DEBUG=False)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_that_does_not_exist_offers_ways_on(client, language):
    with translation.override(language):
        home, search = reverse("registry:home"), reverse("registry:search")
    response = client.get(f"{home}nothing-is-here/")
    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.text
    assert f'action="{search}"' in response.text
    assert f'href="{home}"' in response.text


@override_settings(DEBUG=False)
def test_form_without_its_token_is_refused_plainly():
    response = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "x"})
    assert response.status_code == 403
    assert "<h1>" in response.text
    assert "CSRF" not in response.text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "500"])
def test_plain_page_needs_neither_request_nor_database(name):
    # Without the mark django_db a query would raise.
    assert '<main id="content"' in render_to_string(f"{name}.html")


@pytest.mark.django_db
@pytest.mark.parametrize("path_", ["%00", "%FF%FE", "..%2f..%2fetc", "a" * 3000])
def test_odd_address_of_a_record_is_not_found(client, path_):
    response = client.get(f"{reverse('registry:agreement_list')}{path_}/")
    assert response.status_code == 404


@pytest.mark.django_db
def test_public_pages_refuse_to_be_written_to(client):
    for name in ("home", "search", "agreement_list"):
        assert client.post(reverse(f"registry:{name}"), {"q": "x"}).status_code == 405


@pytest.mark.django_db
def test_public_pages_send_a_strict_policy_and_no_cookie(client):
    response = client.get(reverse("registry:home"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not response.cookies


# Bytes that are no UTF-8, a character that no database takes, what people and programs try.
ODD = [
    "%00",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "x" * 600,
    "-1",
    "9" * 40,
    "NaN",
    "1e309",
    "[]",
    "%22*(",
]


@pytest.fixture(scope="module")
def published(shared):
    return one_of_each()


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_odd_parameters_are_left_out_or_refused(client, published, odd):
    names = "q sort page per_page view values find since until place not-domain with_place source "
    names += "currency amount_from amount_to works_on works_with in next"
    query = "&".join(f"{name}={odd}" for name in names.split())
    for kind, record in published.items():
        page = reverse(f"registry:{kind}_list")
        file = f"{page.rstrip('/')}.csv"
        for address in (page, file, f"{page}map.json", record.get_absolute_url()):
            response = client.get(f"{address}?{query}")
            assert response.status_code in (200, 301, 302, 400, 404), address
            if response.streaming:
                assert b"".join(response.streaming_content)
    for name in ("home", "search", "suggestions", "data", "about"):
        assert client.get(f"{reverse(f'registry:{name}')}?{query}").status_code in (200, 400)
