"""The page of a draft, for somebody who has a link to it and no account."""

from django.http import Http404
from django.shortcuts import render
from django.urls import resolve
from django.views.generic import View

from registry import previews


class DraftShown:
    """The page of a record as the public would see it, before it is published."""

    is_prepared = False

    def shown(self, records):
        return records.all()


class DraftPreview(View):
    """Never kept by a browser, a search engine or a proxy, and never told to where it links."""

    def get(self, request, token):
        record = previews.record_of(token)
        if record is None:
            response = render(request, "registry/preview_gone.html", status=404)
        else:
            response = self._page(request, record)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        return response

    @staticmethod
    def _page(request, record):
        detail = resolve(record.get_absolute_url()).func.view_class
        view = type("Preview", (DraftShown, detail), {})()
        view.setup(request, public_id=record.public_id)
        try:
            view.object = view.get_object()
        except Http404:  # it went in this moment
            return render(request, "registry/preview_gone.html", status=404)
        context = view.get_context_data(object=view.object)
        until = {"preview_until": previews.expiry(record.preview_key)}
        return view.render_to_response(context | until)
