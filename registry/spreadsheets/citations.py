"""The column of sources: which documents support a record, and by which passage."""

import re

from registry.models import Citation
from registry.spreadsheets.plans import identity, new_row
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.rows import RowsColumn
from registry.spreadsheets.values import split_values

PASSAGE = re.compile(r"\s+«\s*(?=.*»\Z)", re.DOTALL)


class SourcesColumn(RowsColumn):
    """Sources by title, each with the passage that supports the record: ``Title « passage »``.

    The date of the source stands in a column of its own, so the record is complete before it is
    read: ``RecordResource`` calls ``cite``.
    """

    row_fields = ("source_id", "passage")

    def item(self, row, names):
        source, passage = row
        title = names.sources[source]
        return f"{title} « {passage} »" if passage else title

    def apply(self, plan, value, row, directory):
        """Nothing yet: see ``cite``."""

    def cite(self, row, text: str, date, directory, url: str | None = None) -> None:
        """As ``apply`` of other columns; ``url`` is the address of a source that is new."""
        listed = [] if self.empties(row.plan, text) else self._cite(row, text, date, directory)
        if url and len(listed) == 1 and listed[0].source.pk is None:
            listed[0].source.url = url
        self.note(row.plan, text, listed, row)

    def _cite(self, row, text: str, date, directory) -> list:
        plan, label, listed = row.plan, row.heading(self.column_name), []
        for item in split_values(text):
            title, passage = _cut_passage(" ".join(item.split()), directory)
            try:
                source = directory.source(title, date)
            except CellError as error:
                error.column = self.column_name
                raise
            cited = {identity(one.source): one for one in plan.rows(self.attribute)}
            citation = cited.get(identity(source))
            if citation is None:
                citation = new_row(Citation, source=source, passage=passage)
                plan.add_row(self.attribute, citation, label)
            elif citation.pk:
                plan.replace(self.attribute, citation, {"passage": passage}, label)
            listed.append(citation)
        return listed


def _cut_passage(item: str, directory) -> tuple[str, str]:
    if item in directory.sources:
        return item, ""
    cuts = [
        (item[: match.start()], item[match.end() : -1].strip()) for match in PASSAGE.finditer(item)
    ]
    known = (cut for cut in cuts if cut[0] in directory.sources)
    return next(known, cuts[0] if cuts else (item, ""))
