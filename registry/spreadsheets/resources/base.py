"""What the sheets of every kind of record share: how their rows are read into plans."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext as _
from import_export.results import RowResult

from registry.history.states import batches
from registry.spreadsheets import progress, sharing
from registry.spreadsheets.columns import Column
from registry.spreadsheets.directory import Directory
from registry.spreadsheets.headings import Headings
from registry.spreadsheets.loading import AT_ONCE, Loader
from registry.spreadsheets.plans import (
    MOST_RECORDS,
    MOST_TOLD,
    RecordPlan,
    SheetPlan,
    identity,
)
from registry.spreadsheets.problems import (
    CellError,
    Problem,
    RowRefusedError,
)
from registry.spreadsheets.replacing import settle
from registry.spreadsheets.resources.common import CommonColumns
from registry.spreadsheets.resources.identifying import Identifying
from registry.spreadsheets.resources.refusing import Refusing
from registry.spreadsheets.sides import AMOUNTS
from registry.spreadsheets.tables import Row, Table

logger = logging.getLogger(__name__)


class RecordResource(Identifying, Refusing, CommonColumns):
    """A sheet of records of one kind.

    It takes django-import-export's steps with each row: its columns read it, what is unchanged is
    skipped, the rest validated and saved. Here *saved* means added to the plan; the plan is written
    as a whole, once it is confirmed.
    """

    # Names that such a sheet has, to choose between kinds that share headings.
    sheet_names: tuple[str, ...] = ()
    # Words for what each row is: "Date de la mission" says no more than "Date" of a delegation.
    itself: str = ""
    # A sheet without any of these columns is not of this kind; new records need the first.
    key_columns: tuple[str, ...] = ("title",)
    date_columns: tuple[str, ...] = ()
    # Columns that its sheets may have, and those of another kind rather.
    of_another_kind: frozenset[str] = frozenset()
    # Whether columns may be headed by years and hold amounts, and whether each is a row of its own.
    is_yearly = False
    splits_years = False
    # Whether a row with its name alone can be a record; elsewhere such a row heads a section.
    is_named_alone = True
    # By a column of names, the one that is meant where all that it holds are numbers.
    counts: dict[str, str] = {}
    # The look-up of the directory where the records are found by name.
    index = ""
    # Whether no row names a record of the same kind, and nothing that comes later changes one.
    is_final = False
    # The columns whose cells may name records of the same kind, where that is all that keeps the
    # sheet from being final as long as it is the only one.
    naming_columns: tuple[str, ...] | None = None
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
        # Where plans go at once, if they need not wait for the rest of the file; ``more`` are not
        # kept then.
        self.preparation = None
        self.more = 0
        self._loader = Loader()
        # How many more new records are shown; what the cells of each column mean.
        self._to_tell = MOST_TOLD
        self._meanings: defaultdict[str, dict] = defaultdict(dict)

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
    def seems_other(cls, columns: set[str]) -> int:
        """How much these columns speak for a sheet of another kind."""
        return len(columns & cls.of_another_kind)

    @classmethod
    def lacks_year(cls, *given) -> bool:
        """Whether amounts should be of a year, and none of these columns says of which."""
        says = {"years", "year", "period", "starts_on", "decided_on", "yearly"}
        is_given = {name for names in given for name in names}
        amounts = {"amount", *AMOUNTS.values()} & is_given
        return cls.is_yearly and bool(amounts) and not says & is_given

    @classmethod
    def meant_by_place(cls, columns: list, rows: list) -> dict[str, str]:
        """What columns mean that their place or values tell, not their heading, by their keys."""
        return {}

    @classmethod
    def columns_read_as(cls, kind: str) -> set[str]:
        return {column.column_name for column in cls.columns() if column.reads == kind}

    @classmethod
    @cache
    def choices_read(cls) -> dict:
        """The choices of each column that takes one of a list."""
        widgets = {column.column_name: column.widget for column in cls.columns()}
        return {
            name: widget.choices for name, widget in widgets.items() if hasattr(widget, "choices")
        }

    @classmethod
    def code(cls) -> str:
        """The kind of sheet, as mappings keep it."""
        return cls._meta.model._meta.model_name

    @classmethod
    def plural_name(cls) -> str:
        return str(cls._meta.model._meta.verbose_name_plural)

    def need_not_wait(self, table: Table) -> bool:
        """Whether nothing changes what is planned of a row, where no other sheet is there."""
        names = self.naming_columns
        return self.is_final or (names is not None and not table.headings.keys() & set(names))

    # What each row says ---------------------------------------------------------------------------

    def _load_matched(self, rows: list[Row]) -> None:
        """Load the records that were found, with all that their columns compare."""
        joined = ("authority", *self.joined)
        pks = [row.key for row in rows if row.key]
        loaded = self._loader.load(self._meta.model, pks, joined, self.prefetched) if pks else {}
        for row in rows:
            if row.key and row.plan is None:
                row.plan = self._plan_of(row, loaded[row.key], False)
            elif row.key:
                row.plan.instance = loaded[row.key]

    def plan_rows(self, table: Table) -> SheetPlan:
        """Read all rows into plans and problems; count what becomes of them."""
        self._sheet = SheetPlan(table.sheet, self._meta.model, table.hidden)
        self._columns = [
            column for column in self.get_import_fields() if column.column_name in table.headings
        ]
        if self.preparation is None:
            self.plan_part(table.rows)
        else:
            sharing.plan(self, table.rows)
        return self._sheet

    def plan_part(self, rows: list[Row]) -> None:
        """Read some of the rows."""
        counts = self._sheet
        if counts.refused and self.gives_up(counts.refused, counts.rows):
            return
        for row in progress.each(self._loaded(rows)):
            self.directory.row = row
            result = self.import_row(row)
            if self.preparation is not None:
                self._pass_on(row)
            else:
                row.rest()
            if result == RowResult.IMPORT_TYPE_NEW:
                counts.new += 1
            elif result == RowResult.IMPORT_TYPE_UPDATE:
                counts.changed += 1
            elif result == RowResult.IMPORT_TYPE_SKIP:
                counts.unchanged += 1
            else:
                counts.refused += 1
                if self.gives_up(counts.refused, counts.rows):
                    break

    def put_into_words(self) -> None:
        """Say now what is shown of the rows so far, while others plan those that follow."""
        for plan in self.plans:
            for change in plan.changes:
                change.after  # noqa: B018  it remembers what it said

    def begin_helping(self) -> None:
        """Go on as a helper: what it plans is not shown."""
        self._to_tell = 0
        self._sheet = SheetPlan(self._sheet.name, self._meta.model)

    def take(self, count: int) -> None:
        """Note that so many rows were planned elsewhere, all of them new."""
        self._sheet.new += count
        self.more += count
        progress.advance(count)

    def _loaded(self, rows: list[Row]) -> Iterator[Row]:
        """The rows with their plans begun, some at a time."""
        for batch in batches(rows, AT_ONCE):
            for row in batch:
                row.fill()
            self._load_matched(batch)
            for row in batch:
                if row.plan is None:
                    self.begin(row)
                yield row

    def _pass_on(self, row: Row) -> None:
        """Prepare at once what the row says, and forget it unless it is shown."""
        plan, row.plan = row.plan, None
        if plan.is_touched and not row.problems:
            self.preparation.add(plan)
            if plan.is_told and len(self.plans) < MOST_RECORDS:
                self.plans.append(plan)
            else:
                self.more += 1
        if plan.is_new and not self.is_final:
            row.passed_on = identity(plan.instance), str(plan.instance)
        row.clear()

    def import_row(self, row, instance_loader=None, **kwargs) -> str:
        """The library's steps without what is made for each row there; its word for the outcome."""
        self.row = row
        try:
            self.import_instance(row.plan.instance, row)
            if self.skip_row(row.plan.instance, None, row):
                return RowResult.IMPORT_TYPE_SKIP
            self.validate_instance(row.plan.instance)
            self.save_instance(row.plan.instance, row.plan.is_new, row)
        except RowRefusedError as error:
            self.problems += error.problems
            return RowResult.IMPORT_TYPE_INVALID
        except Exception:
            # Ours to mend, not the importer's: the log says what it was.
            logger.exception("A row failed")
            message = _("The registry could not read this row.")
            remedy = _("Tell an administrator, with the workbook.")
            self.problems.append(Problem(row.sheet, row.number, "", "", message, remedy))
            return RowResult.IMPORT_TYPE_ERROR
        return RowResult.IMPORT_TYPE_NEW if row.plan.is_new else RowResult.IMPORT_TYPE_UPDATE

    def get_import_fields(self):
        return [field for field in self.fields.values() if isinstance(field, Column)]

    def import_instance(self, instance, row, **kwargs):
        fill = self.fill
        for column in self._columns:
            if column.column_name in row:
                try:
                    fill(row, column)
                except CellError as error:
                    self._refuse(row, error)
        for step in (self.complete, self._cite):
            if not row.problems:
                self._try(row, step, row)
        if row.plan.listed and not row.problems:
            settle(row.plan)

    def fill(self, row: Row, column: Column) -> None:
        """Put what the row's cell says into its plan."""
        value = self.read(row, column.column_name)
        if value is not None:
            column.put(value, row, self.directory)

    def _try(self, row, step, *args, **kwargs) -> None:
        try:
            step(*args, **kwargs)
        except CellError as error:
            self._refuse(row, error)

    def _refuse(self, row, error: CellError) -> None:
        problem = self._problem(row, error)
        if problem not in row.problems:
            row.problems = (*row.problems, problem)

    def complete(self, row: Row) -> None:
        """What several columns say together."""

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not row.problems and not row.plan.is_touched

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        row = self.row
        if not row.problems:
            row.problems = tuple(self._problems_of(row))
        if row.problems:
            raise RowRefusedError(row.problems)

    def save_instance(self, instance, is_create, row, **kwargs):
        if self.preparation is None:
            self.plans.append(row.plan)

    def _cite(self, row: Row) -> None:
        if titles := self.read(row, "source"):
            date, url = self.read(row, "source_date"), self.read(row, "source_url")
            self.fields["source"].cite(row, titles, date, self.directory, url)
        elif "source_url" in row:
            message = _("%(sheet)s: “%(column)s” is left out where the row names no source.")
            said = {"sheet": row.sheet or _("the file"), "column": row.heading("source_url")}
            self.directory.notice_once(message % said)
