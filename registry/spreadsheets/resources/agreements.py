"""The sheet of agreements."""

from django.utils.text import Truncator
from django.utils.translation import gettext as _

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
from registry.spreadsheets.tables import walk
from registry.spreadsheets.terms import EndColumn, PeriodColumn
from registry.spreadsheets.vocabulary import country_code

# Columns that tell an agreement though no heading does: what it is, and between whom.
PARTIES = ("parties", "french_parties", "quebec_parties")
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
        "Intitulé de l'accord, Jumelage, Libellé, Nom, Désignation, Accord de coopération,"
        "Titre officiel, Titre de l'engagement, Dénomination, Objet de l'entente, Document,"
        "Instrument, Partenariat"
        "| Title, Agreement, Agreement title, Name of the agreement, Name, Memorandum, MoU,"
        "MoU title, Cooperation agreement, Treaty, Treaty name, Document name, Partnership,"
        "Common name, Common title, Short title, Official title, Full title,"
        "Name of the partnership",
    )
    kind = Column(
        "kind",
        "Type, Nature, Nature du lien, Type de lien, Type de partenariat, Type de coopération,"
        "Type de relation,"
        "Type d'accord, Type d'entente, Nature de l'accord, Catégorie, Forme,"
        "Type de document, Type d'acte, Type d'engagement, Forme juridique, Nature juridique,"
        "Genre"
        "| Kind, Type of partnership, Type of cooperation, Type of relationship, Relationship,"
        " Agreement type, Type of agreement, Category,"
        "Instrument type, Type of instrument, Document type, Type of document",
        widgets.ChoiceWidget(AgreementKind),
    )
    signed_on = Column(
        "signed_on",
        "Date de signature, Signé le, Signature, Signée le, Date de l'accord, Année de signature,"
        "Signé en, Date, Année, Année du jumelage, Année de création, Date de conclusion,"
        "Année de conclusion, Date du jumelage,"
        "Conclu le, Depuis, Date d'approbation, Date d'adoption, Date de l'acte,"
        "Date de la signature officielle, Jour de signature"
        "| Signed on, Date of signature, Signature date, Signed, Date signed, Year, Year signed,"
        "Signed in, Since, Signing date, Date of signing, Concluded on, Date concluded,"
        "Established, Established in, Signing, Signature year, Year established",
        widgets.PartialDateWidget(),
    )
    starts_on = Column(
        "starts_on",
        "Début, Date de début, Date d'effet, Prise d'effet, Entrée en vigueur, En vigueur depuis,"
        "Date d'entrée en vigueur, En vigueur le, Date de prise d'effet, Début de validité,"
        "Date de début de validité, Valable à partir du, À compter du, Date d'application,"
        "Applicable à partir du, Année de début"
        "| Start, Valid from, Start date, Takes effect on, Effective date, Entry into force,"
        "Effective from, Effective, In force since, In force from, Date of entry into force,"
        "Start of validity, From, Commencement date, Commencement, Begins, Commences,"
        "Date of effect, Start year",
        widgets.PartialDateWidget(),
    )
    ends_on = EndColumn(
        "ends_on",
        "Fin, Date de fin, Fin de validité, Échéance, Expiration, Date d'échéance,"
        "Date d'expiration, Valable jusqu'au, Jusqu'au, Terme, Expire le,"
        "Date de fin de validité, Date de fin prévue, Fin prévue, Terme de la convention,"
        "Arrive à échéance le, Valide jusqu'au, En vigueur jusqu'au, Prend fin le, Date de terme,"
        "Validité jusqu'au, Année de fin"
        "| End, Valid until, End date, Ends on, Expires on, Expiry date, Expiry, Expires,"
        "End of validity, End of term, Until, To, Ending, End year",
        STARTS,
    )
    term = PeriodColumn(
        "Période, Durée, Durée de validité, Période de validité, Validité, Durée de l'accord,"
        "Période couverte, Durée prévue"
        "| Period, Term, Duration, Validity, Validity period, Period of validity,"
        "Term of agreement, Period covered, Length",
        STARTS,
    )
    terminated_on = Column(
        "terminated_on",
        "Résilié le, Date de résiliation, Dénoncé le, Date de dénonciation, Abrogé le,"
        "Date d'abrogation, Dénonciation, Résiliation, Fin anticipée le"
        "| Terminated on, Termination date, Date terminated, Ended early on, Cancelled on",
        widgets.PartialDateWidget(),
    )
    tacit_renewal = Column(
        "tacit_renewal",
        "Tacite reconduction, Reconduction tacite, Renouvellement tacite,"
        "Renouvellement automatique, Reconduction, Renouvelable, Renouvelable tacitement,"
        "Reconductible, Reconductible tacitement, Renouvelable par tacite reconduction,"
        "Reconduction automatique, Clause de tacite reconduction,"
        "Renouvellement par tacite reconduction, Reconduction par tacite accord"
        "| Tacit renewal, Automatic renewal, Auto-renewal, Automatically renewed,"
        "Tacitly renewed, Renewable, Renews automatically, Automatically renews,"
        "Automatic extension",
        widgets.BooleanWidget(),
    )
    parties = PartiesColumn(
        "parties",
        "Parties, Partenaires, Parties prenantes, Parties à l'accord, Organisations,"
        "Collectivités, Entre, Cocontractants, Contractants, Parties signataires,"
        "Organisations partenaires, Villes partenaires, Partenaires étrangers,"
        "Partenaires internationaux, Villes jumelées, Jumelée avec, Avec, Parties concernées,"
        "Parties contractantes, Organismes signataires, Organisations signataires,"
        "Partenaires signataires, Collectivités partenaires, Collectivités concernées,"
        "Organismes, Institutions, Villes, Établissements partenaires, Organisations parties,"
        "Organismes parties, Collectivités parties, Signataires institutionnels,"
        "Collectivités signataires, Villes signataires, Nom des partenaires, Ville A, Ville B,"
        "Collectivités étrangères, Villes étrangères, Organismes étrangers,"
        "Institutions partenaires, Établissements étrangers"
        "| Parties, Membership, Partners, Organisations, Organizations, Between, With,"
        "Sister city, Sister cities, Partner organisations, Twinned with, Foreign partners,"
        "Signatory parties, Contracting parties, Parties involved, Partner cities, Cities,"
        "Twin towns, Twin cities, Signatory organisations, Signatory organizations,"
        "Partners involved, Organisations involved, City A, City B, Town A, Town B",
    )
    french_parties = PartiesColumn(
        "parties",
        "Partie française, Partenaires français, Collectivités françaises, Côté français,"
        "Organisme français, Collectivité française, Établissement français,"
        "Ville française"
        "| French party, French partners, French side, French city",
        side="fr",
    )
    quebec_parties = PartiesColumn(
        "parties",
        "Partie québécoise, Partenaires québécois, Collectivités québécoises, Côté québécois,"
        "Organisme québécois, Collectivité québécoise, Municipalité québécoise,"
        "Établissement québécois, Ville québécoise"
        "| Québec party, Québec partners, Québec side, Québec city partner",
        side="qc",
    )
    country = Companion(
        "Pays, Pays partenaire, Pays du partenaire, Pays de la collectivité partenaire,"
        "Pays de la collectivité étrangère, Pays de l'organisme partenaire,"
        "Pays de l'établissement partenaire, Pays de la ville partenaire | Country,"
        "Partner country, Partner's country,"
        "Country of partner, Country of the partner",
        widgets.LineWidget(),
    )
    associated = PartiesColumn(
        "parties",
        "Partenaires associés, Organisations associées, Associés, Autres partenaires"
        "| Associated partners, Associated organisations, Other partners, Associate partners",
        PartyRole.ASSOCIATED,
    )
    signatories = SignatoriesColumn(
        "signatories",
        "Signataires, Signataire, Signé par, Noms des signataires, Représentants,"
        "Personnes signataires, Noms et fonctions des signataires, Élus signataires,"
        "Représentants signataires, Signataire français, Signataire québécois, Signataire étranger"
        "| Signatories, Signatory, Signed by, Signatory names, Names of signatories",
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Axes, Champs,"
        "Thèmes de coopération, Domaines de coopération, Secteurs d'activité,"
        "Champs d'intervention, Domaines d'intervention, Axes de coopération,"
        "Champ d'application, Axes prioritaires, Domaines visés, Domaines couverts,"
        "Thématiques abordées, Priorités, Mots-clés, Domaines de collaboration,"
        "Thèmes prioritaires, Domaines prioritaires, Champs de coopération, Axes de travail,"
        "Axes de collaboration, Secteurs concernés"
        "| Domains, Fields of cooperation, Areas of cooperation, Domain, Themes, Theme, Topics,"
        "Sectors, Fields, Areas, Subject area, Priority areas, Areas of collaboration, Keywords",
    )
    renews = KnownColumn(
        "renews",
        "Renouvelle, Accord renouvelé, Renouvellement de, Remplace, Succède à, Accord précédent,"
        "Entente précédente, Fait suite à, Reconduit l'accord"
        "| Renews, Renewal of, Replaces, Supersedes, Previous agreement",
        "agreements",
    )
    framework = KnownColumn(
        "framework",
        "Accord-cadre, Sous l'accord-cadre, Convention-cadre, Entente-cadre, Accord principal,"
        "Rattaché à l'accord-cadre, Pris en application de"
        "| Framework, Framework agreement, Under the framework of, Umbrella agreement,"
        "Parent agreement",
        "agreements",
    )
    signed_during = KnownColumn(
        "signed_during",
        "Signé pendant, Signé lors de, Délégation, Mission, Signé à l'occasion de,"
        "À l'occasion de, Signé au cours de, Signé durant la mission, Mission associée,"
        "Délégation associée"
        "| Signed during, Delegation, On the occasion of, Signed during mission",
        "delegations",
    )
    summary = Column(
        "summary",
        "Résumé, Objet, Objet de l'accord, Objet de l'entente, Description, Contenu, Commentaire,"
        "Présentation, Objectifs, But, Sujet, Objet de la convention, Objet détaillé,"
        "Description sommaire"
        "| Summary, Purpose, Subject, Objectives, Scope, Abstract, Subject matter, Content,"
        "Brief description, Short summary",
        widgets.TextWidget(),
    )

    # A list of towns with their countries is one of twinnings.
    of_another_kind = frozenset(("country",))

    class Meta:
        model = Agreement

    @classmethod
    def is_recognised_by(cls, columns):
        """Lists of what was signed with whom seldom give it a title."""
        is_dated = bool(columns & {"signed_on", "starts_on", "ends_on", "term"})
        tells = "kind" in columns and not columns.isdisjoint(PARTIES)
        return super().is_recognised_by(columns) or (tells and is_dated)

    @classmethod
    def meant_by_place(cls, columns, rows):
        """*Renouvellement* over nothing but «tacite» says how one is renewed, not which one."""
        find = cls.known_headings().find
        meanings = {one.key: find(one.heading) for one in columns if one.samples}
        if "tacit_renewal" in meanings.values():
            return {}
        said = {key for key, meaning in meanings.items() if meaning == "renews"}
        return {
            one.key: "tacit_renewal"
            for one in columns
            if one.key in said and all(map(widgets.says_yes_or_no, one.samples))
        }

    def identify_rows(self, table):
        if "title" not in table.headings and not table.headings.keys().isdisjoint(PARTIES):
            self._make_titles(table)
        super().identify_rows(table)

    def complete(self, row):
        """Where the party is that only its country tells apart from others of its name."""
        parties = [one.organisation for one in row.plan.rows("parties")]
        if "country" not in row or not parties:
            return
        code = country_code(row["country"])
        if code and any(one.place and one.place.country == code for one in parties):
            return
        new = [one for one in parties if one.pk is None and one.place is None]
        if code and len(new) == 1:
            new[0].place = self.directory.country_place(code)
        elif not code or len(parties) > 1:
            message = _("it is not read: it is no single country of a single party.")
            self.directory.notice(row, "country", row["country"], message)
        else:
            message = _("the registry has another place for %(party)s, which stays.")
            self.directory.notice(row, "country", row["country"], message % {"party": parties[0]})

    def _make_titles(self, table) -> None:
        """Call each agreement by what it is and with whom, in the words of its row."""
        longest, example = Agreement._meta.get_field("title").max_length, ""
        for row in walk(table.rows):
            parties = " ; ".join(str(row[name]) for name in PARTIES if row.get(name))
            if row.get("kind") and parties:
                title = " ".join(f"{row['kind']} – {parties}".split())
                row["title"] = Truncator(title).chars(longest)
                example = example or row["title"]
        table.headings["title"] = self.fields["title"].label
        self.directory.notice_once(
            _(
                "%(sheet)s: no column gives a title. Each agreement is called by its kind and "
                "its parties, as “%(title)s”."
            )
            % {"sheet": table.sheet or _("the file"), "title": example}
        )
