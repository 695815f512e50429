"""The sheet of organisations."""

from registry.choices import IdentifierScheme, NameKind, OrganisationKind
from registry.models import Organisation, Place
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column, Companion, CountryColumn, TownColumn
from registry.spreadsheets.networks import MembershipsColumn
from registry.spreadsheets.numbers import written_number
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import IdentifierColumn, OtherNamesColumn
from registry.spreadsheets.values import split_values
from registry.text import name_key


class OrganisationResource(RecordResource):
    """Organisations, found by their identifiers and by all of their names."""

    sheet_names = (
        "Organisations",
        "Organismes",
        "Structures",
        "Partenaires",
        "Acteurs",
        "Annuaire",
        "Organizations",
        "Partners",
    )
    itself = "organisation organisations organisme organismes structure acteur organization"
    key_columns = ("name",)
    index = "organisations"
    naming_columns = ("memberships",)
    joined = ("place",)
    prefetched = ("other_names", "identifiers", "memberships__network", "citations__source")

    public_id = Companion(
        "Identifiant de l'organisation, Identifiant, Identifiant du registre"
        "| Organisation identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    name = Column(
        "name",
        "Nom, Organisation, Organisme, Nom de l'organisation, Nom de l'organisme, Dénomination,"
        "Raison sociale, Structure, Nom de la structure, Nom officiel, Acteur, Partenaire,"
        "Nom du partenaire, Institution, Collectivité, Association, Entreprise, Établissement,"
        "Dénomination sociale, Nom de l'établissement, Nom de l'entreprise, Nom de l'association,"
        "Nom de l'institution, Nom du membre, Entité, Nom de l'entité, Partenaire québécois,"
        "Partenaire français, Appellation, Désignation, Nom complet, Nom usuel,"
        "Collectivité territoriale, Nom de la collectivité, Université, Ministère,"
        "Dénomination officielle"
        "| Name, Partner, Partner name, Company, Company name, Organisation, Organization,"
        "Organisation name, Official name, Legal name, Full name, Legal entity, Entity,"
        "Entity name, University, Member name, Stakeholder",
    )
    other_names = OtherNamesColumn(
        "other_names",
        "Autres noms, Autre nom, Alias, Aussi appelé, Autres appellations, Variantes,"
        "Aussi connu sous, Nom alternatif, Nom d'usage, Noms alternatifs, Également appelé,"
        "Dit aussi, Nom commercial"
        "| Other names, Other name, Aliases, Also known as, A.k.a., AKA, Alternative name,"
        "Alternate names",
        NameKind.ALIAS,
    )
    acronyms = OtherNamesColumn(
        "other_names",
        "Sigle, Sigles, Acronyme, Acronymes, Abréviation, Initiales, Nom court, Nom abrégé,"
        "Sigle usuel, Sigle officiel, Forme abrégée"
        "| Acronym, Acronyms, Abbreviation, Short name",
        NameKind.ACRONYM,
    )
    former_names = OtherNamesColumn(
        "other_names",
        "Anciens noms, Ancien nom, Nom précédent, Anciennement, Ancienne appellation,"
        "Ancienne dénomination"
        "| Former names, Former name, Previous name, Formerly, Formerly known as",
        NameKind.FORMER,
    )
    translations = OtherNamesColumn(
        "other_names",
        "Noms traduits, Traductions, Nom en anglais, Nom anglais, Traduction du nom,"
        "Nom traduit"
        "| Translated names, Name in English, English name, Translated name",
        NameKind.TRANSLATION,
    )
    spellings = OtherNamesColumn(
        "other_names", "Autres graphies, Graphies | Other spellings", NameKind.SPELLING
    )
    kind = Column(
        "kind",
        "Type, Catégorie, Nature, Type d'organisation, Type d'organisme, Type de structure,"
        "Statut, Forme, Forme juridique, Statut juridique, Type d'établissement,"
        "Type de partenaire, Type d'institution, Type d'acteur, Nature juridique,"
        "Type d'entité, Genre, Typologie, Famille"
        "| Kind, Type, Category, Organisation type, Organization type, Type of organisation,"
        "Entity type, Type of entity",
        widgets.ChoiceWidget(OrganisationKind),
    )
    city = TownColumn(
        "Ville, Commune, Municipalité, Localité, Lieu, Siège, Localisation, Ville du siège,"
        "Siège social, Lieu du siège, Implantation, Lieu d'implantation, Localisation du siège"
        "| City, Head office, Town, Municipality, Location, Headquarters, HQ, Based in, Home city",
        written_from="place_id",
    )
    country = CountryColumn(
        "Pays, Pays du siège, Pays d'origine, Code pays, Pays d'implantation"
        "| Country, Nation, Country of origin, Country code, Country name",
        widgets.CountryWidget(),
        written_from="place_id",
    )
    website = Column(
        "website",
        "Site web, Site internet, Site, URL, Adresse web, Web, Lien, Page web, Adresse internet,"
        "Adresse du site web, URL du site, Lien internet, Site officiel, Adresse du site,"
        "Lien site web"
        "| Website, Link, Web site, Web address, Website URL, Homepage, Home page,"
        "Official website, Web page, Website address",
        widgets.UrlWidget(),
    )
    summary = Column(
        "summary",
        "Présentation, Description, Résumé, Activité, Commentaire, Mission, À propos, Profil,"
        "Brève description, Activité principale, Descriptif, Objet social, Domaine d'activité"
        "| Presentation, Summary, About, Profile, Overview, Short description, Activity",
        widgets.TextWidget(),
    )
    siren = IdentifierColumn(
        "identifiers",
        "SIREN, N° SIREN, Numéro SIREN, Code SIREN| SIREN, SIREN number",
        IdentifierScheme.SIREN,
    )
    siret = IdentifierColumn(
        "identifiers",
        "SIRET, N° SIRET, Numéro SIRET, Code SIRET, SIRET du siège| SIRET, SIRET number",
        IdentifierScheme.SIRET,
    )
    rna = IdentifierColumn("identifiers", "RNA, Numéro RNA, Code RNA", IdentifierScheme.RNA)
    neq = IdentifierColumn(
        "identifiers",
        "NEQ, Numéro d'entreprise du Québec, Numéro NEQ, N° NEQ, Numéro d'entreprise"
        "| NEQ, Québec enterprise number",
        IdentifierScheme.NEQ,
    )
    wikidata = IdentifierColumn("identifiers", "Wikidata", IdentifierScheme.WIKIDATA)
    ror = IdentifierColumn("identifiers", "ROR", IdentifierScheme.ROR)
    isni = IdentifierColumn("identifiers", "ISNI", IdentifierScheme.ISNI)
    insee = IdentifierColumn("identifiers", "Code INSEE, INSEE", IdentifierScheme.INSEE)
    geonames = IdentifierColumn("identifiers", "GeoNames", IdentifierScheme.GEONAMES)
    other_identifiers = IdentifierColumn(
        "identifiers",
        "Autres numéros, Autre numéro, Autres identifiants | Other numbers, Other identifiers",
        IdentifierScheme.OTHER,
    )
    memberships = MembershipsColumn(
        "memberships",
        "Membre de, Adhésions, Réseaux, Affiliation, Affiliations, Réseau,"
        "Réseaux d'appartenance, Appartient à, Membre du réseau, Appartenance, Adhérent de"
        "| Member of, Memberships, Networks, Member of networks",
    )

    class Meta:
        model = Organisation

    def match(self, row):
        if record := self.match_by_key(row) or self._match_by_identifier(row):
            return record
        name = self.read(row, "name")
        if not name:
            raise self.empty_cell("name")
        found = self._in_place(self.directory.organisations.find(name), row)
        if not found:
            others = [
                record
                for other in self._other_names(row)
                for record in self._in_place(self.directory.organisations.find(other), row)
            ]
            found = list({identity(record): record for record in others}.values())
        record = self.choose(found, name, None)
        if record is None:
            try:
                record = self.directory.organisation_meant(name, self.read(row, "country"))
            except CellError as error:
                error.column = "name"
                raise
            if record is not None:
                row.aliases = (*row.aliases, name)
        if record is not None and record in self.directory.organisations.find(name):
            # Found by its name, however that is spelt here, or by another: no reason to rename it.
            row["name"] = record.name
        return record

    def names_given(self, row):
        return [self.read(row, "name"), *self._other_names(row)]

    def names_of(self, record, row):
        return self.names_given(row)

    def _other_names(self, row) -> list[str]:
        cells = (self.read(row, name) for name in ("other_names", "acronyms", "former_names"))
        return [name for cell in cells if cell for name in split_values(cell)]

    def _match_by_identifier(self, row):
        for column in self.get_import_fields():
            if isinstance(column, IdentifierColumn) and (
                value := self.read(row, column.column_name)
            ):
                for item in split_values(value):
                    number = written_number(column.scheme, item)
                    if owner := self.directory.numbers.owner(column.scheme, number):
                        return owner
        return None

    def _in_place(self, found: list, row) -> list:
        """Those of the records that can be in the row's city and country."""
        country, city = self.read(row, "country"), self.read(row, "city")
        if country:
            found = [item for item in found if self._country_of(item) in (None, country)]
        if city:
            # Two rows of the file may give two organisations of one name in two cities.
            found = [item for item in found if item.pk or self._is_in(item, city)]
        if len(found) > 1 and city:
            here = [item for item in found if self._is_in(item, city)]
            found = here or found
        return found

    def _country_of(self, record) -> str | None:
        if record.place_id or record.place:
            return str(record.place.country)
        row = self.directory.row_of(record)
        return self.read(row, "country") if row else None

    def _is_in(self, record, city: str) -> bool:
        row = self.directory.row_of(record)
        if row is not None and record.place is None:
            return name_key(self.read(row, "city") or "") == name_key(city)
        place = record.place
        return bool(place) and name_key(city) in (name_key(place.name_fr), name_key(place.name_en))

    def complete(self, row):
        """City and country together say the place; a more precise one that lies in it stays."""
        for name in row.aliases:
            self.directory.add_name(row.plan, name)
        city, country = self.read(row, "city"), self.read(row, "country")
        column = "city" if city else "country"
        present = row.plan.instance.place
        if not city and not country:
            return
        if not city and present and present.country == country:
            return
        try:
            place = (
                self.directory.town(city, country)
                if city
                else self.directory.country_place(country)
            )
        except CellError as error:
            error.column = column
            raise
        if not (present and _lies_in(present, place)):
            row.plan.set("place", place, row.heading(column), column)


def _lies_in(place: Place, other: Place) -> bool:
    """Whether a place is the other, or is directly in it."""
    same = identity(place) == identity(other)
    return same or (place.parent_id is not None and place.parent_id == other.pk)
