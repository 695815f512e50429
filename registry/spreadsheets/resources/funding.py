"""The sheets of projects and of contributions."""

from collections import defaultdict
from functools import cached_property, partial

from django.utils.translation import gettext as _

from registry.choices import ActivityStatus, ContributionKind, Currency, PartnerRole
from registry.models import Contribution, Project
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    Companion,
    DomainsColumn,
    FundColumn,
    OrganisationsColumn,
    PeriodColumn,
    PlacesColumn,
    ProjectsColumn,
    RecordsColumn,
)
from registry.spreadsheets.plans import Change, RecordPlan, describe, identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import PartnersColumn
from registry.spreadsheets.tables import heading_currency

CURRENCY_HEADINGS = "Devise, Monnaie | Currency"
FUNDER_HEADINGS = (
    "Financeurs, Financeur, Cofinanceurs, Bailleurs, Bailleur, Bailleurs de fonds, Financé par,"
    "Organismes subventionnaires | Funders, Funder, Funded by, Donors, Funding organisations"
)
FUND_HEADINGS = (
    "Fonds, Programme, Nom du fonds, Dispositif, Fonds ou programme | Fund, Programme, Program"
)
CALL_HEADINGS = (
    "Appel, Appel à projets, Édition, AAP, Appel à propositions, Édition de l'appel,"
    "Année de l'appel | Call, Call for projects, Call for proposals, Edition, Call year"
)


class MoneyResource(RecordResource):
    """A sheet with an amount, whose currency stands in its cell, its own column or a heading."""

    def money(self, row) -> tuple | None:
        """The amount and its currency; ``None`` where the cell is empty."""
        amount = self.read(row, "amount")
        if amount is None:
            return None
        number, currency = amount
        stated = self.read(row, "currency")
        if currency and stated and currency != stated:
            error = CellError(
                _("The amount is in %(one)s but its currency column says %(other)s.")
                % {"one": currency, "other": stated},
                _("Correct one of the two."),
            )
            error.column = "amount"
            raise error
        currency = currency or stated or heading_currency(row.heading("amount"))
        return number, Currency(currency or Currency.EUR)


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
    date_columns = ("starts_on", "period")
    index = "projects"
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

    title = Column(
        "title",
        "Projet, Intitulé, Titre, Nom du projet, Titre du projet, Intitulé du projet"
        "| Project, Title, Project title, Project name, Name of the project",
    )
    fund = FundColumn("fund", FUND_HEADINGS)
    call = CallColumn("call", CALL_HEADINGS)
    starts_on = Column(
        "starts_on",
        "Début, Date de début, Début du projet, Année de début | Start, Start date, Start year",
        widgets.PartialDateWidget(),
    )
    ends_on = Column(
        "ends_on",
        "Fin, Date de fin, Fin du projet, Année de fin | End, End date, End year",
        widgets.PartialDateWidget(),
    )
    period = PeriodColumn(
        "Période, Années, Année, Durée, Calendrier, Dates | Period, Years, Year, Dates"
    )
    french_leads = PartnersColumn(
        "partners",
        "Porteurs côté français, Porteur côté français, Porteurs français, Porteur français,"
        "Partenaires français, Côté français, Chef de file français"
        "| French leads, French lead, French lead partners, French partners, French side",
        PartnerRole.LEAD,
        side="fr",
    )
    quebec_leads = PartnersColumn(
        "partners",
        "Porteurs côté québécois, Porteur côté québécois, Porteurs québécois, Porteur québécois,"
        "Partenaires québécois, Côté québécois, Chef de file québécois"
        "| Québec leads, Québec lead, Québec lead partners, Québec partners, Québec side,"
        "Quebecois leads",
        PartnerRole.LEAD,
        side="qc",
    )
    leads = PartnersColumn(
        "partners",
        "Porteurs, Porteur, Chef de file, Chefs de file, Porté par, Porteurs de projet,"
        "Porteur de projet, Porteur du projet, Responsable | Leads, Lead, Lead partners,"
        "Lead partner, Lead organisation, Led by",
        PartnerRole.LEAD,
    )
    partners = PartnersColumn(
        "partners",
        "Autres partenaires, Partenaires, Partenaire, Partenaires associés, Organismes partenaires"
        "| Other partners, Partners, Partner, Partner organisations, Partner organizations",
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Secteur"
        "| Domains, Domain, Themes, Theme, Topics, Sectors",
    )
    places = PlacesColumn(
        "places",
        "Lieux, Lieu, Territoires, Territoire | Places, Place, Territories, Territory, Where",
        country="country",
    )
    country = Companion("Pays | Country", widgets.CountryWidget())
    activity_status = Column(
        "activity_status",
        "Avancement, État, État d'avancement, Statut, Statut du projet"
        "| Progress, Status, Project status, State",
        widgets.ChoiceWidget(ActivityStatus),
    )
    amount = Companion(
        "Montant, Montant total, Financement, Subvention, Aide, Montant accordé, Budget"
        "| Amount, Grant, Funding, Total amount, Budget",
        widgets.AmountWidget(),
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency))
    funders = Companion(FUNDER_HEADINGS, widgets.TextWidget())
    summary = Column(
        "summary",
        "Résumé, Description, Présentation, Objet, Objectifs | Summary, Abstract, Purpose",
        widgets.TextWidget(),
    )
    results = Column(
        "results", "Résultats, Bilan, Réalisations | Results, Outcomes", widgets.TextWidget()
    )
    website = Column(
        "website",
        "Site web, Site internet, Lien, URL, Site | Website, Link, Web site",
        widgets.UrlWidget(),
    )
    agreements = RecordsColumn(
        "agreements", "Accords, Accord, Dans le cadre de | Agreements, Agreement", "agreements"
    )
    delegations = RecordsColumn(
        "delegations", "Délégations, Délégation, Missions | Delegations, Delegation", "delegations"
    )

    class Meta:
        model = Project

    def complete(self, row):
        if "country" in row and "places" not in row:
            place = self.directory.country_place(self.read(row, "country"))
            row.plan.link("places", place, row.heading("country"))
        self._give(row)

    def _give(self, row):
        """The contribution that the row's amount or funders make."""
        money = self.money(row)
        funders = self._funders(row)
        if money is None and not funders:
            return
        amount, currency = money or (None, None)
        given = self._same_contribution(row.plan, amount, currency)
        if given is None:
            fields = {"amount": amount, "currency": currency} if money else {}
            record = self.directory.new(
                Contribution, fund=row.plan.instance.fund, call=row.plan.instance.call, **fields
            )
            given = RecordPlan(record, True, row.sheet, row.number)
            given.link("projects", row.plan.instance, "")
            text = partial(describe, record)
            label = row.heading("amount" if money else "funders")
            row.plan.changes.append(
                Change("contributions", label, "", text, (None, amount), added=True)
            )
        for funder in funders:
            before = len(given.changes)
            given.link("funders", funder, row.heading("funders"))
            if not given.is_new and len(given.changes) > before:
                row.plan.changes.append(given.changes[-1])
        row.plan.companions.append(given)

    def _funders(self, row) -> list:
        cell = self.read(row, "funders")
        if not cell:
            return []
        column = OrganisationsColumn("funders", FUNDER_HEADINGS)
        try:
            return [
                self.directory.organisation(name) for name in column.split(cell, self.directory)
            ]
        except CellError as error:
            error.column = "funders"
            raise

    @staticmethod
    def _same_contribution(plan: RecordPlan, amount, currency) -> RecordPlan | None:
        for contribution in plan.existing("contributions"):
            if amount is None or (contribution.amount, contribution.currency) == (amount, currency):
                return RecordPlan(contribution, False)
        return None


class ContributionResource(MoneyResource):
    """Contributions, found by their year, projects, funders and amount: they have no title."""

    sheet_names = (
        "Financements",
        "Contributions",
        "Soutiens",
        "Subventions",
        "Aides",
        "Grants",
        "Funding",
    )
    key_columns = ("amount", "funders")
    joined = ("fund", "call__fund")
    prefetched = ("funders", "projects", "citations__source")

    fund = FundColumn("fund", FUND_HEADINGS)
    call = CallColumn("call", CALL_HEADINGS)
    funders = OrganisationsColumn("funders", FUNDER_HEADINGS)
    projects = ProjectsColumn(
        "projects",
        "Projets concernés, Projet concerné, Projets, Projet, Projets financés, Projets soutenus,"
        "Pour les projets | Projects, Project, Funded projects, For projects",
    )
    years = Companion(
        "Année, Années, Exercice, Période | Year, Years, Period", widgets.YearsWidget()
    )
    amount = Companion(
        "Montant, Montant total, Montant accordé, Subvention, Aide, Financement, Soutien"
        "| Amount, Total amount, Grant, Funding",
        widgets.AmountWidget(),
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency))
    kind = Column(
        "kind",
        "Nature, Type, Type d'aide, Nature de l'aide, Forme | Kind, Type of support",
        widgets.ChoiceWidget(ContributionKind),
    )
    note = Column(
        "note", "Note, Notes, Remarque, Remarques, Commentaire | Comment", widgets.TextWidget()
    )

    class Meta:
        model = Contribution

    def identify_rows(self, table):
        """Nothing names a contribution: its rows wait until projects and funders are read."""

    def plan_rows(self, table):
        super().identify_rows(table)
        return super().plan_rows(table)

    def _register(self, row):
        """No name to register."""

    def match(self, row):
        if not any(self.read(row, name) for name in ("amount", "funders", "projects")):
            raise self.empty_cell("amount")
        if record := self.match_by_key(row):
            return record
        signature = self._signature(row)
        if (
            first := self._signatures.setdefault(signature, row) is not row
            and self._signatures[signature]
        ):
            raise CellError(
                _("This row says the same as row %(row)s.") % {"row": first.number},
                _("Keep one of the two rows."),
            )
        years, projects, funders, money = signature
        same = [
            pk
            for pk in self._known.get((years, projects), [])
            if projects or self._funders_of[pk] == funders
        ]
        for narrower in (
            [pk for pk in same if self._funders_of[pk] == funders],
            [pk for pk in same if self._amounts[pk] == money],
        ):
            if len(narrower) == 1 or (narrower and len(same) > 1):
                same = narrower
        same = [pk for pk in same if self._amounts[pk] == money or self._funders_of[pk] == funders]
        if not same:
            return None
        return self.stub(same[0])

    def _signature(self, row) -> tuple:
        """What makes two contributions the same, as far as the row says."""
        fund, call = None, None
        if name := self.read(row, "fund"):
            fund = self._at("fund", self.directory.fund, name)
        if name := self.read(row, "call"):
            call = self._at("call", self.directory.call, name, fund)
        projects = self._at("projects", self._projects, row, call, fund)
        funders = self._at("funders", self._funders, row)
        money = self.money(row)
        return (
            self.read(row, "years") or (None, None),
            frozenset(map(identity, projects)),
            frozenset(map(identity, funders)),
            money,
        )

    def _at(self, column, step, *args):
        try:
            return step(*args)
        except CellError as error:
            error.column = error.column or column
            raise

    def _projects(self, row, call, fund):
        titles = self.fields["projects"].split(self.read(row, "projects") or "", self.directory)
        return [self.directory.project(title, call, fund) for title in titles]

    def _funders(self, row):
        names = self.fields["funders"].split(self.read(row, "funders") or "", self.directory)
        return [self.directory.organisation(name) for name in names]

    @cached_property
    def _signatures(self) -> dict:
        return {}

    @cached_property
    def _amounts(self) -> dict[int, tuple | None]:
        return {
            pk: None if amount is None else (amount, currency)
            for pk, amount, currency in Contribution.objects.order_by().values_list(
                "pk", "amount", "currency"
            )
        }

    @cached_property
    def _funders_of(self) -> dict[int, frozenset]:
        return self._links(Contribution.funders.through, "organisation_id")

    @staticmethod
    def _links(through, target: str) -> defaultdict[int, frozenset]:
        found: defaultdict[int, frozenset] = defaultdict(frozenset)
        for owner, key in through.objects.values_list("contribution_id", target):
            found[owner] |= {key}
        return found

    @cached_property
    def _known(self) -> dict[tuple, list[int]]:
        """The contributions of the registry by their years and projects."""
        projects = self._links(Contribution.projects.through, "project_id")
        known = defaultdict(list)
        rows = Contribution.objects.order_by("pk").values_list("pk", "year", "last_year")
        for pk, year, last_year in rows:
            known[(year, last_year), projects[pk]].append(pk)
        return known

    def complete(self, row):
        if money := self.money(row):
            amount, currency = money
            label = row.heading("amount")
            row.plan.set("currency", currency, label, "amount")
            row.plan.set("amount", amount, label, "amount")
        if years := self.read(row, "years"):
            first, last = years
            row.plan.set("year", first, row.heading("years"), "years")
            if last:
                row.plan.set("last_year", last, row.heading("years"), "years")
