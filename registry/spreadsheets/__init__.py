"""Bringing staff's workbooks in.

A file passes through these steps, each in a module that knows nothing of the next one:

``files`` (with ``archives`` and ``delimited``) reads it into sheets of cells, or says why not;
``tables`` finds the row of headings, and which kind of record each sheet holds;
``resources`` turns each row into a record through django-import-export, reading cells with
``widgets`` and ``columns``, and finding what they name in the ``directory``;
``plans`` holds what would be written, without writing it; ``writing`` writes it;
``jobs`` previews and confirms for the administration and for the command.
"""
