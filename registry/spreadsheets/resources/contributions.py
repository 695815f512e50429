"""The sheet of contributions."""

from collections import defaultdict
from functools import cached_property

from django.utils.translation import gettext as _

from registry.choices import ContributionKind, Currency
from registry.models import Contribution
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    Companion,
    FundColumn,
    OrganisationsColumn,
    ProjectsColumn,
)
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.funding import (
    CALL_HEADINGS,
    CURRENCY_HEADINGS,
    FUND_HEADINGS,
    FUNDER_HEADINGS,
    MoneyResource,
)


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

    public_id = Companion(
        "Identifiant du financement, Identifiant, Identifiant du registre"
        "| Contribution identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    fund = FundColumn("fund", FUND_HEADINGS)
    call = CallColumn("call", CALL_HEADINGS)
    funders = OrganisationsColumn("funders", FUNDER_HEADINGS)
    projects = ProjectsColumn(
        "projects",
        "Projets concernés, Projet concerné, Projets, Projet, Projets financés, Projets soutenus,"
        "Pour les projets | Projects, Project, Funded projects, For projects",
    )
    years = Companion(
        "Année, Années, Exercice, Période | Year, Years, Period",
        widgets.YearsWidget(),
        written_from="year last_year",
    )
    amount = Companion(
        "Montant, Montant total, Montant accordé, Subvention, Aide, Financement, Soutien"
        "| Amount, Total amount, Grant, Funding",
        widgets.AmountWidget(),
        written_from="amount",
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency), written_from="currency")
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
        return self.directory.each(lambda title: self.directory.project(title, call, fund), titles)

    def _funders(self, row):
        names = self.fields["funders"].split(self.read(row, "funders") or "", self.directory)
        return self.directory.each(self.directory.organisation, names)

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
