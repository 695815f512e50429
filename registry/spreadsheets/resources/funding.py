"""The sheet of projects, and what the sheets with amounts share."""

from functools import partial

from django.utils.translation import gettext as _

from registry.choices import ActivityStatus, Currency, PartnerRole
from registry.models import Contribution, Project
from registry.spreadsheets import validation, widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    Companion,
    DomainsColumn,
    FundColumn,
    OrganisationsColumn,
    PlacesColumn,
    RecordsColumn,
)
from registry.spreadsheets.plans import Change, RecordPlan, describe
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.resources.cofunding import with_more
from registry.spreadsheets.rows import PartnersColumn
from registry.spreadsheets.tables import DOLLARS, has_quebec_dollars, heading_currency
from registry.spreadsheets.terms import EndColumn, PeriodColumn

CURRENCY_HEADINGS = "Devise, Monnaie, Code devise, Unité monétaire | Currency, Currency code"
FUNDER_HEADINGS = (
    "Financeurs, Financeur, Cofinanceurs, Bailleurs, Bailleur, Bailleurs de fonds,"
    "Financé par, Organismes subventionnaires, Organismes financeurs, Cofinanceur,"
    "Source de financement, Attribuant, Nom de l'attribuant, Collectivité attribuante,"
    "Subventionneur, Donateur, Partenaires financiers, Subventionné par, Soutenu par,"
    "Ministère, Ministère responsable, Autorité d'octroi, Organisme payeur, Accordée par,"
    "Accordé par, Octroyé par, Attribué par"
    "| Funders, Funding organisation, Funding agency, Donor, Awarded by, Granted by,"
    "Funder, Funded by, Donors, Funding organisations, Financial partners, Funding body,"
    "Sponsors, Sponsor, Supported by, Granting agency, Grantor, Funding department,"
    "Reporting organisation"
)
FUND_HEADINGS = (
    "Fonds, Programme, Nom du fonds, Dispositif, Fonds ou programme, Nom du programme,"
    "Programme de financement, Dispositif d'aide, Programme de soutien, Volet, Mesure"
    "| Fund, Programme, Program, Grant programme, Funding programme, Scheme, Fund name,"
    "Funding scheme, Funding source"
)
CALL_HEADINGS = (
    "Appel, Appel à projets, Édition, AAP, Appel à propositions, Édition de l'appel,"
    "Année de l'appel, Cohorte, Session, Biennie, Concours"
    "| Call, Call for projects, Call for proposals, Edition, Call year, Round, Cycle"
)

# The funders of what an amount on a sheet of projects gives.
FUNDERS = OrganisationsColumn("funders", FUNDER_HEADINGS)


def no_amount() -> CellError:
    """A contribution of nothing is none."""
    error = CellError(
        _("No amount is given: it is zero."),
        _("Leave this row out, or empty the cell where the amount is not known."),
    )
    error.column = "amount"
    return error


class MoneyResource(RecordResource):
    """A sheet with an amount, whose currency stands in its cell, its own column or a heading."""

    is_yearly = True

    yearly = Companion(
        "Montants par année | Amounts by year", widgets.YearlyWidget(), reads="amounts"
    )

    def money(self, row) -> tuple | None:
        """The amount and its currency; ``None`` where the cell is empty."""
        amount = self.read(row, "amount")
        return None if amount is None else (amount[0], self._currency(row, amount[1], "amount"))

    def _currency(self, row, currency, column: str) -> Currency:
        """The currency of an amount: its own, that of the row, or that of the heading."""
        stated = self.read(row, "currency")
        if currency and stated and currency != stated:
            error = CellError(
                _("The amount is in %(one)s but its currency column says %(other)s.")
                % {"one": currency, "other": stated},
                _("Correct one of the two."),
            )
            error.column = column
            raise error
        currency = currency or stated or self._currency_of_heading(row.heading(column))
        return Currency(currency or Currency.EUR)

    @staticmethod
    def _currency_of_heading(heading: str) -> Currency | None:
        """What the heading says; a bare dollar sign is Québec's own beside a French word."""
        currency = heading_currency(heading)
        if currency or not DOLLARS.search(heading):
            return currency
        if has_quebec_dollars(heading):
            return Currency.CAD
        error = CellError(
            _("“%(value)s” does not say which dollars.") % {"value": heading},
            _("Write CAD or USD in the heading, or in a column “%(column)s”.")
            % {"column": _("Currency")},
        )
        error.column = "amount"
        raise error


class ProjectResource(MoneyResource):
    """Projects, found by their title and first year; an amount makes a contribution to them."""

    sheet_names = (
        "Projets",
        "Projets financés",
        "Projets soutenus",
        "Projets lauréats",
        "Projets labellisés",
        "Projects",
        "Funded projects",
    )
    itself = (
        "projet projets project projects action actions initiative laureat laureats retenu "
        "operation operations"
    )
    date_columns = ("starts_on", "period")
    index = "projects"
    is_final = True
    joined = ("fund", "call__fund")
    prefetched = (
        "partners__organisation",
        "domains",
        "places",
        "agreements",
        "delegations",
        "contributions__funders",
        "citations__source",
    )

    public_id = Companion(
        "Identifiant du projet, Identifiant, Identifiant du registre"
        "| Project identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    title = Column(
        "title",
        "Projet, Intitulé, Titre, Nom du projet, Titre du projet, Intitulé du projet, Action,"
        "Projet soutenu, Projet financé, Projet lauréat, Nom, Initiative, Nom de l'initiative,"
        "Désignation du projet, Opération, Activité, Projet retenu, Projets retenus, Libellé"
        "| Project, Activity, Funded project, Title, Project title, Project name,"
        "Name of the project, Name",
    )
    fund = FundColumn("fund", FUND_HEADINGS)
    call = CallColumn("call", CALL_HEADINGS)
    starts_on = Column(
        "starts_on",
        "Début, Date de début, Début du projet, Année de début, Date de démarrage, À partir de,"
        "Lancement, Démarrage, Date de début prévue, Date de lancement, Du, Commence le, Lancé en"
        "| Start, Start date, Start year, From, Starting date, Begins, Launch date, Actual start,"
        "Actual start date, Starting year",
        widgets.PartialDateWidget(),
    )
    ends_on = EndColumn(
        "ends_on",
        "Fin, Date de fin, Fin du projet, Année de fin, Échéance, Clôture, Date de clôture,"
        "Date de fin prévue, Fin prévue, Achèvement, Au, Terminé en, Se termine le"
        "| End, End date, End year, Completion date, Closing date, To, Until, Actual end,"
        "Actual end date, Ending year, Finish date",
    )
    period = PeriodColumn(
        "Période, Années, Année, Durée, Calendrier, Dates, Période de réalisation,"
        "Période d'exécution, Exercice financier, Année financière, Exercice,"
        "Exercice budgétaire, Biennale, Échéancier, Année de financement, Années de réalisation,"
        "Années couvertes"
        "| Period, Years, Year, Dates, Financial year, Duration, Timeframe, Timeline,"
        "Implementation period"
    )
    french_leads = PartnersColumn(
        "partners",
        "Porteurs côté français, Porteur côté français, Porteurs français, Porteur français,"
        "Partenaires français, Côté français, Chef de file français, Organisme français,"
        "Collectivité française, Porteur FR, Promoteur français"
        "| French leads, French organisation, French lead, French lead partners, French partners,"
        "French side, French lead organisation",
        PartnerRole.LEAD,
        side="fr",
    )
    quebec_leads = PartnersColumn(
        "partners",
        "Porteurs côté québécois, Porteur côté québécois, Porteurs québécois,"
        "Porteur québécois, Partenaires québécois, Côté québécois, Chef de file québécois,"
        "Organisme québécois, Collectivité québécoise, Porteur QC, Promoteur québécois"
        "| Québec leads, Québec organisation, Québec lead, Québec lead partners,"
        "Québec partners, Québec side, Quebecois leads",
        PartnerRole.LEAD,
        side="qc",
    )
    leads = PartnersColumn(
        "partners",
        "Porteurs, Porteur, Porteur principal, Chef de file, Chefs de file, Porté par,"
        "Porteurs de projet, Porteur de projet, Porteur du projet, Responsable,"
        "Organisme porteur, Structure porteuse, Collectivité, Organisme, Organisme demandeur,"
        "Bénéficiaire, Bénéficiaires, Nom du bénéficiaire, Organisme bénéficiaire, Lauréat,"
        "Promoteur, Maître d'ouvrage, Demandeur, Requérant, Opérateur, Organisme responsable,"
        "Organisme promoteur, Maître d'œuvre, Pilote, Coordinateur"
        "| Leads, Recipient, Recipients, Recipient name, Beneficiary, Grantee, Organisation,"
        "Lead, Lead partners, Lead partner, Lead organisation, Led by, Applicant, Lead applicant,"
        "Implementing partner, Implementing organisation, Implementing agency, Beneficiary name,"
        "Coordinator",
        PartnerRole.LEAD,
    )
    partners = PartnersColumn(
        "partners",
        "Autres partenaires, Partenaires, Partenaire, Partenaires associés,"
        "Organismes partenaires, Partenaires étrangers, Collectivité étrangère,"
        "Partenaires locaux, Co-porteurs, Collaborateurs, Partenaires impliqués, Consortium,"
        "Co-partenaires, Copartenaires, Partenaires mobilisés, Liste des partenaires,"
        "Autres organismes"
        "| Other partners, Foreign partners, Partners, Partner, Partner organisations,"
        "Partner organizations, Collaborators, Partners involved, Local partners,"
        "Associated partners, Other organisations",
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Secteur,"
        "Domaines d'intervention, Champs d'intervention, Secteurs d'activité, Axes, Axe,"
        "Axe prioritaire, Axe thématique, Volet thématique, Priorité, Discipline,"
        "Domaines de coopération, Champs de coopération, Axes de coopération,"
        "Thèmes prioritaires, Secteurs de coopération, Champ, Thématique principale, Filière"
        "| Domains, Domain, Themes, Theme, Topics, Sectors, Areas, Field, Priority area, Subject,"
        "Fields of cooperation, Areas of cooperation",
    )
    places = PlacesColumn(
        "places",
        "Lieux, Lieu, Territoires, Territoire, Villes, Ville, Localisation, Zone d'intervention,"
        "Lieu de réalisation, Lieux de réalisation, Zone, Territoires concernés,"
        "Villes concernées, Communes concernées, Lieux d'intervention"
        "| Places, City, Cities, Location, Place, Territories, Territory, Where,"
        "Area of intervention",
        country="country",
    )
    country = Companion(
        "Pays, Pays partenaire, Pays concernés, Pays d'intervention, Pays bénéficiaire"
        "| Country, Countries, Partner country, Recipient country",
        widgets.CountryWidget(),
    )
    activity_status = Column(
        "activity_status",
        "Avancement, État, État d'avancement, Statut, Statut du projet, Situation, Phase, Stade,"
        "État actuel, Stade d'avancement, Statut d'avancement, Étape d'avancement"
        "| Progress, Stage, Status, Project status, State, Current status",
        widgets.ChoiceWidget(ActivityStatus),
    )
    amount = Companion(
        "Montant, Montant total, Financement, Subvention, Aide, Montant accordé, Budget,"
        "Subvention accordée, Montant de la subvention, Aide accordée, Montant de l'aide,"
        "Financement accordé, Soutien financier, Somme accordée, Montant du financement,"
        "Cofinancement, Contribution, Montant du soutien, Budget alloué, Soutien,"
        "Soutien accordé, Aide financière, Montant octroyé, Somme versée, Accordé,"
        "Contribution UE, Aide UE, Montant UE, Subvention UE, Montant total accordé,"
        "Montant financé"
        "| Amount, Grant, Funding, Total amount, Budget, Amount awarded, Grant amount,"
        "Award amount, Funding amount, Grant awarded, Award, Value, EU contribution, EU grant,"
        "EU amount, EU funding, Union contribution, Union co-financing, Funding awarded",
        widgets.AmountWidget(),
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency))
    funders = Companion(FUNDER_HEADINGS, widgets.TextWidget())
    summary = Column(
        "summary",
        "Résumé, Description, Présentation, Objet, Objectifs, Contenu, Sommaire, Contexte,"
        "Brève description, Descriptif, Descriptif du projet, Description courte"
        "| Summary, Abstract, Purpose, Objectives, Short description, Goals, Aims",
        widgets.TextWidget(),
    )
    results = Column(
        "results",
        "Résultats, Bilan, Réalisations, Livrables, Retombées, Résultats attendus,"
        "Résultats obtenus, Résultats atteints"
        "| Results, Outcomes, Deliverables, Achievements, Impacts, Outputs, Results achieved,"
        "Results and impact",
        widgets.TextWidget(),
    )
    website = Column(
        "website",
        "Site web, Site internet, Lien, URL, Site, Page web, Lien web, Lien vers le projet,"
        "Page du projet, Adresse internet"
        "| Website, Link, Web site, Web",
        widgets.UrlWidget(),
    )
    agreements = RecordsColumn(
        "agreements",
        "Accords, Accord, Dans le cadre de, Entente, Convention, Accord lié, Entente-cadre,"
        "Dans le cadre de l'entente, Accord de rattachement, Accord associé, Accord concerné"
        "| Agreements, Agreement, Under agreement, Related agreement",
        "agreements",
    )
    delegations = RecordsColumn(
        "delegations",
        "Délégations, Délégation, Missions, Mission liée, Délégation liée, Missions associées"
        "| Delegations, Delegation, Related missions",
        "delegations",
    )

    class Meta:
        model = Project

    def identify_rows(self, table):
        table.rows = with_more(table.rows)
        super().identify_rows(table)

    def complete(self, row):
        if "country" in row and "places" not in row:
            place = self.directory.country_place(self.read(row, "country"))
            row.plan.link("places", place, row.heading("country"))
        self._give(row)
        for other in row.more:
            other.plan = row.plan
            try:
                self._give(other.fill())
            except CellError as error:
                row.problems = (*row.problems, self._problem(other, error))

    def _give(self, row):
        """The contributions that the row's amounts or funders make."""
        funders = self._funders(row)
        money = self.money(row)
        yearly = [one for one in self.read(row, "yearly") or () if one[1]]
        if money and not money[0]:
            if funders:
                raise no_amount()
            money = None  # a project for which nothing was given
        if money or (funders and not yearly):
            self._contribute(row, None, *(money or (None, None)), funders)
        for year, amount, currency in yearly:
            currency = self._currency(row, currency, "yearly")
            self._contribute(row, year, amount, currency, funders)

    def _contribute(self, row, year, amount, currency, funders) -> None:
        given = self._same_contribution(row.plan, year, amount, currency, funders)
        if given is None:
            fields = {"amount": amount, "currency": currency} if amount is not None else {}
            fields |= {"year": year} if year else {}
            record = self.directory.new(
                Contribution, fund=row.plan.instance.fund, call=row.plan.instance.call, **fields
            )
            told = row.plan.is_told
            given = RecordPlan(record, True, row.sheet, row.number, is_told=told)
            given.link("projects", row.plan.instance, "")
            if told:
                text = partial(describe, record)
                label = row.heading("yearly" if year else "funders" if amount is None else "amount")
                row.plan.changes.append(
                    Change("contributions", label, "", text, (None, amount), added=True)
                )
            self._check(given)
        for funder in funders:
            before = len(given.changes)
            given.link("funders", funder, row.heading("funders"))
            if not given.is_new and len(given.changes) > before:
                row.plan.changes.append(given.changes[-1])
        row.plan.companions.append(given)

    def _check(self, given: RecordPlan) -> None:
        """What the row gives is a record too, and validated like one."""
        errors = validation.check(given, self.directory.unique)
        if errors:
            message = " ".join(one for found in errors.values() for one in found)
            error = CellError(message, _("Correct this cell."))
            error.column = "amount"
            raise error

    def _funders(self, row) -> list:
        cell = self.read(row, "funders")
        if not cell:
            return []
        try:
            names = FUNDERS.split(cell, self.directory)
            return self.directory.each(self.directory.organisation, names)
        except CellError as error:
            error.column = "funders"
            raise

    @staticmethod
    def _same_contribution(plan, year, amount, currency, funders) -> RecordPlan | None:
        """A contribution that the project has; of several, that of one of the funders."""
        taken = {one.instance.pk for one in plan.companions}
        found = [
            one
            for one in plan.existing("contributions")
            if one.pk not in taken
            and (not year or one.year == year)
            and (amount is None or (one.amount, one.currency) == (amount, currency))
        ]
        wanted = {funder.pk for funder in funders}
        found.sort(key=lambda one: wanted.isdisjoint(funder.pk for funder in one.funders.all()))
        return RecordPlan(found[0], False) if found else None
