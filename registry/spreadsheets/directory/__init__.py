"""What cells refer to: the registry's names, loaded once for a file, and those that it adds.

Every look-up is made here. A name that is not known becomes a record of its own, unless it comes
so near to a known one that somebody must decide.
"""

from registry.spreadsheets.directory.base import may_be_same_date
from registry.spreadsheets.directory.records import RecordLookups
from registry.spreadsheets.directory.towns import TownLookups

__all__ = ["Directory", "may_be_same_date"]


class Directory(TownLookups, RecordLookups):
    """The look-ups of one import."""

    def load_ahead(self) -> None:
        """Load what the rows of most files name, before they are there."""
        for names in (self.places, self.organisations, self.funds, self.domains):
            names.load_ahead()
