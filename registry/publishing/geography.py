"""Records as GeoJSON (RFC 7946): each a feature, at the published places where it happens.

A record without any coordinates is a feature without geometry: it is said, not hidden. The
properties are flat, as tools for maps like them: the columns of the table by their keys.
"""

from collections.abc import Iterator

from django.db.models import QuerySet

from registry.choices import Status
from registry.publishing.datasets import Dataset
from registry.publishing.documents import encode
from registry.publishing.reading import BATCH, Reading, among
from registry.publishing.tables import Table

LOCATED = ("agreement", "delegation", "project", "organisation", "place")


def write_features(dataset: Dataset, reading: Reading, meta: dict) -> Iterator[bytes]:
    yield f'{{"type": "FeatureCollection",\n"meta": {encode(meta)},\n"features": ['.encode()
    before, batch = "\n", []
    for row in Table(dataset, reading).rows():
        batch.append(row)
        if len(batch) == BATCH:
            yield (before + _features(dataset, batch, reading.using)).encode()
            before, batch = ",\n", []
    if batch:
        yield (before + _features(dataset, batch, reading.using)).encode()
    yield b"\n]}\n"


def _features(dataset: Dataset, rows: list[tuple[int, dict]], using: str) -> str:
    points = points_of(dataset, [pk for pk, _cells in rows], using)
    return ",\n".join(
        encode(
            {
                "type": "Feature",
                "id": cells["id"],
                "geometry": _geometry(points.get(pk, [])),
                "properties": {key: None if cell == "" else cell for key, cell in cells.items()},
            }
        )
        for pk, cells in rows
    )


def _geometry(points: list[tuple[float, float]]) -> dict | None:
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "MultiPoint", "coordinates": points}


def points_of(dataset: Dataset, keys: list[int], using: str = "default") -> dict[int, list]:
    """Longitude and latitude of the published places of each record, each place once."""
    found: dict[int, dict] = {}
    for rows, record, place in _ways(dataset):
        prefix = f"{place}__" if place else ""
        located = rows.using(using).filter(
            **{
                f"{record}__in": among(keys, using),
                f"{prefix}status": Status.PUBLISHED,
                f"{prefix}latitude__isnull": False,
            }
        )
        values = located.values_list(record, f"{prefix}longitude", f"{prefix}latitude")
        for pk, longitude, latitude in values.order_by("pk"):
            found.setdefault(pk, {})[float(longitude), float(latitude)] = None
    return {pk: list(points) for pk, points in found.items()}


def _ways(dataset: Dataset) -> list[tuple[QuerySet, str, str]]:
    """The rows that lead to places: their path to the record, and to the place."""
    model = dataset.model
    if dataset.kind == "place":
        return [(model.objects.all(), "pk", "")]
    if dataset.kind == "organisation":
        return [(model.objects.all(), "pk", "place")]
    presences = model.objects.all().presences()
    if dataset.kind == "delegation":
        # Where it went, and not where its participants come from.
        presences = [one for one in presences if one.place == "place"][:1]
    return [(one.rows, one.record, one.place) for one in presences]
