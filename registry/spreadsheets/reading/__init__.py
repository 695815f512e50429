"""Reading an untrusted file, in a process of its own that knows nothing of Django.

``child`` is what that process runs: it starts in a few hundredths of a second, limits itself, reads
the file with ``kinds`` (and ``archives``, ``ole``, ``delimited``) and hands the rows over.
Nothing here may import Django: what is wrong is a ``Refusal``, which the parent says in the
user's language.
"""
