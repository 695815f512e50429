"""Taking records out: what imports read, written so that reading it back changes nothing.

``references`` says how a cell names another record; ``rows`` gathers the cells of many records in
a few queries for some thousands of them; ``formats`` writes them as CSV, XLSX or ODS without ever
holding the whole; ``template`` makes the empty workbook that offices fill in.
"""
