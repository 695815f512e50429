"""What the sheets with amounts share: of projects, and of contributions."""

from django.utils.translation import gettext as _

from registry.choices import Currency
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Companion, OrganisationsColumn
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.sides import CURRENCIES
from registry.spreadsheets.tables import DOLLARS, has_quebec_dollars, heading_currency

CURRENCY_HEADINGS = "Devise, Monnaie, Code devise, Unité monétaire | Currency, Currency code"
FUNDER_HEADINGS = (
    "Financeurs, Financeur, Cofinanceurs, Bailleurs, Bailleur, Bailleurs de fonds,"
    "Financé par, Organismes subventionnaires, Organismes financeurs, Cofinanceur,"
    "Source de financement, Attribuant, Nom de l'attribuant, Collectivité attribuante,"
    "Subventionneur, Donateur, Partenaires financiers, Subventionné par, Soutenu par,"
    "Ministère, Ministère responsable, Autorité d'octroi, Organisme payeur, Accordée par,"
    "Accordé par, Octroyé par, Attribué par, Ministère ou organisme"
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

# When and by what an amount was granted; what else may head such a date differs between sheets.
DECIDED_ON_HEADINGS = (
    "Date de la décision, Décidé le, Date de convention, Date d'attribution,"
    "Date de la délibération, Date de vote, Voté le, Accordée le, Date de notification,"
    "Date de la convention de subvention, Date de l'arrêté, Date d'octroi, Date CP,"
    "Date délib., Date d'approbation, Séance du, Date de commission permanente, Date de séance",
    "Decided on, Date awarded, Approval date, Decision date, Award date, Approved on",
)
DECISION_HEADINGS = (
    "Délibération, Référence de la décision, Numéro de convention, Numéro de délibération,"
    "Délibération n°, N° de délibération, N° de décision, Numéro de décision, N° de résolution,"
    "Référence de la délibération, N° d'arrêté, Délib., N° d'acte, Numéro d'acte",
    "Decision number, Decision reference, Resolution number, Agreement number, Decision ref.",
)

# What the amount of a side is called, and how a heading may say whose it is.
FRENCH_MONEY = (
    "Montant, Part, Contribution, Financement, Subvention, Aide, Apport, Soutien, Budget, Dotation,"
    "Enveloppe, Cofinancement"
)
ENGLISH_MONEY = "Amount, Share, Contribution, Funding, Grant, Support"


def amount_headings(french: str, english: str) -> str:
    """The headings of an amount of a side: *Montant côté français*, *Subvention accordée FR*."""
    french_ways = (f"côté {french}", french, f"accordé {french}", f"accordé côté {french}")
    english_ways = (f"{english} side", english, f"awarded {english}")
    return " | ".join(
        ", ".join(f"{word.strip()} {way}" for way in ways for word in money.split(","))
        for money, ways in ((FRENCH_MONEY, french_ways), (ENGLISH_MONEY, english_ways))
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
    # What each of two sides gives, and who: see ``sides``.
    french_amount = Companion(
        amount_headings("français", "French"), widgets.AmountWidget("french_amount")
    )
    quebec_amount = Companion(
        amount_headings("québécois", "Québec"), widgets.AmountWidget("quebec_amount")
    )
    french_funders = Companion(
        "Financeurs côté français, Financeurs français, Financeur FR, Bailleur français,"
        "Financeur français, Cofinanceur français, Ministère français"
        "| Funders French side, French funders, French funder",
        widgets.TextWidget(),
    )
    quebec_funders = Companion(
        "Financeurs côté québécois, Financeurs québécois, Financeur QC, Bailleur québécois,"
        "Financeur québécois, Cofinanceur québécois, Ministère québécois"
        "| Funders Québec side, Québec funders, Québec funder",
        widgets.TextWidget(),
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
        currency = currency or stated or self._currency_of_heading(row.heading(column), row.side)
        return Currency(currency or CURRENCIES.get(row.side, Currency.EUR))

    @staticmethod
    def _currency_of_heading(heading: str, side: str) -> Currency | None:
        """What the heading says; a bare dollar sign is Québec's own beside a French word."""
        currency = heading_currency(heading)
        if currency or not DOLLARS.search(heading):
            return currency
        if side == "qc" or has_quebec_dollars(heading):
            return Currency.CAD
        error = CellError(
            _("“%(value)s” does not say which dollars.") % {"value": heading},
            _("Write CAD or USD in the heading, or in a column “%(column)s”.")
            % {"column": _("Currency")},
        )
        error.column = "amount"
        raise error
