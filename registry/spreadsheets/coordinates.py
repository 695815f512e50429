"""Coordinates as maps and encyclopaedias write them: ``48,1147° N``, ``48°06'53"N``."""

import re
from decimal import Decimal

from registry.spreadsheets.widgets import DecimalWidget

# As the registry keeps them: to a metre.
DECIMALS = 5
NORTH, SOUTH = "n nord north", "s sud south"
EAST, WEST = "e est east", "o w ouest west"
SIGNS = {
    "latitude": {**dict.fromkeys(NORTH.split(), 1), **dict.fromkeys(SOUTH.split(), -1)},
    "longitude": {**dict.fromkeys(EAST.split(), 1), **dict.fromkeys(WEST.split(), -1)},
}
WRITTEN = re.compile(
    r"(?P<before>[a-z]*)\s*(?P<sign>[-+]?)(?P<degrees>\d{1,3}(?:[.,]\d+)?)\s*[°º]"
    r"(?:\s*(?P<minutes>[0-5]?\d(?:[.,]\d+)?)\s*['’′]"
    r"(?:\s*(?P<seconds>[0-5]?\d(?:[.,]\d+)?)\s*(?:[\"”″]|['’′]{2}))?)?"
    r"\s*(?P<after>[a-z]*)\.?"
    r"|(?P<bare>\d{1,3}[.,]\d+)\s*(?P<point>[a-z]+)",
    re.IGNORECASE,
)


class CoordinateWidget(DecimalWidget):
    """Degrees with decimals, or in minutes and seconds with the point of the compass."""

    def __init__(self, axis: str):
        super().__init__()
        self.signs = SIGNS[axis]

    def clean(self, value, row=None, **kwargs):
        match = WRITTEN.fullmatch(str(value).replace("\N{MINUS SIGN}", "-").strip())
        if match is None:
            return super().clean(value, row, **kwargs)
        said = match.groupdict(default="")
        word = (said["before"] + said["after"] + said["point"]).lower()
        if (word and word not in self.signs) or (word and said["sign"]):
            return super().clean(value, row, **kwargs)
        parts = [said["degrees"] or said["bare"], said["minutes"] or "0", said["seconds"] or "0"]
        degrees, minutes, seconds = (Decimal(part.replace(",", ".")) for part in parts)
        sign = -1 if said["sign"] == "-" else self.signs.get(word, 1)
        return round(sign * (degrees + minutes / 60 + seconds / 3600), DECIMALS)
