"""The data that a map fetches: those of a filtered list, and those of the front page."""

from django.http import Http404, JsonResponse
from django.views.generic import View

from registry import maps
from registry.views import showing

# Names as they are, not as escapes: thousands of places are sent.
COMPACT = {"ensure_ascii": False, "separators": (",", ":")}


def _answer(shown: maps.Map) -> JsonResponse:
    return JsonResponse(shown.data(), json_dumps_params=COMPACT)


class ListMapData(View):
    """The map of a list, at its address with the same filters."""

    list_view = None

    def get(self, request, *args, **kwargs):
        listing = self.list_view()
        if showing.chosen(listing.model._meta.model_name, "map").name != "map":
            raise Http404  # a list of what has no place
        listing.setup(request, *args, **kwargs)
        return _answer(maps.list_map(listing.filterset))


class HomeMapData(View):
    def get(self, _request):
        return _answer(maps.home_map())
