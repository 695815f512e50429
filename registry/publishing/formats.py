"""The formats in which records can be taken away, by the ending of their address."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from registry.publishing.calendars import ALONE, LISTED
from registry.publishing.datasets import DATASETS
from registry.publishing.geography import LOCATED
from registry.spreadsheets.exporting.formats import CONTENT_TYPES
from registry.spreadsheets.exporting.formats import Format as Workbook


@dataclass(frozen=True)
class Format:
    """A file format; ``meaning`` says whom it serves."""

    ending: str
    name: str
    content_type: str
    meaning: str

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0]


FORMATS = {
    format_.ending: format_
    for format_ in (
        Format(
            "csv",
            "CSV",
            CONTENT_TYPES[Workbook.CSV],
            _(
                "Text that every spreadsheet opens, in UTF-8 with its mark. In French semicolons "
                "separate the columns and numbers have a comma; in English commas separate them. A "
                "text that a spreadsheet would take for a formula has an apostrophe before it."
            ),
        ),
        Format(
            "xlsx",
            "XLSX",
            CONTENT_TYPES[Workbook.XLSX],
            _("Workbook for Excel and other spreadsheets."),
        ),
        Format(
            "ods",
            "ODS",
            CONTENT_TYPES[Workbook.ODS],
            _("Workbook for LibreOffice and other spreadsheets, an open standard."),
        ),
        Format(
            "json",
            "JSON",
            "application/json",
            _(
                "For programs: every value with its code and its label, neighbours with identifier "
                "and address. What is not known is null or an empty list."
            ),
        ),
        Format(
            "geojson",
            "GeoJSON",
            "application/geo+json",
            _(
                "For maps (RFC 7946): each record at its places. One without coordinates is there "
                "too, without geometry."
            ),
        ),
        Format(
            "atom",
            "Atom",
            "application/atom+xml; charset=utf-8",
            _("To follow what is new and what has changed, in a feed reader; latest first."),
        ),
        Format(
            "ics",
            "iCalendar",
            "text/calendar; charset=utf-8",
            _(
                "To have the dates in your calendar: delegations, ends of agreements, calls that "
                "open and close. Only what is known to the day is in it."
            ),
        ),
    )
}


def list_formats(kind: str) -> list[Format]:
    """The formats of the list of a kind of record."""
    left_out = set()
    if kind not in LOCATED:
        left_out.add("geojson")
    if kind not in LISTED:
        left_out.add("ics")
    if not hasattr(DATASETS[kind].model, "updated_at"):
        left_out.add("atom")
    return [format_ for ending, format_ in FORMATS.items() if ending not in left_out]


def record_formats(kind: str) -> list[Format]:
    """The formats of a single record."""
    return [FORMATS["json"], *([FORMATS["ics"]] if kind in ALONE else [])]
