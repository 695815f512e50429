"""Every list of choices, in the order in which people expect to read it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    """Publication status. Only PUBLISHED shows outside the admin."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Role(TextChoices):
    """What somebody does in the administration; each is a group, named by its code."""

    READER = "reader", _("Reader")
    CONTRIBUTOR = "contributor", _("Contributor")
    EDITOR = "editor", _("Editor")
    IMPORTER = "importer", _("Importer")
    ADMINISTRATOR = "administrator", _("Administrator")


class PlaceKind(TextChoices):
    CITY = "city", _("City")
    INTERCOMMUNALITY = "intercommunality", _("Metropolis or intercommunality")
    DEPARTMENT = "department", _("Department or county")
    REGION = "region", _("Region, province or state")
    COUNTRY = "country", _("Country")


class OrganisationKind(TextChoices):
    LOCAL_AUTHORITY = "local_authority", _("Local authority")
    MINISTRY = "ministry", _("Ministry")
    DIPLOMATIC_MISSION = "diplomatic_mission", _("Diplomatic mission")
    PUBLIC_BODY = "public_body", _("Public body")
    UNIVERSITY = "university", _("University")
    SCHOOL = "school", _("School or college")
    RESEARCH_BODY = "research_body", _("Research body")
    COMPETITIVENESS_CLUSTER = "competitiveness_cluster", _("Competitiveness cluster")
    CLUSTER = "cluster", _("Cluster")
    TECHNOLOGY_PARK = "technology_park", _("Technology park")
    TECHNOLOGY_CENTRE = "technology_centre", _("Technology innovation centre")
    INCUBATOR = "incubator", _("Incubator")
    DEVELOPMENT_AGENCY = "development_agency", _("Economic development agency")
    CHAMBER = "chamber", _("Chamber of commerce or trades")
    COMPANY = "company", _("Company")
    ASSOCIATION = "association", _("Association")
    HEALTH_ESTABLISHMENT = "health_establishment", _("Health establishment")
    CULTURAL_INSTITUTION = "cultural_institution", _("Cultural institution")
    NETWORK = "network", _("Network")
    INTERNATIONAL_ORGANISATION = "international_organisation", _("International organisation")
    OTHER = "other", _("Other")


class NameKind(TextChoices):
    ALIAS = "alias", _("Other name")
    ACRONYM = "acronym", _("Acronym")
    FORMER = "former", _("Former name")
    TRANSLATION = "translation", _("Translation")
    SPELLING = "spelling", _("Other spelling")


class IdentifierScheme(TextChoices):
    """Schemes of identifiers; where org-id.guide has a code for one, the comment gives it."""

    SIREN = "siren", "SIREN"  # FR-RCS and FR-SIRENE
    SIRET = "siret", "SIRET"
    RNA = "rna", "RNA"
    NEQ = "neq", "NEQ"  # CA-QC-REQ
    INSEE = "insee", "INSEE"
    GEONAMES = "geonames", "GeoNames"
    WIKIDATA = "wikidata", "Wikidata"
    ISNI = "isni", "ISNI"
    ROR = "ror", "ROR"
    OTHER = "other", _("Other")


class AgreementKind(TextChoices):
    PROTOCOL = "protocol", _("Cooperation protocol")
    CONVENTION = "convention", _("Convention")
    FRAMEWORK = "framework", _("Framework agreement")
    IMPLEMENTING = "implementing", _("Implementing agreement")
    DECLARATION = "declaration", _("Joint declaration")
    TWINNING = "twinning", _("Twinning")
    TRIPARTITE = "tripartite", _("Tripartite cooperation")
    LETTER_OF_INTENT = "letter_of_intent", _("Letter of intent")
    PARTNERSHIP = "partnership", _("Partnership")


class Standing(TextChoices):
    """Where an agreement stands on a day, as its dates show it."""

    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended")
    UPCOMING = "upcoming", _("Not yet in effect")
    UNSTATED = "unstated", _("Not stated")


class DelegationState(TextChoices):
    """Where a delegation stands on a day, as its dates show it."""

    UPCOMING = "upcoming", _("To come")
    UNDER_WAY = "under_way", _("Under way, or on an unknown day")
    OVER = "over", _("Over")


class PartyRole(TextChoices):
    PARTY = "party", _("Party")
    ASSOCIATED = "associated", _("Associated partner")


class Direction(TextChoices):
    OUTGOING = "outgoing", _("Outgoing")
    INCOMING = "incoming", _("Incoming")


class ParticipantRole(TextChoices):
    LEADER = "leader", _("Leader")
    ORGANISER = "organiser", _("Organiser")
    HOST = "host", _("Host")
    PARTICIPANT = "participant", _("Participant")


class Sector(TextChoices):
    INSTITUTIONAL = "institutional", _("Institutional")
    ECONOMIC = "economic", _("Economic")
    ACADEMIC = "academic", _("Academic and scientific")
    CULTURAL = "cultural", _("Cultural")
    HEALTH = "health", _("Health")
    CIVIL_SOCIETY = "civil_society", _("Civil society")


class FundKind(TextChoices):
    FUND = "fund", _("Fund")
    PROGRAMME = "programme", _("Programme")


class FundRole(TextChoices):
    STEERING = "steering", _("Steers the fund")
    MANAGER = "manager", _("Manages the fund")
    FUNDER = "funder", _("Funds it")


class ActivityStatus(TextChoices):
    """How far a project has come; each maps to a code of IATI's ActivityStatus list."""

    SUBMITTED = "submitted", _("Submitted")  # 1
    SELECTED = "selected", _("Selected")  # 1
    ONGOING = "ongoing", _("Ongoing")  # 2
    COMPLETED = "completed", _("Completed")  # 4
    CANCELLED = "cancelled", _("Cancelled")  # 5
    SUSPENDED = "suspended", _("Suspended")  # 6


class PartnerRole(TextChoices):
    LEAD = "lead", _("Lead partner")
    PARTNER = "partner", _("Partner")


class ContributionKind(TextChoices):
    GRANT = "grant", _("Grant")
    IN_KIND = "in_kind", _("In kind")
    LOAN = "loan", _("Loan")


class Currency(TextChoices):
    """ISO 4217 codes."""

    EUR = "EUR", _("euro")
    CAD = "CAD", _("Canadian dollar")
    USD = "USD", _("US dollar")
    GBP = "GBP", _("pound sterling")
    CHF = "CHF", _("Swiss franc")
    MAD = "MAD", _("Moroccan dirham")
    TND = "TND", _("Tunisian dinar")
    XOF = "XOF", _("West African CFA franc")
    XAF = "XAF", _("Central African CFA franc")
    MGA = "MGA", _("Malagasy ariary")
    JPY = "JPY", _("Japanese yen")
    CNY = "CNY", _("Chinese yuan")
    ARS = "ARS", _("Argentine peso")


class SourceKind(TextChoices):
    PRESS_RELEASE = "press_release", _("Press release")
    WEB_PAGE = "web_page", _("Web page")
    OFFICIAL_TEXT = "official_text", _("Official text")
    DELIBERATION = "deliberation", _("Council deliberation")
    REPORT = "report", _("Report")
    NEWS = "news", _("News article")
    DATASET = "dataset", _("Dataset")
    OTHER = "other", _("Other")


class ImportState(TextChoices):
    WAITING = "waiting", _("Waiting for its turn")
    READING = "reading", _("Being read")
    PLANNING = "planning", _("Being compared with the registry")
    PREVIEWED = "previewed", _("Awaiting confirmation")
    UNCHANGED = "unchanged", _("Nothing to import")
    REFUSED = "refused", _("Refused: to be corrected")
    WRITING = "writing", _("Being written")
    CONFIRMED = "confirmed", _("Imported")
    CANCELLED = "cancelled", _("Abandoned")
    INTERRUPTED = "interrupted", _("Interrupted: nothing was written")
    FAILED = "failed", _("Failed: nothing was written")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class NameAnswer(TextChoices):
    """What is meant by a name that comes near to a known one."""

    SAME = "same", _("The same as a known one")
    NEW = "new", _("A new one")
    LEAVE_OUT = "leave_out", _("Left out")


class RevisionAction(TextChoices):
    """What a change did to a record; one that came with an import names its job besides."""

    CREATED = "created", _("Created")
    CHANGED = "changed", pgettext_lazy("what was done to a record", "Changed")
    PUBLISHED = "published", _("Published")
    SENT_TO_REVIEW = "sent_to_review", _("Sent to review")
    RETURNED_TO_DRAFT = "returned_to_draft", _("Returned to draft")
    ARCHIVED = "archived", _("Archived")
    DELETED = "deleted", _("Deleted")
    MERGED = "merged", _("Merged")
    RESTORED = "restored", _("Restored")
    UNDONE = "undone", _("Import undone")


class Language(TextChoices):
    """The languages of the interface, in which messages can be written."""

    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


class ReminderSubject(TextChoices):
    """What a digest may tell a member of staff about."""

    EXPIRING = "expiring", _("Agreements that expire")
    CLOSING = "closing", _("Calls that close")
    REVIEWS = "reviews", _("Records that wait for review")


class Frequency(TextChoices):
    """How often a digest is sent, where there is something to tell."""

    NEVER = "never", _("Never")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class Likeness(TextChoices):
    """Why two records may be one, the surest reason first."""

    SAME_NAME = "same_name", _("same name but for accents, case, articles or signs")
    OTHER_NAME = "other_name", _("one is also called as the other is")
    LEGAL_FORM = "legal_form", _("same name but for the legal form")
    WORD_ORDER = "word_order", _("same words in another order")
    ACRONYM = "acronym", _("one is the acronym of the other")
    SLIP = "slip", _("one letter makes the difference")
