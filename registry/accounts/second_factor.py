"""Whoever is in a group that requires a second factor sets one up before anything else."""

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from registry.models import GroupSecurity


def is_missing(user) -> bool:
    """Whether a group of the person requires a second factor that they do not have."""
    required = GroupSecurity.objects.filter(group__user=user, requires_second_factor=True)
    return required.exists() and not get_adapter().is_mfa_enabled(user)


class SecondFactorMiddleware:
    """Leads from the administration to the page that sets up a second factor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        if "admin" not in match.app_names or match.url_name in ("logout", "login", "jsi18n"):
            return None
        if not request.user.is_authenticated or not is_missing(request.user):
            return None
        messages.warning(
            request,
            _("Your group asks for a second factor: set up a passkey or an authenticator app."),
        )
        return redirect("mfa_index")
