"""The index of published records: the database keeps it, whatever way rows are written."""

import pytest
from django.core.management import call_command
from django.db import connection

from registry import bulk, search
from registry.choices import Status
from registry.models import Agreement, Domain, Organisation, Project
from registry.search.query import engine
from tests.factories import AgreementFactory, OrganisationFactory, ProjectFactory

pytestmark = pytest.mark.django_db

DRAFT = {"status": Status.DRAFT}


def _found(text, model=Agreement):
    found = set(search.found(model.objects.all(), text).values_list("pk", flat=True))
    assert found == set(search.keys(model, text))
    return found


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Rennes Métropole", "renne"),
        ("Coopération décentralisée", "cooperation decentralisee"),
        ("Coopération décentralisée", "DÉCENTRALISÉE coop"),
        ("Hôpital de l’Œuvre", "oeuv hopital"),
        ("Œuvre sociale", "l’œuvre"),  # an article is no reason to find nothing
        ("Le Havre", "le"),  # unless there is nothing else
        ("Convention 2024-17", "2024 17"),
        ("Δήμος Αθηναίων", "δημος"),
        ("東京 都市", "東京"),
        ("القدس", "القدس"),
    ],
)
def test_found_forgives_spelling_and_takes_beginnings_of_words(title, query):
    agreement = AgreementFactory(title=title)
    AgreementFactory(title="Autre chose")
    assert _found(query) == {agreement.pk}


@pytest.mark.parametrize("query", ["ennes", "rennes quebec", "rennes zanzibar"])
def test_found_wants_every_word_from_its_beginning(query):
    AgreementFactory(title="Rennes")
    assert _found(query) == set()


@pytest.mark.parametrize(
    "query",
    [
        *('"', "*", "rennes*", '"rennes', "rennes:", ":*", "^rennes", "NEAR(rennes)", "- rennes"),
        *("(rennes", "rennes)", "rennes' | 'x", "rennes & !x", "names : rennes", "rennes\\"),
        *("rennes OR NOT", "\0rennes", "rennes\ud800", "rennes 🦆", "\u202erennes", "rennes\n\n"),
        *("x" * 10_000, "rennes " * 2_000, "أ" * 5_000, "ﷺ" * 5_000),
    ],
)
def test_found_takes_anything_without_a_fault(query):
    AgreementFactory(title="Rennes")
    assert len(_found(query)) <= 1 if search.typed(query) else search.keys(Agreement, query) is None


def test_found_of_no_word_leaves_the_list_as_it_is():
    agreements = Agreement.objects.all()
    assert search.found(agreements, " – ") is agreements
    assert search.keys(Agreement, "") is None


def test_text_of_many_letters_asks_for_few():
    assert search.typed("a b c d rennes") == ("a", "b", "rennes")


def test_found_goes_through_relations():
    project = ProjectFactory(title="Zanzibar")
    project.agreements.add(AgreementFactory())
    words = search.typed("zanzibar")
    assert Agreement.objects.filter(projects__search_text__found=words).count() == 1


# Drafts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.ARCHIVED])
def test_index_holds_published_records_alone(status):
    agreement = AgreementFactory(title="Zanzibar", status=status)
    assert _found("zanzibar") == set()

    Agreement.objects.filter(pk=agreement.pk).update(status=Status.PUBLISHED)
    assert _found("zanzibar") == {agreement.pk}

    Agreement.objects.filter(pk=agreement.pk).update(status=status)
    assert _found("zanzibar") == set()


# Every way of writing ----------------------------------------------------------------------------


def test_index_follows_plain_updates_and_deletions():
    agreement, other = AgreementFactory(), AgreementFactory(title="Zanzibar")
    Agreement.objects.filter(pk=agreement.pk).update(search_text="zanzibar\n\nautre mot")
    assert _found("zanzibar mot") == {agreement.pk}

    Agreement.objects.all()._raw_delete("default")
    assert _found("zanzibar") == set()
    assert AgreementFactory(pk=other.pk, title="Autre").pk not in _found("zanzibar")


@pytest.mark.parametrize("count", [2, 2_000])
def test_index_follows_bulk_inserts(count):
    records = [
        Project(title=f"Zanzibar {number}", status=status, search_text="zanzibar\n\nx")
        for number, status in enumerate((Status.PUBLISHED, Status.PUBLISHED, Status.DRAFT))
    ]
    with search.inserting({"registry.project": count}):
        bulk.insert(Project, records)
    records[0].delete()
    assert _found("zanzibar", Project) == {records[1].pk}
    assert engine.is_whole(Project)


def test_index_follows_fixtures(tmp_path):
    OrganisationFactory(name="Zanzibar")
    dump = tmp_path / "dump.json"
    call_command("dumpdata", "registry", output=str(dump))
    Organisation.objects.all().delete()
    assert _found("zanzibar", Organisation) == set()

    call_command("loaddata", str(dump), verbosity=0)

    assert len(_found("zanzibar", Organisation)) == 1


def test_index_is_made_after_a_migration_where_it_is_missing():
    kept, draft = AgreementFactory(title="Zanzibar"), AgreementFactory(title="Mot", **DRAFT)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # As Django does when it remakes a table.
            cursor.execute("DROP TRIGGER registry_agreement_search_updated")
        else:
            # It alters no table for which checks of keys wait.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE registry_agreement DROP COLUMN search_words")
    # As an earlier version wrote it: in one line.
    Agreement.objects.all().update(search_text="zanzibar mot")
    assert not engine.is_whole(Agreement)

    search.ensure()

    assert engine.is_whole(Agreement)
    assert _found("zanzibar") == {kept.pk}
    assert search.keys(Agreement, "mot") == []
    draft.refresh_from_db()
    assert draft.search_text.startswith("mot\n\n")


def test_texts_of_an_earlier_form_are_written_anew_after_a_migration():
    agreement = AgreementFactory(title="Zanzibar", signed_on="2024-04")
    Agreement.objects.update(search_text="zanzibar")

    search.ensure()

    assert _found("zanzibar avril 2024") == {agreement.pk}


def test_ensure_of_what_is_there_writes_nothing(django_assert_max_num_queries):
    AgreementFactory()
    with django_assert_max_num_queries(2 * len(search.INDEXED) + 5):
        search.ensure()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index is a table")
def test_index_without_drafts_answers_questions_on_postgresql():
    with engine.steady(), connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT id FROM registry_project WHERE search_words @@ %s::tsquery", ["'eau':*"]
        )
        assert "registry_project_search_words" in str(cursor.fetchall())


def test_every_kind_with_a_search_text_has_its_index():
    assert Domain not in search.INDEXED
    assert all(engine.is_whole(model) for model in search.INDEXED)


@pytest.mark.parametrize("length", [61, 3_000, 300_000])
def test_text_of_endless_words_is_kept_within_what_databases_take(length):
    agreement = AgreementFactory(title="Zanzibar", summary="x" * length + " " + "mot " * length)
    assert _found("zanzibar") == {agreement.pk}
    assert _found("x" * length) == {agreement.pk}
