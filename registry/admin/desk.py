"""The desk: what waits for the person who signs in, each block beside the list that has it all.

Every block costs a few queries, whatever the number of records: nothing is counted beyond
``MOST``, and of each kind the first rows alone are read.
"""

from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.admin import sizes
from registry.admin.filters import CALLS_CLOSE_WITHIN, StandingHorizons, unchecked, unsourced
from registry.admin.sizes import looked
from registry.choices import Status
from registry.history.shapes import tracked_model
from registry.models import Agreement, Call, Delegation, ImportJob, Revision, Source
from registry.models.base import PublicRecord

MOST = 100
SHOWN = 6
# Of a large table so many records are looked at for what is hardly ever found.
LOOKED_AT = 500


@dataclass(frozen=True)
class Count:
    """How many there are of one kind, or within one time: as many as it pays to count."""

    label: str
    number: int
    url: str

    def __bool__(self):
        return self.number > 0

    @property
    def shown(self) -> str:
        return f"{MOST}+" if self.number > MOST else str(self.number)


@dataclass(frozen=True)
class Line:
    """One thing on the desk."""

    name: str
    url: str
    note: str = ""


@dataclass
class Block:
    title: str
    lines: list[Line] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    url: str = ""
    empty: str = _("Nothing for now.")
    is_wide: bool = False


def blocks(request, site) -> list[Block]:
    """What lies on the desk of the person who asks."""
    desk = Desk(request, site)
    found = [
        desk.my_drafts(),
        desk.reviews(),
        desk.agreements(),
        desk.calls(),
        desk.delegations(),
        desk.unchecked(),
        desk.unsourced(),
        desk.imports(),
        desk.changes(),
    ]
    return [block for block in found if block is not None]


class Desk:
    def __init__(self, request, site):
        self.request, self.site = request, site
        self.may = rights.of(request.user)
        self.today = timezone.localdate()
        self._many: dict[type, bool] = {}

    def sees(self, model) -> bool:
        admin = self.site.get_model_admin(model)
        return admin.has_view_or_change_permission(self.request)

    @property
    def kinds(self) -> list[type]:
        models = [model for model in self.site._registry if issubclass(model, PublicRecord)]
        return [model for model in models if self.sees(model)]

    def has_many(self, model) -> bool:
        if model not in self._many:
            self._many[model] = sizes.has_many(model)
        return self._many[model]

    @staticmethod
    def list_of(model, **query) -> str:
        address = reverse(f"admin:registry_{model._meta.model_name}_changelist")
        return f"{address}?{urlencode(query)}" if query else address

    def own(self, model, **query):
        """The records of one's own authorities, and the list that has them."""
        whose = {} if self.may.is_administrator else {"whose": "ours"}
        return self.may.own(model.objects.all()), self.list_of(model, **query, **whose)

    # What people wrote and what waits for them --------------------------------------------------

    def my_drafts(self):
        if not self.may.contributes:
            return None
        user = self.request.user
        mine = Q(created_by=user) | Q(updated_by=user)

        def own_drafts(records):
            drafts = records.filter(status=Status.DRAFT).order_by()
            if self.has_many(records.model) and drafts[LOOKED_AT : LOOKED_AT + 1].exists():
                # Sooner found among one's own than among all drafts.
                drafts = records.alias(state=looked("status")).filter(state=Status.DRAFT)
            return drafts.filter(mine)

        return self._by_kind(
            Block(_("My drafts"), empty=_("You have no draft.")),
            own_drafts,
            whose="mine",
            status__exact=Status.DRAFT.value,
        )

    def reviews(self):
        if not (self.may.may_publish and self.may.contributes):
            return None
        return self._by_kind(
            Block(_("Waiting for my review"), empty=_("Nothing waits for you.")),
            lambda records: records.filter(status=Status.IN_REVIEW),
            status__exact=Status.IN_REVIEW.value,
        )

    def unchecked(self):
        return self._by_kind(
            Block(_("Not checked for a year"), empty=_("Everything was checked within a year.")),
            lambda records: unchecked(records.filter(status=Status.PUBLISHED), self.today),
            shows_lines=False,
            first="updated_at",
            status__exact=Status.PUBLISHED.value,
            checked="due",
        )

    def unsourced(self):
        return self._by_kind(
            Block(_("Without a source"), empty=_("Every record cites a source.")),
            unsourced,
            shows_lines=False,
            first="-updated_at",
            left_out=(Source,),
            sourced="no",
        )

    def _by_kind(self, block, narrow, shows_lines=True, first="", left_out=(), whose="", **query):
        """One count for each kind. Where a search may find little among much, and no index leads
        to it, the ``first`` of a large table alone are looked at; the list behind has all.
        """
        newest = []
        if not self.kinds:
            return None
        for model in self.kinds:
            if model in left_out:
                continue
            records, url = self.own(model, **query)
            if whose:
                url = self.list_of(model, whose=whose, **query)
            if first and self.has_many(model):
                records = records.filter(pk__in=records.order_by(first).values("pk")[:LOOKED_AT])
                block.empty = (
                    _("None is among the first %d of each kind: the lists have all.") % LOOKED_AT
                )
            pks = list(narrow(records).order_by().values_list("pk", flat=True)[: MOST + 1])
            if not pks:
                continue
            meta = model._meta
            label = capfirst(meta.verbose_name if len(pks) == 1 else meta.verbose_name_plural)
            block.counts.append(Count(label, len(pks), url))
            if shows_lines:
                admin = self.site.get_model_admin(model)
                joined = admin.list_select_related or ()
                found = model.objects.filter(pk__in=pks).select_related(*joined)
                newest += found.defer("search_text").order_by("-updated_at")[:SHOWN]
        newest.sort(key=lambda record: record.updated_at, reverse=True)
        block.lines = [self._line(record) for record in newest[:SHOWN]]
        return block

    def _line(self, record, note="") -> Line:
        meta = record._meta
        url = reverse(f"admin:registry_{meta.model_name}_change", args=[record.pk])
        return Line(
            self.may.name(self.may.mask(record)), url, str(note) or capfirst(meta.verbose_name)
        )

    # Dates that come ----------------------------------------------------------------------------

    def agreements(self):
        if not self.sees(Agreement):
            return None
        block = Block(_("Agreements that expire"), empty=_("None expires within a year."))
        own, block.url = self.own(Agreement, standing="12")
        for horizon, label in (
            ("3", _("within 3 months")),
            ("6", _("within 6 months")),
            ("12", _("within 12 months")),
            ("lapsed", _("in the past, not renewed")),
        ):
            found = StandingHorizons.among(own, horizon, self.today)
            if horizon == "lapsed" and self.has_many(Agreement) and sizes.is_large(own):
                # Of those that ended last: an index has them, and most were renewed.
                ended = own.filter(ends_on__lt=self.today.isoformat()).order_by("-ends_on")
                found = found.filter(pk__in=ended.values("pk")[: 10 * LOOKED_AT])
            number = found.order_by()[: MOST + 1].count()
            block.counts.append(Count(label, number, self.own(Agreement, standing=horizon)[1]))
        soon = StandingHorizons.among(own, "12", self.today).order_by("ends_on")[:SHOWN]
        block.lines = [self._line(one, one.ends_on) for one in soon.defer("search_text")]
        block.counts = [count for count in block.counts if count]
        return block

    def calls(self):
        if not self.sees(Call):
            return None
        own, url = self.own(Call, open="soon")
        found = own.closing_within(CALLS_CLOSE_WITHIN, self.today)
        block = Block(_("Calls that close soon"), url=url, empty=_("None closes soon."))
        found = found.select_related("fund").order_by("closes_on")[:SHOWN]
        block.lines = [self._line(call, call.closes_on) for call in found]
        return block

    def delegations(self):
        if not self.sees(Delegation):
            return None
        own, url = self.own(Delegation, when="upcoming")
        found = own.upcoming(self.today).order_by("starts_on")[:SHOWN]
        block = Block(_("Delegations to come"), url=url, empty=_("None is planned."))
        block.lines = [self._line(one, one.dates) for one in found.defer("search_text")]
        return block

    # What happened ------------------------------------------------------------------------------

    def imports(self):
        if not self.sees(ImportJob):
            return None
        jobs = self.may.visible(ImportJob.objects.defer("report", "mapping"))
        block = Block(_("Imports"), url=self.list_of(ImportJob), empty=_("No import so far."))
        for job in jobs.order_by("-created_at")[:SHOWN]:
            url = reverse("admin:registry_importjob_change", args=[job.pk])
            block.lines.append(Line(job.filename, url, job.get_state_display()))
        return block

    def changes(self):
        if not self.sees(Revision):
            return None
        block = Block(_("Latest changes"), url=self.list_of(Revision), is_wide=True)
        revisions = self.may.visible(Revision.objects.defer("before", "after"))
        for revision in revisions.select_related("by").order_by("-pk")[:SHOWN]:
            kind = capfirst(tracked_model(revision.model_name)._meta.verbose_name)
            who = revision.by or _("an unknown account")
            url = reverse("admin:registry_revision_change", args=[revision.pk])
            note = f"{kind} · {revision.get_action_display()} · {who}"
            block.lines.append(Line(revision.label, url, note))
        return block
