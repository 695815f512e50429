"""What a page is about, in the words of schema.org, for search engines and programs (JSON-LD).

Made from what the page has read already: published records and their published neighbours.
"""

import json
from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from registry.choices import IdentifierScheme, PlaceKind, Status
from registry.prose import to_text
from registry.publishing.about import licence, publisher

# What would end the element, or begin another, within a text.
ESCAPES = (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"))
PLACE_TYPES = {
    PlaceKind.CITY: "City",
    PlaceKind.COUNTRY: "Country",
    PlaceKind.DEPARTMENT: "AdministrativeArea",
    PlaceKind.INTERCOMMUNALITY: "AdministrativeArea",
    PlaceKind.REGION: "AdministrativeArea",
}
KNOWN_AT = {
    IdentifierScheme.WIKIDATA: "https://www.wikidata.org/entity/{}",
    IdentifierScheme.GEONAMES: "https://www.geonames.org/{}",
    IdentifierScheme.ROR: "https://ror.org/{}",
    IdentifierScheme.ISNI: "https://isni.org/isni/{}",
}

Absolute = Callable[[str], str]


def script(data: dict) -> SafeString:
    """The element that holds the data: it runs nothing, and no text can end it."""
    text = json.dumps(data, ensure_ascii=False)
    for mark, written in ESCAPES:
        text = text.replace(mark, written)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 (escaped above, as JSON needs it)
    )


def page(record, context: dict, absolute: Absolute) -> dict:
    """A record and the way to it, for its page."""
    about = {
        "@id": context.get("permanent_url", ""),
        "url": absolute(record.get_absolute_url()),
        "identifier": record.public_id,
        **DESCRIBED[record._meta.model_name](record, context, absolute),
    }
    names = [(context.get("list_label"), context.get("list_url")), (context.get("title"), None)]
    way = [
        {
            "@type": "ListItem",
            "position": position,
            "name": str(name),
            **({"item": absolute(address)} if address else {}),
        }
        for position, (name, address) in enumerate(names, 1)
    ]
    trail = {"@type": "BreadcrumbList", "itemListElement": way}
    return {"@context": "https://schema.org", "@graph": [_filled(about), trail]}


def _filled(data: dict) -> dict:
    """Without what is not known."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _iso(date) -> str | None:
    return date.isoformat() if date else None


def _web(address: str) -> str | None:
    """The address, if it is one of the web: nothing else is to be followed."""
    return address if address.startswith(("https://", "http://")) else None


def _public(record):
    """A neighbour that the public may see, or nothing."""
    return record if record is not None and record.status == Status.PUBLISHED else None


def _named(type_: str, record, absolute: Absolute) -> dict | None:
    if record is None:
        return None
    return {"@type": type_, "name": str(record), "url": absolute(record.get_absolute_url())}


def _organisations(rows, absolute) -> list[dict]:
    return [_named("Organization", row.organisation, absolute) for row in rows]


def _place(place, absolute) -> dict:
    coordinates = {"@type": "GeoCoordinates"}
    if place.has_coordinates:
        coordinates |= {"latitude": float(place.latitude), "longitude": float(place.longitude)}
    return _named(PLACE_TYPES.get(place.kind, "Place"), place, absolute) | (
        {"geo": coordinates} if place.has_coordinates else {}
    )


def _amount(contribution) -> dict | None:
    if contribution.amount is None:
        return None
    return {
        "@type": "MonetaryAmount",
        "currency": contribution.currency,
        "value": float(contribution.amount),
    }


def _known_as(record) -> dict:
    """Its other names and its numbers; both were read with the record."""
    identifiers = list(record.identifiers.all())
    return {
        "alternateName": [other.name for other in record.other_names.all()],
        "identifier": [
            record.public_id,
            *(
                {
                    "@type": "PropertyValue",
                    "propertyID": one.get_scheme_display(),
                    "value": one.value,
                }
                for one in identifiers
            ),
        ],
        "sameAs": [
            KNOWN_AT[one.scheme].format(one.value) for one in identifiers if one.scheme in KNOWN_AT
        ],
    }


# The kinds of records -----------------------------------------------------------------------------


def _agreement(agreement, _context, absolute) -> dict:
    start = _iso(agreement.starts_on or agreement.signed_on)
    end = _iso(agreement.terminated_on or agreement.ends_on)
    return {
        "@type": "CreativeWork",
        "name": agreement.title,
        "genre": agreement.get_kind_display(),
        "description": to_text(agreement.summary),
        "dateCreated": _iso(agreement.signed_on),
        "temporalCoverage": f"{start}/{end or '..'}" if start else None,
        "dateModified": agreement.updated_at.isoformat(),
        "contributor": _organisations(getattr(agreement, "public_parties", []), absolute),
        "about": [domain.name for domain in agreement.domains.all()],
    }


def _delegation(delegation, _context, absolute) -> dict:
    stops = getattr(delegation, "public_stops", [])
    places = {stop.place_id: stop.place for stop in stops}
    return {
        "@type": "Event",
        "name": delegation.title,
        "description": to_text(delegation.summary),
        "startDate": _iso(delegation.starts_on),
        "endDate": _iso(delegation.ends_on or delegation.starts_on),
        "location": [_place(place, absolute) for place in places.values()],
        "about": [domain.name for domain in delegation.domains.all()],
    }


def _project(project, context, absolute) -> dict:
    given = [
        _filled(
            {
                "@type": "MonetaryGrant",
                "name": str(contribution),
                "url": absolute(contribution.get_absolute_url()),
                "amount": _amount(contribution),
                "funder": [
                    _named("Organization", funder, absolute)
                    for funder in getattr(contribution, "public_funders", [])
                ],
            }
        )
        for contribution in context.get("contributions", [])
    ]
    labelled = _public(project.call) or _public(project.fund)
    return {
        "@type": "Project",
        "name": project.title,
        "description": to_text(project.summary),
        "foundingDate": _iso(project.starts_on),
        "dissolutionDate": _iso(project.ends_on),
        "member": _organisations(getattr(project, "public_partners", []), absolute),
        "funding": given or ([_named("MonetaryGrant", labelled, absolute)] if labelled else []),
        "sameAs": _web(project.website),
    }


def _contribution(contribution, _context, absolute) -> dict:
    funded = [
        *(("Project", one) for one in getattr(contribution, "public_projects", [])),
        *(("Organization", one) for one in getattr(contribution, "public_recipients", [])),
    ]
    return {
        "@type": "MonetaryGrant",
        "name": str(contribution),
        "amount": _amount(contribution),
        "funder": [
            _named("Organization", funder, absolute)
            for funder in getattr(contribution, "public_funders", [])
        ],
        "fundedItem": [_named(type_, one, absolute) for type_, one in funded],
    }


def _organisation(organisation, context, absolute) -> dict:
    place = _public(organisation.place)
    networks = [membership.network for membership in context.get("memberships", [])]
    known = _known_as(organisation)
    return {
        "@type": "Organization",
        "name": organisation.name,
        "description": to_text(organisation.summary),
        **known,
        "location": _place(place, absolute) if place else None,
        "memberOf": [_named("Organization", network, absolute) for network in networks],
        "sameAs": [*known["sameAs"], *filter(None, [_web(organisation.website)])],
    }


def _place_page(place, _context, absolute) -> dict:
    return {
        **_place(place, absolute),
        **_known_as(place),
        "containedInPlace": _named("Place", _public(place.parent), absolute),
    }


def _fund(fund, _context, absolute) -> dict:
    return {
        "@type": "FundingScheme",
        "name": fund.name,
        "alternateName": fund.acronym,
        "description": to_text(fund.summary),
        "sameAs": _web(fund.website),
        "member": _organisations(getattr(fund, "public_organisations", []), absolute),
    }


def _call(call, _context, absolute) -> dict:
    return {
        "@type": "CreativeWork",
        "name": str(call),
        "description": to_text(call.summary),
        "datePublished": _iso(call.opens_on),
        "expires": _iso(call.closes_on),
        "dateModified": call.updated_at.isoformat(),
        "isPartOf": _named("FundingScheme", _public(call.fund), absolute),
        "sameAs": _web(call.website),
    }


def _source(source, _context, absolute) -> dict:
    return {
        "@type": "CreativeWork",
        "name": source.title,
        "datePublished": _iso(source.published_on),
        "publisher": _named("Organization", _public(source.publisher), absolute),
        "sameAs": _web(source.url),
    }


DESCRIBED = {
    "agreement": _agreement,
    "delegation": _delegation,
    "project": _project,
    "contribution": _contribution,
    "organisation": _organisation,
    "place": _place_page,
    "fund": _fund,
    "call": _call,
    "source": _source,
}


# The data -----------------------------------------------------------------------------------------


def catalogue(datasets: list[dict], address: str, changed, absolute: Absolute) -> dict:
    """The lists as datasets, each with its files."""
    maker = {"@type": "Organization", "name": publisher()}
    common = {"license": licence()["url"] or licence()["name"], "creator": maker}
    common |= {"inLanguage": get_language(), "isAccessibleForFree": True}
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": address,
        "url": address,
        "name": publisher(),
        **common,
        **({"dateModified": changed.isoformat()} if changed else {}),
        "dataset": [
            {
                "@type": "Dataset",
                "@id": f"{address}#{dataset['kind']}",
                "url": absolute(dataset["path"]),
                "name": dataset["name"],
                "description": str(dataset["meaning"]),
                **common,
                **({"dateModified": dataset["changed"].isoformat()} if dataset["changed"] else {}),
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "encodingFormat": file["media_type"],
                        "contentUrl": absolute(file["path"]),
                    }
                    for file in dataset["files"]
                ],
            }
            for dataset in datasets
        ],
    }
