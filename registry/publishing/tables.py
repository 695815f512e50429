"""Records as a table: what the writers of CSV, XLSX and ODS take."""

from collections.abc import Iterator

from registry.publishing.datasets import Dataset
from registry.publishing.reading import Reading


class Table:
    """The rows of a dataset under headings in the active language."""

    def __init__(self, dataset: Dataset, reading: Reading):
        self.name = dataset.name
        self._reading = reading
        self._cells = [column.cells() for column in reading.columns]
        self.columns = [cells for several in self._cells for cells in several]

    @property
    def headings(self) -> list[str]:
        return [cells.label for cells in self.columns]

    @property
    def text_columns(self) -> list[int]:
        return [at for at, cells in enumerate(self.columns) if cells.is_text]

    @property
    def decimal_columns(self) -> list[int]:
        return [at for at, cells in enumerate(self.columns) if cells.is_decimal]

    def batches(self) -> Iterator[list[tuple]]:
        for batch, columns in self._reading.batches():
            if len(batch):
                yield list(zip(*self._made(columns), strict=True))

    def rows(self) -> Iterator[tuple[int, dict]]:
        """The key of each record, and its cells by their keys."""
        keys = [cells.key for cells in self.columns]
        for batch, columns in self._reading.batches():
            rows = zip(*self._made(columns), strict=True)
            for pk, row in zip(batch.keys, rows, strict=True):
                yield pk, dict(zip(keys, row, strict=True))

    def _made(self, columns) -> list[list]:
        return [
            cells.make(values)
            for values, several in zip(columns, self._cells, strict=True)
            for cells in several
        ]
