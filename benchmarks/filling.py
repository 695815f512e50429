"""Generated projects straight into an empty database, a million of them in minutes.

The rows are those of ``benchmarks.data``; the search text is that of a project of this title,
summary, fund, partners, domains and place. Beyond the first ``DRAWN`` the database itself repeats
them, with another number in their titles.
"""

import datetime
from itertools import islice

from benchmarks import data

DRAWN = 100_000


def fill(size: int, step: int = 10_000) -> None:
    """Put in ``size`` projects: any number up to ``DRAWN``, or a multiple of it."""
    from django.db import transaction

    from registry import changes, search

    with transaction.atomic(), changes.wholesale(size):
        neighbours = _Neighbours()
        rows = data.rows(min(size, DRAWN))
        done = 0
        while batch := list(islice(rows, step)):
            _write(batch, done, neighbours)
            done += len(batch)
        for number in range(1, size // DRAWN):
            _repeat(number)
    search.ensure()


def _repeat(number: int) -> None:
    """Once more all that was drawn, under other keys."""
    from django.db import connection

    from registry.models import Contribution, Project, ProjectPartner

    shift = number * DRAWN
    drawn = "substr(md5(random()::text), 1, 10)"
    if connection.vendor == "sqlite":
        drawn = "lower(hex(randomblob(5)))"
    own = {"id": f"id + {shift}", "public_id": drawn}
    told = {
        "title": f"title || ' {number}'",
        "reference": f"reference || '-{number}'",
        "search_text": f"search_text || ' {number}'",
    }
    project = {"project_id": f"project_id + {shift}"}
    contribution = {"contribution_id": f"contribution_id + {shift}"}
    tables = [
        (Project, own | told, "id"),
        (Contribution, own, "id"),
        (ProjectPartner, project, "project_id"),
        (Project.places.through, project, "project_id"),
        (Project.domains.through, project, "project_id"),
        (Contribution.projects.through, project | contribution, "project_id"),
        (Contribution.funders.through, contribution, "contribution_id"),
    ]
    with connection.cursor() as cursor:
        for model, changed, key in tables:
            table = model._meta.db_table
            columns = [field.column for field in model._meta.concrete_fields]
            if "id" not in changed:
                columns.remove("id")
            values = ", ".join(changed.get(column, column) for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} "
                f"WHERE {key} <= {DRAWN}"
            )


class _Neighbours:
    """The few records to which the projects refer: their keys by name."""

    def __init__(self):
        from registry import search
        from registry.choices import Status
        from registry.models import Authority, Call, Domain, Fund, Organisation, Place

        self.authority = Authority.objects.get(code=Authority.DEFAULT_CODE).pk
        common = {"authority_id": self.authority, "status": Status.PUBLISHED}

        def make(model, fields, name) -> dict:
            records = model.objects.bulk_create(model(**common, **one) for one in fields)
            search.index(model, [record.pk for record in records])
            return {name(record): record.pk for record in records}

        country = Place.objects.create(name_fr="France", kind="country", country="FR", **common)
        names = (data.place(number).partition(" (")[0] for number in range(data.PLACES))
        self.places = make(
            Place,
            [{"name_fr": name, "country": "FR", "parent": country} for name in names],
            lambda place: f"{place.name_fr} (France)",
        )
        at = list(self.places.values())
        self.organisations = make(
            Organisation,
            [
                {"name": data.organisation(number), "place_id": at[number % len(at)]}
                for number in range(data.ORGANISATIONS)
            ],
            lambda organisation: organisation.name,
        )
        self.funds = make(
            Fund,
            [{"name": f"Fonds d'essai {number}"} for number in range(1, data.FUNDS + 1)],
            lambda fund: fund.name,
        )
        years = range(data.FIRST_YEAR, data.FIRST_YEAR + data.YEARS)
        self.calls = make(
            Call,
            [{"fund_id": pk, "edition": str(y)} for pk in self.funds.values() for y in years],
            lambda call: (call.fund_id, call.edition),
        )
        self.domains = dict(
            Domain.objects.filter(name_fr__in=data.DOMAINS).values_list("name_fr", "pk")
        )


def _write(batch, done: int, known: _Neighbours) -> None:
    from registry.choices import Status
    from registry.fields import new_public_id
    from registry.models import Contribution, Project, ProjectPartner
    from registry.text import fold

    now = datetime.datetime.now(datetime.UTC)
    stamp = now.isoformat(" ")
    projects, contributions, partners, places, domains, funded, given = ([] for _table in range(7))
    for pk, row in enumerate(batch, done + 1):
        fund = known.funds[row[3]]
        call = known.calls[fund, row[4]]
        common = (known.authority, Status.PUBLISHED, stamp, stamp, fund, call)
        told = f"{row[1]}\n\n{' '.join((row[2], row[3], row[10], row[11], row[12], row[13]))}"
        text = "\n\n".join(fold(part) for part in told.split("\n\n"))
        projects.append(
            (pk, new_public_id(), *common, row[0], row[1], row[2], row[5], row[6], row[7], text)
        )
        contributions.append((pk, new_public_id(), *common, row[8], int(row[4]), ""))
        names = [row[10], *filter(None, row[11].split("; "))]
        partners += (
            (pk, known.organisations[name], "partner" if number else "lead", number)
            for number, name in enumerate(dict.fromkeys(names))
        )
        places.append((pk, known.places[row[12]]))
        domains += ((pk, known.domains[name]) for name in row[13].split("; "))
        funded.append((pk, pk))
        given.append((pk, known.organisations[row[9]]))
    record = ("id", "public_id", "authority_id", "status", "created_at", "updated_at", "fund_id")
    record += ("call_id",)
    _insert(
        Project,
        projects,
        *record,
        *("reference", "title", "summary", "activity_status", "starts_on", "ends_on"),
        "search_text",
    )
    _insert(Contribution, contributions, *record, "amount", "year", "search_text")
    _insert(ProjectPartner, partners, "project_id", "organisation_id", "role", "position")
    _insert(Project.places.through, places, "project_id", "place_id")
    _insert(Project.domains.through, domains, "project_id", "domain_id")
    _insert(Contribution.projects.through, funded, "contribution_id", "project_id")
    _insert(Contribution.funders.through, given, "contribution_id", "organisation_id")


def _insert(model, rows, *columns) -> None:
    """Insert rows of some columns; the others are empty."""
    from django.db import models

    from registry import bulk

    empty = {
        field.column: "grant"
        if field.column == "kind"
        else "EUR"
        if field.column == "currency"
        else ""
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.null
        and field.column not in columns
    }
    rest = tuple(empty.values())
    bulk.insert_values(model, [*columns, *empty], [(*row, *rest) for row in rows])
