"""Organisations, places, domains and sources: what the other records refer to."""

from django.utils.translation import gettext_lazy as _

from registry.choices import IdentifierScheme, NameKind, OrganisationKind, PlaceKind, SourceKind
from registry.models import Domain, Organisation, Place, Source, SourceFile
from registry.publishing.columns import Amount, Choice, Column, Country, Date, Link, Number
from registry.publishing.datasets.base import Dataset, closing, dates, opening, period
from registry.publishing.relations import Rows


def other_names() -> Rows:
    return Rows(
        "other_names",
        _("What it is also called, written or abbreviated."),
        Column("name", ""),
        Choice("kind", "", NameKind),
    )


def identifiers() -> Rows:
    return Rows(
        "identifiers",
        _("The numbers by which public registers know it."),
        Choice("scheme", "", IdentifierScheme),
        Column("value", ""),
    )


class FileAddress(Column):
    """Where a file of a source is given out: only while the source is published."""

    def paths(self):
        return ("source__public_id", "id", "name", "file")

    def values(self, batch):
        rows = zip(*(batch[path] for path in self.paths()), strict=True)
        return [
            batch.addresses.absolute(
                SourceFile(
                    pk=pk, name=name, file=file, source=Source(public_id=public_id, authority_id=0)
                ).get_absolute_url()
            )
            for public_id, pk, name, file in rows
        ]


ORGANISATIONS = Dataset(
    Organisation,
    _("Authorities, ministries, universities, clusters, companies, associations and networks."),
    [
        *opening(Organisation),
        Column("name", _("Its usual name.")),
        Choice("kind", _("What sort of organisation it is."), OrganisationKind),
        other_names(),
        identifiers(),
        Link("place", _("Where it sits.")),
        Country("country", _("The country where it sits."), of="place", heading=_("Country")),
        Rows(
            "memberships",
            _("The networks and groups that it belongs to."),
            Link("network", "", "organisation"),
            Column("role", ""),
            *period("", ""),
            required="network",
        ),
        Column("website", _("Its own website.")),
        Column("summary", _("What it is, in the words of the registry.")),
        *closing(),
    ],
)

PLACES = Dataset(
    Place,
    _("Cities, metropolises, departments, regions and countries."),
    [
        *opening(Place),
        Column("name_fr", _("Its name in French.")),
        Column("name_en", _("Its name in English; empty where it is the same as in French.")),
        Choice("kind", _("What sort of place it is."), PlaceKind),
        Country("country", _("The country in which it lies.")),
        Link("parent", _("The place that contains it."), "place"),
        Amount("latitude", _("Of its centre, in decimal degrees (WGS 84).")),
        Amount("longitude", _("Of its centre, in decimal degrees (WGS 84).")),
        Number("population", _("How many people live there.")),
        other_names(),
        identifiers(),
        *closing(),
    ],
)

DOMAINS = Dataset(
    Domain,
    _("The themes of cooperation, on two levels, to which the other records are attached."),
    [
        *opening(Domain),
        Column("name_fr", _("Its name in French.")),
        Column("name_en", _("Its name in English; empty where it is the same as in French.")),
        Link("parent", _("The domain of the first level that it belongs to."), "domain"),
        Column("dac_code", _("The nearest sector or purpose of the OECD DAC list.")),
    ],
)

SOURCES = Dataset(
    Source,
    _("The documents that support what the registry says."),
    [
        *opening(Source),
        Column("title", _("The title of the document.")),
        Choice("kind", _("What sort of document it is."), SourceKind),
        Link("publisher", _("The organisation that published it."), "organisation"),
        Date("published_on", _("The date that the document bears.")),
        Column("address", _("Where it was found on the web."), path="url"),
        Rows(
            "files",
            _("The document itself, where it is kept here."),
            Column("name", ""),
            FileAddress("url", "", heading=_("Address")),
        ),
        *dates(),
    ],
)
