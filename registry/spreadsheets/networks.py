"""The columns of what organisations are to one another and to funds."""

from registry.choices import FundRole
from registry.dates import DateError, parse_range
from registry.models import FundOrganisation, Membership
from registry.spreadsheets import values
from registry.spreadsheets.itineraries import write_dates
from registry.spreadsheets.plans import identity
from registry.spreadsheets.rows import RowsColumn
from registry.text import fold


class MembershipsColumn(RowsColumn):
    """What an organisation belongs to: ``Network : role : 2020-2022``."""

    reads = "dates"
    row_fields = ("network_id", "role", "starts_on", "ends_on")

    def item(self, row, names):
        network, role, starts_on, ends_on = row
        parts = (names.organisations[network], role, write_dates(starts_on, ends_on))
        return " : ".join(filter(None, parts))

    def add(self, plan, item, label, directory):
        name, said = item, ""
        if not directory.knows_organisation(item):
            name, said = values.read_detail(item, directory.knows_organisation, first=True)
        network, (role, dates) = directory.organisation(name), _role_and_dates(said)
        for known in plan.rows(self.attribute):
            if identity(known.network) == identity(network) and (
                fold(known.role) in (fold(role), fold(said))
            ):
                if known.pk and fold(known.role) == fold(role):
                    dates = {"starts_on": dates[0], "ends_on": dates[1]}
                    plan.replace(self.attribute, known, dates, label)
                return known
        new = Membership(network=network, role=role, starts_on=dates[0], ends_on=dates[1])
        return plan.add_row(self.attribute, new, label)


def _role_and_dates(text: str):
    role, colon, last = text.rpartition(" : ")
    try:
        return (role if colon else ""), parse_range(last)
    except DateError:
        return text, (None, None)


class FundOrganisationsColumn(RowsColumn):
    """Who runs a fund, and for which side: ``Ministry : French side``."""

    row_fields = ("organisation_id", "side")

    def __init__(self, attribute, headings, role: FundRole):
        super().__init__(attribute, headings)
        self.role = role

    def row_filter(self):
        return {"role": self.role}

    def item(self, row, names):
        organisation, side = row
        text = names.organisations[organisation]
        return f"{text} : {side}" if side else text

    def add(self, plan, item, label, directory):
        name, side = item, ""
        if not directory.knows_organisation(item):
            name, side = values.read_detail(item, directory.knows_organisation, first=True)
        organisation = directory.organisation(name)
        for known in plan.rows(self.attribute):
            if identity(known.organisation) == identity(organisation) and known.role == self.role:
                if known.pk:
                    plan.replace(self.attribute, known, {"side": side}, label)
                return known
        new = FundOrganisation(organisation=organisation, role=self.role, side=side)
        return plan.add_row(self.attribute, new, label)
