"""What the sheets of every kind of record share: matching, reading, validation and citations."""

import datetime
import logging
from functools import cache

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import RowResult

from registry.spreadsheets import progress, validation
from registry.spreadsheets.columns import Column
from registry.spreadsheets.directory import Directory, may_be_same_date
from registry.spreadsheets.headings import Headings
from registry.spreadsheets.plans import RecordPlan, SheetPlan
from registry.spreadsheets.problems import (
    CellError,
    NameLeftOutError,
    Problem,
    RepeatedRowError,
    RowRefusedError,
)
from registry.spreadsheets.resources.common import CommonColumns
from registry.spreadsheets.tables import Row, Table
from registry.text import fold

logger = logging.getLogger(__name__)

LOADED_AT_ONCE = 500
EMPTY = gettext_lazy("This cell is empty.")


class RecordResource(CommonColumns):
    """A sheet of records of one kind.

    django-import-export carries each row: it finds the instance, has the columns read it, skips
    what is unchanged, has it validated and saved. Here *saved* means added to the plan; the plan
    is written as a whole, once it is confirmed.
    """

    # Names that such a sheet has, to choose between kinds that share headings.
    sheet_names: tuple[str, ...] = ()
    # Words for what each row is: "Date de la mission" says no more than "Date" of a delegation.
    itself: str = ""
    # A sheet without any of these columns is not of this kind; new records need the first.
    key_columns: tuple[str, ...] = ("title",)
    date_columns: tuple[str, ...] = ()
    # The look-up of the directory where the records are found by name.
    index = ""
    joined: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ("citations",)

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True
        use_bulk = True
        skip_diff = True

    def __init__(self, directory: Directory):
        super().__init__()
        self.directory = directory
        self.problems: list[Problem] = []
        self.plans: list[RecordPlan] = []
        self.row: Row | None = None

    # What the sheet is ------------------------------------------------------------------------

    @classmethod
    def written_columns(cls) -> list[Column]:
        """The columns of an export: the identifier, the record's own, those of every record."""
        columns = sorted(
            (column for column in cls.columns() if column.is_written),
            key=lambda column: column.order,
        )
        common = [column for column in columns if column.column_name in CommonColumns.fields]
        own = [column for column in columns if column not in common]
        identifier = cls.fields["public_id"]
        common.remove(identifier)
        return [identifier, *own, *common]

    @classmethod
    def columns(cls) -> list[Column]:
        return [field for field in cls.fields.values() if isinstance(field, Column)]

    @classmethod
    @cache
    def known_headings(cls) -> Headings:
        """Its headings; those of its own columns before those that all sheets have."""
        common = CommonColumns.fields
        columns = sorted(cls.columns(), key=lambda column: column.column_name in common)
        return Headings(columns, cls.itself)

    @classmethod
    def is_recognised_by(cls, columns: set[str]) -> bool:
        """Whether a sheet with these columns can be of this kind."""
        return bool(columns & set(cls.key_columns))

    @classmethod
    def columns_read_as(cls, kind: str) -> set[str]:
        return {column.column_name for column in cls.columns() if column.reads == kind}

    @classmethod
    def code(cls) -> str:
        """The kind of sheet, as mappings keep it."""
        return cls._meta.model._meta.model_name

    @classmethod
    def plural_name(cls) -> str:
        return str(cls._meta.model._meta.verbose_name_plural)

    # First pass: which record each row is about -------------------------------------------------

    def identify_rows(self, table: Table) -> None:
        """Give each row the plan of its record, found or new, so that other rows can name it."""
        for row in progress.each(table.rows):
            self.directory.row = row
            try:
                record = self.match(row)
                self._claim(row, record)
            except NameLeftOutError as error:
                self.directory.notice_once(error.message)
                continue
            except RepeatedRowError:
                continue
            except CellError as error:
                # The row is refused, and still read: all that is wrong with it is told at once.
                row.problems = [self._problem(row, error)]
                row.plan = RecordPlan(self.directory.new(self._meta.model), True)
                continue
            if record is None:
                row.plan = RecordPlan(self.directory.new(self._meta.model), True)
                self.directory.claim(row.plan.instance, row)
            else:
                row.plan = RecordPlan(record, False)
            row.plan.sheet, row.plan.row = row.sheet, row.number
            if record is None:
                self._register(row)
        table.rows = [row for row in table.rows if row.plan is not None]
        self._load_matched(table.rows)

    def _register(self, row: Row) -> None:
        """Fill in what a new record is known by."""
        for name in (self.key_columns[0], *self.date_columns):
            try:
                self.fields[name].save(row.plan.instance, row, directory=self.directory)
            except CellError:
                return  # the second pass says so
        if self.index:
            names = getattr(self.directory, self.index)
            names.add(row.plan.instance, self.names_of(row.plan.instance, row))

    def names_of(self, record, row: Row) -> list[str]:
        return [str(record)]

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
        return self.choose(found, title, date)

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
            pk = self.directory.by_key(model, public_id.strip().lower())
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
            pk = self.directory.by_key(model, (self.directory.authority.pk, fold(reference)))
            return self.stub(pk) if pk else None
        return None

    def stub(self, pk: int):
        """A record of which the key alone is known; it is loaded with the others."""
        return self._meta.model(pk=pk, authority_id=self.directory.authority.pk)

    def _key_date(self, row: Row):
        for name in self.date_columns:
            if value := self.read(row, name):
                return value[0] if isinstance(value, tuple) else value
        return None

    def _date_of(self, record):
        return getattr(record, self.date_columns[0]) if self.date_columns else None

    def _claim(self, row: Row, record) -> None:
        if record is not None and (first := self.directory.claim(record, row)):
            error = CellError(
                _("This row is about the same record as row %(row)s of “%(sheet)s”.")
                % {"row": first.number, "sheet": first.sheet},
                _("Keep one of the two rows."),
            )
            error.column = self.key_columns[0]
            raise error

    def _load_matched(self, rows: list[Row]) -> None:
        """Load the records that were found, with all that their columns compare."""
        wanted = [row for row in rows if not row.plan.is_new]
        records = (
            self._meta.model._default_manager.select_related("authority", *self.joined)
            .prefetch_related(*map(self._prefetch, self.prefetched))
            .defer("search_text")
        )
        for start in range(0, len(wanted), LOADED_AT_ONCE):
            batch = wanted[start : start + LOADED_AT_ONCE]
            loaded = records.in_bulk([row.plan.instance.pk for row in batch])
            for row in batch:
                row.plan.instance = loaded[row.plan.instance.pk]

    def _prefetch(self, lookup: str) -> models.Prefetch:
        """The rows of a relation, joined to what their key names.

        Joined, because SQLite refuses the query by which Django prefetches more than a thousand
        records by their keys.
        """
        relation, _separator, key = lookup.partition("__")
        rows = self._meta.model._meta.get_field(relation).related_model._default_manager.all()
        if key and rows.model._meta.get_field(key).many_to_many:
            rows = rows.prefetch_related(key)
        elif key:
            rows = rows.select_related(key)
        return models.Prefetch(relation, rows)

    # Second pass: what each row says ------------------------------------------------------------

    def plan_rows(self, table: Table) -> SheetPlan:
        """Read all rows into plans and problems; count what becomes of them."""
        counts = SheetPlan(table.sheet, self._meta.model, table.hidden)
        for row in progress.each(table.rows):
            self.directory.row = row
            result = self.import_row(
                row, instance_loader=None, row_number=row.number, directory=self.directory
            )
            if result.errors:
                # Ours to mend, not the importer's: the log says what it was.
                logger.error("A row failed", exc_info=result.errors[0].error)
                message = _("The registry could not read this row.")
                remedy = _("Tell an administrator, with the workbook.")
                self.problems.append(Problem(row.sheet, row.number, "", "", message, remedy))
                counts.refused += 1
            elif result.validation_error:
                self.problems += result.validation_error.problems
                counts.refused += 1
            elif result.import_type == RowResult.IMPORT_TYPE_NEW:
                counts.new += 1
            elif result.import_type == RowResult.IMPORT_TYPE_UPDATE:
                counts.changed += 1
            else:
                counts.unchanged += 1
        return counts

    def before_import_row(self, row, **kwargs):
        self.row = row

    def get_or_init_instance(self, instance_loader, row):
        return row.plan.instance, row.plan.is_new

    def get_import_fields(self):
        return [field for field in self.fields.values() if isinstance(field, Column)]

    def import_instance(self, instance, row, **kwargs):
        for column in self.get_import_fields():
            if column.column_name in row:
                self._try(row, column.save, instance, row, **kwargs)
        for step in (self.complete, self._cite):
            if not row.problems:
                self._try(row, step, row)

    def _try(self, row, step, *args, **kwargs) -> None:
        try:
            step(*args, **kwargs)
        except CellError as error:
            problem = self._problem(row, error)
            if problem not in row.problems:
                row.problems.append(problem)

    def complete(self, row: Row) -> None:
        """What several columns say together."""

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not row.problems and not row.plan.is_touched

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        row = self.row
        if not row.problems:
            row.problems += self._problems_of(row)
        if row.problems:
            raise RowRefusedError(row.problems)

    def save_instance(self, instance, is_create, row, **kwargs):
        self.plans.append(row.plan)

    def save_m2m(self, instance, row, **kwargs):
        """Links are in the plan too."""

    # Problems -----------------------------------------------------------------------------------

    def read(self, row: Row, name: str):
        """The value of a cell; ``None`` where it is empty or the sheet has no such column."""
        return self.fields[name].clean(row)

    def empty_cell(self, name: str) -> CellError:
        error = CellError(
            str(EMPTY), _("Fill in “%(column)s”.") % {"column": self.fields[name].label}
        )
        error.column = name
        return error

    def _problem(self, row: Row, error: CellError) -> Problem:
        column = self.fields.get(error.column)
        heading = row.headings.get(error.column) or (column.label if column else "")
        value = error.value if error.value is not None else self._cell(row, error.column)
        return Problem(
            row.sheet, row.number, heading, value, error.message, error.remedy, error.about
        )

    def _cell(self, row: Row, name: str) -> str:
        value = row.get(name, "")
        return value.isoformat() if isinstance(value, datetime.date) else str(value)

    def _problems_of(self, row: Row) -> list[Problem]:
        plan, found = row.plan, []
        if not plan.is_new and not self.directory.may_change(plan.instance):
            error = CellError(
                _("This record belongs to %(owner)s, which alone changes it.")
                % {"owner": plan.instance.authority},
                _("Remove the row, or ask %(owner)s to make the change.")
                % {"owner": plan.instance.authority},
            )
            error.column = self.key_columns[0]
            return [self._problem(row, error)]
        for field, messages in validation.check(plan, self.directory.unique).items():
            for message in messages:
                error = CellError(message, _("Correct this cell."))
                error.column = self._column_of(field, plan)
                value = None if field == NON_FIELD_ERRORS else getattr(plan.instance, field, None)
                if value in (None, "") and field != NON_FIELD_ERRORS:
                    error = self.empty_cell(error.column)
                found.append(self._problem(row, error))
        return found

    def _column_of(self, field: str, plan: RecordPlan) -> str:
        """The column that gave a field its value, or that would."""
        if given := plan.columns.get(field):
            return given
        for column in self.get_import_fields():
            if column.attribute == field:
                return column.column_name
        return self.key_columns[0]

    def _cite(self, row: Row) -> None:
        if titles := self.read(row, "source"):
            date = self.read(row, "source_date")
            column = self.fields["source"]
            column.cite(row.plan, titles, date, row.heading("source"), self.directory)
