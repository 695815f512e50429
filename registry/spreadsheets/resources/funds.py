"""The sheets of funds and of their calls."""

from django.utils.translation import gettext as _

from registry.choices import Currency, FundKind, FundRole
from registry.models import Call, Fund
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column, Companion, FundColumn
from registry.spreadsheets.networks import FundOrganisationsColumn
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.resources.money import CURRENCY_HEADINGS, FUND_HEADINGS

WEBSITE_HEADINGS = (
    "Site web, Site internet, URL, Lien, Lien vers l'appel, Page web, Adresse web"
    "| Website, Link, Web page, Web site, Web address"
)


class FundResource(RecordResource):
    """Funds and programmes, found by their name or acronym."""

    itself = "fonds programme dispositif fund programme"
    sheet_names = ("Fonds", "Programmes", "Dispositifs", "Funds", "Programs")
    key_columns = ("name",)
    index = "funds"
    prefetched = ("organisations__organisation", "citations__source")

    public_id = Companion(
        "Identifiant du fonds, Identifiant, Identifiant du registre"
        "| Fund identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    name = Column(
        "name",
        "Nom du fonds, Fonds, Nom, Programme, Dispositif, Intitulé"
        "| Fund name, Fund, Name, Programme, Title",
    )
    acronym = Column("acronym", "Sigle, Acronyme, Abréviation| Acronym, Abbreviation, Short name")
    kind = Column("kind", "Type, Nature | Kind", widgets.ChoiceWidget(FundKind))
    steering = FundOrganisationsColumn(
        "organisations",
        "Piloté par, Pilotage, Pilotes, Copiloté par, Organismes pilotes"
        "| Steered by, Steering, Steering bodies",
        FundRole.STEERING,
    )
    managers = FundOrganisationsColumn(
        "organisations",
        "Géré par, Gestion, Gestionnaire, Organisme gestionnaire, Opérateur"
        "| Managed by, Manager, Managing body, Administered by",
        FundRole.MANAGER,
    )
    funders = FundOrganisationsColumn(
        "organisations",
        "Financé par, Financeurs, Financeur, Abondé par, Contributeurs, Bailleurs"
        "| Funded by, Funders",
        FundRole.FUNDER,
    )
    website = Column("website", WEBSITE_HEADINGS, widgets.UrlWidget())
    summary = Column(
        "summary",
        "Présentation, Description, Résumé, Objet, Objectifs | Presentation, Summary, Purpose",
        widgets.TextWidget(),
    )

    class Meta:
        model = Fund

    def names_of(self, record, row):
        return [record.name, self.read(row, "acronym")]


class SumColumn(Column):
    """A sum in the currency of the call, which its cell may name."""

    def __init__(self, attribute, headings):
        super().__init__(attribute, headings, widgets.AmountWidget(attribute))

    def apply(self, plan, value, row, directory):
        amount, currency = value
        super().apply(plan, amount, row, directory)
        stated = plan.instance.currency if "currency" in row else ""
        if currency and stated and currency != stated:
            raise CellError(
                _("The amount is in %(one)s but its currency column says %(other)s.")
                % {"one": currency, "other": stated},
                _("Correct one of the two."),
            )
        if currency:
            plan.set("currency", currency, row.heading(self.column_name), self.column_name)


class CallResource(RecordResource):
    """Calls for projects, found by their fund and edition."""

    sheet_names = ("Appels", "Appels à projets", "Éditions", "Calls", "Calls for projects")
    itself = "appel appels projets call calls"
    key_columns = ("edition",)
    joined = ("fund",)
    prefetched = ("citations__source",)

    public_id = Companion(
        "Identifiant de l'appel, Identifiant, Identifiant du registre"
        "| Call identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    fund = FundColumn("fund", FUND_HEADINGS)
    edition = Column(
        "edition",
        "Édition, Appel, Appel à projets, Cohorte, Session, Biennie, Millésime, Année de l'appel"
        "| Edition, Call, Call for projects",
    )
    title = Column("title", "Intitulé, Titre, Nom de l'appel | Title, Call title")
    opens_on = Column(
        "opens_on",
        "Ouverture, Date d'ouverture, Ouvre le, Lancement, Date de lancement, Ouvert le,"
        "Début des candidatures, Ouverture des candidatures"
        "| Opens on, Opening date, Open date, Opens, Launch date, Opening, Open from",
        widgets.PartialDateWidget(),
    )
    closes_on = Column(
        "closes_on",
        "Clôture, Date de clôture, Date limite, Échéance, Ferme le, Date limite de dépôt,"
        "Fermeture, Date de fermeture, Date limite de candidature, Dépôt avant le,"
        "Fin des candidatures, Clôture des candidatures, Date limite de réponse,"
        "Dépôt des dossiers avant le, Date limite de dépôt des dossiers"
        "| Closes on, Deadline, Closing date, Submission deadline, Application deadline, Closes,"
        "Closing, Due date",
        widgets.PartialDateWidget(),
    )
    deadline_note = Column(
        "deadline_note", "Note sur la date limite, Précision | Note on the deadline"
    )
    starts_on = Column(
        "starts_on",
        "Projets à partir de, Début | Projects from, Start",
        widgets.PartialDateWidget(),
    )
    ends_on = Column(
        "ends_on", "Projets jusqu'à, Fin | Projects until, End", widgets.PartialDateWidget()
    )
    currency = Column("currency", CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency))
    budget = SumColumn(
        "budget",
        "Budget, Enveloppe, Enveloppe totale, Budget disponible, Enveloppe budgétaire,"
        "Budget total, Enveloppe globale, Montant de l'enveloppe"
        "| Budget, Total budget, Envelope, Available budget",
    )
    grant_cap = SumColumn(
        "grant_cap",
        "Aide maximale, Plafond, Montant maximal, Subvention maximale, Plafond de l'aide,"
        "Plafond de subvention, Montant maximum, Aide maximum, Aide plafonnée à"
        "| Highest grant, Grant cap, Maximum grant, Maximum amount, Maximum per project",
    )
    rate_cap = Column(
        "rate_cap",
        "Taux maximal, Taux, Taux maximum, Taux de financement maximal, Taux d'aide maximal,"
        "Taux max, Taux d'aide maximum"
        "| Highest rate, Rate cap, Maximum rate, Maximum funding rate",
        widgets.RateWidget(),
    )
    website = Column("website", WEBSITE_HEADINGS, widgets.UrlWidget())
    summary = Column(
        "summary",
        "Présentation, Description, Résumé, Objet, Objectifs | Presentation, Summary, Purpose",
        widgets.TextWidget(),
    )

    class Meta:
        model = Call

    def match(self, row):
        if record := self.match_by_key(row):
            return record
        edition, fund = self.read(row, "edition"), self.read(row, "fund")
        for name, value in (("edition", edition), ("fund", fund)):
            if not value:
                raise self.empty_cell(name)
        fund = self.directory.fund(fund)
        found = [
            call
            for call in self.directory.calls.find(edition)
            if call.pk and identity(call.fund) == identity(fund)
        ]
        return self.choose(found, edition, None)

    def _register(self, row, record):
        """A call is known by its fund and edition, and perhaps a title."""
        call = row.plan.instance
        for name in ("fund", "edition", "title"):
            self._try(row, self.fill, row, self.fields[name])
        self.directory.calls.add(call, self.directory.names_of_call(call))
