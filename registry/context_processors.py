"""What every template may use: the site's own identity, and the way to its parts."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

SECTIONS = [
    ("agreement", _("Agreements")),
    ("delegation", _("Delegations")),
    ("project", _("Projects")),
    ("contribution", _("Contributions")),
    ("organisation", _("Organisations")),
    ("place", _("Places")),
    ("fund", _("Funds")),
    ("call", _("Calls")),
]


def site(_request):
    return {
        "site_name": settings.SITE_NAME,
        "site_logo": settings.SITE_LOGO,
        "site_editor": settings.SITE_EDITOR,
        "site_contact": settings.SITE_CONTACT,
        "site_introduction": settings.SITE_INTRODUCTIONS.get(get_language(), ""),
        "can_send_mail": bool(settings.EMAIL_HOST),
        "sections": [(kind, f"registry:{kind}_list", label) for kind, label in SECTIONS],
    }
