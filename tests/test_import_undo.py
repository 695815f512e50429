"""The history that an import writes, and the undoing of a whole import."""

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse

from registry import history, models
from registry.search import matching
from registry.spreadsheets.undo import NotUndoableError, plan_undo, summary, undo
from registry.spreadsheets.writing import write
from tests import factories
from tests.spreadsheets import RENNES, authority, bring_in_path, plan, snapshot, xlsx

pytestmark = pytest.mark.django_db

HEADINGS = ["Intitulé", "Type", "Résumé", "Parties", "Domaines", "Date de signature"]


def agreements(*rows):
    return xlsx([HEADINGS, *rows])


def imported(file, user=None):
    """A job that has imported a file that has to be without problems."""
    job = models.ImportJob.objects.create(
        filename="accords.xlsx", user=user, authority=authority(), state="confirmed"
    )
    planned = plan(file, user=user)
    assert not planned.problems, planned.problems
    with transaction.atomic():
        write(planned.prepared, user, job)
    return job


def records() -> dict:
    """All that the records say, without the trail of who wrote last."""
    return {
        model: history.snapshots(model, model.objects.values_list("pk", flat=True))
        for model in (
            models.Agreement,
            models.Contribution,
            models.Delegation,
            models.Organisation,
            models.Place,
            models.Project,
            models.Source,
        )
    }


def known_agreement():
    """An agreement with rows and links that a workbook can add to."""
    agreement = factories.AgreementFactory(
        title="Accord", summary="Ancien", kind="protocol", authority=authority()
    )
    agreement.parties.create(organisation=factories.OrganisationFactory(name="Rennes"), position=1)
    agreement.domains.add(factories.DomainFactory(name_fr="Eau"))
    return agreement


def test_import_writes_one_creation_without_values_for_each_new_record():
    bring_in_path(RENNES)

    created = models.Revision.objects.filter(action="created", before={}, after={})
    for model in (models.Agreement, models.Delegation, models.Organisation, models.Place):
        pks = set(model.objects.values_list("pk", flat=True))
        found = created.filter(model_name=model._meta.model_name)
        assert pks
        assert sorted(found.values_list("record_id", flat=True)) == sorted(pks)


def test_same_file_twice_leaves_the_history_as_it_was():
    bring_in_path(RENNES)
    before = snapshot()

    bring_in_path(RENNES)

    assert snapshot() == before


def test_import_keeps_what_it_changed_in_a_record():
    agreement = known_agreement()
    factories.DomainFactory(code="jeunesse-essai", name_fr="Jeunesse essai")

    job = imported(agreements(["Accord", "Convention", "Nouveau", "Lyon", "Jeunesse essai", None]))

    revision = job.revisions.get(model_name="agreement")
    lyon = models.Organisation.objects.get(name="Lyon")
    assert revision.record_id == agreement.pk
    assert revision.before == {"kind": "protocol", "summary": "Ancien"}
    assert revision.after["kind"] == "convention"
    assert revision.after["domains"] == ["jeunesse-essai"]
    assert [row["organisation"] for row in revision.after["parties"]] == [lyon.public_id]


def test_history_of_an_import_says_what_the_database_says():
    agreement = known_agreement()
    before = history.snapshot(agreement)

    job = imported(agreements(["Accord", "Convention", "Nouveau", "Lyon; Brest", None, None]))

    revision = job.revisions.get(model_name="agreement")
    assert (revision.before, revision.after) == history.diff(before, history.snapshot(agreement))


def test_undoing_deletes_what_is_new_and_brings_back_what_changed():
    known_agreement()
    user = factories.UserFactory()
    before = records()
    job = imported(agreements(["Accord", "Convention", "Nouveau", "Lyon", None, None]), user)
    assert records() != before

    undo(job, user, "Mauvais fichier")

    job.refresh_from_db()
    assert records() == before
    assert (job.state, job.undone_by) == ("undone", user)
    actions = set(job.revisions.filter(reason="Mauvais fichier").values_list("action", flat=True))
    assert actions == {"undone", "deleted"}


def test_undoing_a_whole_workbook_leaves_the_registry_as_it_was():
    before = records()
    with RENNES.open("rb") as file:
        job = imported(file)

    undo(job)

    assert records() == before
    assert not models.Citation.objects.exists()
    assert job.revisions.filter(action="deleted").exists()


def test_record_changed_since_is_left_with_the_reason():
    agreement = known_agreement()
    user = factories.UserFactory(username="camille")
    job = imported(agreements(["Accord", "Convention", None, None, None, None]))
    with history.tracking(agreement, user):
        agreement.title = "Accord corrigé"
        agreement.kind = "convention"
        agreement.save()

    report = summary(undo(job))

    agreement.refresh_from_db()
    assert agreement.kind == "convention"
    assert [item["name"] for item in report["left"]] == ["Accord corrigé"]
    assert "camille" in report["left"][0]["reason"]


def test_new_record_to_which_another_one_refers_is_left_with_what_it_needs():
    job = imported(
        agreements(["Accord neuf", "Convention", None, "Lyon (France); Brest", None, None])
    )
    lyon = models.Organisation.objects.get(name__startswith="Lyon")
    factories.ContributionFactory().funders.add(lyon)

    report = summary(undo(job))

    assert models.Organisation.objects.get() == lyon
    assert not models.Agreement.objects.exists()
    reasons = {item["name"]: item["reason"] for item in report["left"]}
    assert "refer" in reasons[str(lyon)] or "«" in reasons[str(lyon)]


def test_what_a_record_left_in_place_refers_to_stays_with_it():
    headings = ["Nom", "Type", "Ville", "Pays"]
    job = imported(xlsx([headings, ["Fablab", "Association", "Lyon", "France"]]))
    fablab = models.Organisation.objects.get(name="Fablab")
    factories.ContributionFactory().funders.add(fablab)

    report = summary(undo(job))

    assert models.Place.objects.get() == fablab.place
    assert {item["name"] for item in report["left"]} == {"Fablab", "Lyon"}


def test_row_changed_by_an_import_is_kept_and_comes_back():
    project = factories.ProjectFactory(title="Fablab", authority=authority())
    rennes = factories.OrganisationFactory(name="Rennes")
    project.partners.create(organisation=rennes, role="partner", position=1)
    before = history.snapshot(project)

    job = imported(xlsx([["Projet", "Porteurs"], ["Fablab", "Rennes"]]))

    revision = job.revisions.get(model_name="project")
    assert [row["role"] for row in revision.after["partners"]] == ["lead"]
    assert (revision.before, revision.after) == history.diff(before, history.snapshot(project))
    undo(job)
    assert history.snapshot(project) == before


def test_two_imports_are_undone_one_after_the_other():
    agreement = known_agreement()
    before = records()
    first = imported(agreements(["Accord", "Convention", "Un", None, None, None]))
    second = imported(agreements(["Accord", "Déclaration conjointe", "Deux", "Lyon", None, None]))

    undo(second)
    undo(first)

    assert records() == before
    assert not models.Organisation.objects.filter(name="Lyon").exists()
    assert history.snapshot(agreement)["summary"] == "Ancien"


def test_earlier_import_is_not_undone_over_a_later_one():
    known_agreement()
    first = imported(agreements(["Accord", "Convention", "Un", None, None, None]))
    imported(agreements(["Accord", None, "Deux", None, None, None]))

    report = summary(undo(first))

    assert models.Agreement.objects.get().summary == "Deux"
    assert report["left_count"] == 1


def test_former_state_that_clashes_is_left():
    agreement = known_agreement()
    with history.tracking(agreement):
        agreement.reference = "A-1"
        agreement.save()
    file = xlsx([["Référence", "Intitulé", "Type"], ["A-1", "Accord autre", "Protocole"]])
    job = imported(file)
    factories.AgreementFactory(title="Accord", authority=authority())

    report = summary(undo(job))

    agreement.refresh_from_db()
    assert agreement.title == "Accord autre"
    assert report["left_count"] == 1


def test_undoing_keeps_the_search_true():
    known_agreement()
    job = imported(agreements(["Accord", None, "Mot inouï", "Lyon", None, None]))
    assert matching(models.Agreement.objects.all(), "inouï").exists()

    undo(job)

    assert not matching(models.Agreement.objects.all(), "inouï").exists()
    assert matching(models.Agreement.objects.all(), "ancien").exists()


def test_import_is_undone_once():
    job = imported(agreements(["Accord", "Convention", None, None, None, None]))
    undo(job)

    with pytest.raises(NotUndoableError):
        undo(job)


def test_plan_of_an_undoing_writes_nothing():
    known_agreement()
    job = imported(agreements(["Accord", "Convention", None, "Lyon", None, None]))
    before = snapshot()

    said = plan_undo(job)

    assert snapshot() == before
    assert (len(said.deleted), len(said.restored)) == (1, 1)


def test_undoing_asks_a_bounded_number_of_queries(django_assert_max_num_queries):
    rows = [[f"Accord {number}", "Convention", None, "Lyon", None, None] for number in range(60)]
    job = imported(agreements(*rows))

    with django_assert_max_num_queries(110):
        undo(job)

    assert not models.Agreement.objects.exists()


def test_pages_show_then_undo(client):
    user = factories.UserFactory()
    client.force_login(user)
    job = imported(agreements(["Accord neuf", "Convention", None, "Lyon", None, None]), user)
    address = reverse("admin:registry_importjob_undo", args=[job.pk])

    listed = client.get(reverse("admin:registry_importjob_records", args=[job.pk]))
    shown = client.get(address)
    done = client.post(address, {"reason": "Essai"}, follow=True)

    assert {entry["revision"].label for entry in listed.context["entries"]} == {
        "Accord neuf",
        "Lyon",
    }
    assert shown.context["undo"]["deleted"] == 2
    assert done.context["undo"]["deleted"] == 2
    assert not models.Agreement.objects.exists()


def test_undoing_is_for_the_importer_alone(client):
    owner, other = (factories.UserFactory(is_superuser=False) for _number in range(2))
    for user in (owner, other):
        user.user_permissions.add(Permission.objects.get(codename="add_importjob"))
        user.authorities.add(authority())
    job = imported(agreements(["Accord neuf", "Convention", None, None, None, None]), owner)
    address = reverse("admin:registry_importjob_undo", args=[job.pk])

    client.force_login(other)
    refused = client.post(address)

    assert refused.status_code == 404
    assert models.Agreement.objects.exists()
    client.force_login(owner)
    client.post(address)
    assert not models.Agreement.objects.exists()


def test_domains_have_their_history_and_are_undone():
    headings = ["Code du domaine", "Nom du domaine", "Nom en anglais"]
    job = imported(xlsx([headings, ["essai", "Essai", "Trial"]]))
    assert models.Domain.objects.filter(code="essai").exists()

    undo(job)

    assert not models.Domain.objects.filter(code="essai").exists()
