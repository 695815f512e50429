"""The sheet of delegations."""

from django.utils.translation import gettext as _

from registry.choices import Direction, ParticipantRole
from registry.models import Delegation, Stop
from registry.spreadsheets import vocabulary, widgets
from registry.spreadsheets.columns import (
    Column,
    Companion,
    DomainsColumn,
    RecordsColumn,
)
from registry.spreadsheets.itineraries import ProgrammeColumn, StopsColumn
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.rows import ParticipantsColumn
from registry.spreadsheets.terms import PeriodColumn
from registry.spreadsheets.values import split_values

# What a log of missions says besides what each of them was for.
DATED = {"dates", "starts_on", "ends_on"}
WHERE_OR_WHO = {"stops", "countries", "participants", "leaders", "direction"}


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
    itself = "mission missions delegation delegations deplacement voyage visite visit trip"
    date_columns = ("starts_on", "dates")
    is_named_alone = False
    counts = {"participants": "people_count"}
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
        "Intitulé, Titre, Délégation, Mission, Déplacement, Nom de la mission,"
        "Objet de la mission, Voyage, Visite, Délégation accueillie, Délégation reçue, Nom,"
        "Désignation, Événement, Activité, Visite officielle, Objet du déplacement, Libellé"
        "| Title, Delegation, Mission, Name of the mission, Visit, Event, Trip, Trip name,"
        "Name, Activity",
    )
    direction = Column(
        "direction",
        "Sens, Direction, Type, Type de délégation, Sortante ou entrante, Entrante ou sortante,"
        "Accueil ou déplacement, Nature, Entrée / sortie, Accueil / envoi"
        "| Direction, Type, Outgoing or incoming, Incoming or outgoing, Inbound/Outbound, In/Out",
        widgets.ChoiceWidget(Direction),
    )
    starts_on = Column(
        "starts_on",
        "Du, Début, Date de début, Départ, Date de départ, Premier jour, À partir du,"
        "Date d'arrivée, Arrivée"
        "| From, Date from, From date, Departure, Departure date, Arrival, Start, Start date,"
        "Begins on, First day, Arrival date",
        widgets.PartialDateWidget(),
    )
    ends_on = Column(
        "ends_on",
        "Au, Fin, Date de fin, Retour, Date de retour, Dernier jour, Jusqu'au, Termine le"
        "| To, Date to, To date, Return, Return date, End, End date, Until, Ends on, Last day",
        widgets.PartialDateWidget(),
    )
    dates = PeriodColumn(
        "Dates, Date, Période, Date du déplacement, Quand, Dates du séjour, Année"
        "| Dates, Date, Period, When, Travel dates, Year"
    )
    leaders = ParticipantsColumn(
        "participants",
        "Conduite par, Menée par, Chef de délégation, Cheffe de délégation, Dirigée par,"
        "Conduit par, Responsable, Chef de mission, Cheffe de mission, Menée par, Élu référent,"
        "Présidée par, Sous la conduite de, Sous la direction de, Chef ou cheffe de délégation,"
        "Cheffe ou chef de mission, Chef, Cheffe"
        "| Led by, Leader, Head of delegation, Leaders, Head of mission, Headed by, Head",
        ParticipantRole.LEADER,
        persons=True,
    )
    organisers = ParticipantsColumn(
        "participants",
        "Organisateurs, Organisateur, Organisée par, Organisme organisateur,"
        "Organismes organisateurs, Structure organisatrice"
        "| Organisers, Organizers, Organised by, Organized by, Organising body",
        ParticipantRole.ORGANISER,
    )
    hosts = ParticipantsColumn(
        "participants",
        "Hôtes, Hôte, Accueillie par, Accueilli par, Organismes d'accueil, Reçue par,"
        "Collectivité d'accueil, Établissement d'accueil, Accueil par, Organisme hôte"
        "| Hosts, Host, Hosted by, Host organisations, Received by, Hosting organisation",
        ParticipantRole.HOST,
    )
    participants = ParticipantsColumn(
        "participants",
        "Participants, Participantes, Organisations participantes, Composition, Membres,"
        "Organismes participants, Délégation composée de, Structures participantes,"
        "Liste des participants, Délégués, Personnes présentes, Représentants, Élus,"
        "Personnalités, Organismes présents, Structures présentes, Acteurs participants,"
        "Entreprises participantes, Participant·es"
        "| Participants, Members, Participating organisations, Delegates, Attendees,"
        "List of participants, Representatives, Organisations taking part",
    )
    stops = StopsColumn(
        "stops",
        "Étapes, Itinéraire, Lieux, Lieu, Villes, Destination, Destinations, Lieux visités,"
        "Villes visitées, Ville de destination, Villes étapes, Ville d'accueil, Où,"
        "Lieu de destination, Destination principale, Parcours, Ville hôte, Territoires visités"
        "| Stops, Itinerary, Places, Place, Cities, City, Destinations, Cities visited,"
        "Places visited, Where, Location, Locations, Stopovers, Route, Host city",
    )
    countries = Companion(
        "Pays, Pays visités, Pays de destination, Pays d'accueil"
        "| Countries, Country, Countries visited, Country visited, Destination country",
        widgets.TextWidget(),
    )
    programme = ProgrammeColumn(
        "programme",
        "Programme, Rencontres, Rendez-vous, Visites, Activités, Programme détaillé,"
        "Ordre du jour, Temps forts, Rencontres effectuées, Programme prévisionnel, Réunions"
        "| Programme, Program, Meetings, Visits, Schedule, Agenda, Activities, Highlights,"
        "Meetings held, Programme of meetings",
    )
    objectives = Column(
        "objectives",
        "Objectifs, Objectif, But, Buts, Objet, Motif, Finalité, Objet de la mission,"
        "Objet du déplacement, Objectif principal"
        "| Objectives, Objective, Goals, Aims, Purpose, Reason",
        widgets.LinesWidget(),
    )
    results = Column(
        "results",
        "Résultats, Bilan, Suites, Retombées, Suites données, Livrables, Compte rendu,"
        "Résultats obtenus, Suivi, Retombées attendues, Conclusions, Impact, Suites à donner"
        "| Results, Outcomes, Follow-up, Key outcomes",
        widgets.TextWidget(),
    )
    summary = Column(
        "summary",
        "Résumé, Description, Commentaire, Contexte| Summary, Background, Context",
        widgets.TextWidget(),
    )
    people_count = AboutColumn(
        "people_count",
        "Nombre de personnes, Nombre de participants, Effectif, Taille de la délégation,"
        "Nombre de délégués, Nombre de membres, Nb pers., Nombre de personnes présentes,"
        "Nombre total de participants, Total participants"
        "| Number of people, Number of participants, Headcount, Delegation size,"
        "Number of delegates, Number of members, Participant count, People",
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
        "Domaines, Domaine, Thématiques, Thématique, Thèmes, Thème, Secteurs, Thèmes abordés,"
        "Secteurs d'activité"
        "| Domains, Domain, Themes, Topics, Sectors, Field, Subject",
    )
    agreements = RecordsColumn(
        "agreements",
        "Accords, Accord, Dans le cadre de, Accords signés, Ententes signées, Entente liée,"
        "Accord lié, Convention, Accords conclus, Dans le cadre de l'accord, Accords associés,"
        "Accord concerné"
        "| Agreements, Agreement, Under the agreement, Agreements signed, Signed agreements,"
        "Related agreement, Linked agreement",
        "agreements",
    )

    class Meta:
        model = Delegation

    @classmethod
    def is_recognised_by(cls, columns):
        """Logs of missions call each by what it was for."""
        is_log = "objectives" in columns and columns & DATED and columns & WHERE_OR_WHO
        return super().is_recognised_by(columns) or bool(is_log)

    @classmethod
    def meant_by_place(cls, columns, rows):
        """Where nothing else names the missions, their purpose does."""
        meanings = {one.key: cls.known_headings().find(one.heading) for one in columns}
        if "title" in meanings.values():
            return {}
        purposes = [key for key, meaning in meanings.items() if meaning == "objectives"]
        return dict.fromkeys(purposes[:1], "title")

    def complete(self, row):
        """Countries are stops where no other is said; all stops on one side say the direction."""
        plan, directory = row.plan, self.directory
        if countries := self.read(row, "countries"):
            self._pass_through(row, countries)
        if plan.is_new and not plan.instance.direction and not self.read(row, "direction"):
            visited = {str(stop.place.country) for stop in plan.rows("stops")}
            home = "FR" in visited
            if visited and "" not in visited and (not home or visited == {"FR"}):
                direction = Direction.INCOMING if home else Direction.OUTGOING
                plan.set("direction", direction, self.fields["direction"].label, "stops")
                directory.notice(row, "title", str(plan.instance), _("the stops say which way."))
        if "stops" in row:
            self._check_dates_of_stops(row)

    def _check_dates_of_stops(self, row) -> None:
        """Refuse a new delegation with a stop at another time; tell where one begins too early."""
        delegation, stops = row.plan.instance, row.plan.rows("stops")
        if not delegation.starts_on:
            return
        start = delegation.starts_on.earliest
        end = (delegation.ends_on or delegation.starts_on).latest
        for stop in stops:
            first, last = stop.starts_on, stop.ends_on or stop.starts_on
            if not first or (first.latest >= start and last.earliest <= end):
                continue
            message = _("%(place)s lies outside the dates of the delegation: check both.")
            message %= {"place": stop.place}
            is_elsewhen = last.latest < start or first.earliest > end
            if is_elsewhen and delegation.ends_on and row.plan.is_new:
                error = CellError(message, _("Correct one of the two."))
                error.column = "stops"
                raise error
            if delegation.ends_on or first.latest < start:
                self.directory.notice(row, "stops", str(row["stops"]), message)

    def _pass_through(self, row, countries: str) -> None:
        names = split_values(countries, lambda text: bool(vocabulary.country_code(text)))
        codes = [widgets.CountryWidget().clean(name, row) for name in names]
        visited = {str(stop.place.country) for stop in row.plan.rows("stops")}
        for code in codes:
            if code not in visited:
                stop = Stop(place=self.directory.country_place(code))
                row.plan.add_row("stops", stop, row.heading("countries"))
