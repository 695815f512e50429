"""Taking the public records away: the same records as the pages show, as files and feeds.

``datasets`` says what is told of each kind of record, by ``columns``; ``reading`` gathers it, some
thousands of records at a time, and is the one gate through which anything comes: published records
alone, and of their neighbours the published ones. All else turns what it gives into a format:
``tables`` CSV, XLSX and ODS; ``documents`` JSON; ``geography`` GeoJSON; ``feeds`` Atom;
``calendars`` iCalendar.
"""
