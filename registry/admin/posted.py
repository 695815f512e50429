"""Views that act on a record and have no page of their own, and what is sent to them."""

from functools import wraps

from django.http import HttpResponseRedirect
from django.urls import reverse


def posted(view):
    """Act on what a form sends; who comes by the address alone gets the page of the record.

    After signing in again, or by going back in a browser, people do come by the address alone.
    """

    @wraps(view)
    def acted(self, request, pk):
        if request.method == "POST":
            return view(self, request, pk)
        name = f"admin:registry_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[pk]))

    return acted


def text_in(data, name: str) -> str:
    """What a field holds that no form of Django's checks, without what PostgreSQL cannot keep."""
    return data.get(name, "").replace("\0", "").strip()
