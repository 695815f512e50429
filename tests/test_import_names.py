"""Names that come near to a known one: neither merged nor created in silence."""

import re
import tracemalloc

import pytest
from django.core.management import call_command
from django.urls import reverse

from registry.models import NameDecision, Organisation, OrganisationName, Place, Project
from registry.spreadsheets.directory import Directory
from registry.spreadsheets.directory.kept import Kept
from registry.spreadsheets.names import Names, key_of
from tests.factories import (
    AuthorityFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    UserFactory,
)
from tests.spreadsheets import authority, bring_in, counts, csv, plan, xlsx
from tests.test_import_mapping import _own_storage, officer, page, upload  # noqa: F401

pytestmark = pytest.mark.django_db

HEADINGS = "Projet;Année;Porteurs\n"


@pytest.fixture
def pool():
    return OrganisationFactory(name="Le Poool")


def named(name: str):
    return csv(f"{HEADINGS}Un projet;2021;{name}\n")


def decide(name, answer, record="", kind="organisation", owner=None):
    return NameDecision.objects.create(
        authority=owner or authority(),
        model_name=kind,
        key=key_of(name),
        name=name,
        answer=answer,
        record=record,
    )


@pytest.mark.parametrize("name", ["Le Pool", "Le Pоool", "Poooll"])
def test_near_miss_is_asked_about_with_the_known_name(pool, name):
    planned = plan(named(name))

    [question] = planned.questions
    assert (question.name, question.model_name) == (name, "organisation")
    assert [one.record for one in question.candidates] == [pool.public_id]
    assert question.candidates[0].reason
    assert [problem.about for problem in planned.problems] == ["name"]


@pytest.mark.parametrize(
    ("known", "name"),
    [("Le Poool", "LE POOOL"), ("CCI Ille-et-Vilaine", "CCI d'Ille-et-Vilaine")],
)
def test_spelling_of_a_known_name_is_not_asked_about(known, name):
    organisation = OrganisationFactory(name=known)

    bring_in(named(name))

    assert Project.objects.get().partners.get().organisation == organisation


def test_name_of_many_rows_is_asked_about_once(pool):
    rows = "".join(f"Projet {letter};2021;Le Pool\n" for letter in "ABC")

    [question] = plan(csv(HEADINGS + rows)).questions

    assert (question.row, len(question.rows)) == (2, 3)


def test_same_gives_the_known_record_another_name(pool):
    decide("Le Pool", "same", pool.public_id)

    bring_in(named("Le Pool"))

    assert Project.objects.get().partners.get().organisation == pool
    assert [other.name for other in pool.other_names.all()] == ["Le Pool"]


def test_same_on_a_row_of_its_own_does_not_rename_the_record(pool):
    decide("Le Pool", "same", pool.public_id)
    file = [["Nom", "Présentation"], ["Le Pool", "Incubateur"]]

    bring_in(xlsx(file))

    pool.refresh_from_db()
    assert (pool.name, pool.summary) == ("Le Poool", "Incubateur")
    assert pool.other_names.get().name == "Le Pool"
    assert not plan(xlsx(file)).touched


def test_new_makes_a_record_of_its_own(pool):
    decide("Le Pool", "new")

    bring_in(named("Le Pool"))

    assert Organisation.objects.filter(name="Le Pool").exists()
    assert not OrganisationName.objects.exists()


def test_left_out_name_is_said_and_the_others_stay(pool):
    decide("Le Pool", "leave_out")

    planned = bring_in(named("Le Pool | Rennes Métropole"))

    assert [str(one) for one in Project.objects.get().partners.all()] == ["Rennes Métropole"]
    assert any("Le Pool" in notice for notice in planned.notices)


def test_left_out_row_of_an_organisation_is_not_imported(pool):
    decide("Le Pool", "leave_out")

    bring_in(xlsx([["Nom", "Type"], ["Le Pool", "Association"], ["Autre", "Association"]]))

    assert set(Organisation.objects.values_list("name", flat=True)) == {"Le Poool", "Autre"}


def test_decision_of_another_authority_does_not_hold(pool):
    decide("Le Pool", "new", owner=AuthorityFactory())

    assert plan(named("Le Pool")).questions


def test_decision_about_a_record_that_is_gone_is_asked_again(pool):
    decide("Le Pool", "same", "0000000000")

    assert plan(named("Le Pool")).questions


def test_record_of_another_authority_gets_no_other_name():
    pool = OrganisationFactory(name="Le Poool", authority=AuthorityFactory())
    user = UserFactory(is_superuser=False)
    user.authorities.add(authority())
    decide("Le Pool", "same", pool.public_id)

    bring_in(named("Le Pool"), user=user)

    assert Project.objects.get().partners.get().organisation == pool
    assert not pool.other_names.exists()


def test_near_place_becomes_another_name_of_the_place():
    place = PlaceFactory(name_fr="Rimouski", country="CA", kind="city")
    decide("Rimousky", "same", place.public_id, kind="place")

    bring_in(csv("Nom;Ville;Pays\nClub;Rimousky;Canada\n"))

    assert Organisation.objects.get().place == place
    assert Place.objects.filter(kind="city").count() == 1
    assert place.other_names.get().name == "Rimousky"


def test_page_asks_and_keeps_the_answer(client, officer, pool):  # noqa: F811
    job = upload(client, f"{HEADINGS}Un projet;2021;Le Pool\n")
    assert f'value="same:{pool.public_id}"' in page(client, job)

    url = reverse("admin:registry_importjob_names", args=[job.pk])
    client.post(url, {"name-1": f"same:{pool.public_id}"})

    job.refresh_from_db()
    decision = NameDecision.objects.get()
    assert (decision.answer, decision.record) == ("same", pool.public_id)
    assert (decision.decided_by, job.state) == (officer, "previewed")


def test_form_that_was_sent_twice_answers_for_no_other_name(client, officer, pool):  # noqa: F811
    job = upload(client, f"{HEADINGS}Un projet;2021;Le Pool\nUn autre;2021;Le Poolo\n")
    asked = re.search(r'name="asked" value="(\w+)"', page(client, job))[1]
    url = reverse("admin:registry_importjob_names", args=[job.pk])

    for _time in range(2):
        client.post(url, {"asked": asked, "name-1": "new", "rest": ""})

    assert NameDecision.objects.get().name == "Le Pool"


def test_all_names_that_come_near_to_one_are_read_as_it(client, officer, pool):  # noqa: F811
    job = upload(client, f"{HEADINGS}Un projet;2021;Le Pool\nUn autre;2021;Le Poolo\n")

    client.post(reverse("admin:registry_importjob_names", args=[job.pk]), {"rest": "same"})

    answers = NameDecision.objects.values_list("name", "record")
    assert set(answers) == {("Le Pool", pool.public_id), ("Le Poolo", pool.public_id)}


@pytest.mark.parametrize("answer", ["", "same:0000000000", "whatever"])
def test_answer_that_was_not_offered_is_not_kept(client, officer, pool, answer):  # noqa: F811
    job = upload(client, f"{HEADINGS}Un projet;2021;Le Pool\n")

    client.post(reverse("admin:registry_importjob_names", args=[job.pk]), {"name-1": answer})

    assert not NameDecision.objects.exists()


@pytest.mark.appearance
def test_page_of_very_many_names_stays_small(client, officer):  # noqa: F811
    letters = "bcdfghjklmnpqrstvwxz"
    words = [f"organisme{a}{b}" for a in letters for b in letters]
    for word in words[:300]:
        OrganisationFactory(name=word + "ation")
    rows = "".join(f"Projet {word};2021;{word}ationn\n" for word in words[:300])

    job = upload(client, HEADINGS + rows)

    assert job.report["question_count"] == 300
    assert len(page(client, job).encode()) < 1_000_000


def test_command_names_what_is_to_be_decided_and_refuses(pool, tmp_path, capsys):
    file = tmp_path / "projets.csv"
    file.write_bytes(named("Le Pool").read())

    with pytest.raises(SystemExit) as exit_:
        call_command("import_workbook", str(file))

    assert exit_.value.code == 1
    assert "Le Poool" in capsys.readouterr().err
    assert not Project.objects.exists()


def test_text_far_too_long_for_a_name_is_not_compared_letter_by_letter():
    assert Names().near("a" * 5_000_000) == []


@pytest.mark.parametrize(
    "given", ["Le Pool", "Le Poolo", "Le Pooool", "LePoool", "Le Pоool", "Pouol"]
)
def test_near_names_are_the_same_for_few_and_for_many(given, monkeypatch):
    found = []
    for waiting in (10, 0):
        monkeypatch.setattr("registry.spreadsheets.slips.WAITING", waiting)
        known = Names()
        for name in ("Le Poool", "Le Pool de Rennes", "Poule", "INRS"):
            known.add(object(), [name])
        found.append([one.name for one in known.near(given)])

    assert found[0] == found[1]


def test_names_of_a_large_registry_take_little_memory():
    """A file that names one organisation beside tens of thousands must not fill the site's."""
    organisations = OrganisationFactory.create_batch(100)
    for organisation in organisations:
        organisation.other_names.create(name=f"{organisation.name} bis")
    directory = Directory(organisations[0].authority)
    directory.places  # noqa: B018  loaded for themselves
    tracemalloc.start()
    try:
        assert "Rien de tel" not in directory.organisations
        taken, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken / len(organisations) < 5_000  # bytes


@pytest.mark.parametrize("name", ["Rennes", "Mairie de Rennes", "Commune de Rennes"])
def test_town_named_otherwise_is_asked_about(name):
    OrganisationFactory(name="Ville de Rennes")

    planned = plan(xlsx([["Title", "Type", "Parties"], ["One", "Convention", f"Brest; {name}"]]))

    assert [question.name for question in planned.questions] == [name]


def test_country_behind_a_new_name_says_where_it_lies():
    rows = [["Title", "Type", "Parties"]]
    rows += [[title, "Twinning", "Ville de Cork (Irlande)"] for title in ("One", "Two")]

    bring_in(xlsx(rows))

    (party,) = Organisation.objects.all()
    assert (party.name, str(party.place.country)) == ("Ville de Cork", "IE")
    assert counts(plan(xlsx(rows))) == [(0, 0, 2, 0)]


def test_sheets_may_name_records_by_their_references():
    organisations = [["Code", "Nom", "Type"], ["O1", "Bug", "Association"], ["O2", "Ici", "Ville"]]
    agreements = [["Code", "Title", "Type", "Parties", "Framework"]]
    agreements += [
        ["A2", "Two", "Convention", "O1 ; O2", "A1"],
        ["A1", "One", "Framework", "O1", ""],
    ]

    for sheets in ([organisations, agreements], [agreements, organisations]):
        planned = plan(xlsx(*sheets))
        assert not planned.problems
        assert not planned.mentions
        (second,) = [one for one in planned.records if str(one.instance) == "Two"]
        assert [str(party) for party in second.new_rows["parties"]] == ["Bug", "Ici"]
        assert str(second.instance.framework) == "One"


@pytest.mark.django_db
def test_projects_of_a_large_registry_are_loaded_once_a_row_means_them(monkeypatch):
    monkeypatch.setattr("registry.spreadsheets.directory.kept.FEW", 2)
    titles = ("Fablab mobile", "Autre projet", "Encore un projet")
    projects = [ProjectFactory(title=title, authority=authority()) for title in titles]
    loaded = []
    read = Kept._read
    monkeypatch.setattr(Kept, "_read", lambda self, pks: loaded.extend(pks) or read(self, pks))

    made = plan(csv("Projet;Avancement\nFABLAB MOBILE;en cours\n"))

    assert made.sheets[0].changed == 1
    assert loaded == [projects[0].pk]
