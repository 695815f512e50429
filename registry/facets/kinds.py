"""What is indexed of each kind of record: its order, its facets, the days of its period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry.choices import Status
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Fund,
    FundOrganisation,
    Membership,
    Organisation,
    Participant,
    Party,
    Place,
    ProgrammeItem,
    Project,
    ProjectPartner,
    Signatory,
    Source,
    Stop,
)

# The state of agreements of which people want to know in time.
EXPIRING, EXPIRING_DAYS = "expiring", 365


@dataclass(frozen=True)
class Rows:
    """Rows that tie records to others: the key to the record, and the path to what it has."""

    model: type
    record: str
    value: str
    # The path to what else must be published for the row to count.
    by_way_of: str = ""

    def query(self) -> QuerySet:
        rows = self.model.objects.filter(**{f"{self.value}__isnull": False}).order_by()
        if self.by_way_of:
            rows = rows.filter(**{f"{self.by_way_of}__status": Status.PUBLISHED})
        return rows


@dataclass(frozen=True)
class Kind:
    """How one kind of record is indexed.

    ``columns`` are facets whose value stands in the record itself; ``keys`` those that a foreign
    key gives. ``links`` come from rows. A record ``sits`` where the organisations of some rows do,
    and ``lies`` in places that others name: both give the facets *place* and *country*.
    ``computed`` are values that a query tells, of the day.
    """

    model: type
    order: Sequence
    columns: dict[str, str] = field(default_factory=dict)
    keys: dict[str, tuple[str, type]] = field(default_factory=dict)
    links: dict[str, tuple[type, Sequence[Rows]]] = field(default_factory=dict)
    domains: bool = False
    sits: Sequence[Rows] = ()
    lies: Sequence[Rows] = ()
    computed: dict[str, Callable[[QuerySet], QuerySet]] = field(default_factory=dict)
    period: tuple[str, str] | None = None
    # Whether what a record has depends on itself, its rows and its neighbours alone.
    by_itself: bool = True


def _through(model, name: str, record: str, value: str, by_way_of: str = "") -> Rows:
    return Rows(model._meta.get_field(name).remote_field.through, record, value, by_way_of)


def _standing(agreements):
    """One state for each, and *expiring* besides for those that surely end within a year."""
    today = timezone.localdate()
    standing = agreements.with_standing(today).values_list("pk", "standing")
    expiring = agreements.expiring_within(EXPIRING_DAYS, today).values_list("pk", Value(EXPIRING))
    return standing.union(expiring, all=True)


def _state(delegations):
    return delegations.with_state(timezone.localdate()).values_list("pk", "state")


def _open(calls):
    return calls.open(timezone.localdate()).values_list("pk", Value("open"))


NEWEST_START = [F("starts_on").desc(nulls_last=True), "search_text"]
PARTIES = Rows(Party, "agreement_id", "organisation_id")
PARTNERS = Rows(ProjectPartner, "project_id", "organisation_id")
PARTICIPANTS = Rows(Participant, "delegation_id", "organisation_id")
MET = Rows(ProgrammeItem, "delegation_id", "organisations")

KINDS = {
    kind.model: kind
    for kind in (
        Kind(
            Agreement,
            [Coalesce("signed_on", "starts_on").desc(nulls_last=True), "search_text"],
            columns={"kind": "kind"},
            links={
                "organisation": (
                    Organisation,
                    [PARTIES, Rows(Signatory, "agreement_id", "organisation_id")],
                )
            },
            domains=True,
            sits=[PARTIES],
            computed={"standing": _standing},
            period=("signed_on", "signed_on"),
            by_itself=False,  # its renewal takes it out of force
        ),
        Kind(
            Delegation,
            NEWEST_START,
            columns={"direction": "direction"},
            links={"organisation": (Organisation, [PARTICIPANTS, MET])},
            domains=True,
            sits=[PARTICIPANTS],
            lies=[
                Rows(Stop, "delegation_id", "place_id"),
                Rows(ProgrammeItem, "delegation_id", "place_id"),
            ],
            computed={"state": _state},
            period=("starts_on", "ends_on"),
        ),
        Kind(
            Project,
            NEWEST_START,
            columns={"progress": "activity_status"},
            keys={"fund": ("fund_id", Fund), "call": ("call_id", Call)},
            links={"organisation": (Organisation, [PARTNERS])},
            domains=True,
            sits=[PARTNERS],
            lies=[_through(Project, "places", "project_id", "place_id")],
            period=("starts_on", "ends_on"),
        ),
        Kind(
            Organisation,
            ["search_text"],
            columns={"kind": "kind"},
            links={"network": (Organisation, [Rows(Membership, "member_id", "network_id")])},
            lies=[Rows(Organisation, "pk", "place_id")],
        ),
        Kind(
            Place,
            ["search_text"],
            columns={"kind": "kind", "country": "country"},
            lies=[Rows(Place, "pk", "parent_id")],
            by_itself=False,  # it lies where the one that contains it lies
        ),
        Kind(
            Fund,
            ["search_text"],
            columns={"kind": "kind"},
            links={
                "organisation": (
                    Organisation,
                    [Rows(FundOrganisation, "fund_id", "organisation_id")],
                )
            },
        ),
        Kind(
            Call,
            ["-edition", "search_text"],
            keys={"fund": ("fund_id", Fund)},
            computed={"state": _open},
            period=("starts_on", "ends_on"),
        ),
        Kind(
            Contribution,
            [F("year").desc(nulls_last=True)],
            columns={"kind": "kind", "currency": "currency"},
            links={
                "organisation": (
                    Organisation,
                    [_through(Contribution, "funders", "contribution_id", "organisation_id")],
                ),
                "recipient": (
                    Organisation,
                    [_through(Contribution, "recipients", "contribution_id", "organisation_id")],
                ),
                "fund": (
                    Fund,
                    [
                        Rows(Contribution, "pk", "fund_id"),
                        Rows(Contribution, "pk", "call__fund_id"),
                        _through(
                            Contribution,
                            "projects",
                            "contribution_id",
                            "project__fund_id",
                            by_way_of="project",
                        ),
                    ],
                ),
                "call": (
                    Call,
                    [
                        Rows(Contribution, "pk", "call_id"),
                        _through(
                            Contribution,
                            "projects",
                            "contribution_id",
                            "project__call_id",
                            by_way_of="project",
                        ),
                    ],
                ),
            },
            period=("year", "last_year"),
        ),
        Kind(
            Source,
            [F("published_on").desc(nulls_last=True), "search_text"],
            columns={"kind": "kind"},
            keys={"publisher": ("publisher_id", Organisation)},
            period=("published_on", "published_on"),
        ),
    )
}
