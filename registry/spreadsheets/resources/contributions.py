"""The sheet of contributions."""

from collections import defaultdict
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.choices import Currency, IdentifierScheme
from registry.models import Contribution
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    Companion,
    FundColumn,
    ProjectsColumn,
)
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError, RepeatedRowError, row_ranges
from registry.spreadsheets.recipients import (
    GrantKindColumn,
    IdentifiedColumn,
    WrongNumbers,
)
from registry.spreadsheets.resources.money import (
    CALL_HEADINGS,
    CURRENCY_HEADINGS,
    DECIDED_ON_HEADINGS,
    DECISION_HEADINGS,
    FUND_HEADINGS,
    FUNDER_HEADINGS,
    MoneyResource,
    no_amount,
)
from registry.spreadsheets.sides import AMOUNTS, note_of_side
from registry.spreadsheets.tables import walk
from registry.text import fold

# One of these says whose money it is, or what for.
KNOWN_BY = {"funders", "recipients", "projects", "title", "fund", "call", "decision", "reference"}


class ContributionResource(MoneyResource):
    """Contributions, found by their year, projects, funders and amount; grants by more than that.

    Neither has a name: a grant is known by its recipients, purpose, date and decision besides.
    """

    sheet_names = (
        "Financements",
        "Contributions",
        "Soutiens",
        "Subventions",
        "Aides",
        "Grants",
        "Funding",
    )
    itself = "subvention subventions aide financement contribution soutien dossier grant grants"
    key_columns = ("amount", "funders", *AMOUNTS.values())
    is_final = True
    splits_years = True
    is_named_alone = False
    joined = ("fund", "call__fund")
    prefetched = ("funders", "recipients", "projects", "citations__source")

    public_id = Companion(
        "Identifiant du financement, Identifiant, Identifiant du registre"
        "| Contribution identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    fund = FundColumn("fund", FUND_HEADINGS)
    call = CallColumn("call", CALL_HEADINGS)
    title = Column(
        "title",
        "Objet, But, Objet de la subvention, Objet du financement, Objet de la convention,"
        "Intitulé, Libellé, Motif, Action, Opération, Manifestation, Titre, Nature de l'action,"
        "Action subventionnée, Projet ou action, Destination, Objet de la demande,"
        "Libellé de l'opération"
        "| Purpose, Object, Grant purpose, Agreement title, Description, Title, Purpose of grant,"
        "Purpose of funding",
    )
    funders = IdentifiedColumn("funders", FUNDER_HEADINGS, {"funder_siret": IdentifierScheme.SIRET})
    funder_siret = Companion(
        "SIRET du financeur, SIRET financeur, Identification de l'attribuant,"
        "SIRET de l'attribuant,"
        "Identifiant de l'attribuant, Id attribuant, Identification de l'attributaire"
        "| Funder SIRET"
    )
    recipients = IdentifiedColumn(
        "recipients",
        "Bénéficiaires, Bénéficiaire, Nom du bénéficiaire, Attributaire, Organisme bénéficiaire,"
        "Nom de l'organisme bénéficiaire, Association, Nom de l'association, Organisme,"
        "Structure, Raison sociale, Organisation, Tiers, Nom de l'organisme,"
        "Association bénéficiaire, Nom tiers, Raison sociale du bénéficiaire, Nom attributaire,"
        "Receveur, Récipiendaire, Récipiendaires, Nom association, Bénéficiaire final"
        "| Recipients, Recipient name, Grantee, Organisation, Organization, Recipient,"
        "Beneficiary, Beneficiaries, Recipient organisation, Payee, Awardee, Beneficiary name,"
        "Recipient legal name, Receiving organisation",
        {"recipient_siret": IdentifierScheme.SIRET, "recipient_rna": IdentifierScheme.RNA},
    )
    recipient_siret = Companion(
        "SIRET du bénéficiaire, SIRET bénéficiaire, Identification du bénéficiaire, SIRET,"
        "Identification SIRET du bénéficiaire, Identifiant du bénéficiaire, Id bénéficiaire,"
        "SIRET de l'association, SIRET de l'organisme, Numéro SIRET, N° SIRET | Recipient SIRET"
    )
    recipient_rna = Companion(
        "RNA du bénéficiaire, RNA bénéficiaire, Identification RNA du bénéficiaire, RNA"
        "| Recipient RNA"
    )
    decided_on = Column(
        "decided_on",
        f"{DECIDED_ON_HEADINGS[0]}, Date, Date de signature | {DECIDED_ON_HEADINGS[1]}, Date",
        widgets.PartialDateWidget(),
    )
    decision = Column(
        "decision",
        f"Décision, {DECISION_HEADINGS[0]}, Résolution, Décret, Arrêté"
        f"| Decision, {DECISION_HEADINGS[1]}, Resolution",
    )
    projects = ProjectsColumn(
        "projects",
        "Projets concernés, Projet concerné, Projets, Projet, Projets financés, Projets soutenus,"
        "Pour les projets, Titre du projet, Nom du projet, Intitulé du projet, Projet soutenu,"
        "Projet subventionné, Projet bénéficiaire, Projets lauréats, Projet associé"
        "| Projects, Project title, Project name, Project, Funded projects, For projects,"
        "Supported projects, Related project",
    )
    years = Companion(
        "Année, Années, Exercice, Période, Exercice financier, Année financière,"
        "Année budgétaire, Exercice budgétaire, Année de versement, Année d'attribution,"
        "Année d'octroi, Année civile, Millésime, Exercice comptable"
        "| Year, Years, Period, Financial year, Fiscal year, FY, Budget year, Award year,"
        "Year awarded",
        widgets.YearsWidget(),
        written_from="year last_year",
    )
    amount = Companion(
        "Montant, Montant total, Montant accordé, Subvention, Aide, Financement, Soutien,"
        "Montant de la subvention, Montant total de la subvention, Subvention accordée, Somme,"
        "Aide accordée, Montant de l'aide, Montant du financement, Somme accordée, Montant versé,"
        "Aide financière, Montant de l'aide financière, Aide attribuée, Contribution,"
        "Somme versée, Montant octroyé, Aide versée, Accordé, Montant voté, Attribué, Octroyé,"
        "Total des subventions, Contribution UE, Aide UE, Montant UE, Subvention UE,"
        "Subvention votée, Montant payé, Aide octroyée, Total accordé"
        "| Amount, Funding amount, Total amount, Grant, Funding, Amount awarded, Grant amount,"
        "Award amount, Award, Value, Award value, Sum, EU contribution, EU grant, EU amount,"
        "EU funding, Union contribution, Agreement value",
        widgets.AmountWidget(),
        written_from="amount",
    )
    currency = Companion(CURRENCY_HEADINGS, widgets.ChoiceWidget(Currency), written_from="currency")
    kind = GrantKindColumn(
        "kind",
        "Nature, Type, Type d'aide, Nature de l'aide, Forme, Nature de la subvention,"
        "Type de soutien, Type de financement, Nature du soutien"
        "| Kind, Type, Type of support, Type of grant, Type of funding, Kind of support",
    )
    note = Column(
        "note", "Note, Notes, Remarque, Remarques, Commentaire | Comment", widgets.TextWidget()
    )

    class Meta:
        model = Contribution

    def identify_rows(self, table):
        """Nothing names a contribution: its rows wait until projects and funders are read."""

    def plan_rows(self, table):
        wrong = WrongNumbers()
        for row in walk(table.rows):
            for column in (self.fields["funders"], self.fields["recipients"]):
                wrong.look(column, row)
        self.directory.notices += wrong.notices()
        self._repeated: list[int] = []
        super().identify_rows(table)
        if self._repeated:
            self._tell_repeated(table)
        return super().plan_rows(table)

    def _tell_repeated(self, table) -> None:
        self.directory.notice_once(
            ngettext(
                "%(sheet)s: %(count)s row repeats another one: it is read once (%(rows)s).",
                "%(sheet)s: %(count)s rows repeat others: they are read once (%(rows)s).",
                len(self._repeated),
            )
            % {
                "sheet": table.sheet or _("the file"),
                "count": len(self._repeated),
                "rows": row_ranges(self._repeated),
            }
        )

    def _register(self, row, record):
        """No name to register."""

    def match(self, row):
        if record := self.match_by_key(row):
            return record
        given = {name for name in row if self.read(row, name)} if row else set()
        if not given & {"amount", "funders", "recipients", "projects"}:
            raise self.empty_cell("amount")
        if not given & KNOWN_BY:
            error = CellError(
                _("This row gives an amount, and neither who gave it nor to whom or for what."),
                _("Fill in “%(column)s”, or remove the row if it is a total.")
                % {"column": self.fields["recipients"].label},
            )
            error.column = "amount"
            raise error
        signature = self._signature(row)
        years, projects, funders, money, *details = signature
        first = self._signatures.setdefault((signature, row.side), row)
        if first is not row and any(details):
            # Files of grants give one of them on a row for each payment.
            self._repeated.append(row.number)
            raise RepeatedRowError
        if first is not row:
            raise CellError(
                _("This row says the same as row %(row)s.") % {"row": first.number},
                _("Keep one of the two rows."),
            )
        if any(details):
            return self._found(row, self._grant(signature))
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
        return self._found(row, same)

    def _found(self, row, same: list[int]):
        """The first of these contributions; what two sides give alike are two of them."""
        if row.side:
            same = [pk for pk in same if pk not in self._of_sides]
            self._of_sides.update(same[:1])
        return self.stub(same[0]) if same else None

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
            self._years(row),
            frozenset(map(identity, projects)),
            frozenset(map(identity, funders)),
            money,
            frozenset(map(identity, self._at("recipients", self._recipients, row))),
            fold(self.read(row, "title") or ""),
            self.read(row, "decided_on"),
            fold(self.read(row, "decision") or ""),
        )

    def _years(self, row) -> tuple:
        """The years of the row, else that of its decision."""
        if years := self.read(row, "years"):
            return years
        decided = self.read(row, "decided_on")
        return (decided.year if decided else None, None)

    def _grant(self, signature) -> list[int]:
        """The contributions that say the same as far as the row goes; its amount may be corrected
        where the decision that grants it tells which it is.
        """
        years, projects, funders, money, recipients, *details = signature
        same = [
            (pk, known_money)
            for pk, known_money, *known in self._grants[years, projects, funders, recipients]
            if all(not given or given == one for given, one in zip(details, known, strict=True))
        ]
        exact = [pk for pk, known_money in same if known_money == money]
        if not exact and details[-1] and len(same) == 1:
            exact = [same[0][0]]
        return exact

    @cached_property
    def _grants(self) -> defaultdict[tuple, list[tuple]]:
        projects = self._links(Contribution.projects.through, "project_id")
        recipients = self._links(Contribution.recipients.through, "organisation_id")
        known = defaultdict(list)
        rows = Contribution.objects.order_by("pk").values_list(
            "pk", "year", "last_year", "title", "decided_on", "decision"
        )
        for pk, year, last_year, title, decided_on, decision in rows:
            key = (year, last_year), projects[pk], self._funders_of[pk], recipients[pk]
            known[key].append((pk, self._amounts[pk], fold(title), decided_on, fold(decision)))
        return known

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
        return self._organisations(row, "funders")

    def _recipients(self, row):
        return self._organisations(row, "recipients")

    def _organisations(self, row, name: str) -> list:
        cell = self.read(row, name)
        column = self.fields[name]
        return column.organisations(cell, row, self.directory) if cell else []

    @cached_property
    def _signatures(self) -> dict:
        return {}

    @cached_property
    def _of_sides(self) -> set[int]:
        """The contributions that are found to be those of one side."""
        return set()

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
            if not amount:
                raise no_amount()
            label = row.heading("amount")
            row.plan.set("currency", currency, label, "amount")
            row.plan.set("amount", amount, label, "amount")
            if row.plan.is_new and (note := note_of_side(row)) and not self.read(row, "note"):
                row.plan.set("note", note, label, "amount")
        if self.read(row, "years") or row.plan.is_new:
            first, last = self._years(row)
            row.plan.set("year", first, row.heading("years"), "years")
            if last:
                row.plan.set("last_year", last, row.heading("years"), "years")
