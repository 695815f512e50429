"""The forms by which the columns of a file are settled: what they ask, and what they answer."""

from django.core.paginator import Page, Paginator
from django.utils.text import capfirst

from registry.admin.posted import text_in
from registry.spreadsheets.mapping import IGNORED, LEFT_OUT, Mapping, SheetMapping
from registry.spreadsheets.resources import IMPORTED

# Columns on one page, of one sheet and of all: a page stays under 1 MB whatever the file.
COLUMNS_AT_ONCE, ASKED_AT_ONCE = 60, 120
# Sheets asked about at once: the next ones once these are settled.
SHEETS_AT_ONCE = 30
CONSTANTS_AT_ONCE = 3
# The values of a form that stand for no column.
UNDECIDED, IGNORE = "", "-"


def numbered(job) -> list[tuple[int, dict]]:
    return list(enumerate(job.report.get("layouts", [])))


# What is asked -----------------------------------------------------------------------------------


def asked_sheets(job) -> list[dict]:
    """The first sheets of which something is asked, with the columns that nothing explains."""
    asked = [(index, layout) for index, layout in numbered(job) if layout["is_asked"]]
    sheets, count = [], 0
    for index, layout in asked[:SHEETS_AT_ONCE]:
        if count >= ASKED_AT_ONCE:
            break
        sheets.append(_sheet(index, layout, lambda column: column["is_asked"], is_whole=False))
        count += len(sheets[-1]["columns"])
    if len(sheets) < len(asked):
        sheets[-1]["more"] = True
    return sheets


def can_leave_out_rest(job) -> bool:
    """Whether several columns are left to decide about, of sheets whose kind is known."""
    columns = [
        one for _index, layout in numbered(job) if layout["kind"] for one in layout["columns"]
    ]
    return sum(one["is_asked"] and not one["is_doubled"] for one in columns) > 1


def page_of(job, number) -> Page:
    """The columns of all sheets, page by page: the number of the sheet and of the column."""
    columns = [(index, at) for index, one in numbered(job) for at in range(len(one["columns"]))]
    return Paginator(columns, COLUMNS_AT_ONCE).get_page(number)


def sheets_of(job, page: Page) -> list[dict]:
    """The sheets of a page, with its columns and what each is read as."""
    shown = {index for index, _at in page}
    return [
        _sheet(index, layout, lambda column, i=index: (i, column["number"]) in page, is_whole=True)
        for index, layout in numbered(job)
        if index in shown
    ]


def _sheet(index: int, layout: dict, is_shown, is_whole: bool) -> dict:
    """A sheet with the columns to show and what each may be; ``is_whole`` for all of them."""
    resource = next((one for one in IMPORTED if one.code() == layout["kind"]), None)
    columns = [one | {"number": number} for number, one in enumerate(layout["columns"])]
    sheet = {
        "index": index,
        "name": layout["sheet"],
        "kind": LEFT_OUT if layout.get("is_left_out") else layout["kind"],
        "is_whole": is_whole,
        "kinds": [(one.code(), capfirst(one.plural_name())) for one in IMPORTED],
    }
    if resource is None:
        return sheet | {"columns": columns[:COLUMNS_AT_ONCE]}
    labels = {column.column_name: column.label for column in resource.columns()}
    used = set() if is_whole else {one["column"] for one in columns} | set(layout["constants"])
    columns = [column for column in columns if is_shown(column)]
    for column in columns:
        own = {column["column"]} if column["column"] in labels else set()
        near = [name for name in column["near"] if name not in used]
        column["closest"] = [(name, labels[name]) for name in [*own, *near] if name in labels]
        current = IGNORE if column["column"] == IGNORED else column["column"]
        column["current"] = UNDECIDED if column["is_asked"] else current or UNDECIDED
    choices = [(name, label) for name, label in labels.items() if name not in used]
    blanks = [("", "")] * CONSTANTS_AT_ONCE
    return sheet | {
        "columns": columns[:COLUMNS_AT_ONCE],
        "more": len(columns) > COLUMNS_AT_ONCE,
        "choices": sorted(choices, key=lambda choice: choice[1]),
        "constants": [
            (number, name, value, labels.get(name, name))
            for number, (name, value) in enumerate([*layout["constants"].items(), *blanks])
        ],
    }


# What is answered --------------------------------------------------------------------------------


def entry_of(mapping: Mapping, layout: dict) -> SheetMapping:
    """What is said of a sheet so far, as something that holds for its own headings alone."""
    headings = frozenset(layout["headings"])
    said = next(filter(None, (sheet.fitting(headings) for sheet in mapping.sheets)), None)
    if said is None:
        return SheetMapping(headings, layout["kind"])
    return SheetMapping(headings, said.kind, dict(said.columns), dict(said.constants))


def read_sheet(data, index: int, layout: dict, entry: SheetMapping) -> bool:
    """Put what the form says of a sheet into the entry; whether it says something.

    ``rest`` in the form leaves out the columns that it does not decide about.
    """
    kind = data.get(f"kind-{index}", "")
    kinds = {resource.code(): resource for resource in IMPORTED}
    if (kind == LEFT_OUT or kind in kinds) and kind != layout["kind"]:
        # What its columns were for another kind says nothing any more.
        entry.kind, entry.columns, entry.constants = kind, {}, {}
        return True
    resource = kinds.get(layout["kind"])
    if resource is None:
        return False
    known = {column.column_name for column in resource.columns()}
    said = _read_columns(data, index, layout, entry, known)
    said = _read_constants(data, index, layout, entry, known) or said
    if said:
        entry.kind = entry.kind or layout["kind"]
    return said


def _read_columns(data, index, layout, entry, known) -> bool:
    said, rest = False, IGNORE if data.get("rest") else UNDECIDED
    for number, column in enumerate(layout["columns"]):
        answer = data.get(f"column-{index}-{number}", UNDECIDED)
        if answer == UNDECIDED and column["is_asked"] and not column["is_doubled"]:
            answer = rest
        name = IGNORED if answer == IGNORE else answer
        is_same = name == column["column"] and not column["is_asked"]
        if (answer == IGNORE or answer in known) and not is_same:
            entry.columns[column["key"]] = name
            said = True
    return said


def _read_constants(data, index, layout, entry, known) -> bool:
    """The constants of the form; one whose value was emptied is none any more."""
    said = False
    for number in range(len(layout["constants"]) + CONSTANTS_AT_ONCE):
        name = data.get(f"constant-{index}-{number}", "")
        value = text_in(data, f"value-{index}-{number}")
        if name not in known or entry.constants.get(name, "") == value:
            continue
        if value:
            entry.constants[name] = value
        else:
            del entry.constants[name]
        said = True
    return said
