"""WSGI entry point, for gunicorn or granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from cooperation_site.encodings import in_text

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
application = in_text(get_wsgi_application())
# Its models are there only now.
from django.conf import settings  # noqa: E402
from django.urls import resolve, reverse  # noqa: E402
from django.utils.translation import override  # noqa: E402

from registry.facets import warming  # noqa: E402

# What the first visitor would wait for: all views, their addresses in each language, and the
# indexes of the lists.
resolve("/")
for language, _name in settings.LANGUAGES:
    with override(language):
        reverse("registry:home")
warming.begin()
# What is there by now stays: the collector need not look at it again and again, nor after every
# few hundred objects, of which a page makes thousands.
gc.freeze()
gc.set_threshold(20_000, 10, 10)
