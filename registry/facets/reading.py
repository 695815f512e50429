"""Reading the bitmaps of a kind of record from the database: of all records, or of a few.

Rows are read as the database gives them, without objects: a million records have ten million
values.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain

from django.db import connection
from django.db.models import CharField, ExpressionWrapper, F, QuerySet
from pyroaring import BitMap

from registry.choices import Status
from registry.facets.kinds import Kind, Rows
from registry.fields import PartialDateField
from registry.models import Domain, Organisation, Place

FETCHED = 10_000

# For each facet, the records that have each value; under FROM and UNTIL, those whose period may
# last until a day, and those whose period may begin on a day.
Bitmaps = dict[str, dict[str, BitMap]]
FROM, UNTIL = "from", "until"


def chunks(queryset: QuerySet) -> Iterator[list[tuple]]:
    """The rows of ``values_list`` as the driver gives them, some thousands at a time."""
    sql, parameters = queryset.query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(FETCHED):
            yield rows


def raw(queryset: QuerySet) -> Iterator[tuple]:
    return chain.from_iterable(chunks(queryset))


def as_text(model, name: str):
    """A column whose value stays as it is stored: no ``PartialDate`` is made of it."""
    if isinstance(model._meta.get_field(name), PartialDateField):
        return ExpressionWrapper(F(name), output_field=CharField())
    return F(name)


def latest(value) -> str:
    """The last day that a stored date may be; never before any real day of its month."""
    text = str(value)
    return text + {4: "-12-31", 7: "-31"}.get(len(text), "")


def earliest(value) -> str:
    """The first day that a stored date may be."""
    text = str(value)
    return text + {4: "-01-01", 7: "-01"}.get(len(text), "")


def ordered(kind: Kind, pks: Iterable[int] | None = None) -> QuerySet:
    """The published records in their default order, with their columns."""
    records = kind.model.objects.published().order_by(*kind.order, "pk")
    if pks is not None:
        records = records.filter(pk__in=pks)
    names = [*kind.columns.values(), *(name for name, _model in kind.keys.values())]
    names += kind.period or ()
    return records.values_list("pk", *(as_text(kind.model, name) for name in names))


def _by_day(periods: dict, day_of: Callable) -> dict[str, BitMap]:
    """By the day that a stored date may be: a year and its last month have one in common."""
    found: defaultdict[str, list] = defaultdict(list)
    for date, positions in periods.items():
        found[day_of(date)] += positions
    return {day: BitMap(positions) for day, positions in found.items()}


class Reader:
    """Reads the bitmaps of all published records of a kind, or of those among ``pks``.

    ``place`` gives records their positions, which come in the default order; ``positions`` tells
    them later, of those that have one.
    """

    def __init__(
        self,
        kind: Kind,
        place: Callable[[list[int]], Iterable[int]],
        positions: Callable[[list[int]], BitMap],
        pks=None,
    ):
        self.kind = kind
        self.place = place
        self.positions = positions
        self.pks = pks
        self._known: dict[Rows, dict[int, BitMap]] = {}

    def bitmaps(self) -> Bitmaps:
        kind = self.kind
        # First of all: the positions come from these rows.
        found = self._from_columns()
        for name, (model, links) in kind.links.items():
            merged: dict[int, BitMap] = defaultdict(BitMap)
            for rows in links:
                for pk, records in self._linked(rows).items():
                    merged[pk] |= records
            found[name] = self._named(merged, model)
        if kind.domains:
            found["domain"] = self._domains()
        if kind.sits or kind.lies:
            found = self._places() | found
        for name, query in kind.computed.items():
            records = kind.model.objects.published().order_by()
            if self.pks is not None:
                records = records.filter(pk__in=self.pks)
            found[name] = self._bitmaps(raw(query(records)))
        return found

    def _from_columns(self) -> Bitmaps:
        kind = self.kind
        facets = [*kind.columns, *kind.keys]
        gathered = [defaultdict(list) for _facet in facets]
        begins, lasts = defaultdict(list), defaultdict(list)
        for rows in chunks(ordered(kind, self.pks)):
            keys, *columns = zip(*rows, strict=True)
            positions = self.place(list(keys))
            for values, column in zip(gathered, columns, strict=False):
                for position, value in zip(positions, column, strict=True):
                    if value:
                        values[value].append(position)
            if kind.period:
                for position, start, end in zip(positions, *columns[-2:], strict=True):
                    if end or start:
                        lasts[end or start].append(position)
                        begins[start or end].append(position)
        found = {
            facet: {value: BitMap(positions) for value, positions in values.items()}
            for facet, values in zip(facets, gathered, strict=True)
        }
        for facet, (_name, model) in kind.keys.items():
            found[facet] = self._named(found[facet], model)
        if kind.period:
            found[FROM] = _by_day(lasts, latest)
            found[UNTIL] = _by_day(begins, earliest)
        return found

    # What rows tie the records to ---------------------------------------------------------------

    def _bitmaps(self, pairs: Iterable[tuple]) -> dict:
        """The records of each value, from pairs of a record's key and a value."""
        gathered = defaultdict(list)
        for pk, value in pairs:
            gathered[value].append(pk)
        return {value: found for value, pks in gathered.items() if (found := self.positions(pks))}

    def _linked(self, rows: Rows) -> dict[int, BitMap]:
        """By the key of what the rows tie the records to; not to be changed."""
        if rows not in self._known:
            query = rows.query()
            if self.pks is not None:
                query = query.filter(**{f"{rows.record}__in": self.pks})
            self._known[rows] = self._bitmaps(raw(query.values_list(rows.record, rows.value)))
        return self._known[rows]

    @staticmethod
    def _named(bitmaps: dict[int, BitMap], model) -> dict[str, BitMap]:
        """By public identifier; what is not published has no name, and is left out."""
        if not bitmaps:
            return {}
        names = raw(model.objects.published().order_by().values_list("pk", "public_id"))
        return {name: bitmaps[pk] for pk, name in names if pk in bitmaps}

    def _domains(self) -> dict[str, BitMap]:
        """A domain has the records of those below it."""
        through = self.kind.model._meta.get_field("domains").remote_field.through
        rows = Rows(through, f"{self.kind.model._meta.model_name}_id", "domain_id")
        linked, found = self._linked(rows), defaultdict(BitMap)
        domains = {pk: rest for pk, *rest in Domain.objects.values_list("pk", "code", "parent")}
        for pk, records in linked.items():
            code, parent = domains[pk]
            found[code] |= records
            if parent:
                found[domains[parent][0]] |= records
        return dict(found)

    # Where they are -----------------------------------------------------------------------------

    @cached_property
    def _gazetteer(self) -> dict[int, tuple]:
        """Of each place: what contains it, its country, its identifier, whether it is published."""
        fields = ("pk", "parent_id", "country", "public_id", "status")
        return {
            pk: (parent, country, name, status == Status.PUBLISHED)
            for pk, parent, country, name, status in raw(
                Place.objects.order_by().values_list(*fields)
            )
        }

    def _places(self) -> Bitmaps:
        """A place has the records of what lies in it, to any depth."""
        here: dict[int, BitMap] = defaultdict(BitMap)
        if self.kind.sits:
            seats = dict(
                raw(
                    Organisation.objects.published()
                    .filter(place__isnull=False)
                    .order_by()
                    .values_list("pk", "place_id")
                )
            )
            for rows in self.kind.sits:
                for organisation, records in self._linked(rows).items():
                    if organisation in seats:
                        here[seats[organisation]] |= records
        for rows in self.kind.lies:
            for place, records in self._linked(rows).items():
                here[place] |= records
        places, countries = defaultdict(BitMap), defaultdict(BitMap)
        for pk, records in here.items():
            _parent, country, _name, published = self._gazetteer[pk]
            # A place lies where it does even if what contains it directly is not published.
            if not published and self.kind.model is not Place:
                continue
            countries[country] |= records
            for name in self._containing(pk):
                places[name] |= records
        return {"place": dict(places), "country": dict(countries)}

    def _containing(self, pk: int) -> Iterator[str]:
        """The published places that contain a place, itself first."""
        seen = set()
        while pk and pk not in seen:
            seen.add(pk)
            pk, _country, name, published = self._gazetteer[pk]
            if published:
                yield name
