"""What every template may use: the site's own identity, and the way to its parts."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Of each kind of record in the main menu: the list, and what it is called.
SECTIONS = [
    ("agreement", "registry:agreement_list", _("Agreements")),
    ("delegation", "registry:delegation_list", _("Delegations")),
    ("project", "registry:project_list", _("Projects")),
    ("contribution", "registry:contribution_list", _("Contributions")),
    ("organisation", "registry:organisation_list", _("Organisations")),
    ("place", "registry:place_list", _("Places")),
    ("fund", "registry:fund_list", _("Funds")),
    ("call", "registry:call_list", _("Calls")),
]


def site(_request):
    return {
        "site_name": settings.SITE_NAME,
        "site_logo": settings.SITE_LOGO,
        "site_editor": settings.SITE_EDITOR,
        "site_contact": settings.SITE_CONTACT,
        "site_introduction": settings.SITE_INTRODUCTIONS.get(get_language(), ""),
        "can_send_mail": bool(settings.EMAIL_HOST),
        "sections": SECTIONS,
    }
