"""Static files that come from the deployment rather than from the code."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class SiteLogoFinder(BaseFinder):
    """The one file that the environment variable SITE_LOGO names; nothing else of its folder."""

    def check(self, **_options):
        return []

    def find(self, path, find_all=False, **_options):
        file = settings.SITE_LOGO_FILE
        found = [str(file)] if file and Path(path) == Path(settings.SITE_LOGO) else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns):
        file = settings.SITE_LOGO_FILE
        if file:
            yield settings.SITE_LOGO, _Renamed(file)


class _Renamed(FileSystemStorage):
    """A storage of one file, known below static/ by another name than its own."""

    def __init__(self, file: Path):
        super().__init__(location=file.parent)
        self.file = file

    def path(self, _name):
        return str(self.file)
