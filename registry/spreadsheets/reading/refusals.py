"""Why a file is refused, in words that the parent translates, and the limits that it may pass."""

from dataclasses import dataclass


@dataclass
class Limits:
    """What the settings allow."""

    megabytes: int = 50
    rows: int = 200_000
    columns: int = 500
    sheets: int = 250
    inflated: int = 500
    ratio: int = 200
    memory: int = 1024
    seconds: int = 60


# Those of the process: a child reads one file.
LIMITS = Limits()


def gettext_noop(message: str) -> str:
    """Marks a message for those who extract them; the parent translates it."""
    return message


class Refusal(Exception):  # noqa: N818  an answer, not an accident
    """The file is not read: messages in English, and the values that they name."""

    def __init__(self, *messages: str, **values):
        super().__init__(*messages)
        self.messages = messages
        self.values = values


class DamagedRefusal(Refusal):
    def __init__(self):
        super().__init__(
            gettext_noop(
                "This workbook is damaged or incomplete. Open it, save it anew and upload it again."
            )
        )


class ProtectedRefusal(Refusal):
    def __init__(self):
        super().__init__(
            gettext_noop(
                "This file is protected by a password. Remove the protection and upload it again."
            )
        )


def check_sheets(count: int) -> None:
    if count > LIMITS.sheets:
        raise Refusal(
            gettext_noop(
                "This workbook has %(count)s sheets: the limit is %(limit)s. Split it, or delete "
                "the sheets that are not needed."
            ),
            count=count,
            limit=LIMITS.sheets,
        )


def check_rows(count: int) -> None:
    """Refuse a workbook whose sheets have too many rows together."""
    if count > LIMITS.rows + TITLES * LIMITS.sheets:
        raise Refusal(
            gettext_noop(
                "The sheets of this workbook have %(count)s rows together: the limit is "
                "%(limit)s. Split the workbook."
            ),
            count=count,
            limit=LIMITS.rows,
        )


# Titles may stand above the headings: they do not count among the rows.
TITLES = 100
MOST_CELLS = 20_000_000
# A larger area than this is only reserved for a sheet that fills a fair part of it.
AREA_WITHOUT_QUESTION = 1_000_000
LEAST_FILLED = 0.01


def check_size(rows: int, columns: int, filled: int | None = None) -> None:
    """Refuse a sheet that passes a limit, naming it; so many cells are known to be ``filled``."""
    if rows > LIMITS.rows + TITLES:
        raise Refusal(
            gettext_noop(
                "A sheet has %(count)s rows: the limit is %(limit)s. Split the workbook, or delete "
                "the rows below the last one that is filled."
            ),
            count=rows,
            limit=LIMITS.rows,
        )
    if columns > LIMITS.columns:
        raise Refusal(
            gettext_noop(
                "A sheet has %(count)s columns: the limit is %(limit)s. Delete those that are not "
                "needed."
            ),
            count=columns,
            limit=LIMITS.columns,
        )
    if rows * columns > MOST_CELLS:
        raise Refusal(
            gettext_noop(
                "A sheet has %(rows)s rows of %(columns)s columns: that is too many cells. Split "
                "the workbook."
            ),
            rows=rows,
            columns=columns,
        )
    if (
        filled is not None
        and rows * columns > AREA_WITHOUT_QUESTION
        and filled < rows * columns * LEAST_FILLED
    ):
        raise Refusal(
            gettext_noop(
                "A sheet reaches to row %(rows)s and column %(columns)s, but nearly all of it is "
                "empty. Delete the cell that stands far from the others, or copy the table into a "
                "new workbook."
            ),
            rows=rows,
            columns=columns,
        )
