"""Making the indexes when a process of the server starts, so that no visitor waits for them."""

import logging
import os
import threading

from django.db import connection

from registry.facets.keeping import index_of
from registry.facets.kinds import KINDS

logger = logging.getLogger(__name__)

# Seconds: servers that load the site before they make their processes make these at once.
SOON = 0.5

_timer: threading.Timer | None = None


def begin() -> None:
    """Make all indexes in a thread, soon; in the processes that come of this one meanwhile, too.

    A process that is still waiting when it is copied serves nobody itself. One that is copied
    later, for other work, leaves its copies alone.
    """
    global _timer
    _timer = threading.Timer(SOON, warm)
    _timer.daemon = True
    _timer.start()


def warm() -> None:
    """A visitor who comes meanwhile waits for the index of that list alone."""
    global _timer
    _timer = None
    try:
        for model in KINDS:
            index_of(model)
    except Exception:
        # Such as a database that is not there yet: the first visitor's page makes them, or says so.
        logger.warning("The indexes could not be made at the start.", exc_info=True)
    finally:
        connection.close()


def _copied() -> None:
    if _timer is not None:
        begin()


def _has_copies() -> None:
    global _timer
    if _timer is not None:
        _timer.cancel()
        _timer = None


os.register_at_fork(after_in_parent=_has_copies, after_in_child=_copied)
