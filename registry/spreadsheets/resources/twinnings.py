"""The sheet of twinned towns: two towns on each row, and nothing else about their agreement."""

import re
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from registry.choices import AgreementKind
from registry.models import Agreement, Party
from registry.spreadsheets import progress, vocabulary, widgets
from registry.spreadsheets.columns import Column, Companion, DomainsColumn
from registry.spreadsheets.directory.places import TOWNS
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError, RepeatedRowError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.tables import walk
from registry.text import fold

NAMED = 5
COUNTRY = re.compile(r"pays|country")
WITH_COUNTRY = re.compile(r"(?P<town>[^,(]+?)\s*(?:,\s*|\()(?P<country>[^,()]+)\)?")
# So many more pairs than towns show that a country is that of the first one.
ENOUGH_TWINS = 5


class LastCountryWidget(widgets.CountryWidget):
    """A country, of which a region may stand before: ``Ohio, United States``."""

    def clean(self, value, row=None, **kwargs):
        text = re.sub(r"\s*\(country\)", "", str(value)).rpartition(",")[2].strip()
        return super().clean(text, row, **kwargs)


class DegreesWidget(widgets.LineWidget):
    """Decimal degrees; what is no number is an error."""

    def clean(self, value, row=None, **kwargs):
        try:
            return round(Decimal(str(value).replace(",", ".")), 5)
        except InvalidOperation:
            raise CellError(
                _("“%(value)s” is not a coordinate.") % {"value": value},
                _("Write decimal degrees, such as 48.11198."),
            ) from None


class TwinningResource(RecordResource):
    """Pairs of twinned towns: each a place and its authority, each pair an agreement.

    The same pair the other way round is the same twinning.
    """

    key_columns = ("city1", "city2")
    prefetched = ("domains", "citations__source")

    city1 = Companion(
        "Ville 1, city1, Ville A, Ville A nom, Ville, Commune, Collectivité, Ville française,"
        "Notre ville"
        "| Town 1, City 1, Town A, City A, Town, City, Our town"
    )
    country1 = Companion(
        "Pays 1, country1, Pays A, Ville A pays | Country 1, Country A", LastCountryWidget()
    )
    lat1 = Companion("Latitude 1, lat1, Ville A lat | Latitude 1", DegreesWidget())
    lng1 = Companion("Longitude 1, lng1, Ville A lon | Longitude 1", DegreesWidget())
    city2 = Companion(
        "Ville 2, city2, Ville B, Ville B nom, Ville jumelée, Ville partenaire, Ville jumelle,"
        "Jumelée avec, Jumelage avec, Jumelé avec, Ville étrangère"
        "| Town 2, City 2, Town B, City B, Twinned with, Twin town, Twin city, Sister city,"
        "Partner city, Partner town, Twinned town, Twinning with, Sister, Twin"
    )
    country2 = Companion(
        "Pays 2, country2, Pays B, Ville B pays, Pays, Pays de la ville jumelée,"
        "Pays partenaire, Pays de la ville jumelle"
        "| Country 2, Country B, Country, Partner country",
        LastCountryWidget(),
    )
    lat2 = Companion("Latitude 2, lat2, Ville B lat | Latitude 2", DegreesWidget())
    lng2 = Companion("Longitude 2, lng2, Ville B lon | Longitude 2", DegreesWidget())

    signed_on = Column(
        "signed_on",
        "Date, Année, Depuis, Date de signature, Année du jumelage, Date du jumelage, Signé le,"
        "Année de signature, Jumelées depuis"
        "| Date, Year, Since, Signed on, Year twinned, Twinned since, Year of twinning",
        widgets.PartialDateWidget(),
    )

    kind = Column(
        "kind",
        "Type, Nature, Type de partenariat, Type de jumelage, Type d'accord,"
        "Type de coopération, Nature du lien, Type de lien"
        "| Kind, Type, Type of partnership, Type of cooperation, Type of link",
        widgets.ChoiceWidget(AgreementKind),
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thèmes, Domaines de coopération"
        "| Domains, Fields, Themes, Fields of cooperation, Areas of cooperation",
    )

    class Meta:
        model = Agreement

    @classmethod
    def is_recognised_by(cls, columns):
        """Two towns: one alone may be anything."""
        return {"city1", "city2"} <= columns

    @classmethod
    def code(cls):
        return "twinning"

    @classmethod
    def plural_name(cls):
        return _("twinned towns")

    @classmethod
    def meant_by_place(cls, columns, rows):
        """Whose country a bare *Country* is: it stands first, or a town has always the same one."""
        found = {cls.known_headings().find(one.heading): one for one in reversed(columns)}
        town, country = found.get("city1"), found.get("country2")
        if "country1" in found or not (town and country and "city2" in found):
            return {}
        of_towns = [one for one in columns if cls.known_headings().find(one.heading) == "country2"]
        bare = next((one for one in of_towns if COUNTRY.fullmatch(fold(one.heading))), None)
        if bare is None:
            return {}
        if len(of_towns) == 2:
            return {bare.key: "country1"}  # «Pays», «Pays de la ville jumelée»
        if country.position > found["city2"].position:
            return {}
        width = max(town.position, country.position)
        given = [(row[town.position], row[country.position]) for row in rows if len(row) > width]
        pairs, towns = set(given), {town for town, _country in given}
        if len(pairs) > len(towns):
            return {}  # the towns of one are in several countries
        is_proven = len(given) - len(towns) >= ENOUGH_TWINS
        return {country.key: "country1"} if country.position < town.position or is_proven else {}

    def identify_rows(self, table):
        self._repeated: list[int] = []
        self._find_doubtful(table)
        super().identify_rows(table)
        self._tell(_("the same pair again, in either order: read once"), self._repeated)
        for message, names in self.directory.doubtful_towns.items():
            self._tell(message, names)

    def _tell(self, message: str, items: list) -> None:
        if items:
            shown = ", ".join(map(str, items[:NAMED])) + ("…" if len(items) > NAMED else "")
            text = _("%(message)s – %(count)s (%(items)s).")
            self.directory.notice_once(
                text % {"message": message, "count": len(items), "items": shown}
            )

    def _find_doubtful(self, table) -> None:
        """Coordinates given for towns of two countries: wrong for one of them, so for none."""
        countries: dict[tuple, set] = defaultdict(set)
        for row in walk(table.rows):
            for n in "12":
                if f"lat{n}" in row:
                    countries[row[f"lat{n}"], row.get(f"lng{n}")].add(row.get(f"country{n}"))
        self._doubtful = {point for point, found in countries.items() if len(found) > 1}

    def match(self, row):
        if record := self.match_by_key(row):
            return record
        towns = [self._authority(row, n) for n in "12"]
        pair = frozenset(map(identity, towns))
        if len(pair) == 1:
            error = CellError(_("A town is not twinned with itself."), _("Remove the row."))
            error.column = "city2"
            raise error
        if pair in self._pairs:
            self._repeated.append(row.number)
            raise RepeatedRowError
        self._pairs[pair] = row
        self._towns[row.number] = towns
        known = self._known.get(pair)
        return self.stub(known) if known else None

    def _register(self, row, record):
        """No name to register."""

    def _authority(self, row, n: str):
        name, country = self.read(row, f"city{n}"), self.read(row, f"country{n}")
        if name and not country:
            name, country = self._with_country(name)
        if not name:
            raise self.empty_cell(f"city{n}")
        if not country:
            raise self._no_country(row, n, name)
        point = self.read(row, f"lat{n}"), self.read(row, f"lng{n}")
        if (row.get(f"lat{n}"), row.get(f"lng{n}")) in self._doubtful:
            self.directory.doubt(_("coordinates given for two countries: left out"), name)
            point = (None, None)
        try:
            place = self.directory.town_at(name, country, None if None in point else point)
            return self.directory.authority_of(place)
        except CellError as error:
            error.column = error.column or f"city{n}"
            raise

    def _with_country(self, name: str) -> tuple[str, str | None]:
        """A town and its country, where it is known or the cell says it: ``Brest (France)``."""
        if known := self.directory.find_place(name, kinds=TOWNS):
            return name, str(known.country)
        match = WITH_COUNTRY.fullmatch(name)
        code = match and vocabulary.country_code(match["country"])
        return (match["town"], code) if code else (name, None)

    def _no_country(self, row, n: str, name: str) -> CellError:
        if f"country{n}" in row.headings:
            return self.empty_cell(f"country{n}")
        error = CellError(
            _("The place “%(name)s” is not known, and nothing says in which country it lies.")
            % {"name": name},
            _("Write the country too, as in: %(name)s (Country).") % {"name": name},
            value=name,
        )
        error.column = f"city{n}"
        return error

    @cached_property
    def _pairs(self) -> dict:
        return {}

    @cached_property
    def _towns(self) -> dict:
        return {}

    @cached_property
    def _known(self) -> dict[frozenset, int]:
        """The twinnings of the registry by their two parties."""
        parties = defaultdict(set)
        rows = Party.objects.filter(agreement__kind=AgreementKind.TWINNING)
        for agreement, organisation in rows.values_list("agreement_id", "organisation_id"):
            parties[agreement].add(organisation)
        return {frozenset(pair): pk for pk, pair in parties.items() if len(pair) == 2}

    def complete(self, row):
        if not row.plan.is_new:
            return
        one, other = self._towns[row.number]
        with override(settings.LANGUAGE_CODE):
            title = _("Twinning of %(one)s and %(other)s") % {"one": one, "other": other}
        label = row.heading("city1")
        row.plan.set("title", title[:300], label, "city1")
        if not self.read(row, "kind"):
            row.plan.set("kind", AgreementKind.TWINNING, label, "city1")
        for name, organisation in (("city1", one), ("city2", other)):
            row.plan.add_row("parties", Party(organisation=organisation), row.heading(name))
        progress.check()
