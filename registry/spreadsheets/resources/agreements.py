"""The sheet of agreements."""

from registry.choices import AgreementKind, PartyRole
from registry.models import Agreement
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    Column,
    Companion,
    DomainsColumn,
    KnownColumn,
)
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import PartiesColumn, SignatoriesColumn
from registry.spreadsheets.terms import EndColumn, PeriodColumn

# From where the term of an agreement runs.
STARTS = ("starts_on", "signed_on")


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
    itself = (
        "accord accords entente ententes convention conventions jumelage jumelages protocole "
        "partenariat cooperation agreement agreements twinning"
    )
    date_columns = ("signed_on",)
    is_named_alone = False
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
        "Intitulé de l'accord, Jumelage, Libellé | Title, Agreement, Agreement title,"
        "Name of the agreement",
    )
    kind = Column(
        "kind",
        "Type, Nature, Type d'accord, Type d'entente, Nature de l'accord, Catégorie, Forme,"
        "Type de document"
        "| Kind, Type of partnership, Agreement type, Type of agreement, Category",
        widgets.ChoiceWidget(AgreementKind),
    )
    signed_on = Column(
        "signed_on",
        "Date de signature, Signé le, Signature, Signée le, Date de l'accord, Année de signature,"
        "Signé en, Date, Année, Année du jumelage, Année de création, Date de conclusion,"
        "Conclu le, Depuis | Signed on, Date of signature, Signature date, Signed, Date signed,"
        "Year, Year signed, Signed in, Since",
        widgets.PartialDateWidget(),
    )
    starts_on = Column(
        "starts_on",
        "Début, Date de début, Date d'effet, Prise d'effet, Entrée en vigueur, En vigueur depuis,"
        "Date d'entrée en vigueur"
        "| Valid from, Start, Start date, Takes effect on, Effective date, Entry into force",
        widgets.PartialDateWidget(),
    )
    ends_on = EndColumn(
        "ends_on",
        "Fin, Date de fin, Fin de validité, Échéance, Expiration, Date d'échéance,"
        "Date d'expiration, Valable jusqu'au, Jusqu'au, Terme, Expire le"
        "| Valid until, End, End date, Ends on, Expires on, Expiry date, Expiry, Expires",
        STARTS,
    )
    term = PeriodColumn(
        "Période, Durée, Durée de validité, Période de validité, Validité, Durée de l'accord"
        "| Period, Term, Duration",
        STARTS,
    )
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
        "Entre, Cocontractants, Contractants, Parties signataires, Organisations partenaires,"
        "Villes partenaires, Partenaires étrangers, Partenaires internationaux, Villes jumelées,"
        "Jumelée avec, Avec | Parties, Partners, Organisations, Organizations, Between, With,"
        "Sister city, Sister cities, Partner organisations, Twinned with, Foreign partners,"
        "Signatory parties",
    )
    french_parties = PartiesColumn(
        "parties",
        "Partie française, Partenaires français, Collectivités françaises, Côté français,"
        "Organisme français, Collectivité française"
        "| French party, French partners, French side",
        side="fr",
    )
    quebec_parties = PartiesColumn(
        "parties",
        "Partie québécoise, Partenaires québécois, Collectivités québécoises, Côté québécois,"
        "Organisme québécois, Collectivité québécoise"
        "| Québec party, Québec partners, Québec side",
        side="qc",
    )
    associated = PartiesColumn(
        "parties",
        "Partenaires associés, Organisations associées, Associés"
        "| Associated partners, Associated organisations",
        PartyRole.ASSOCIATED,
    )
    signatories = SignatoriesColumn(
        "signatories",
        "Signataires, Signataire, Signé par, Noms des signataires, Représentants"
        "| Signatories, Signatory, Signed by",
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Axes, Champs,"
        "Thèmes de coopération, Domaines de coopération, Secteurs d'activité,"
        "Champs d'intervention,"
        "Domaines d'intervention, Axes de coopération"
        "| Fields of cooperation, Areas of cooperation, Domains, Domain, Themes, Theme, Topics,"
        "Sectors, Fields",
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
        "Résumé, Objet, Description, Contenu, Commentaire, Présentation, Objectifs"
        "| Summary, Purpose, Subject, Objectives",
        widgets.TextWidget(),
    )

    class Meta:
        model = Agreement
