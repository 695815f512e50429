"""Names that come near to a known one: what was decided about them, and those to be decided."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import NameAnswer, NameKind
from registry.models import NameDecision, Organisation, OrganisationName, Place, PlaceName
from registry.spreadsheets.names import Names, key_of
from registry.spreadsheets.plans import RecordPlan, identity
from registry.spreadsheets.problems import CellError, NameLeftOutError

# Before the name of a record that the same file adds: it has no identifier yet.
BY_NAME = "name:"
OTHER_NAMES = {Organisation: OrganisationName, Place: PlaceName}


@dataclass(frozen=True)
class Candidate:
    """A known record that an unknown name may stand for."""

    record: str
    name: str
    reason: str


@dataclass
class NameQuestion:
    """A name of the file that comes near to known ones, asked about once."""

    model_name: str
    name: str
    candidates: list[Candidate]
    sheet: str
    row: int
    rows: set = field(default_factory=set)

    def as_json(self) -> dict:
        return {
            "kind": self.model_name,
            "name": self.name,
            "candidates": [vars(candidate) for candidate in self.candidates],
            "sheet": self.sheet,
            "row": self.row,
            "rows": len(self.rows),
        }


class NameDecisions:
    """What was decided about names, applied; what is not decided yet is refused and asked."""

    @cached_property
    def _decisions(self) -> dict[tuple[str, str], NameDecision]:
        decisions = NameDecision.objects.filter(authority=self.authority)
        return {(decision.model_name, decision.key): decision for decision in decisions}

    @property
    def has_decisions(self) -> bool:
        return bool(self._decisions)

    def settle(
        self, names: Names, model, name: str, may_be=bool, is_of_row: bool = False
    ) -> models.Model | None:
        """The known record that an unknown name stands for, or ``None`` for a new one.

        Raises ``CellError`` where it comes so near to a known one that somebody must decide. A
        record that is found gets the name as another one; ``is_of_row`` says that its row does it.
        """
        kind = model._meta.model_name
        if decision := self._decisions.get((kind, key_of(name))):
            if decision.answer == NameAnswer.LEAVE_OUT:
                raise NameLeftOutError(name)
            if decision.answer == NameAnswer.NEW:
                return None
            if (record := self._record_of(decision, names)) is not None:
                names.add(record, [name])
                if not is_of_row:
                    self.add_name(self.completion(record), name)
                return record
        near = names.near(name, may_be)
        if near:
            self._ask(kind, name, near)
        return None

    @staticmethod
    def _record_of(decision: NameDecision, names: Names):
        if decision.record.startswith(BY_NAME):
            found = names.find(decision.record.removeprefix(BY_NAME))
            return found[0] if len(found) == 1 else None
        return names.identified(decision.record)

    def _ask(self, kind: str, name: str, near: list) -> None:
        question = self.questions.get((kind, key_of(name)))
        if question is None:
            candidates = [
                Candidate(
                    one.record.public_id if one.record.pk else f"{BY_NAME}{one.name}",
                    self._describe(one),
                    str(one.reason),
                )
                for one in near
            ]
            sheet, row = (self.row.sheet, self.row.number) if self.row is not None else ("", 0)
            question = NameQuestion(kind, name, candidates, sheet, row)
            self.questions[kind, key_of(name)] = question
        if self.row is not None:
            question.rows.add((self.row.sheet, self.row.number))
        error = CellError(
            _("“%(name)s” is not known, but “%(near)s” is, and %(reason)s.")
            % {"name": name, "near": near[0].name, "reason": near[0].reason},
            _(
                "Say whether they are the same, or write “%(near)s” here or give it this other "
                "name; if they are not, add it to the registry."
            )
            % {"near": near[0].name},
            value=name,
        )
        error.about = "name"
        raise error

    @staticmethod
    def _describe(near) -> str:
        """The candidate's name and, for an organisation, its place."""
        record = near.record
        place = getattr(record, "place", None)
        country = getattr(record, "country_name", "")
        where = str(place or country or "")
        shown = near.name if near.name == str(record) else f"{near.name} – {record}"
        return f"{shown} ({where})" if where else shown

    # What a decision adds -----------------------------------------------------------------------

    def completion(self, record) -> RecordPlan:
        """The plan of a record that the file completes, wherever it stands."""
        row = self.row_of(record)
        if row is not None and row.plan is not None:
            return row.plan
        key = type(record), identity(record)
        if key in self.planned:
            return self.planned[key]
        if key not in self.completions:
            sheet, number = (self.row.sheet, self.row.number) if self.row is not None else ("", 0)
            self.completions[key] = RecordPlan(record, False, sheet, number)
        return self.completions[key]

    def add_name(self, plan: RecordPlan, name: str) -> None:
        """Give a record another name, where its kind has some and the importer may change it."""
        names = OTHER_NAMES.get(plan.model)
        if names is None or not (plan.is_new or self.may_change(plan.instance)):
            return
        known = {str(plan.instance), *(row.name for row in plan.rows("other_names"))}
        if name not in known:
            row = names(name=name, kind=NameKind.ALIAS)
            plan.add_row("other_names", row, str(names._meta.verbose_name_plural))

    def notice_once(self, message: str) -> None:
        if message not in self.notices:
            self.notices.append(message)

    def each(self, look_up, names) -> list:
        """What each of the names stands for, without those that are left out."""
        found = []
        for name in names:
            try:
                found.append(look_up(name))
            except NameLeftOutError as error:
                self.notice_once(error.message)
        return found
