"""The columns of a delegation's way: its stops and its programme."""

import contextlib
import re

from django.utils.translation import pgettext

from registry.dates import DateError, PartialDate, parse_range
from registry.models import ProgrammeItem, Stop
from registry.spreadsheets import values, vocabulary
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import NameLeftOutError
from registry.spreadsheets.rows import RowsColumn
from registry.text import fold

NO_DATES = "–"
MET = re.compile(r"(.+) : (?:avec|with) (.+)", re.DOTALL)
AT = re.compile(r"(.+) : (?:à|at) (.+)", re.DOTALL)
# «3-6 avril», where the row says the year.
DAY_OF_MONTH = re.compile(
    r"(\b\d{1,2}(?:er)?\s+(?:janvier|janv\.|février|févr\.|mars|avril|avr\.|mai|juin|juillet|juil\."
    r"|août|aout|septembre|sept\.|octobre|oct\.|novembre|nov\.|décembre|déc\.|january|february"
    r"|march|april|may|june|july|august|september|october|november|december))(?![\w.]|\s*\d)",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
WHEN = re.compile(r"(.+) : ([^:]+)", re.DOTALL)


class StopsColumn(RowsColumn):
    """An itinerary: ``Rochester : 3-6 avril 2024 ; Québec : 7-12 avril 2024``."""

    row_fields = ("place_id", "starts_on", "ends_on")
    reads = "dates"

    def item(self, row, names):
        place, starts_on, ends_on = row
        text = names.places[place]
        # The colon stands even before nothing where a sign in the name could start the dates.
        dates = write_dates(starts_on, ends_on)
        return f"{text} : {dates}".rstrip() if dates or set(text) & set(",:") else text

    def enter(self, plan, value, row, directory):
        label, listed = row.heading(self.column_name), []
        left = plan.existing(self.attribute)
        known, lies_in = directory.places.__contains__, directory.may_lie_in
        text = with_year(value, plan.instance)
        stops = values.read_stops(text, row.conventions.day_first, known, lies_in)
        country = vocabulary.country_code(str(row.get("countries", "")))
        for stop in stops:
            # The country beside several stops may be that of one of them: known ones have theirs.
            code = country if len(stops) == 1 or not known(stop.place) else None
            try:
                place = directory.place(stop.place, code)
            except NameLeftOutError as error:
                directory.notice_once(error.message)
                continue
            # A place may be passed twice: each mention takes one of the stops that are there.
            passed = next((s for s in left if identity(s.place) == identity(place)), None)
            if passed is None:
                new = Stop(place=place, starts_on=stop.starts_on, ends_on=stop.ends_on)
                listed.append(plan.add_row(self.attribute, new, label))
                continue
            left.remove(passed)
            listed.append(passed)
            dates = {"starts_on": stop.starts_on, "ends_on": stop.ends_on}
            if plan.is_identified:
                plan.replace(self.attribute, passed, dates, label)
            elif stop.starts_on and not covers(stop.starts_on, stop.ends_on, passed):
                plan.change_row(self.attribute, passed, dates, label)
        return listed


def with_year(text: str, delegation) -> str:
    """The itinerary, whose days are of the year of its delegation if it says none itself."""
    start, end = delegation.starts_on, delegation.ends_on
    if not start or (end and end.year != start.year) or YEAR.search(text):
        return text
    return DAY_OF_MONTH.sub(rf"\1 {start.year}", text)


def covers(start: PartialDate, end: PartialDate | None, stop: Stop) -> bool:
    """Whether the stop has these dates already, or more precise ones inside them."""
    if (stop.starts_on, stop.ends_on) == (start, end):
        return True
    if stop.starts_on is None or len(stop.starts_on.isoformat()) <= len(start.isoformat()):
        return False
    last = (stop.ends_on or stop.starts_on).latest
    return start.earliest <= stop.starts_on.earliest and last <= (end or start).latest


def write_dates(start: PartialDate | None, end: PartialDate | None) -> str:
    if start is None:
        return ""
    return f"{start.isoformat()} – {end.isoformat()}" if end else start.isoformat()


class ProgrammeColumn(RowsColumn):
    """Meetings, visits and events: ``Title : 9 avril 2024 : à Rennes : avec One + Another``.

    All but the title may be left out.
    """

    reads = "dates"
    row_fields = ("title", "starts_on", "ends_on", "place_id", "pk")

    def gather(self, model, keys, names):
        met = ProgrammeItem.organisations.through._base_manager.order_by("pk")
        met = met.filter(programmeitem__delegation_id__in=keys)
        self._met = {}
        for item, organisation in met.values_list("programmeitem_id", "organisation_id"):
            self._met.setdefault(item, []).append(names.organisations[organisation])
        return super().gather(model, keys, names)

    def item(self, row, names):
        title, starts_on, ends_on, place, pk = row
        dates = write_dates(starts_on, ends_on)
        if not dates and " : " in title:
            dates = NO_DATES  # or the end of the title might pass for them
        parts = [title, dates]
        parts += [f"{pgettext('place', 'at')} {names.places[place]}" if place else ""]
        parts += [
            f"{pgettext('people', 'with')} {' + '.join(self._met[pk])}" if pk in self._met else ""
        ]
        return " : ".join(filter(None, parts))

    def add(self, plan, item, label, directory, day_first=None):
        title, dates, place, organisations = self._read(item, directory, day_first)
        for known in plan.rows(self.attribute):
            if fold(known.title) in (fold(title), fold(item)) and (
                dates == (None, None) or dates == (known.starts_on, known.ends_on)
            ):
                if known.pk and fold(known.title) == fold(title):
                    said = {"starts_on": dates[0], "ends_on": dates[1], "place": place}
                    plan.replace(self.attribute, known, said, label)
                return known
        new = ProgrammeItem(title=title, starts_on=dates[0], ends_on=dates[1], place=place)
        plan.row_links.append((new, "organisations", organisations))
        return plan.add_row(self.attribute, new, label)

    def enter(self, plan, value, row, directory):
        label, day_first = row.heading(self.column_name), row.conventions.day_first
        return [
            self.add(plan, item, label, directory, day_first)
            for item in self.split(value, directory)
        ]

    @staticmethod
    def _read(item, directory, day_first):
        """The parts of an item, from its end on; what names nothing known is part of the title."""
        place, dates, organisations = None, (None, None), []
        if match := MET.fullmatch(item):
            names = match[2].split(" + ")
            if all(directory.knows_organisation(name) for name in names):
                item, organisations = match[1], [directory.organisation(name) for name in names]
        if (match := AT.fullmatch(item)) and match[2] in directory.places:
            item, place = match[1], directory.place(match[2])
        if match := WHEN.fullmatch(item):
            if match[2] == NO_DATES:
                item = match[1]
            else:
                with contextlib.suppress(DateError):
                    dates = parse_range(match[2], day_first)
                    item = match[1]
        return item, dates, place, organisations
