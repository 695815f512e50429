"""Python's search for circles of objects, put off while a plan fills the memory.

It looks through all that lives, again and again as more comes, and a plan makes no circles: without
it, planning and writing take a quarter less.
"""

import gc
from contextlib import contextmanager


@contextmanager
def paused():
    """Nothing is searched inside; what counts of references frees goes at once, as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
