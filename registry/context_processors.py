"""What every template may use: the site's own identity."""

from django.conf import settings


def site(_request):
    return {
        "site_name": settings.SITE_NAME,
        "site_logo": settings.SITE_LOGO,
        "site_editor": settings.SITE_EDITOR,
    }
