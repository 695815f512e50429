"""The sheet of sources."""

from registry.choices import SourceKind
from registry.models import Source
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column, Companion, KeyColumn
from registry.spreadsheets.directory import may_be_same_date
from registry.spreadsheets.resources.base import RecordResource


class PublisherColumn(KeyColumn):
    """The organisation that published a document."""

    index = "organisations"

    def apply(self, plan, value, row, directory):
        super().apply(plan, directory.organisation(value), row, directory)


class SourceResource(RecordResource):
    """Documents, found by their address, then by title and date."""

    sheet_names = ("Sources", "Documents", "Références", "Bibliographie", "References")
    date_columns = ("published_on",)
    index = "sources"
    joined = ("publisher",)
    prefetched = ()

    public_id = Companion(
        "Identifiant de la source, Identifiant, Identifiant du registre"
        "| Source identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    title = Column(
        "title",
        "Titre de la source, Source, Document, Titre, Intitulé, Titre du document,"
        "Nom du document, Référence bibliographique"
        "| Source title, Source, Document, Title, Document title, Document name",
    )
    kind = Column(
        "kind",
        "Type, Nature, Type de document, Type de source, Nature du document"
        "| Kind, Document type, Source type",
        widgets.ChoiceWidget(SourceKind),
    )
    publisher = PublisherColumn(
        "publisher",
        "Éditeur, Publié par, Organisme éditeur, Auteur, Organisme auteur, Émetteur, Organisme,"
        "Émis par, Diffuseur"
        "| Publisher, Published by, Issued by, Author, Publishing body",
    )
    published_on = Column(
        "published_on",
        "Date du document, Date de publication, Publié le, Paru le, Date de parution, Date,"
        "Date du communiqué, Année de publication"
        "| Document date, Published on, Publication date, Date published, Date",
        widgets.PartialDateWidget(),
    )
    url = Column(
        "url",
        "Adresse, Adresse web, Lien, URL, Lien internet, Lien web, Adresse du document,"
        "Lien vers le document, URL du document, Hyperlien"
        "| Address, Link, URL, Web address, Hyperlink, Document URL",
        widgets.UrlWidget(),
    )
    other_titles = Column(
        "other_titles",
        "Autres titres, Aussi citée comme | Other titles, Also cited as",
        widgets.LinesWidget(),
    )

    class Meta:
        model = Source

    def match(self, row):
        if record := self.match_by_key(row):
            return record
        title, url = self.read(row, "title"), self.read(row, "url")
        if not title:
            raise self.empty_cell("title")
        known = self.directory.sources.find(url) if url else []
        if not known:
            date = self._key_date(row)
            known = [
                source
                for source in self.directory.sources.find(title)
                if may_be_same_date(source.published_on, date) and not (url and source.url)
            ]
        return self.choose([source for source in known if source.pk], title, self._key_date(row))

    def names_of(self, record, row):
        return [record.title, self.read(row, "url")]

    def _cite(self, row):
        """A source is what others cite."""


# What supports other records does not support itself.
for name in ("source", "source_date"):
    del SourceResource.fields[name]
