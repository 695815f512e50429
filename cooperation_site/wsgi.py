"""WSGI entry point, for gunicorn or granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooperation_site.settings")
application = get_wsgi_application()
# Its models are there only now.
from django.urls import resolve  # noqa: E402

from registry.facets import warming  # noqa: E402

# What the first visitor would wait for: all views, and the indexes of the lists.
resolve("/")
warming.begin()
# What is there by now stays: the collector need not look at it again and again, nor after every
# few hundred objects, of which a page makes thousands.
gc.freeze()
gc.set_threshold(20_000, 10, 10)
