"""Making the indexes when a process of the server starts, so that no visitor waits for them."""

import logging
import os
import threading

from django.db import connection

from registry import statistics
from registry.facets.keeping import index_of
from registry.facets.kinds import KINDS

logger = logging.getLogger(__name__)

# Seconds for which a process that starts waits for its indexes before it serves; those of a
# million records are there later, and the servers must not take it for dead.
PATIENCE = 10

_is_wanted = False


def begin() -> None:
    """Make all indexes, and return when they are there or when that takes long.

    A server that loads the site before it makes its processes makes them once for all.
    """
    global _is_wanted
    _is_wanted = True
    _in_thread().join(PATIENCE)


def _in_thread() -> threading.Thread:
    thread = threading.Thread(target=warm, name="indexes", daemon=True)
    thread.start()
    return thread


def warm() -> None:
    """A visitor who comes meanwhile waits for the index of that list alone."""
    global _is_wanted
    try:
        for model in KINDS:
            index_of(model).make_ready()
        _is_wanted = False
        statistics.refresh()
    except Exception:
        # Such as a database that is not there yet: the first visitor's page makes them, or says so.
        logger.warning("What pages need could not be made ready at the start.", exc_info=True)
    finally:
        connection.close()


def _copied() -> None:
    """The thread stays behind in the process that was copied."""
    if _is_wanted:
        _in_thread()


os.register_at_fork(after_in_child=_copied)
