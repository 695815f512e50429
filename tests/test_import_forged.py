"""Requests that no page of an import sends: answered, and nothing comes of them."""

import uuid

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.urls import reverse

from cooperation_site.encodings import in_text
from registry.models import ImportJob, NameDecision, Organisation
from tests.factories import AuthorityFactory, UserFactory
from tests.test_import_mapping import _own_storage, officer, upload  # noqa: F401

pytestmark = pytest.mark.django_db

ACTIONS = ["confirm", "cancel", "restart", "columns", "names", "good-rows", "refused", "records"]
ACTIONS += ["undo", "change", "abandon"]
HUGE = "9" * 5_000
FORGED = [
    {"digest": HUGE, "asked": HUGE, "rest": HUGE, "profile": HUGE, "good_rows": HUGE},
    {"kind-0": "zorglub", "column-0-0": "__class__", "constant-0-0": "pk", "value-0-0": "\0"},
    {"kind-0": "left_out\0", "column-0-0": "\0", "profile": "\0", "name-1": "same:\0"},
    {f"column-{HUGE}-{HUGE}": "-", f"name-{HUGE}": "new", "name-0": "new", "reason": "r" * 100_000},
]
CONTENT = "Structure;Ville;Pays;Couleur\nClub;Rennes;France;bleu\n"


def address(action, pk) -> str:
    keys = [str(pk)]
    return reverse(f"admin:registry_importjob_{action}", args=keys)


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_forged_form_is_answered_and_writes_nothing(client, officer, forged):  # noqa: F811
    job = upload(client, CONTENT)
    query = {"page": HUGE, "names": "x", "show": "\0"}

    for action in ACTIONS:
        for answer in (
            client.post(address(action, job.pk), forged),
            client.post(address(action, job.pk), "[1]", content_type="application/json"),
            client.get(address(action, job.pk), query),
        ):
            assert answer.status_code < 500, action

    assert not Organisation.objects.exists()


@pytest.mark.parametrize("pk", [uuid.uuid4(), uuid.UUID(int=0)])
def test_job_that_is_not_there_is_not_found(client, officer, pk):  # noqa: F811
    for action in ACTIONS:
        answers = [
            client.get(address(action, pk), follow=True),
            client.post(address(action, pk), {"rest": "yes"}, follow=True),
        ]
        assert {answer.status_code for answer in answers} <= {404, 200}, action


def test_job_of_others_is_closed(client, officer):  # noqa: F811
    job = upload(client, "Nom;Ville;Pays\nClub;Rennes;France\n")
    stranger = UserFactory(is_superuser=False)
    stranger.authorities.add(AuthorityFactory())
    client.force_login(stranger)

    for action in ACTIONS:
        for answer in (
            client.post(address(action, job.pk), {"digest": job.plan_digest, "rest": "new"}),
            client.get(address(action, job.pk), follow=True),
        ):
            assert answer.status_code in (403, 404) or answer.redirect_chain, action
    job.refresh_from_db()
    assert job.state == "previewed"
    assert not NameDecision.objects.exists()


@pytest.mark.parametrize("data", [{}, {"file": "text"}, {"authority": HUGE}, {"authority": "\0"}])
def test_forged_upload_is_answered(client, officer, data):  # noqa: F811
    response = client.post(reverse("admin:registry_importjob_add"), data | {"publish": HUGE})

    assert response.status_code == 200
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("name", ["..", "liste/", "caf\udce9.csv"])
def test_upload_whose_name_cannot_be_used_says_so(client, officer, in_english, name):  # noqa: F811
    name = name.encode("utf-8", "surrogateescape")
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
    body += CONTENT.encode() + b"\r\n--B--\r\n"

    page = client.post(
        reverse("admin:registry_importjob_add"), body, "multipart/form-data; boundary=B"
    )

    assert "No file arrived" in page.context["form"].errors["file"][0]


@pytest.mark.parametrize("charset", ["rot13", '"undefined"', "idna", "zip", "no\0ne", "latin-1"])
def test_request_in_what_is_no_encoding_is_read(rf, charset):
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    environ = rf._base_environ(QUERY_STRING="q=eau", CONTENT_TYPE=kind)

    request = in_text(lambda environ, start: WSGIRequest(environ))(environ, None)

    assert request.GET["q"] == "eau"
    assert request.content_params["boundary"] == "B"
