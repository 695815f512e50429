"""What every file says of itself: where it is from, in which language, under which licence."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language


def licence() -> dict:
    return {"name": settings.SITE_LICENCE, "url": settings.SITE_LICENCE_URL or None}


def publisher() -> str:
    return settings.SITE_EDITOR or settings.SITE_NAME


def moment() -> str:
    """Now, in universal time."""
    return f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class About:
    """A file: its title, the page that shows the same, its own address, that of the *data* page."""

    title: str
    page: str
    address: str
    documentation: str

    @property
    def full_title(self) -> str:
        """For what stands among the files of others, as feeds and calendars do."""
        return f"{self.title} – {settings.SITE_NAME}"

    def meta(self, **more) -> dict:
        """As JSON has it at the beginning."""
        return {
            "title": self.title,
            "language": get_language(),
            "publisher": publisher(),
            "licence": licence(),
            "page": self.page,
            "address": self.address,
            "documentation": self.documentation,
            **more,
        }
