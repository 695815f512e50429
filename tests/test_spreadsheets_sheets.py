"""How sheets, headings and rows are understood, matched and refused."""

from pathlib import Path

import pytest
from django.conf import settings

from registry import search
from registry.models import (
    Agreement,
    Contribution,
    Delegation,
    Organisation,
    Place,
    Project,
    Source,
)
from registry.spreadsheets.resources import RESOURCES
from tests.factories import (
    AgreementFactory,
    AuthorityFactory,
    CallFactory,
    FundFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    UserFactory,
)
from tests.spreadsheets import (
    RENNES,
    authority,
    bring_in,
    bring_in_path,
    counts,
    csv,
    plan,
    problems,
    snapshot,
    xlsx,
)

pytestmark = pytest.mark.django_db

ORGANISATIONS = ["Nom", "Ville", "Pays"]


# Headings ----------------------------------------------------------------------------------------


# Titles, unless a column called «Intitulé» stands beside them: what it is about then.
OF_TWO_MEANINGS = {"objet accord", "objet entente", "objet mission", "objet deplacement"}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_no_other_heading_of_a_sheet_means_two_columns(resource):
    from registry.spreadsheets.resources.common import CommonColumns
    from registry.spreadsheets.tables import heading_key

    seen = {}
    for column in resource.columns():
        if column.column_name in CommonColumns.fields:
            continue  # those of the sheet itself come first
        for name in {heading_key(name) for names in column.headings.values() for name in names}:
            first = seen.setdefault(name, column.column_name)
            assert first == column.column_name or name in OF_TWO_MEANINGS, name


@pytest.mark.parametrize(
    "headings",
    [
        ["Intitulé", "Type", "Date de signature"],
        ["TITRE", "type d'entente", "signe le"],
        ["Title", "Agreement type", "Signed on"],
        ["  Date de   signature ", "Nature", "Titre"],
    ],
)
def test_headings_are_recognised_in_both_languages(headings):
    cells = {"n": "Convention", "d": "2010", "t": "Convention de Brest"}
    by_place = [
        cells["d"] if "sign" in name.lower() else cells["n"] if name[0].lower() in "tna" else ""
        for name in headings
    ]
    by_place[[name.strip().lower()[:3] in ("int", "tit") for name in headings].index(True)] = cells[
        "t"
    ]

    bring_in(xlsx([headings, by_place]))

    agreement = Agreement.objects.get()
    assert (agreement.title, agreement.kind) == ("Convention de Brest", "convention")
    assert agreement.signed_on.isoformat() == "2010"


def test_titles_may_stand_above_the_headings():
    rows = [["Organisations partenaires"], [], ["Mise à jour 2024"], ORGANISATIONS]

    found = problems(xlsx([*rows, ["Bug", "Rennes", "Frnce"]]))

    assert len(found) == 1
    assert found[0].startswith("Feuille 1:5:Pays:")


def test_unknown_heading_is_refused_with_the_closest():
    (found,) = problems(xlsx([["Nom", "Vile", "Pays"], ["Bug", "Rennes", "France"]]))

    assert "Vile" in found
    assert "Ville" in found


def test_unknown_heading_of_an_empty_column_is_told():
    planned = plan(xlsx([[*ORGANISATIONS, "Casquette"], ["Bug", "Rennes", "France"]]))

    assert not planned.problems
    assert "Casquette" in planned.notices[0]


def test_column_without_heading_is_refused():
    (found,) = problems(xlsx([[*ORGANISATIONS, None], ["Bug", "Rennes", "France", "note"]]))

    assert ":D:" in found


def test_two_columns_of_one_meaning_are_refused():
    (found,) = problems(xlsx([["Nom", "Site", "Site web"], ["Bug", "bug.fr", "bug.fr"]]))

    assert "Site web" in found


def test_sheet_that_is_not_understood_is_refused():
    (found,) = problems(xlsx([["Couleur", "Taille"], ["bleu", "12"]]))

    assert found.startswith("Feuille 1:0:")


def test_sheet_of_notes_is_left_out_and_told():
    planned = plan(xlsx([ORGANISATIONS, ["Bug", "Rennes", "France"]], [["À lire avant tout"]]))

    assert counts(planned) == [(1, 0, 0, 0)]
    assert "Feuille 2" in planned.notices[0]


# Rows --------------------------------------------------------------------------------------------


def test_sheets_may_come_in_any_order():
    projects = [["Projet", "Porteurs"], ["Fablab", "Bug"]]
    organisations = [ORGANISATIONS, ["Bug", "Rennes", "France"]]

    planned = bring_in(xlsx(projects, organisations))

    assert counts(planned) == [(1, 0, 0, 0), (1, 0, 0, 0)]
    assert Organisation.objects.get().place.name_fr == "Rennes"


def test_row_may_name_one_below_it():
    rows = [
        ["Intitulé", "Type", "Renouvelle"],
        ["Convention de 2020", "Convention", "Convention de 2010"],
        ["Convention de 2010", "Convention", ""],
    ]

    bring_in(xlsx(rows))

    assert Agreement.objects.get(title="Convention de 2020").renews.title == "Convention de 2010"


def test_circle_of_renewals_is_refused():
    rows = [["Intitulé", "Type", "Renouvelle"], ["A", "Convention", "B"], ["B", "Convention", "A"]]

    assert len(problems(xlsx(rows))) >= 1


def test_error_cell_is_refused_where_it_stands():
    (found,) = problems(csv("Nom;Ville;Pays\nBug;#REF!;France\n"))

    assert found.startswith(":2:Ville:")
    assert "#REF!" in found


def test_every_problem_of_a_row_is_told():
    found = problems(xlsx([["Intitulé", "Type", "Signé le"], ["Accord", "Pacte", "31/02/2024"]]))

    assert len(found) == 2
    assert all(one.startswith("Feuille 1:2:") for one in found)


def test_row_without_its_title_is_refused():
    (found,) = problems(xlsx([["Intitulé", "Type"], [None, "Convention"]]))

    assert found.startswith("Feuille 1:2:Intitulé:")


def test_choice_that_a_record_needs_is_asked_for():
    (found,) = problems(xlsx([["Intitulé", "Parties"], ["Convention", "Bug"]]))

    assert found.startswith("Feuille 1:2:Type")


def test_constraint_is_told_in_its_own_words():
    rows = [["Intitulé", "Type", "Début", "Fin"], ["A", "Convention", "2020", "2010"]]

    (found,) = problems(xlsx(rows))

    message = next(
        constraint.violation_error_message
        for constraint in Agreement._meta.constraints
        if constraint.name == "agreement_term_forward"
    )
    assert str(message) in found


def test_amount_that_is_not_positive_is_refused():
    assert len(problems(csv("Financeurs;Projets;Montant\nBug;Fablab;-20 €\n"))) == 1


@pytest.mark.parametrize("amount", ["-20 €", "99999999999999999999 €"])
def test_amount_of_a_project_is_validated_as_a_contribution(amount):
    (found,) = problems(csv(f"Projet;Montant\nFablab;{amount}\n"))

    assert ":2:Montant:" in found


def test_project_given_nothing_has_no_contribution_and_nobody_gives_nothing():
    assert problems(csv("Projet;Montant\nFablab;0\n")) == []
    (found,) = problems(csv("Projet;Financeurs;Montant\nFablab;Bug;0\n"))
    assert ":2:Montant:" in found


def test_two_rows_on_one_record_are_refused():
    (found,) = problems(xlsx([["Nom", "Ville"], ["Bug", None], ["BUG", None]]))

    assert found.startswith("Feuille 1:3:Nom:")


def test_problem_never_shows_an_exception():
    rows = [["Projet", "Début", "Montant", "Domaines"], ["Fablab", "hier", "cher", "Magie"]]

    text = " ".join(problems(xlsx(rows)))

    assert "Error" not in text
    assert "Exception" not in text
    assert "query" not in text


def test_failure_of_ours_is_told_without_its_name(monkeypatch):
    def fail(*arguments):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("registry.spreadsheets.resources.refusing.validation.check", fail)

    (found,) = problems(xlsx([["Nom"], ["Bug"]]))

    assert found.startswith("Feuille 1:2:")
    assert "inside" not in found
    assert "Zero" not in found


# Dates -------------------------------------------------------------------------------------------


def _signed(*dates):
    return xlsx(
        [["Intitulé", "Type", "Signé le"], *([f"A{date}", "Convention", date] for date in dates)]
    )


def test_unambiguous_date_settles_the_others():
    bring_in(_signed("03/04/2024", "16/10/2023"))

    assert Agreement.objects.get(title="A03/04/2024").signed_on.isoformat() == "2024-04-03"


def test_month_may_come_first():
    bring_in(_signed("03/04/2024", "10/16/2023"))

    assert Agreement.objects.get(title="A03/04/2024").signed_on.isoformat() == "2024-03-04"


def test_date_that_nothing_settles_is_refused():
    (found,) = problems(_signed("03/04/2024"))

    assert "2024-04-03" in found


def test_dates_that_contradict_each_other_settle_nothing():
    assert len(problems(_signed("03/04/2024", "10/16/2023", "16/10/2023"))) == 1


# Matching ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LE POOOL", "Le Poool", "Le Pool", "poool"])
def test_organisation_is_found_by_every_name(name):
    poool = OrganisationFactory(name="Le Poool")
    poool.other_names.create(name="Le Pool")

    bring_in(xlsx([["Projet", "Porteurs"], ["Fablab", name]]))

    assert Organisation.objects.count() == 1
    assert Project.objects.get().partners.get().organisation == poool


def test_near_miss_is_refused_with_the_known_name():
    OrganisationFactory(name="Le Poool")

    (found,) = problems(xlsx([["Projet", "Porteurs"], ["Fablab", "Le Pool"]]))

    assert found.startswith("Feuille 1:2:Porteurs:")
    assert "Le Poool" in found


def test_near_miss_on_the_sheet_of_organisations_is_refused():
    OrganisationFactory(name="Le Poool", place=None)

    assert len(problems(xlsx([ORGANISATIONS, ["Le Pool", "Rennes", "France"]]))) == 1


def test_unknown_organisation_is_listed_once_and_made_a_draft():
    rows = [["Projet", "Porteurs"], ["Fablab", "Bug"], ["Fablab 2", "Bug"]]

    planned = bring_in(xlsx(rows))

    assert [mention.instance.name for mention in planned.mentions] == ["Bug"]
    assert Organisation.objects.get().status == "draft"


def test_column_of_a_side_places_what_it_adds():
    bring_in(
        xlsx(
            [
                ["Projet", "Porteurs côté français", "Porteurs côté québécois"],
                ["A", "Bug", "Communautaire"],
            ]
        )
    )

    french, quebec = Organisation.objects.order_by("name")
    assert (french.place.kind, str(french.place.country)) == ("country", "FR")
    assert (quebec.place.kind, str(quebec.place.country)) == ("region", "CA")


def test_organisation_of_two_places_is_ambiguous_until_its_city_is_said():
    for city in ("Brest", "Nantes"):
        OrganisationFactory(name="CCI", place=PlaceFactory(name_fr=city))

    (found,) = problems(xlsx([["Projet", "Porteurs"], ["Fablab", "CCI"]]))
    bring_in(xlsx([["Projet", "Porteurs"], ["Fablab", "CCI (Nantes)"]]))

    assert "Brest" in found
    assert Project.objects.get().partners.get().organisation.place.name_fr == "Nantes"


def test_country_alone_leaves_a_city_that_lies_in_it():
    OrganisationFactory(name="Bug", place=PlaceFactory(name_fr="Rennes", country="FR"))

    planned = plan(xlsx([["Nom", "Pays"], ["Bug", "France"]]))

    assert counts(planned) == [(0, 0, 1, 0)]


def test_other_name_of_another_organisation_is_refused():
    for name in ("Inria", "Bug"):
        OrganisationFactory(name=name, place=None)

    (found,) = problems(xlsx([["Nom", "Autres noms"], ["Bug", "Inria"]]))

    assert found.startswith("Feuille 1:2:Autres noms:")
    assert "Inria" in found


def test_organisation_under_a_new_name_is_found_by_its_old_one():
    OrganisationFactory(name="ID4Car", place=None)

    bring_in(xlsx([["Nom", "Anciens noms"], ["ID4Mobility", "ID4Car"]]))

    organisation = Organisation.objects.get()
    assert organisation.name == "ID4Mobility"
    assert organisation.other_names.get().name == "ID4Car"


def test_record_is_found_by_title_and_a_date_that_fits():
    AgreementFactory(title="Convention de Brest", signed_on="2010-05")

    planned = plan(
        xlsx([["Titre", "Type", "Signé le"], ["CONVENTION DE BREST", "Convention", "2010"]])
    )

    assert counts(planned) == [(0, 1, 0, 0)]


def test_record_of_the_same_title_and_another_year_is_another():
    AgreementFactory(title="Convention de Brest", signed_on="2010")

    bring_in(xlsx([["Titre", "Type", "Signé le"], ["Convention de Brest", "Convention", "2020"]]))

    assert Agreement.objects.count() == 2


def test_record_is_found_by_its_identifier():
    agreement = AgreementFactory(title="Ancien titre")

    bring_in(
        xlsx([["Identifiant", "Titre", "Type"], [agreement.public_id, "Nouveau", "Convention"]])
    )

    assert Agreement.objects.get().title == "Nouveau"


def test_unknown_identifier_is_refused():
    (found,) = problems(xlsx([["Identifiant", "Titre"], ["0000000000", "Convention"]]))

    assert "0000000000" in found


def test_record_is_found_by_its_own_reference():
    AgreementFactory(title="Ancien titre", reference="C-12", authority=authority())

    bring_in(xlsx([["Référence", "Titre", "Type"], ["c-12", "Nouveau", "Convention"]]))

    assert Agreement.objects.get().title == "Nouveau"


# Semantics ---------------------------------------------------------------------------------------


def test_empty_cell_leaves_what_is_there():
    AgreementFactory(title="Convention", summary="Texte", signed_on="2010")

    planned = plan(xlsx([["Titre", "Résumé", "Signé le"], ["Convention", None, "2010"]]))

    assert counts(planned) == [(0, 0, 1, 0)]


def test_list_adds_what_is_missing_and_takes_nothing_away():
    agreement = AgreementFactory(title="Convention", signed_on="2010")
    agreement.parties.create(organisation=OrganisationFactory(name="Bug"))

    bring_in(xlsx([["Titre", "Parties"], ["Convention", "Inria"]]))

    names = [party.organisation.name for party in agreement.parties.all()]
    assert names == ["Bug", "Inria"]


def test_unknown_domain_is_refused_with_the_closest():
    (found,) = problems(xlsx([["Projet", "Domaines"], ["Fablab", "Numérik"]]))

    assert "Numérique" in found


def test_currency_comes_from_the_heading_or_its_own_column():
    bring_in(csv("Financeurs;Projets;Montant (CAD)\nBug;Fablab;20 000\n"))
    bring_in(csv("Financeurs;Projets;Montant;Devise\nBug;Atelier;5 000;USD\n"))

    assert sorted(Contribution.objects.values_list("currency", flat=True)) == ["CAD", "USD"]


def test_amount_on_the_sheet_of_projects_is_a_contribution():
    rows = [["Projet", "Fonds", "Montant", "Financeurs"], ["Fablab", "FFQCD", "1 000 €", "Bug"]]

    bring_in(xlsx(rows))
    before = snapshot()
    bring_in(xlsx(rows))

    contribution = Contribution.objects.get()
    assert contribution.projects.get().title == "Fablab"
    assert contribution.fund.name == "FFQCD"
    assert snapshot() == before


def test_call_is_found_by_its_fund_and_edition():
    fund = FundFactory(name="Fonds franco-québécois", acronym="FFQCD")
    call = CallFactory(fund=fund, edition="2021-2022")
    CallFactory(edition="2021-2022")

    bring_in(xlsx([["Projet", "Fonds", "Appel"], ["Fablab", "ffqcd", "2021-2022"]]))

    assert Project.objects.get().call == call


def test_participants_are_organisations_or_persons():
    rows = [
        ["Délégation", "Sens", "Participants"],
        ["Mission", "Sortante", "Bug ; Anne Martin (Directrice)"],
    ]

    bring_in(xlsx(rows))

    organisation, person = Delegation.objects.get().participants.all()
    assert organisation.organisation.name == "Bug"
    assert (person.name, person.office, person.organisation) == ("Anne Martin", "Directrice", None)


def test_stop_in_an_unknown_place_asks_for_its_country():
    rows = [["Délégation", "Sens", "Étapes"], ["Mission", "Sortante", "Rimouski : mai 2024"]]

    (found,) = problems(xlsx(rows))
    rows[1][2] = "Rimouski (Canada) : mai 2024"
    bring_in(xlsx(rows))

    assert "Rimouski" in found
    assert str(Place.objects.get(name_fr="Rimouski").country) == "CA"


def test_more_precise_stop_is_left_as_it_is():
    row = ["M", "Sortante", "Brest (France) : 3 mai 2024"]
    bring_in(xlsx([["Délégation", "Sens", "Étapes"], row]))

    planned = plan(xlsx([["Délégation", "Étapes"], ["M", "Brest : mai 2024"]]))

    assert counts(planned) == [(0, 0, 1, 0)]
    assert Delegation.objects.get().stops.get().starts_on.isoformat() == "2024-05-03"


def test_source_takes_its_date():
    rows = [
        ["Projet", "Source", "Date de la source"],
        ["A", "Communiqué", "mai 2021"],
        ["B", "Communiqué", "mai 2021"],
    ]

    bring_in(xlsx(rows))

    assert Source.objects.get().published_on.isoformat() == "2021-05"
    assert Source.objects.get().citations.count() == 2


# Rights, publication, speed ----------------------------------------------------------------------


def test_record_of_another_authority_is_not_changed():
    user = UserFactory(is_superuser=False)
    user.authorities.add(authority())
    AgreementFactory(title="Convention", signed_on="2010", authority=AuthorityFactory())

    (found,) = problems(xlsx([["Titre", "Résumé"], ["Convention", "Autre texte"]]), user=user)

    assert "Authority" in found


def test_new_records_belong_to_the_importer_and_are_drafts():
    user, owner = UserFactory(), AuthorityFactory()

    bring_in(xlsx([["Projet", "Porteurs"], ["Fablab", "Bug"]]), authority=owner, user=user)

    for record in (Project.objects.get(), Organisation.objects.get()):
        assert (record.authority, record.created_by, record.status) == (owner, user, "draft")


def test_published_import_publishes_what_is_new_alone():
    ProjectFactory(title="Ancien", starts_on="2021", status="draft")

    bring_in(xlsx([["Projet", "Porteurs"], ["Fablab", "Bug"], ["Ancien", "Bug"]]), publish=True)

    assert Project.objects.get(title="Fablab").published_at is not None
    assert Organisation.objects.get().status == "published"
    assert Project.objects.get(title="Ancien").status == "draft"


def test_search_finds_what_was_imported():
    bring_in(xlsx([["Projet", "Porteurs"], ["Fablab des Écoles", "Bug"]]), publish=True)

    assert Project.objects.filter(search_text__contains="ecoles").exists()
    assert Project.objects.filter(search_text__contains="bug").exists()


def test_country_column_says_where_the_places_lie():
    known = PlaceFactory(name_fr="Springfield", country="US")
    headings = ["Title", "Call year", "Fund", "amount_eur", "Territory", "Country"]
    rows = [
        ["One", 2021, "FEDER", 1000.5, "Springfield", "US"],
        ["Two", 2021, "FEDER", 20, "Springfield", "CA"],
        ["Three", 2022, "FEDER", 30, None, "US"],
    ]

    bring_in(xlsx([headings, *rows]))

    places = [list(project.places.all()) for project in Project.objects.order_by("pk")]
    assert places[0] == [known]
    assert [(place.country, place.kind) for place in places[1]] == [("CA", "city")]
    assert [(place.country, place.kind) for place in places[2]] == [("US", "country")]


def _many(count):
    headings = ["Projet", "Fonds", "Appel", "Porteurs", "Domaines", "Période", "Source"]
    rows = [
        [f"Projet {n:04d}", "FFQCD", "2021", f"Porteur {n % 20:03d}", "Santé", "2021-2022", "Revue"]
        for n in range(count)
    ]
    return xlsx([headings, *rows])


def test_queries_do_not_grow_with_new_rows(django_assert_max_num_queries):
    for count in (10, 200):
        with django_assert_max_num_queries(25):
            assert counts(plan(_many(count))) == [(count, 0, 0, 0)]


def test_queries_do_not_grow_with_rows_that_are_there(django_assert_max_num_queries):
    bring_in(_many(200))

    with django_assert_max_num_queries(50):
        assert counts(plan(_many(200))) == [(0, 0, 200, 0)]


def test_new_rows_are_written_in_bulk(django_assert_max_num_queries):
    planned = plan(_many(200))

    from registry.spreadsheets.writing import write

    with django_assert_max_num_queries(80):
        write(planned.prepared)
    assert Project.objects.count() == 200


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_guide_names_every_column(resource):
    guide = " ".join((Path(settings.BASE_DIR) / "docs" / "imports.md").read_text().split())

    assert not [
        column.column_name for column in resource.columns() if column.headings["fr"][0] not in guide
    ]


def test_search_text_written_is_what_the_index_would_write():
    headings = ["Projet", "Référence", "Fonds", "Porteurs", "Domaines", "Lieux", "Montant"]
    row = ["Œuvre", "A-1", "FFQCD", "Bug ; ID4Car", "Santé ; Numérique", "Québec (Canada)", "20 €"]
    bring_in(xlsx([headings, row]), publish=True)
    bring_in_path(RENNES, publish=True)
    written = {
        model: dict(model.objects.values_list("pk", "search_text")) for model in search.INDEXED
    }
    for model in search.INDEXED:
        model.objects.update(search_text="")

    search.rebuild()

    for model, texts in written.items():
        assert texts == dict(model.objects.values_list("pk", "search_text")), model


def test_many_organisations_are_written_and_read_again():
    """SQLite refuses some queries of Django's that name more than a thousand records."""
    rows = [[f"Projet {n:04d}", f"Porteur {n:04d}a | Porteur {n:04d}b"] for n in range(520)]
    file = xlsx([["Projet", "Porteurs"], *rows])

    bring_in(file)
    file.seek(0)

    assert counts(plan(file)) == [(0, 0, 520, 0)]
