"""The page behind the link that ends reminders: its signature is the right to do so."""

from django.core import signing
from django.http import Http404
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from registry.models import User
from registry.reminders import stopping


@method_decorator(never_cache, name="dispatch")
# Mail programs follow the link by themselves (RFC 8058): nobody is signed in to be abused.
@method_decorator(csrf_exempt, name="dispatch")
class StopReminders(View):
    """Asks before it stops anything: some programs open the links of messages to check them."""

    template_name = "registry/stop_reminders.html"

    def dispatch(self, request, *args, token, **kwargs):
        try:
            self.user, self.subjects = stopping.read(token)
        except (signing.BadSignature, User.DoesNotExist, ValueError):
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self._page(is_stopped=False)

    def post(self, request):
        stopping.stop(self.user, self.subjects)
        return self._page(is_stopped=True)

    def _page(self, is_stopped: bool):
        return render(
            self.request,
            self.template_name,
            {"is_stopped": is_stopped, "subjects": [subject.label for subject in self.subjects]},
        )
