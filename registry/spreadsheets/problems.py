"""What can be wrong with a file or a cell, said so that its author can mend it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Of the rows of one cause.
MOST_RANGES = 12


class UnreadableFileError(Exception):
    """A file that cannot be read as a spreadsheet, or that passes a limit; the message says why."""


class CellError(ValueError):
    """What is wrong with the value of a cell, and what to do about it."""

    def __init__(self, message: str, remedy: str = "", value: str | None = None):
        super().__init__(message)
        self.message = str(message)
        self.remedy = str(remedy)
        self.value = value
        # The name of the column, once it is known.
        self.column = ""
        # As ``Problem.about``.
        self.about = "row"


class NameLeftOutError(CellError):
    """A name that somebody decided to leave out: what it stands in goes without it."""

    def __init__(self, name: str):
        super().__init__(_("“%(name)s” is left out, as was decided.") % {"name": name}, value=name)


class RepeatedRowError(CellError):
    """A row that says nothing that another one did not say: it is read once."""

    def __init__(self):
        super().__init__("")


class ProtectedFileError(UnreadableFileError):
    def __init__(self):
        super().__init__(
            _("This file is protected by a password. Remove the protection and upload it again.")
        )


class DamagedFileError(UnreadableFileError):
    def __init__(self):
        super().__init__(
            _("This workbook is damaged or incomplete. Open it, save it anew and upload it again.")
        )


@dataclass(frozen=True)
class Problem:
    """Something that keeps a file from being imported, with the place where it stands.

    ``row`` is the number that the spreadsheet shows; 0 stands for the sheet as a whole.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    remedy: str = ""
    # What it is about: a "row", the "file", or what somebody can settle on the page of the import –
    # a "sheet", a "column" or a "name".
    about: str = "row"

    def as_dict(self) -> dict:
        return asdict(self)


class RowRefusedError(ValidationError):
    """The problems of one row, carried through django-import-export."""

    def __init__(self, problems: list[Problem]):
        super().__init__([problem.message for problem in problems])
        self.problems = problems


def row_ranges(numbers: Iterable[int]) -> str:
    """``2, 4–9, 12``: rows as people write them."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    return ", ".join(shown[:MOST_RANGES]) + ("…" if len(shown) > MOST_RANGES else "")
