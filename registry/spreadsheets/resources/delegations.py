"""The sheet of delegations."""

from registry.choices import Direction, ParticipantRole
from registry.models import Delegation
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import (
    Column,
    Companion,
    DomainsColumn,
    PeriodColumn,
    RecordsColumn,
)
from registry.spreadsheets.itineraries import ProgrammeColumn, StopsColumn
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import ParticipantsColumn


class AboutColumn(Column):
    """A count that may be about right: ``une cinquantaine``, ``environ 50``."""

    def apply(self, plan, value, row, directory):
        count, is_about = value
        super().apply(plan, count, row, directory)
        if is_about:
            plan.set("counts_approximate", True, row.heading(self.column_name), self.column_name)


class DelegationResource(RecordResource):
    """Delegations, found by their title and first day."""

    sheet_names = ("Délégations", "Missions", "Déplacements", "Voyages", "Accueils", "Delegations")
    date_columns = ("starts_on", "dates")
    index = "delegations"
    prefetched = (
        "stops__place",
        "participants__organisation",
        "programme",
        "domains",
        "agreements",
        "citations__source",
    )

    public_id = Companion(
        "Identifiant de la délégation, Identifiant, Identifiant du registre"
        "| Delegation identifier, Identifier, Registry identifier",
        written_from="public_id",
    )
    title = Column(
        "title",
        "Intitulé, Titre, Délégation, Mission, Déplacement, Nom de la mission, Objet de la mission"
        "| Title, Delegation, Mission, Name of the mission",
    )
    direction = Column(
        "direction",
        "Sens, Direction, Type, Type de délégation, Sortante ou entrante"
        "| Direction, Outgoing or incoming",
        widgets.ChoiceWidget(Direction),
    )
    starts_on = Column(
        "starts_on",
        "Du, Début, Date de début, Départ, Date de départ, Premier jour, À partir du"
        "| From, Start, Start date, Begins on",
        widgets.PartialDateWidget(),
    )
    ends_on = Column(
        "ends_on",
        "Au, Fin, Date de fin, Retour, Date de retour, Dernier jour, Jusqu'au"
        "| To, End, End date, Until, Ends on",
        widgets.PartialDateWidget(),
    )
    dates = PeriodColumn("Dates, Date, Période, Date du déplacement | Dates, Date, Period")
    leaders = ParticipantsColumn(
        "participants",
        "Conduite par, Menée par, Chef de délégation, Cheffe de délégation, Dirigée par,"
        "Conduit par, Responsable | Led by, Leader, Head of delegation, Leaders",
        ParticipantRole.LEADER,
        persons=True,
    )
    organisers = ParticipantsColumn(
        "participants",
        "Organisateurs, Organisateur, Organisée par | Organisers, Organizers, Organised by",
        ParticipantRole.ORGANISER,
    )
    hosts = ParticipantsColumn(
        "participants",
        "Hôtes, Hôte, Accueillie par, Accueilli par | Hosts, Host, Hosted by",
        ParticipantRole.HOST,
    )
    participants = ParticipantsColumn(
        "participants",
        "Participants, Participantes, Organisations participantes, Composition, Membres,"
        "Organismes participants | Participants, Members, Participating organisations",
    )
    stops = StopsColumn(
        "stops",
        "Étapes, Itinéraire, Lieux, Villes, Destination, Destinations, Lieux visités"
        "| Stops, Itinerary, Places, Cities, Destinations",
    )
    programme = ProgrammeColumn(
        "programme",
        "Programme, Rencontres, Rendez-vous, Visites | Programme, Program, Meetings, Visits",
    )
    objectives = Column(
        "objectives",
        "Objectifs, Objectif, But, Buts | Objectives, Objective, Goals, Aims",
        widgets.LinesWidget(),
    )
    results = Column(
        "results", "Résultats, Bilan, Suites | Results, Outcomes", widgets.TextWidget()
    )
    summary = Column("summary", "Résumé, Description, Commentaire | Summary", widgets.TextWidget())
    people_count = AboutColumn(
        "people_count",
        "Nombre de personnes, Nombre de participants, Effectif | Number of people",
        widgets.AboutWidget(),
    )
    organisations_count = AboutColumn(
        "organisations_count",
        "Nombre d'organisations, Nombre d'organismes | Number of organisations",
        widgets.AboutWidget(),
    )
    counts_approximate = Column(
        "counts_approximate",
        "Nombres approximatifs | Approximate numbers",
        widgets.BooleanWidget(),
    )
    domains = DomainsColumn(
        "domains",
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs"
        "| Domains, Domain, Themes, Topics, Sectors",
    )
    agreements = RecordsColumn(
        "agreements",
        "Accords, Accord, Dans le cadre de | Agreements, Agreement, Under the agreement",
        "agreements",
    )

    class Meta:
        model = Delegation
