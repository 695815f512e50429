"""A registry of many offices at its fullest: so many records of every kind, of three authorities.

One authority has most of them, the second a part, the third hardly any; four in five are published,
the others drafts, in review or archived. The rows are drawn by lot and say nothing of anybody.
"""

import datetime
import itertools
import random

from django.utils import timezone

from benchmarks.data import WORDS

STEP = 20_000
# Nobody's draft is shown to the people of another authority.
STATUSES = ("published",) * 16 + ("draft",) * 2 + ("in_review", "archived")
COUNTRIES = ("FR", "CA", "DE", "SN", "BF", "JP", "MA", "VN", "ML", "RO")
DAY = datetime.timedelta(days=1)
# Of this number is an organisation that is everywhere: a party to one agreement in five, and so on;
# a place, a fund and a source like it.
HUB = 1000


class Office:
    def __init__(self, size: int):
        from registry.models import Authority, Domain

        self.size, self.lot = size, random.Random(7)
        self.now = timezone.now()
        main = Authority.objects.get(code=Authority.DEFAULT_CODE)
        second, third = (
            Authority.objects.get_or_create(code=name.lower(), defaults={"name": name})[0]
            for name in ("Second", "Third")
        )
        self.authorities = (main.pk,) * 79 + (second.pk,) * 20 + (third.pk,)
        self.domains = list(Domain.objects.values_list("pk", flat=True))

    def any_of(self, choices):
        return self.lot.choice(choices)

    def some(self) -> int:
        """The key of some record: of each kind there are as many."""
        return 1 + int(self.size * self.lot.random())

    def some_or_hub(self) -> int:
        """The key of some record, or, one time in five, of the one to which all others lead."""
        return HUB if self.size >= HUB and self.lot.random() < 0.2 else self.some()

    def words(self, number: int) -> str:
        return f"{' '.join(self.lot.choices(WORDS, k=6)).capitalize()} {number}"

    def date(self, first=1960, last=2028) -> str:
        day = datetime.date(self.lot.randint(first, last), 1, 1) + DAY * self.lot.randint(0, 364)
        return day.isoformat()[: self.any_of((4, 7, 10, 10))]

    def common(self, number: int, name: str) -> dict:
        from registry.fields import new_public_id
        from registry.text import fold

        # As an import leaves them: many records of one moment.
        written = self.now - DAY * (self.size - number) / self.size * 3000
        moment = written.replace(minute=0, second=0, microsecond=0)
        checked = (written + 400 * DAY).date() if number % 3 else None
        return {
            "id": number,
            "public_id": new_public_id(),
            "authority_id": self.any_of(self.authorities),
            "status": self.any_of(STATUSES),
            "checked_on": checked and min(checked, self.now.date()).isoformat(),
            "created_at": moment.isoformat(" "),
            "updated_at": moment.isoformat(" "),
            "search_text": f"{fold(name)}\n\n{fold(' '.join(self.lot.choices(WORDS, k=40)))}",
        }

    # Records ------------------------------------------------------------------------------------

    def place(self, number):
        from registry.choices import PlaceKind

        name = self.words(number)
        country = self.any_of(COUNTRIES)
        fields = {"name_fr": name, "kind": self.any_of(PlaceKind.values), "country": country}
        fields["parent_id"] = self.some_or_hub() if number % 4 else None
        if fields["parent_id"] == number:
            fields["parent_id"] = None
        return fields | {"population": self.lot.randint(100, 10**6)}, name

    def organisation(self, number):
        from registry.choices import OrganisationKind

        name = self.words(number)
        kind = self.any_of(OrganisationKind.values)
        return {"name": name, "kind": kind, "place_id": self.some_or_hub()}, name

    def fund(self, number):
        from registry.choices import FundKind

        name = self.words(number)
        return {"name": name, "kind": self.any_of(FundKind.values)}, name

    def call(self, number):
        name = self.words(number)
        fields = {"fund_id": self.some(), "edition": str(number), "title": name}
        return fields | {"opens_on": self.date(2000, 2010), "closes_on": self.date(2011)}, name

    def agreement(self, number):
        from registry.choices import AgreementKind

        name = self.words(number)
        signed = self.date(1960, 2010)
        fields = {"title": name, "kind": self.any_of(AgreementKind.values), "signed_on": signed}
        fields["ends_on"] = self.date(2011) if number % 5 else None
        fields["renews_id"] = number - 1 if number % 7 == 0 else None
        return fields, name

    def delegation(self, number):
        from registry.choices import Direction

        name = self.words(number)
        fields = {"title": name, "direction": self.any_of(Direction.values)}
        return fields | {"starts_on": self.date()}, name

    def source(self, number):
        from registry.choices import SourceKind

        name = self.words(number)
        fields = {"title": name, "kind": self.any_of(SourceKind.values)}
        return fields | {"publisher_id": self.some(), "published_on": self.date()}, name

    def project(self, number):
        from registry.choices import ActivityStatus

        name = self.words(number)
        fields = {"title": name, "fund_id": self.some_or_hub(), "call_id": self.some()}
        fields["activity_status"] = self.any_of(ActivityStatus.values)
        return fields | {"starts_on": self.date()}, name

    def contribution(self, number):
        name = self.words(number)
        fields = {"amount": self.lot.randint(100, 10**6), "currency": self.any_of(("EUR", "CAD"))}
        fields |= {"year": self.lot.randint(1990, 2028), "fund_id": self.some_or_hub()}
        return fields | {"kind": "grant"}, name

    def rows(self, number):
        """The rows and links of the records of one number."""
        from registry import models

        yield (
            models.Party,
            {"agreement_id": number, "organisation_id": self.some_or_hub(), "position": 1},
        )
        yield models.Stop, {"delegation_id": number, "place_id": self.some(), "position": 1}
        yield (
            models.Participant,
            {"delegation_id": number, "organisation_id": self.some_or_hub(), "position": 1}
            | {"role": "participant"},
        )
        yield (
            models.ProjectPartner,
            {
                "project_id": number,
                "organisation_id": self.some_or_hub(),
                "position": 1,
                "role": "lead",
            },
        )
        yield (
            models.FundOrganisation,
            {"fund_id": number, "organisation_id": self.some(), "position": 1},
        )
        for model in (models.Agreement, models.Delegation, models.Project):
            name = model._meta.model_name
            domain = self.any_of(self.domains)
            yield model.domains.through, {f"{name}_id": number, "domain_id": domain}
        money = models.Contribution
        yield money.projects.through, {"contribution_id": number, "project_id": self.some()}
        yield money.funders.through, {"contribution_id": number, "organisation_id": self.some()}
        if number % 10:  # one in ten cites nothing
            for name in ("agreement", "project", "organisation"):
                yield models.Citation, {"source_id": self.some_or_hub(), f"{name}_id": number}

    def revision(self, number):
        from registry import models

        kind = self.any_of((models.Agreement, models.Project, models.Organisation))
        return {
            "id": number,
            "model_name": kind._meta.model_name,
            "record_id": number,
            "public_id": f"x{number}",
            "label": self.words(number),
            "authority_id": self.any_of(self.authorities),
            "action": self.any_of(("created", "changed")),
            "at": (self.now - DAY * (self.size - number) / 1000).isoformat(" "),
            "before": "{}",
            "after": "{}",
        }


def fill(size: int, first: int = 1) -> None:
    """Put records of each kind into a registry, with the numbers from the first to ``size``."""
    from django.db import connection, transaction

    from registry import changes, models, search

    kinds = ("place", "organisation", "fund", "call", "agreement", "delegation", "source")
    kinds += ("project", "contribution")
    office = Office(size)
    numbers = range(first, size + 1)
    with transaction.atomic(), changes.wholesale(size * len(kinds)):
        for name in kinds:
            make = getattr(office, name)

            def record(number, make=make):
                fields, title = make(number)
                return office.common(number, title) | fields

            _insert(getattr(models, name.capitalize()), map(record, numbers))
        for start in range(first, size + 1, STEP):
            tables: dict = {}
            for number in range(start, min(start + STEP, size + 1)):
                for model, row in office.rows(number):
                    tables.setdefault((model, tuple(row)), []).append(row)
            for (model, _columns), rows in tables.items():
                _insert(model, rows)
        _insert(models.Revision, map(office.revision, numbers))
        if connection.vendor == "postgresql":
            _set_sequences(connection)
    search.ensure()


def _insert(model, rows) -> None:
    """Insert rows given as dictionaries of the same columns; other texts are empty."""
    from django.db import models

    from registry import bulk

    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rest = {
        one.column: one.get_default() if not isinstance(one, models.CharField) else ""
        for one in model._meta.concrete_fields
        if not (one.null or one.primary_key or one.column in first)
    }
    rest = {name: value for name, value in rest.items() if value is not None}
    columns, last = [*first, *rest], tuple(rest.values())
    every = itertools.chain([first], rows)
    while batch := [(*row.values(), *last) for row in itertools.islice(every, STEP)]:
        bulk.insert_values(model, columns, batch)


def _set_sequences(connection) -> None:
    from django.apps import apps
    from django.core.management.color import no_style

    models = list(apps.get_app_config("registry").get_models())
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)
