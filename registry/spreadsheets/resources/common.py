"""The columns that the sheets of all records have."""

from import_export.resources import ModelResource

from registry.choices import Status
from registry.spreadsheets import widgets
from registry.spreadsheets.citations import SourcesColumn
from registry.spreadsheets.columns import Column, Companion, ToldColumn


class CommonColumns(ModelResource):
    """Identifier, number, sources, and what editors note about a record."""

    public_id = Companion(
        "Identifiant, Identifiant du registre | Identifier, Registry identifier",
        written_from="public_id",
    )
    reference = Column(
        "reference",
        "Référence, Référence interne, Notre référence, Réf, Numéro de dossier, No de dossier,"
        "Code, ID, Identifiant interne, Numéro de projet, No de projet, N° de projet,"
        "N° d'accord, Numéro d'entente, Code projet, Code interne, Code dossier, Réf. dossier,"
        "Référence du dossier"
        "| Reference, Own reference, Ref, File number, Project number,"
        "Reference number, Project ID, Internal code, Internal reference, IATI identifier,"
        "Grant number, File ref, File reference, Our reference, Our ref, Case number",
    )
    source = SourcesColumn(
        "citations",
        "Source, Sources, Référence de la source, Document source, Source de l'information,"
        "Document de référence | Source document, Cited from, Information source",
    )
    source_date = Companion(
        "Date de la source, Date source, Date du document | Source date, Date of the source",
        widgets.PartialDateWidget(),
    )
    source_url = Companion(
        "Adresse de la source, Lien vers la source, Lien de la source, URL de la source,"
        "URL source,"
        "Lien vers le texte, Lien vers le document, Lien vers la délibération, Lien du document"
        "| Source address, Source URL, Source link, Link to source,"
        "Link to document, Link to text, Document link",
        widgets.UrlWidget(),
    )
    checked_on = Column(
        "checked_on",
        "Vérifié le, Vérifiée le, Date de vérification | Checked on, Last checked on",
        widgets.DayWidget(),
    )
    internal_notes = Column(
        "internal_notes",
        "Notes internes, Notes, Note, Observations, Observation, Remarques, Remarque,"
        "Commentaires, Commentaire, Commentaires internes | Internal notes, Comments, Remarks",
        widgets.TextWidget(),
    )
    status = ToldColumn(
        "État de publication | Publication status",
        widgets.ChoiceWidget(Status),
        written_from="status",
    )
    authority = ToldColumn(
        "Autorité contributrice | Contributing authority", written_from="authority__name"
    )
