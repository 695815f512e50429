"""The first look at a sheet: which record each row is about, found or new."""

from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from registry.spreadsheets import progress
from registry.spreadsheets.directory import may_be_same_date
from registry.spreadsheets.plans import RecordPlan, most_told
from registry.spreadsheets.problems import (
    CellError,
    NameLeftOutError,
    Problem,
    RepeatedRowError,
)
from registry.spreadsheets.tables import Row, Table, walk

# So many rows, nearly all of them refused, tell that the sheet as a whole is not as it should be.
MOST_REFUSED, NEARLY_ALL = 5_000, 0.9


class Identifying:
    """How a resource finds the records of its rows, so that other rows can name them."""

    has_given_up = False

    @property
    def plans_rows_alone(self) -> bool:
        """Whether a row is planned when its turn comes, or once another one names its record."""
        return self.is_final or self.preparation is not None

    def identify_rows(self, table: Table) -> None:
        """Find out which record each row is about, so that other rows can name it."""
        self._to_tell = most_told(len(table.rows))
        kept, refused = [], 0
        for number, row in enumerate(walk(progress.each(table.rows)), 1):
            if self._identify(row):
                kept.append(row)
                refused += bool(row.problems)
            if self.gives_up(refused, number):
                break
        table.rows = kept

    def _identify(self, row: Row) -> bool:
        """Find out which record a row is about; whether there is anything to be read of it."""
        self.directory.row = row
        row.resource = self
        try:
            record = self.match(row)
            self._claim(row, record)
        except NameLeftOutError as error:
            self.directory.notice_once(error.message)
            return False
        except RepeatedRowError:
            return False
        except CellError as error:
            # The row is refused, and still read: all that is wrong with it is told at once.
            row.problems = (self._problem(row, error),)
            row.plan = self._plan_of(row, self.directory.new(self._meta.model), True)
            return True
        if record is not None:
            row.key = record.pk
        if "reference" in row and self.index and self.preparation is None:
            self._refer(row, record)
        if record is None and self.plans_rows_alone:
            self._register(row, row)
        elif not self.plans_rows_alone:
            row.plan = self._plan_of(row, record, False) if record else self.begin(row)
            if record is None:
                self._register(row, row.plan.instance)
        return True

    def _refer(self, row: Row, record) -> None:
        """Note the number by which other rows may name the record of this one."""
        names = getattr(self.directory, self.index)
        if known := record and record.pk and names.of_key(record.pk):
            names.refer(known, str(row["reference"]))
        elif record is None:
            names.refer(row, str(row["reference"]))

    def gives_up(self, refused: int, looked_at: int) -> bool:
        """Whether nearly all of so many rows are refused that the reason is no single row.

        What follows is not looked at: the file does not come in, and nobody reads so many messages.
        """
        if refused < MOST_REFUSED or refused < NEARLY_ALL * looked_at or self.has_given_up:
            return self.has_given_up
        self.has_given_up = True
        message = _("Nearly all of the first %(count)s rows are refused: the others were not read.")
        remedy = _("Correct the first ones; one heading or column may be the reason for all.")
        sheet = self.directory.row.sheet
        problem = Problem(sheet, 0, "", "", message % {"count": looked_at}, remedy, about="file")
        self.problems.insert(0, problem)
        return True

    def begin(self, row: Row, is_named: bool = False) -> RecordPlan:
        """The plan of a new record; with what it is known by, where another row names it."""
        row.plan = self._plan_of(row, self.directory.new(self._meta.model), True)
        if is_named or not self.plans_rows_alone:
            self.directory.claim(row.plan.instance, row)
        if is_named:
            self._fill_key(row)
        return row.plan

    def _plan_of(self, row: Row, record, is_new: bool) -> RecordPlan:
        """The plan of a row; those of new records tell their values as long as somebody looks."""
        told = not is_new or self._to_tell > 0
        self._to_tell -= is_new
        plan = RecordPlan(record, is_new, row.sheet, row.number, is_told=told)
        plan.is_identified = not is_new and "public_id" in row
        return plan

    def _fill_key(self, row: Row) -> bool:
        """Fill in what a new record is known by, if that can be read."""
        try:
            for name in (self.key_columns[0], *self.date_columns):
                self.fill(row, self.fields[name])
        except CellError:
            return False  # the second pass says so
        return True

    def _register(self, row: Row, record) -> None:
        """Note by which names the new record of a row is known: itself, or the row for it."""
        if not self.index:
            return
        names = getattr(self.directory, self.index)
        if record is row:
            names.add(row, self.names_given(row))
        elif self._fill_key(row):
            names.add(record, self.names_of(record, row))

    def names_given(self, row: Row) -> list[str]:
        """The names that a row gives its record."""
        return [self.read(row, self.key_columns[0])]

    def names_of(self, record, row: Row) -> list[str]:
        return [str(record)]

    def passed_on(self, number: int, name: str):
        """The new record of a row that was prepared and forgotten: what messages say of it."""
        record = self._meta.model(**{self.fields[self.key_columns[0]].attribute: name})
        record._number = ~number
        return record

    def match(self, row: Row):
        """The record that the row is about; ``None`` for a new one."""
        if record := self.match_by_key(row):
            return record
        title = self.read(row, self.key_columns[0])
        if not title:
            raise self.empty_cell(self.key_columns[0])
        date = self._key_date(row)
        found = [
            record
            for record in getattr(self.directory, self.index).find(title)
            if may_be_same_date(self._date_of(record), date)
        ]
        record = self.choose(found, title, date)
        if record is not None and record.pk:
            # Found by its name, however that is spelt here: no reason to rename it.
            row[self.key_columns[0]] = getattr(record, self.fields[self.key_columns[0]].attribute)
        return record

    def choose(self, found: list, title: str, date):
        """One of the records that could be meant; an error where nothing tells them apart."""
        for narrower in (
            [record for record in found if record.authority_id == self.directory.authority.pk],
            [record for record in found if self._date_of(record) == date],
        ):
            if len(found) > 1 and narrower:
                found = narrower
        if len(found) > 1:
            raise self.several(title)
        return found[0] if found else None

    def several(self, title: str) -> CellError:
        """That nothing tells apart the records of this title."""
        return CellError(
            _("Several records are called “%(title)s”.") % {"title": title},
            _("Give the identifier of the one that is meant, in a column “%(column)s”.")
            % {"column": self.fields["public_id"].label},
            value=title,
        )

    def match_by_key(self, row: Row):
        """The record whose identifier or own reference the row gives."""
        model = self._meta.model
        if public_id := self.read(row, "public_id"):
            pk = self.directory.by_public_id(model, public_id.strip().lower())
            if pk is None:
                error = CellError(
                    _("No record of this kind has the identifier “%(value)s”.")
                    % {"value": public_id},
                    _("Empty this cell to add a new record."),
                )
                error.column = "public_id"
                raise error
            return self.stub(pk)
        if reference := self.read(row, "reference"):
            pk = self.directory.by_reference(model, reference)
            return self.stub(pk) if pk else None
        return None

    def stub(self, pk: int):
        """A record of which the key alone is known; it is loaded with the others."""
        record = self._meta.model.__new__(self._meta.model)
        record.__dict__.update(id=pk, authority_id=self.directory.authority.pk)
        record._state = ModelState()
        return record

    def _key_date(self, row: Row):
        for name in self.date_columns:
            if value := self.read(row, name):
                return value[0] if isinstance(value, tuple) else value
        return None

    def _date_of(self, record):
        return getattr(record, self.date_columns[0]) if self.date_columns else None

    def _claim(self, row: Row, record) -> None:
        first = self.directory.claim(record, row) if record is not None else None
        if first is not None:
            message = (
                _("This row is about the same record as row %(row)s of “%(sheet)s”.")
                if first.sheet
                else _("This row is about the same record as row %(row)s.")
            )
            error = CellError(
                message % {"row": first.number, "sheet": first.sheet},
                _("Keep one of the two rows."),
            )
            error.column = self.key_columns[0]
            raise error
