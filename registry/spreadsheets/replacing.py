"""What a list no longer has: in a row that gives the registry's identifier, its cells are whole.

Elsewhere a cell adds what is missing, since an office rarely lists all that the registry knows. But
who took a record out, struck a partner and brings the file back means that the partner goes.
"""

from registry.spreadsheets.plans import RecordPlan, identity
from registry.text import fold

# What a cell says to empty its list: an empty cell changes nothing.
EMPTIED = ("vide", "empty")
# What no cell of a workbook can hold: exports cut it.
LONGEST_CELL = 32_767


def is_empty(cell: str) -> bool:
    return cell.startswith("(") and fold(cell) in EMPTIED


def is_whole(cell: str) -> bool:
    """Whether an export could write all of the list: it cuts what no cell can hold."""
    return len(cell) < LONGEST_CELL


def settle(plan: RecordPlan) -> None:
    """Take away what the row's cells do not list; what moved to another column changes its role."""
    given, plan.listed = plan.listed, None
    for column, listed, label in given:
        kept = set(map(identity_of, listed))
        for item in plan.existing(column.attribute):
            if not column.lists(item) or identity_of(item) in kept:
                continue
            other = next(
                (
                    (other, said)
                    for other, items, said in given
                    if other.attribute == column.attribute
                    and identity_of(item) in map(identity_of, items)
                ),
                None,
            )
            if other:
                plan.change_row(column.attribute, item, other[0].row_filter(), other[1])
            else:
                plan.take_away(column.attribute, item, label)


def identity_of(item) -> tuple:
    return type(item), identity(item)
