"""Settings of the measured site: those of the registry, with two more pages beside its own."""

from cooperation_site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.site_urls"
