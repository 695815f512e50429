"""Places as GeoJSON (RFC 7946)."""

from decimal import Decimal


def _position(place) -> list[float]:
    # Longitude first; the digits that are stored, and no more.
    return [float(Decimal(place.longitude)), float(Decimal(place.latitude))]


def geometry(places) -> dict | None:
    """A point, several, or nothing where no place has coordinates.

    It does not look at the publication status: give it published places alone.
    """
    positions = [_position(place) for place in places if place.has_coordinates]
    if not positions:
        return None
    if len(positions) == 1:
        return {"type": "Point", "coordinates": positions[0]}
    return {"type": "MultiPoint", "coordinates": positions}


def feature(identifier: str, properties: dict, places) -> dict:
    """A record with where it is; without coordinates it has no geometry, but is not left out."""
    return {
        "type": "Feature",
        "id": identifier,
        "geometry": geometry(places),
        "properties": properties,
    }
