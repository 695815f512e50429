"""What every look-up shares: who imports, what the file adds, and when a name is too near."""

from collections import Counter

from django.apps import apps
from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from registry.choices import Status
from registry.dates import PartialDate
from registry.fields import new_public_id
from registry.models import Authority, User
from registry.models.base import PublicRecord
from registry.rights import Rights
from registry.spreadsheets import validation
from registry.spreadsheets.directory.decisions import NameDecisions, NameQuestion
from registry.spreadsheets.directory.kept import UNUSED, Kept
from registry.spreadsheets.loading import Loader
from registry.spreadsheets.names import Names
from registry.spreadsheets.plans import RecordPlan, give, identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.tables import Row
from registry.text import fold


def may_be_same_date(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two dates of different precision can be one: 2024 and April 2024 can."""
    if one is None or other is None:
        return True
    first, second = one.isoformat(), other.isoformat()
    return first.startswith(second) or second.startswith(first)


def all_of(model, joined=(), relations=()) -> list[models.Model]:
    """All records of a model, with what look-ups need of them: a registry may have very many."""
    pks = list(model.objects.values_list("pk", flat=True))
    found = Loader(UNUSED).load(model, pks, joined, relations)
    return [found[pk] for pk in pks]


class Lookups(NameDecisions):
    """The part of the directory that is about no kind of record."""

    def __init__(self, authority: Authority, user: User | None = None, publish: bool = False):
        self.authority = authority
        self.user = user
        self.rights = Rights(user)
        self.status = Status.PUBLISHED if publish else Status.DRAFT
        self.unique = validation.UniqueValues()
        self.mentions: list[RecordPlan] = []
        self.notices: list[str] = []
        self.questions: dict[tuple[str, str], NameQuestion] = {}
        self.completions: dict[tuple, RecordPlan] = {}
        # The plans of records, by their model and identity, as far as others ask for them.
        self.planned: dict[tuple, RecordPlan] = {}
        # The row that is being read: a record made because it names it is listed there.
        self.row = None
        self._rows: dict[tuple, object] = {}
        # A new record of each model that says nothing of its own.
        self._blank: dict[type, models.Model] = {}
        self._counts: Counter = Counter()
        self._public_ids: dict[type, dict[str, int]] = {}
        self._references: dict[type, dict[str, int]] = {}
        # The first row of each project, by its title.
        self.first_rows: dict[str, Row] = {}

    def by_public_id(self, model, public_id: str) -> int | None:
        """The primary key of the record that has this permanent identifier."""
        if model not in self._public_ids:
            seen = self.rights.visible(model._base_manager.all())
            self._public_ids[model] = dict(seen.values_list("public_id", "pk").iterator())
        return self._public_ids[model].get(public_id)

    def by_reference(self, model, reference: str) -> int | None:
        """The primary key of the record to which the importing authority gave this reference."""
        if model not in self._references:
            seen = self.rights.visible(model._base_manager.filter(authority=self.authority))
            given = seen.exclude(reference="").values_list("reference", "pk").iterator()
            self._references[model] = {fold(one): pk for one, pk in given}
        return self._references[model].get(fold(reference))

    def kept(self, model, joined=(), relations=()) -> Kept:
        return Kept(model, self.rights, joined, relations)

    # Records that the file adds ----------------------------------------------------------------

    def new(self, model, **fields) -> models.Model:
        """A record of the importing authority, not saved yet; a domain belongs to none."""
        if not issubclass(model, PublicRecord):
            record = model(**fields)
            record._number = self._count(model)
            return record
        if model not in self._blank:
            self._blank[model] = model(
                authority=self.authority,
                created_by=self.user,
                updated_by=self.user,
                status=self.status,
            )
        # A copy costs a tenth of what Django's constructor does.
        blank, record = self._blank[model], model.__new__(model)
        record.__dict__.update(blank.__dict__, _state=ModelState(), public_id=new_public_id())
        record._number = self._count(model)
        record._state.fields_cache = dict(blank._state.fields_cache)
        for name, value in fields.items():
            give(record, name, value)
        return record

    def _count(self, model) -> int:
        """The number by which a new record is known until it has a key."""
        self._counts[model] += 1
        return self._counts[model] - 1

    def said_so_far(self) -> tuple[int, ...]:
        """How much the file has had to say beside its rows; another number: it said more."""
        said = (self.mentions, self.notices, self.questions, self.completions, self.planned)
        return tuple(map(len, said))

    def go_on_from(self, counts: dict[str, int]) -> None:
        """Number new records behind those that others planned."""
        for label, count in counts.items():
            self._counts[apps.get_model(label)] = count

    def note_plan(self, plan: RecordPlan) -> None:
        """What others say of a record is what its plan makes of it."""
        self.planned[plan.model, identity(plan.instance)] = plan

    def claim(self, record, row):
        """Note which row is about a record; the row that was so before, if there is one."""
        first = self._rows.setdefault((type(record), identity(record)), row)
        return None if first is row else first

    def row_of(self, record):
        row = self._rows.get((type(record), identity(record)))
        return None if row is None else row.fill()

    def notice(self, row, column: str, value: str, message: str) -> None:
        """Tell what a cell says without effect; nothing is left out in silence."""
        self.notices.append(
            _("%(sheet)s, row %(row)s, %(column)s “%(value)s”: %(message)s")
            % {
                "sheet": row.sheet or _("the file"),
                "row": row.number,
                "column": row.heading(column),
                "value": value,
                "message": message,
            }
        )

    def may_change(self, record) -> bool:
        """Whether the importer may change an existing record, by import as by hand."""
        if isinstance(record, PublicRecord) or self.rights.is_administrator:
            return self.rights.may_edit(record)
        action = "change" if record.pk else "add"
        return self.user.has_perm(f"registry.{action}_{record._meta.model_name}")

    def said(self, record, names) -> list[str]:
        """The names by which a cell may mean a record: none, if the importer may not know of it.

        An export then still names it by its identifier, and comes back in.
        """
        return list(names) if self.rights.sees(record) else []

    def mention(self, record, index: Names, names, **rows) -> models.Model:
        """Add a record that a cell names; the preview lists it for itself."""
        plan = RecordPlan(
            record,
            is_new=True,
            is_mention=True,
            sheet=self.row.sheet if self.row is not None else "",
            row=self.row.number if self.row is not None else 0,
        )
        for relation, values in rows.items():
            for value in values:
                plan.add_row(relation, value, "")
        plan.changes.clear()
        if errors := validation.check(plan, self.unique):
            messages = " ".join(message for found in errors.values() for message in found)
            raise CellError(
                _("“%(value)s” cannot be added: %(why)s") % {"value": record, "why": messages}
            )
        index.add(record, names)
        self.mentions.append(plan)
        self.note_plan(plan)
        return record
