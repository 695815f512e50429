"""WSGI entry point, for gunicorn or granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
application = get_wsgi_application()
# Its models are there only now.
from registry.facets import warming  # noqa: E402

warming.begin()
