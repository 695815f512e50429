"""Profiles: mappings that are known by a name, those of the software and those of its users."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from registry.models import Authority, ImportProfile
from registry.spreadsheets.files import Workbook
from registry.spreadsheets.mapping import IGNORED, Mapping, SheetMapping
from registry.text import fold


@dataclass(frozen=True)
class ShippedProfile:
    """A profile for files that others publish in a known shape.

    ``enough`` are the headings by which such a file is known; ``columns`` those whose meaning is
    not that of the registry's own headings.
    """

    code: str
    label: str
    kind: str
    enough: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def mapping(self) -> Mapping:
        if not self.enough:
            return Mapping([], self.code)
        sheet = SheetMapping(
            frozenset(map(fold, self.enough)),
            self.kind,
            {fold(heading): column for heading, column in self.columns.items()},
            dict(self.constants),
            is_exact=False,
        )
        return Mapping([sheet], self.code)


TEMPLATE = ShippedProfile("registry", _("The registry's own headings"), "")
SCDL = ShippedProfile(
    "scdl-subventions",
    _("Grants of French authorities: SCDL Subventions 2.1.1"),
    "contribution",
    ("nomAttribuant", "nomBeneficiaire", "montant"),
    {
        "nomAttribuant": "funders",
        "idAttribuant": "funder_siret",
        "dateConvention": "decided_on",
        "referenceDecision": "decision",
        "nomBeneficiaire": "recipients",
        "idBeneficiaire": "recipient_siret",
        "rnaBeneficiaire": "recipient_rna",
        "objet": "title",
        "montant": "amount",
        "nature": "kind",
        "dispositifAide": "fund",
        "conditionsVersement": IGNORED,
        "datesPeriodeVersement": IGNORED,
        "idRAE": IGNORED,
        "notificationUE": IGNORED,
        "pourcentageSubvention": IGNORED,
        # Files of before the schema give each payment a date of its own.
        "datePremierVersement": IGNORED,
        "dateDeuxiemeVersement": IGNORED,
        "dateVersementSolde": IGNORED,
    },
    {"currency": "EUR"},
)
# The same with the schema's titles for names, which the registry's own headings know.
SCDL_TITLES = ShippedProfile(
    "scdl-subventions-titles",
    _("Grants of French authorities: the titles of SCDL Subventions"),
    "contribution",
    ("Nom de l'attribuant", "Nom du bénéficiaire", "Montant total de la subvention"),
    dict.fromkeys(
        (
            "Conditions de versement de la subvention",
            "Date ou période de versement",
            "Dates de versement de la subvention",
            "Identifiant RAE",
            "Identifiant RAE de l’aide au titre de laquelle la subvention est attribuée",
            "Aide d'Etat notifiée à la Commission Européenne",
            "Pourcentage du montant total de la subvention attribuée au bénéficiaire",
        ),
        IGNORED,
    ),
    {"currency": "EUR"},
)
TWIN_TOWNS = ShippedProfile(
    "twin-towns",
    _("Pairs of twinned towns with their coordinates"),
    "twinning",
    ("city1", "country1", "city2", "country2"),
)
GIVING = ShippedProfile(
    "360-giving",
    _("Grants published by the 360Giving standard"),
    "contribution",
    ("Identifier", "Amount Awarded", "Award Date", "Recipient Org:Name", "Funding Org:Name"),
    {
        "Identifier": "reference",
        "Title": "title",
        "Description": "note",
        "Currency": "currency",
        "Amount Awarded": "amount",
        "Award Date": "decided_on",
        "Recipient Org:Name": "recipients",
        "Funding Org:Name": "funders",
        "Grant Programme:Title": "fund",
        **dict.fromkeys(
            (
                "Internal Organisation ID",
                "Application Date:Start Date",
                "Amount Applied For",
                "Amount Disbursed",
                "Planned Dates:Start Date",
                "Planned Dates:End Date",
                "Planned Dates:Duration (months)",
                "Recipient Org:Identifier",
                "Recipient Org:Charity Number",
                "Recipient Org:Company Number",
                "Recipient Org:Postal Code",
                "Recipient Org:Street Address",
                "Recipient Org:City",
                "Recipient Org:County",
                "Recipient Org:Alternate Name",
                "Recipient Org:Country",
                "Recipient Org:Web Address",
                "Recipient Org:Description",
                "Funding Org:Identifier",
                "Funding Org:Department",
                "Grant Programme:Code",
                "Grant Programme:URL",
                "Beneficiary Location:Name",
                "Beneficiary Location:Country Code",
                "Beneficiary Location:Latitude/Longitude",
                "Beneficiary Location:Geographic Code",
                "Beneficiary Location:Geographic Code Type",
                "From An Open Call?",
                "Data Source",
                "Last Modified",
                "URL",
                "Web Address",
                "WebAddress",
                "Related Activity:Identifier",
            ),
            IGNORED,
        ),
    },
)
QUEBEC_MUNICIPALITIES = ShippedProfile(
    "quebec-municipalities",
    _("Directory of the municipalities of Québec"),
    "place",
    ("mcode", "munnom", "mpopul"),
    {
        "munnom": "name_fr",
        "mpopul": "population",
        **dict.fromkeys(
            (
                *("mcode", "madr1", "madr2", "madr3", "madr4", "mcodpos", "mcourriel", "mweb"),
                *("mtel", "mfax", "mdes", "mgentile", "regadm", "divrec", "mrc", "mdatcons"),
                *("mdatregi", "msuperf", "datelec", "elecmode", "divter", "maire", "dirgen", "nd"),
                *(f"con{number}" for number in range(1, 81)),
            ),
            IGNORED,
        ),
    },
    {"country": "Canada", "kind": "city"},
)
# The template of before the schema, which departments and cities still publish by.
SUBVENTIONS_2016 = ShippedProfile(
    "subventions-2016",
    _("Grants of French authorities: the template of before SCDL"),
    "contribution",
    ("COLL_NOM", "ATTRIB_NOM", "SUB_MONTANT"),
    {
        "COLL_NOM": "funders",
        "COLL_SIRET": "funder_siret",
        "ACTE_DATE": "decided_on",
        "ACTE_REF": "decision",
        "ATTRIB_NOM": "recipients",
        "ATTRIB_SIRET": "recipient_siret",
        "SUB_OBJ": "title",
        "SUB_OBJET": "title",
        "SUB_MONTANT": "amount",
        "SUB_NATURE": "kind",
        "SUB_DISPOSITIF": "fund",
        **dict.fromkeys(
            (
                *("COLL_TYPE", "ATTRIB_TYPE", "SUB_DATE_DEBUT", "SUB_DATE_FIN", "SUB_VERSEMENT"),
                *("ID_ENT", "NOTIF_EU", "Notification à la commission Européenne"),
            ),
            IGNORED,
        ),
    },
    {"currency": "EUR"},
)
CANADA_GRANTS = ShippedProfile(
    "canada-grants",
    _("Grants and contributions of the Government of Canada"),
    "contribution",
    ("ref_number", "recipient_legal_name", "agreement_value"),
    {
        "ref_number": "reference",
        "recipient_legal_name": "recipients",
        "agreement_title_fr": "title",
        "agreement_value": "amount",
        "agreement_start_date": "decided_on",
        "prog_name_fr": "fund",
        "owner_org_title": "funders",
        **dict.fromkeys(
            (
                *("amendment_number", "amendment_date", "agreement_type", "agreement_number"),
                *("recipient_type", "recipient_business_number", "recipient_operating_name"),
                *("research_organization_name", "recipient_country", "recipient_province"),
                *("recipient_city", "recipient_postal_code", "federal_riding_name_en"),
                *("federal_riding_name_fr", "federal_riding_number", "prog_name_en"),
                *("prog_purpose_en", "prog_purpose_fr", "agreement_title_en", "coverage"),
                *("foreign_currency_type", "foreign_currency_value", "agreement_end_date"),
                *("description_en", "description_fr", "naics_identifier", "owner_org"),
                *("expected_results_en", "expected_results_fr", "additional_information_en"),
                "additional_information_fr",
            ),
            IGNORED,
        ),
    },
    {"currency": "CAD"},
)
SHIPPED = (
    TEMPLATE,
    QUEBEC_MUNICIPALITIES,
    SCDL,
    SCDL_TITLES,
    SUBVENTIONS_2016,
    CANADA_GRANTS,
    GIVING,
    TWIN_TOWNS,
)


def choose(workbook: Workbook, authority: Authority) -> Mapping | None:
    """The mapping of the first profile made for files of this shape: the authority's own first."""
    own = ImportProfile.objects.filter(authority=authority).order_by("-updated_at", "pk")
    saved = (Mapping.from_json(profile.mapping, profile.name) for profile in own)
    shipped = (profile.mapping() for profile in SHIPPED)
    return next((mapping for mapping in (*saved, *shipped) if mapping.fits(workbook)), None)


def by_name(name: str, authority: Authority) -> Mapping | None:
    """The mapping of the profile of this name, or of this code of a shipped one."""
    profile = ImportProfile.objects.filter(authority=authority, name=name).first()
    if profile:
        return Mapping.from_json(profile.mapping, profile.name)
    return next((one.mapping() for one in SHIPPED if one.code == name), None)


def names(authority: Authority) -> list[str]:
    own = ImportProfile.objects.filter(authority=authority).values_list("name", flat=True)
    return [*own, *(profile.code for profile in SHIPPED)]
