"""The sheet of agreements."""

from registry.choices import AgreementKind, PartyRole
from registry.models import Agreement
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    Column,
    Companion,
    DomainsColumn,
    KnownColumn,
    PeriodColumn,
)
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import PartiesColumn, SignatoriesColumn


class AgreementResource(RecordResource):
    """Agreements, found by their title and date of signature."""

    sheet_names = (
        "Accords",
        "Conventions",
        "Ententes",
        "Jumelages",
        "Protocoles",
        "Partenariats",
        "Agreements",
        "Twinnings",
    )
    date_columns = ("signed_on",)
    index = "agreements"
    joined = ("renews", "framework", "signed_during")
    prefetched = ("parties__organisation", "signatories", "domains", "citations__source")

    public_id = Companion(
        "Identifiant de l'accord, Identifiant, Identifiant du registre"
        "| Agreement identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    title = Column(
        "title",
        "Intitulé, Titre, Accord, Nom de l'accord, Entente, Convention, Objet de l'accord,"
        "Intitulé de l'accord | Title, Agreement, Agreement title, Name of the agreement",
    )
    kind = Column(
        "kind",
        "Type, Nature, Type d'accord, Type d'entente, Nature de l'accord, Catégorie, Forme"
        "| Kind, Agreement type, Type of agreement, Category",
        widgets.ChoiceWidget(AgreementKind),
    )
    signed_on = Column(
        "signed_on",
        "Date de signature, Signé le, Signature, Signée le, Date de l'accord, Année de signature"
        "| Signed on, Date of signature, Signature date, Signed, Date signed",
        widgets.PartialDateWidget(),
    )
    starts_on = Column(
        "starts_on",
        "Début, Date de début, Date d'effet, Prise d'effet, Entrée en vigueur, En vigueur depuis"
        "| Start, Start date, Takes effect on, Effective date, Entry into force",
        widgets.PartialDateWidget(),
    )
    ends_on = Column(
        "ends_on",
        "Fin, Date de fin, Échéance, Expiration, Date d'échéance, Date d'expiration"
        "| End, End date, Ends on, Expires on, Expiry date",
        widgets.PartialDateWidget(),
    )
    term = PeriodColumn("Période, Durée de validité, Période de validité | Period, Term")
    terminated_on = Column(
        "terminated_on",
        "Résilié le, Date de résiliation, Dénoncé le | Terminated on, Termination date",
        widgets.PartialDateWidget(),
    )
    tacit_renewal = Column(
        "tacit_renewal",
        "Tacite reconduction, Reconduction tacite, Renouvellement tacite"
        "| Tacit renewal, Automatic renewal",
        widgets.BooleanWidget(),
    )
    parties = PartiesColumn(
        "parties",
        "Parties, Partenaires, Parties prenantes, Parties à l'accord, Organisations, Collectivités,"
        "Entre | Parties, Partners, Organisations, Organizations, Between",
    )
    associated = PartiesColumn(
        "parties",
        "Partenaires associés, Organisations associées, Associés"
        "| Associated partners, Associated organisations",
        PartyRole.ASSOCIATED,
    )
    signatories = SignatoriesColumn(
        "signatories", "Signataires, Signataire, Signé par | Signatories, Signatory, Signed by"
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Axes, Champs"
        "| Domains, Domain, Themes, Theme, Topics, Sectors, Fields",
    )
    renews = KnownColumn(
        "renews",
        "Renouvelle, Accord renouvelé, Renouvellement de | Renews, Renewal of",
        "agreements",
    )
    framework = KnownColumn(
        "framework",
        "Accord-cadre, Sous l'accord-cadre, Convention-cadre, Entente-cadre"
        "| Framework, Framework agreement, Under the framework of",
        "agreements",
    )
    signed_during = KnownColumn(
        "signed_during",
        "Signé pendant, Signé lors de, Délégation, Mission | Signed during, Delegation",
        "delegations",
    )
    summary = Column(
        "summary",
        "Résumé, Objet, Description, Contenu, Commentaire | Summary, Purpose, Subject",
        widgets.TextWidget(),
    )

    class Meta:
        model = Agreement
