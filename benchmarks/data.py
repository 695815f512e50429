"""Generated projects for measurements: random words that say nothing true of anybody.

The same size gives the same rows, and the first rows of a longer series are those of a shorter one.

    python -m benchmarks.data 100000 projects.xlsx             a workbook to import
    python -m benchmarks.data 100000 projects.xlsx --changed   the same, one title in 100 changed
"""

import csv
import datetime
import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import xlsxwriter

WORDS = """accès accompagnement actions agricoles aménagement animation appui arts ateliers
bibliothèques chantiers cinéma circulaire citoyenneté climat côtier création culturel données
durable eau échanges économie éducation égalité énergie enfance ensemble expérimentation familles
filières forêts formation forum gestion habitat îles innovation insertion jardins jeunesse lecture
littoral locale logement mémoire métiers mobilité montagne musées numérique océan œuvres partagée
participation patrimoine paysages pêche petites populaire prévention quartiers recherche rencontres
réseau rivières rural santé savoirs scolaire sociale solidaire sportif tourisme transition urbaine
vallées vivante voisinage""".split()  # noqa: SIM905
SHAPES = (
    "Association",
    "Atelier",
    "Centre",
    "Collectif",
    "Commune",
    "Institut",
    "Ligue",
    "Université",
)
# Of those that every registry begins with.
DOMAINS = ("Artisanat", "Jeunesse", "Logement", "Migrations", "Numérique", "Santé", "Tourisme")
PROGRESS = ("selected", "ongoing", "completed", "cancelled")
HEADINGS = (
    "Référence",
    "Projet",
    "Résumé",
    "Fonds",
    "Appel",
    "Avancement",
    "Début",
    "Fin",
    "Montant (EUR)",
    "Financeurs",
    "Porteurs",
    "Autres partenaires",
    "Lieux",
    "Domaines",
)
ORGANISATIONS, PLACES, FUNDS = 2000, 500, 8
FIRST_YEAR, YEARS = 2004, 20


def _sentence(numbers: random.Random, least: int, most: int) -> str:
    length, words = numbers.randint(least, most), []
    while sum(map(len, words)) + len(words) < length:
        words.append(WORDS[int(numbers.random() * len(WORDS))])
    return " ".join(words).capitalize()


def organisation(number: int) -> str:
    words = random.Random(number)
    return (
        f"{SHAPES[number % len(SHAPES)]} {words.choice(WORDS)} {words.choice(WORDS)} {number:04d}"
    )


def place(number: int) -> str:
    return f"Ville {random.Random(number).choice(WORDS)} {number:03d} (France)"


def projects() -> Iterator[list]:
    """Endless rows under ``HEADINGS``; lists are separated by semicolons."""
    numbers = random.Random(42)

    def skewed(count: int, power: float = 2) -> int:
        """Some come often and most seldom, as in a real registry."""
        return int(count * numbers.random() ** power)

    number = 0
    while True:
        number += 1
        year = FIRST_YEAR + int(YEARS * numbers.random())
        start = datetime.date(year, 1, 1) + datetime.timedelta(days=int(365 * numbers.random()))
        end = start + datetime.timedelta(days=180 + int(1200 * numbers.random()))
        partners = sorted({skewed(ORGANISATIONS) for _partner in range(int(5 * numbers.random()))})
        lead = skewed(ORGANISATIONS)
        yield [
            f"P{year}-{number:07d}",
            f"{_sentence(numbers, 30, 80)} {number}",
            _sentence(numbers, 200, 398) + ".",
            f"Fonds d'essai {1 + skewed(FUNDS, 1.5)}",
            str(year),
            numbers.choice(PROGRESS),
            start.isoformat(),
            end.isoformat(),
            round(5000 + 500_000 * numbers.random() ** 3, 2),
            organisation(skewed(ORGANISATIONS)),
            organisation(lead),
            "; ".join(organisation(partner) for partner in partners if partner != lead),
            place(skewed(PLACES, 1.5)),
            "; ".join(sorted(numbers.sample(DOMAINS, 1 + int(3 * numbers.random())))),
        ]


def rows(size: int, changed: bool = False) -> Iterator[list]:
    """The first ``size`` rows; ``changed`` gives one in a hundred another title."""
    for number, row in enumerate(islice(projects(), size)):
        if changed and number % 100 == 0:
            row[1] = f"Révisé : {row[1]}"
        yield row


def write_csv(path: Path, size: int, changed: bool = False) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(rows(size, changed))


def write_xlsx(path: Path, size: int, changed: bool = False) -> None:
    # Shared strings, as the usual programs write them.
    workbook = xlsxwriter.Workbook(
        path, {"strings_to_numbers": False, "strings_to_formulas": False}
    )
    sheet = workbook.add_worksheet("Projets")
    for number, row in enumerate((HEADINGS, *rows(size, changed))):
        sheet.write_row(number, 0, row)
    workbook.close()


def fill(size: int) -> None:
    """Put the first ``size`` projects straight into an empty database, without an import."""
    from registry.choices import Status
    from registry.dates import PartialDate
    from registry.models import (
        Authority,
        Call,
        Contribution,
        Domain,
        Fund,
        Organisation,
        Place,
        Project,
        ProjectPartner,
    )

    common = {"authority": Authority.objects.get(code=Authority.DEFAULT_CODE)}
    common["status"] = Status.PUBLISHED

    def make(model, names, key) -> dict:
        records = [model(**common, **fields) for fields in names]
        model.objects.bulk_create(records, batch_size=2000)
        return {key(record): record for record in records}

    country = Place.objects.create(name_fr="France", kind="country", country="FR", **common)
    places = make(
        Place,
        [
            {"name_fr": place(n).partition(" (")[0], "country": "FR", "parent": country}
            for n in range(PLACES)
        ],
        lambda one: f"{one.name_fr} (France)",
    )
    organisations = make(
        Organisation,
        [{"name": organisation(n)} for n in range(ORGANISATIONS)],
        lambda one: one.name,
    )
    funds = make(
        Fund, [{"name": f"Fonds d'essai {n}"} for n in range(1, FUNDS + 1)], lambda one: one.name
    )
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    calls = make(
        Call,
        [{"fund": fund, "edition": str(year)} for fund in funds.values() for year in years],
        lambda one: (one.fund.name, one.edition),
    )
    domains = {domain.name_fr: domain for domain in Domain.objects.filter(name_fr__in=DOMAINS)}

    series = rows(size)
    while batch := list(islice(series, 5000)):
        made = Project.objects.bulk_create(
            Project(
                **common,
                reference=row[0],
                title=row[1],
                summary=row[2],
                fund=funds[row[3]],
                call=calls[row[3], row[4]],
                activity_status=row[5],
                starts_on=PartialDate.from_iso(row[6]),
                ends_on=PartialDate.from_iso(row[7]),
            )
            for row in batch
        )
        given = Contribution.objects.bulk_create(
            Contribution(**common, amount=row[8], fund=funds[row[3]], call=calls[row[3], row[4]])
            for row in batch
        )
        pairs = list(zip(made, batch, strict=True))
        ProjectPartner.objects.bulk_create(
            ProjectPartner(project=project, organisation=organisations[name], role=role, position=n)
            for project, row in pairs
            for role, cell in (("lead", row[10]), ("partner", row[11]))
            for n, name in enumerate(filter(None, cell.split("; ")), 1)
        )
        _link(Project.places, ((one.pk, places[row[12]].pk) for one, row in pairs))
        _link(
            Project.domains,
            ((one.pk, domains[name].pk) for one, row in pairs for name in row[13].split("; ")),
        )
        money = list(zip(given, pairs, strict=True))
        _link(Contribution.projects, ((one.pk, project.pk) for one, (project, _row) in money))
        _link(
            Contribution.funders,
            ((one.pk, organisations[row[9]].pk) for one, (_project, row) in money),
        )


def _link(relation, pairs) -> None:
    field = relation.field
    names = (f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id")
    through = relation.through
    through.objects.bulk_create(through(**dict(zip(names, pair, strict=True))) for pair in pairs)


def main(size: str, path: str, *options: str) -> None:
    write = write_xlsx if path.endswith(".xlsx") else write_csv
    write(Path(path), int(size), "--changed" in options)


if __name__ == "__main__":
    main(*sys.argv[1:])
