"""The sheet of projects, and the contributions that its amounts make."""

from functools import partial

from django.utils.translation import gettext as _

from registry.choices import ActivityStatus, Currency, PartnerRole
from registry.dates import PartialDate
from registry.models import Contribution, Project
from registry.spreadsheets import validation, widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    Companion,
    DomainsColumn,
    FundColumn,
    PlacesColumn,
    RecordsColumn,
)
from registry.spreadsheets.plans import Change, RecordPlan, describe
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.cofunding import with_more
from registry.spreadsheets.resources.money import (
    CALL_HEADINGS,
    CURRENCY_HEADINGS,
    DECIDED_ON_HEADINGS,
    DECISION_HEADINGS,
    FUND_HEADINGS,
    FUNDER_HEADINGS,
    FUNDERS,
    MoneyResource,
    no_amount,
)
from registry.spreadsheets.rows import PartnersColumn
from registry.spreadsheets.sides import giver, keep_of_side, note_of_side
from registry.spreadsheets.terms import EndColumn, PeriodColumn, YearColumn


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
        "labellise selectionne soutenu operation operations"
    )
    date_columns = ("starts_on", "period", "year")
    # When and by what an amount was granted: a sheet that may as well list contributions does.
    grant_columns = ("decided_on", "decision")
    of_another_kind = frozenset(grant_columns)
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
        "Lancement, Démarrage, Date de début prévue, Date de lancement, Du, Commence le, Lancé en,"
        "Début prévu, Date de début de l'opération"
        "| Start, Planned start, Start planned, Start date, Start year, From, Starting date,"
        "Begins, Launch date, Actual start,"
        "Actual start date, Starting year",
        widgets.PartialDateWidget(),
    )
    ends_on = EndColumn(
        "ends_on",
        "Fin, Date de fin, Fin du projet, Année de fin, Échéance, Clôture, Date de clôture,"
        "Date de fin prévue, Fin prévue, Achèvement, Au, Terminé en, Se termine le"
        "| End, Planned end, End planned, End date, End year, Completion date, Closing date, To,"
        "Until, Actual end,"
        "Actual end date, Ending year, Finish date",
    )
    period = PeriodColumn(
        "Période, Années, Durée, Calendrier, Dates, Période de réalisation,"
        "Période d'exécution, Biennale, Échéancier, Années de réalisation, Années couvertes"
        "| Period, Years, Dates, Duration, Timeframe, Timeline, Implementation period"
    )
    year = YearColumn(
        "Année, Exercice financier, Année financière, Exercice, Exercice budgétaire,"
        "Année budgétaire, Année de financement | Year, Financial year, Fiscal year"
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
        "| Domains, Domain, Thematics, Themes, Theme, Topics, Sectors, Areas, Field,"
        "Priority area, Subject,"
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
        "| Progress, Activity status, Stage, Status, Project status, State, Current status",
        widgets.ChoiceWidget(ActivityStatus),
    )
    amount = Companion(
        "Montant, Montant total, Financement, Subvention, Aide, Montant accordé, Budget,"
        "Subvention accordée, Montant de la subvention, Aide accordée, Montant de l'aide,"
        "Financement accordé, Soutien financier, Somme accordée, Montant du financement,"
        "Cofinancement, Contribution, Montant du soutien, Budget alloué, Soutien,"
        "Soutien accordé, Aide financière, Montant octroyé, Somme versée, Accordé,"
        "Contribution UE, Aide UE, Montant UE, Subvention UE, Montant total accordé,"
        "Montant financé, Montant UE programmé, Montant programmé"
        "| Amount, Commitment, Total commitment, Grant, Funding, Total amount, Budget,"
        "Amount awarded, Grant amount,"
        "Award amount, Funding amount, Grant awarded, Award, Value, EU contribution, EU grant,"
        "EU amount, EU funding, Union contribution, Union co-financing, Funding awarded",
        widgets.AmountWidget(),
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency))
    funders = Companion(FUNDER_HEADINGS, widgets.TextWidget())
    decided_on = Companion(" | ".join(DECIDED_ON_HEADINGS), widgets.PartialDateWidget())
    decision = Companion(" | ".join(DECISION_HEADINGS), widgets.TextWidget())
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

    @classmethod
    def seems_other(cls, columns):
        """Who gave how much in which year is rather a list of contributions."""
        return super().seems_other(columns) + (columns >= {"funders", "year"})

    def identify_rows(self, table):
        table.rows = with_more(table.rows, self.directory.first_rows)
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
        granted = self._granted(row)
        if granted and not (money or funders or yearly):
            self._tell_nothing_granted(row, granted)
        if money or (funders and not yearly):
            self._contribute(row, None, *(money or (None, None)), funders, granted)
        for years, amount, currency in yearly:
            currency = self._currency(row, currency, "yearly")
            self._contribute(row, years, amount, currency, funders, granted)

    def _granted(self, row) -> dict:
        """When and by what the row's amounts were granted."""
        if row.keys().isdisjoint(self.grant_columns):
            return {}
        said = {name: self.read(row, name) for name in self.grant_columns}
        return {name: value for name, value in said.items() if value}

    def _tell_nothing_granted(self, row, granted: dict) -> None:
        message = _("left out, for the row says neither an amount nor who gives it.")
        for name in granted:
            self.directory.notice(row, name, row[name], message)

    def _contribute(self, row, years, amount, currency, funders, granted) -> None:
        year, last_year = years or (None, None)
        given = self._same_contribution(row.plan, year, amount, currency, funders, granted)
        if given is None:
            fields = {"amount": amount, "currency": currency} if amount is not None else {}
            if not year and (decided_on := granted.get("decided_on")):
                year = decided_on.year
            said = (
                {"year": year, "last_year": last_year} if year else self._years_beside(row, amount)
            )
            fields |= said | granted
            fields |= {"note": note} if (note := note_of_side(row)) else {}
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
        for name, value in () if given.is_new else granted.items():
            given.set(name, value, row.heading(name), name)
        for funder in funders:
            given.link("funders", funder, row.heading("funders"))
        if not given.is_new:
            row.plan.changes += given.changes
        row.plan.companions.append(given)

    def _years_beside(self, row, amount) -> dict:
        """*Année* beside an amount says of which year both are."""
        years = self.read(row, "year") if amount is not None else None
        years = [one.year for one in years or () if isinstance(one, PartialDate)]
        return dict(zip(("year", "last_year"), dict.fromkeys(years), strict=False))

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
            return keep_of_side(row, self.directory.each(giver(row, self.directory), names))
        except CellError as error:
            error.column = "funders"
            raise

    @staticmethod
    def _same_contribution(plan, year, amount, currency, funders, granted) -> RecordPlan | None:
        """A contribution that the project has; of several, that of this decision or a funder."""
        taken = {one.instance.pk for one in plan.companions}
        found = [
            one
            for one in plan.existing("contributions")
            if one.pk not in taken
            and (not year or one.year == year)
            and (amount is None or (one.amount, one.currency) == (amount, currency))
        ]
        wanted = {funder.pk for funder in funders}
        found.sort(
            key=lambda one: (
                any(getattr(one, name) != value for name, value in granted.items()),
                wanted.isdisjoint(funder.pk for funder in one.funders.all()),
            )
        )
        return RecordPlan(found[0], False) if found else None
