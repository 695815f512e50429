"""The sheet of places."""

from registry.choices import IdentifierScheme, NameKind, PlaceKind
from registry.models import Place, PlaceIdentifier, PlaceName
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column, Companion, KeyColumn
from registry.spreadsheets.coordinates import CoordinateWidget
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import IdentifierColumn, OtherNamesColumn
from registry.text import fold


class ParentColumn(KeyColumn):
    """The place in which a place lies."""

    index = "places"

    def apply(self, plan, value, row, directory):
        super().apply(plan, directory.place(value), row, directory)


class PlaceNamesColumn(OtherNamesColumn):
    def _add(self, plan, item, label, directory):
        # Places share names: Valence in France, Valence in Spain.
        return plan.add_row(self.attribute, PlaceName(name=item, kind=self.kind), label)


class PlaceIdentifierColumn(IdentifierColumn):
    def _add(self, plan, number, label, directory):
        place = plan.instance
        owner = directory.place_identifiers.setdefault((self.scheme, fold(number)), place)
        if owner not in (place, place.public_id):
            is_new = isinstance(owner, Place)
            raise self.taken(owner if is_new else directory.places.told(owner) or owner)
        identifier = PlaceIdentifier(scheme=self.scheme, value=number)
        return plan.add_row(self.attribute, identifier, label)


class PlaceResource(RecordResource):
    """Places, found by their names, country and kind."""

    sheet_names = ("Lieux", "Villes", "Territoires", "Communes", "Places", "Cities", "Territories")
    key_columns = ("name_fr",)
    index = "places"
    naming_columns = ("parent",)
    joined = ("parent",)
    prefetched = ("other_names", "identifiers", "citations__source")

    public_id = Companion(
        "Identifiant du lieu, Identifiant, Identifiant du registre"
        "| Place identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    name_fr = Column(
        "name_fr",
        "Nom du lieu, Lieu, Nom en français, Nom, Ville, Commune, Territoire, Municipalité,"
        "Localité, Toponyme, Nom de la commune, Nom de la ville, Nom du territoire"
        "| Place, City, Town, Territory, Place name, Name in French, Name",
    )
    name_en = Column(
        "name_en", "Nom en anglais, Nom EN| Name in English, English name, English, Name EN"
    )
    kind = Column(
        "kind",
        "Type, Type de lieu, Nature, Catégorie, Niveau, Échelon, Type de territoire,"
        "Échelon territorial"
        "| Kind, Place kind, Level, Category, Administrative level",
        widgets.ChoiceWidget(PlaceKind),
    )
    country = Column(
        "country",
        "Pays, Code pays, Nom du pays| Country, Country code, Country name",
        widgets.CountryWidget(),
    )
    parent = ParentColumn(
        "parent",
        "Situé dans, Se trouve dans, Région, Fait partie de, Province, Région de rattachement,"
        "Département, Appartient à"
        "| Lies in, Located in, Part of, Region",
    )
    other_names = PlaceNamesColumn(
        "other_names", "Autres noms, Autre nom | Other names, Other name", NameKind.ALIAS
    )
    acronyms = PlaceNamesColumn("other_names", "Sigle, Sigles | Acronym", NameKind.ACRONYM)
    former_names = PlaceNamesColumn(
        "other_names", "Anciens noms, Ancien nom | Former names, Former name", NameKind.FORMER
    )
    translations = PlaceNamesColumn(
        "other_names", "Noms traduits, Traductions | Translated names", NameKind.TRANSLATION
    )
    spellings = PlaceNamesColumn(
        "other_names", "Autres graphies, Graphies | Other spellings", NameKind.SPELLING
    )
    latitude = Column(
        "latitude",
        "Latitude, Lat, Latitude du centre, Latitude WGS84, Latitude décimale"
        "| Latitude, Lat, Centre latitude",
        CoordinateWidget("latitude"),
    )
    longitude = Column(
        "longitude",
        "Longitude, Long, Lon, Lng, Longitude du centre, Longitude WGS84, Longitude décimale"
        "| Longitude, Centre longitude",
        CoordinateWidget("longitude"),
    )
    population = Column(
        "population",
        "Population, Nombre d'habitants, Habitants, Population totale, Pop, Population municipale"
        "| Population, Inhabitants, Number of inhabitants",
        widgets.CountWidget(),
    )
    insee = PlaceIdentifierColumn(
        "identifiers",
        "Code INSEE, INSEE, Code commune INSEE, Code INSEE de la commune, Code commune",
        IdentifierScheme.INSEE,
    )
    geonames = PlaceIdentifierColumn("identifiers", "GeoNames", IdentifierScheme.GEONAMES)
    wikidata = PlaceIdentifierColumn("identifiers", "Wikidata", IdentifierScheme.WIKIDATA)
    siren = PlaceIdentifierColumn("identifiers", "SIREN", IdentifierScheme.SIREN)
    siret = PlaceIdentifierColumn("identifiers", "SIRET", IdentifierScheme.SIRET)
    rna = PlaceIdentifierColumn("identifiers", "RNA", IdentifierScheme.RNA)
    neq = PlaceIdentifierColumn("identifiers", "NEQ", IdentifierScheme.NEQ)
    isni = PlaceIdentifierColumn("identifiers", "ISNI", IdentifierScheme.ISNI)
    ror = PlaceIdentifierColumn("identifiers", "ROR", IdentifierScheme.ROR)
    other_identifiers = PlaceIdentifierColumn(
        "identifiers",
        "Autres numéros, Autre numéro, Autres identifiants | Other numbers, Other identifiers",
        IdentifierScheme.OTHER,
    )

    class Meta:
        model = Place

    def match(self, row):
        if record := self.match_by_key(row):
            return record
        name = self.read(row, "name_fr")
        if not name:
            raise self.empty_cell("name_fr")
        country, kind = self.read(row, "country"), self.read(row, "kind")
        found = [
            place
            for place in self.directory.places.find(name)
            if place.pk
            and (not country or place.country == country)
            and place.kind == (kind or place.kind)
        ]
        if len(found) > 1:
            raise self.several(name)
        return found[0] if found else None

    def names_given(self, row):
        return [self.read(row, "name_fr"), self.read(row, "name_en")]

    def names_of(self, record, row):
        return self.names_given(row)

    def complete(self, row):
        if row.plan.is_new and not row.plan.instance.country:
            raise self.empty_cell("country")
