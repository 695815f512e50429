"""The index of the public lists: which published records have which value, as bitmaps in memory.

Each process keeps one index for each kind of record (``index``), built from the database
(``reading``) as ``kinds`` declares, and kept up to its version (``keeping``). A list is then found,
counted by each of its facets and cut into pages without a ``COUNT``, a ``GROUP BY`` or an
``OFFSET``. The index only says which records: they are read from the database, published, when they
are shown, so that a page never shows what was withdrawn.
"""

from registry.facets.index import NOT_STATED, Found, Index, Selection
from registry.facets.keeping import index_of

__all__ = ["NOT_STATED", "Found", "Index", "Selection", "index_of"]
