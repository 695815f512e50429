"""Every role at every address of the administration and of the public site: docs/rights.md, tested.

The addresses come from the sites themselves: a new one fails here until the table has it.
"""

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch, URLResolver, reverse

from registry import history, models
from registry.admin.site import site
from registry.choices import Role
from registry.history.shapes import FROM_AFAR
from registry.spreadsheets.exporting.rows import RESOURCE_OF, required_columns
from tests import factories
from tests.rights import RECORDS, SECRET, World, person

pytestmark = pytest.mark.django_db

ROLES = ["", *Role.values]

# What each role does with a record on its page: edits it, sees it, is refused, or finds nothing.
ACCESS = """
                 nobody   reader  contributor  editor  importer  administrator
our draft        refused  sees    edits        edits   edits     edits
our review       refused  sees    sees         edits   sees      edits
our published    refused  sees    sees         edits   sees      edits
their draft      refused  nothing nothing      nothing nothing   edits
their published  refused  sees    sees         sees    sees      edits
"""
# Pages that are about no single record.
PAGES = """
                         nobody   reader  contributor  editor  importer  administrator
record changelist        refused  opens   opens        opens   opens     opens
record add               refused  refused opens        opens   opens     opens
record export            refused  opens   opens        opens   opens     opens
domain changelist        refused  opens   opens        opens   opens     opens
domain add               refused  refused refused      refused refused   opens
domain change            refused  opens   opens        opens   opens     opens
domain delete            refused  refused refused      refused refused   opens
domain history           refused  opens   opens        opens   opens     opens
domain export            refused  opens   opens        opens   opens     opens
duplicate changelist     refused  refused opens        opens   opens    opens
merge changelist         refused  refused opens        opens   opens    opens
errorreport changelist   refused  refused refused      refused refused  opens
revision changelist      refused  opens   opens        opens   opens     opens
revision change          nothing  nothing nothing      nothing nothing   opens
importjob changelist     refused  refused refused      refused opens     opens
importjob add            refused  refused refused      refused opens     opens
importjob change         nothing  nothing nothing      nothing nothing   opens
importjob records        nothing  nothing nothing      nothing nothing   opens
importjob undo           nothing  nothing nothing      nothing nothing   opens
importjob refused        nothing  nothing nothing      nothing nothing   nothing
importprofile changelist refused  refused refused      refused opens     opens
importprofile change     refused  refused refused      refused nothing   opens
importprofile history    nothing  nothing nothing      nothing nothing   opens
importprofile delete     refused  refused refused      refused nothing   opens
namedecision changelist  refused  refused refused      refused opens     opens
namedecision change      refused  refused refused      refused nothing   opens
namedecision history     nothing  nothing nothing      nothing nothing   opens
namedecision delete      refused  refused refused      refused nothing   opens
authority changelist     refused  refused refused      refused refused   opens
authority add            refused  refused refused      refused refused   opens
authority change         refused  refused refused      refused refused   opens
authority history        refused  refused refused      refused refused  opens
authority delete         refused  refused refused      refused refused   opens
user changelist          refused  refused refused      refused refused   opens
user add                 refused  refused refused      refused refused   opens
user change              refused  refused refused      refused refused   opens
user history             refused  refused refused      refused refused  opens
user delete              refused  refused refused      refused refused   opens
group changelist         refused  refused refused      refused refused   opens
group add                refused  refused refused      refused refused   opens
group change             refused  refused refused      refused refused   opens
group history            refused  refused refused      refused refused  opens
group delete             refused  refused refused      refused refused   refused
"""
# Those of the site itself, the same for all of staff; what they tell is compared with SECRET.
SITE_PAGES = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete",
    "jsi18n", "view_on_site", "app_list", "template", "reminders", "prose",
}  # fmt: skip
# Done by POST alone, with a body that the tests of each tell more of.
POSTED = {
    "importjob": {"confirm", "abandon", "cancel", "restart", "columns", "names", "good-rows"},
    "duplicate": {"search"},
    "merge": {"undo"},
}
NOBODYS_PAGES = {
    "revision": {"add", "delete", "history"},
    "importjob": {"delete", "history"},
    "importprofile": {"add"},
    "namedecision": {"add"},
    "duplicate": {"add", "change", "delete", "history"},
    "merge": {"add", "change", "delete", "history"},
    "errorreport": {"add", "change", "delete", "history"},
    "organisation": {"merge"},
    "place": {"merge"},
    "source": {"file"},
}
KINDS = {model._meta.model_name: model for model in site._registry}


def table(text: str) -> dict[str, dict[str, str]]:
    head, *lines = text.strip("\n").splitlines()
    names = head.split()
    rows = {}
    for line in lines:
        words = line.split()
        name, cells = words[: -len(names)], words[-len(names) :]
        rows[" ".join(name)] = dict(zip(names, cells, strict=True))
    return rows


def addresses(patterns, prefix=""):
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, prefix + str(one.pattern))
        elif one.name:
            yield one.name


def outcome(response) -> str:
    if response.status_code == 403:
        return "refused"
    if response.status_code == 404:
        return "nothing"
    if response.status_code == 302 and response.url == reverse("admin:index"):
        return "nothing"
    return "opens"


class Visitor:
    """Somebody at the door; whatever comes back tells nobody the others' secret."""

    def __init__(self, client, role, world):
        self.client, self.role = client, role or "nobody"
        client.force_login(person(role, world.ours))

    def get(self, address, query=None) -> str:
        return self._checked(self.client.get(address, query), address)

    def post(self, address, data=None) -> str:
        return self._checked(self.client.post(address, data or {}), address)

    def _checked(self, response, address):
        if self.role != Role.ADMINISTRATOR:
            content = b"".join(response) if response.streaming else response.content
            where = content.decode(errors="ignore") + response.headers.get("Location", "")
            at = where.lower().find(SECRET.lower())
            assert at < 0, f"{address} tells: {where[max(0, at - 300) : at + 50]}"
        return outcome(response)


# On PostgreSQL the one whose answers rest most on what the database is asked: the editor sees some
# of everything. The other roles are refused more, or nothing, by the same questions.
ALL_ROLES = [
    pytest.param(
        role,
        id=role or "nobody",
        marks=() if role == Role.EDITOR else pytest.mark.sqlite,
    )
    for role in ROLES
]


@pytest.fixture(scope="module")
def world(shared):
    return World()


@pytest.mark.parametrize("role", ALL_ROLES)
def test_visit(client, world, role):
    visitor = Visitor(client, role, world)

    visit_pages_of_the_site(visitor, world)
    visit_lists(visitor)
    others = others_of(world)
    visit_other_pages(visitor, others)
    visit_others_imports(visitor, others)
    visit_merges(visitor, world)
    visit_links(visitor, world)
    if role != Role.ADMINISTRATOR:
        visit_actions(visitor, world)
    visit_record_pages(visitor, world)


def theirs(world) -> dict:
    """All that the other authority's records say of themselves."""
    said = {
        (model._meta.model_name, target): history.snapshot(record)
        for (model, target), record in world.records.items()
        if target.startswith("their")
    }
    for (name, _target), state in said.items():
        for far in ("contributions", "members"):
            if (name, far) in FROM_AFAR:
                del state[far]
    return said


def test_every_address_of_the_administration_is_in_the_table():
    known = {f"registry_{row.replace(' ', '_')}" for row in table(PAGES)} | SITE_PAGES
    known |= {row.replace("group ", "auth_group_") for row in table(PAGES)}
    known |= {"auth_user_password_change", "registry_domain_restore"}
    known |= {
        f"registry_{kind}_{page}"
        for kind, pages in (*POSTED.items(), *NOBODYS_PAGES.items())
        for page in pages
    }
    for model in RECORDS:
        for page in (*RECORD_PAGES, "changelist", "add", "export", "link"):
            known.add(f"registry_{model._meta.model_name}_{page}")

    assert set(addresses(site.get_urls())) - known == set()


def visit_record_pages(visitor, world):
    before, found, expected = theirs(world), {}, {}
    order = sorted(world.records.items(), key=lambda item: item[0][1])
    for page in RECORD_PAGES:  # deleting comes last
        put_back(world)
        for (model, target), record in order:
            access = table(ACCESS)[target][visitor.role]
            for method in RECORD_PAGES[page]:
                key = f"{method} {page} of {target} {model.__name__}"
                is_theirs = target.startswith("their") and visitor.role != Role.ADMINISTRATOR
                expected[key] = expected_of(page, method, access, is_theirs)
                address, data = request_for(page, record)
                found[key] = getattr(visitor, method)(address, data if method == "post" else None)

    wrong = {key: (found[key], want) for key, want in expected.items() if found[key] not in want}
    assert wrong == {}
    if visitor.role != Role.ADMINISTRATOR:
        assert theirs(world) == before


RECORD_PAGES = {
    "change": ("get", "post"),
    "history": ("get",),
    "restore": ("get", "post"),
    "move": ("post",),
    "delete": ("get", "post"),
}


def request_for(page, record):
    name, keys = record._meta.model_name, [record.pk]
    data = {"change": {"title": "x"}, "restore": {"latest": 0, "reason": "x"}}.get(page, {})
    if page == "restore":
        keys.append(models.Revision.objects.filter(model_name=name, record_id=record.pk)[0].pk)
    if page == "move":
        data = {"_move": "submit" if record.status == "draft" else "publish"}
    if page == "delete":
        data = {"post": "yes"}
    return reverse(f"admin:registry_{name}_{page}", args=keys), data


def expected_of(page, method, access, is_theirs) -> set[str]:
    if access == "edits":
        # A version of before the record, and a status that leads nowhere, are refused to all.
        return {"opens", "nothing"} if page == "restore" else {"opens"}
    if access in ("refused", "nothing"):
        return {"refused", "nothing"}
    if page == "history":
        return {"refused"} if is_theirs else {"opens"}
    return {"opens"} if (page, method) == ("change", "get") else {"refused"}


def visit_other_pages(visitor, others):
    found, expected = {}, {}
    for row, cells in table(PAGES).items():
        kind, page = row.split()
        for name in [m._meta.model_name for m in RECORDS] if kind == "record" else [kind]:
            keys = [others[name].pk] if page not in ("changelist", "add", "export") else []
            app = "auth" if name == "group" else "registry"
            key = f"{name} {page}"
            expected[key] = cells[visitor.role]
            found[key] = visitor.get(reverse(f"admin:{app}_{name}_{page}", args=keys))
            if page != "changelist" and cells[visitor.role] != "opens":
                assert visitor.post(reverse(f"admin:{app}_{name}_{page}", args=keys)) != "opens"

    wrong = {key: (found[key], want) for key, want in expected.items() if found[key] != want}
    assert wrong == {}


def others_of(world) -> dict:
    """For each other kind of thing, one that belongs to the others."""
    theirs = world.theirs
    importer = person(Role.IMPORTER, theirs)
    return {
        "domain": factories.DomainFactory(),
        "revision": models.Revision.objects.filter(authority=theirs).first(),
        "importjob": models.ImportJob.objects.create(
            filename=f"{SECRET}.xlsx", user=importer, authority=theirs, state="confirmed"
        ),
        "importprofile": models.ImportProfile.objects.create(name=SECRET, authority=theirs),
        "namedecision": models.NameDecision.objects.create(
            name=SECRET, key="x", model_name="place", answer="new", authority=theirs
        ),
        "authority": theirs,
        "user": importer,
        "group": Group.objects.get(name=Role.EDITOR),
    }


def visit_others_imports(visitor, others):
    job = others["importjob"]
    for page in POSTED["importjob"]:
        found = visitor.post(reverse(f"admin:registry_importjob_{page}", args=[job.pk]))

        assert (found == "opens") <= (visitor.role == Role.ADMINISTRATOR), page


def visit_merges(visitor, world):
    """Neither record of a merge may be the others', nor what refers to the one that goes."""
    for model in (models.Organisation, models.Place):
        name, pks = (
            model._meta.model_name,
            {t: r.pk for (m, t), r in world.records.items() if m is model},
        )
        for pair in (
            ("our published", "their published"),
            ("their published", "our published"),
            ("our draft", "their draft"),
            ("our review", "our published"),  # a draft of theirs refers to it
        ):
            address = reverse(f"admin:registry_{name}_merge", args=[pks[one] for one in pair])
            if visitor.role != Role.ADMINISTRATOR:
                assert visitor.get(address) != "opens", (name, pair)
                assert visitor.post(address, {"reason": "x"}) != "opens", (name, pair)


def visit_links(visitor, world):
    """Who may write a draft may show it; nobody shows a draft of others."""
    writers = (Role.CONTRIBUTOR, Role.EDITOR, Role.IMPORTER, Role.ADMINISTRATOR)
    for (model, target), record in world.records.items():
        found = visitor.post(
            reverse(f"admin:registry_{model._meta.model_name}_link", args=[record.pk])
        )
        is_theirs = target.startswith("their") and visitor.role != Role.ADMINISTRATOR
        may = visitor.role in writers and not is_theirs and not target.endswith("published")
        assert (found == "opens") == may, (target, model)


def visit_pages_of_the_site(visitor, world):
    for page in ("index", "template", "jsi18n", "reminders"):
        visitor.get(reverse(f"admin:{page}"))
    visitor.get(reverse("admin:app_list", args=["registry"]))
    for (model, _target), record in world.records.items():
        kind = ContentType.objects.get_for_model(model)
        visitor.get(reverse("admin:view_on_site", args=[kind.pk, record.pk]))
    for model, field in keys():
        query = {"app_label": "registry", "model_name": model._meta.model_name}
        for term in ("", SECRET[:-1]):
            visitor.get(reverse("admin:autocomplete"), query | {"field_name": field, "term": term})


def keys():
    """Every key to a record that a box completes."""
    for model in KINDS.values():
        for one in (model, *(inline.model for inline in site.get_model_admin(model).inlines)):
            for field in (*one._meta.fields, *one._meta.many_to_many):
                if field.is_relation and field.related_model in RECORDS:
                    yield one, field.name


def visit_lists(visitor):
    for model in RECORDS:
        address = reverse(f"admin:registry_{model._meta.model_name}_changelist")
        visitor.get(address, {"q": SECRET[:-1]})
        visitor.get(address, {"internal_notes__contains": SECRET[:-1]})
        export = reverse(f"admin:registry_{model._meta.model_name}_export")
        resource = RESOURCE_OF[model]
        columns = {c.column_name for c in resource.written_columns()} - {
            *required_columns(resource)
        }
        visitor.get(export, {"format": "csv", "language": "fr", "columns": columns})


def put_back(world):
    """Our records as they were, for what follows."""
    for (model, target), record in world.records.items():
        if target.startswith("our"):
            model.objects.filter(pk=record.pk).update(status=record.status)


def visit_actions(visitor, world):
    before = theirs(world)
    for model in RECORDS:
        address = reverse(f"admin:registry_{model._meta.model_name}_changelist")
        pks = [record.pk for (kind, _t), record in world.records.items() if kind is model]
        for action in ("publish", "send_to_review", "return_to_draft", "archive"):
            data = {"action": action, "_selected_action": pks, "reason": "x"}
            visitor.post(address, data)

    assert theirs(world) == before
    put_back(world)


def test_public_pages_know_no_draft(client, world):
    addresses = [reverse("registry:home"), reverse("registry:search") + f"?q={SECRET[:-1]}"]
    for (model, target), record in world.records.items():
        name = model._meta.model_name
        addresses.append(reverse(f"registry:{name}_list"))
        status = client.get(record.get_absolute_url()).status_code
        assert status == (200 if target.endswith("published") else 404), record
        if target.endswith("published"):
            addresses.append(record.get_absolute_url())

    for address in addresses:
        content = client.get(address).content.decode()
        assert SECRET not in content, address


def test_stranger_is_sent_to_sign_in_from_every_address(client):
    open_to_all = {"login", "logout", "jsi18n"}
    for name in sorted(set(addresses(site.get_urls())) - open_to_all):
        for keys in ([], [1], [1, 1], ["0" * 8 + "-0000-0000-0000-" + "0" * 12], ["registry"]):
            try:
                address = reverse(f"admin:{name}", args=keys)
            except NoReverseMatch:
                continue
            for response in (client.get(address), client.post(address)):
                assert response.status_code == 302, address
                assert response.url.startswith(reverse("admin:login")), address
