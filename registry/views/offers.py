"""What the page of a list or of a record says of its other formats: in its links and headers."""

from django.http import QueryDict
from django.urls import reverse

from registry.publishing import calendars, linked_data
from registry.publishing.about import licence
from registry.publishing.formats import Format, list_formats, record_formats

# What of the address of a list only arranges its page.
ARRANGING = ("page", "per_page", "view", "values", "find")
# Servers limit the headers of a page: where the query is longer, only its links have it.
LONGEST_QUERY = 300


def kept(query: QueryDict, without=()) -> QueryDict:
    """The filters and the order of an address, without what arranges its page."""
    query = query.copy()
    for name in (*ARRANGING, *without):
        query.pop(name, None)
    return query


def links(found: list[tuple[str, str, str]]) -> str:
    """A Link header (RFC 8288) of addresses, their relations and their media types."""
    return ", ".join(
        f'<{address}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")
        for address, relation, media_type in found
    )


def describing(documentation: str) -> list[tuple[str, str, str]]:
    found = [(documentation, "describedby", "text/html")]
    return [*found, (licence()["url"], "license", "")] if licence()["url"] else found


def offered_list(request, kind: str) -> list[dict]:
    """The formats of the list of the page, each with its address."""
    path = request.path.rstrip("/")
    query = kept(request.GET)
    offers = []
    for format_ in list_formats(kind):
        if format_.ending == "atom":
            asked = kept(query, without=("sort",)).urlencode()
        else:
            asked = query.urlencode()
        address = f"{path}.{format_.ending}" + (f"?{asked}" if asked else "")
        offers.append(_offer(request, format_, address))
    return offers


def offered_record(request, record, context: dict) -> list[dict]:
    """The formats of the record of the page."""
    kind = record._meta.model_name
    path = reverse(f"registry:{kind}_detail", kwargs={"public_id": record.public_id}).rstrip("/")
    return [
        _offer(request, format_, f"{path}.{format_.ending}")
        for format_ in record_formats(kind)
        if format_.ending != "ics" or calendars.has_days(record, context)
    ]


def _offer(request, format_: Format, address: str) -> dict:
    return {
        "name": format_.name,
        "ending": format_.ending,
        "media_type": format_.media_type,
        "path": address,
        "url": request.build_absolute_uri(address),
    }


def announced(view, kind: str):
    """The view of a list or of a record, whose page offers the formats, in its head and headers.

    The page finds them as ``request.formats``, and what it is about as ``request.linked_data``.
    """

    def announcing(request, *args, **kwargs):
        is_list = not kwargs
        request.formats = offered_list(request, kind) if is_list else []
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        if not is_list and (record := context.get("record")):
            request.formats = offered_record(request, record, context)
            described = linked_data.page(record, context, request.build_absolute_uri)
            request.linked_data = linked_data.script(described)
        if response.status_code == 200:
            _announce(request, response)
        return response

    announcing.view_class = view.view_class
    return announcing


def _announce(request, response) -> None:
    absolute = request.build_absolute_uri
    found = [(absolute(request.path), "canonical", "")]
    if len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY:
        found += [(one["url"], "alternate", one["media_type"]) for one in request.formats]
    response["Link"] = links([*found, *describing(absolute(reverse("registry:data")))])
