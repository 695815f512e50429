"""Texts that a spreadsheet would take for a formula: how exports write, how imports read them.

A text file has no types: in a spreadsheet its cell ``=1+1`` is calculated, and a hostile one
runs a program. An apostrophe before it makes it a text in every spreadsheet. Reading takes exactly
one away, so that ``+33 2 23 45 67 89`` and ``-12 °C`` come back as they were, and so does a text
that had an apostrophe of its own. In a workbook a text is typed as one and runs nothing.
"""

import re

# Full-width forms are signs of formulas too, in some versions. An error such as #N/A would be
# read as the result of a formula that failed.
SIGNS = "=+\\-@＝＋－＠\u2212\ufe62\ufe63\ufe66\ufe6b"
_AFTER = rf"(?:[{SIGNS}]|#\S|[Ee]rr:5)"
RISKY = re.compile(rf"'*\s*{_AFTER}|'[\s']*{_AFTER}")
# In a workbook only what reading would take for an apostrophe of ours, or for an error.
AMBIGUOUS = re.compile(rf"'[\s']*{_AFTER}|#\S|[Ee]rr:5")
MARKED = re.compile(rf"'(?=[\s']*{_AFTER})")
# What such a text can begin with: a quick look that leaves nearly all texts out.
FIRST = frozenset("=+-@＝＋－＠\u2212\ufe62\ufe63\ufe66\ufe6b'#Ee\t\r\n \u00a0\u202f\u2009")


def mark(text: str) -> str:
    """The text as a text file has it.

    >>> mark("=1+1"), mark("+33 2 23"), mark("Rennes"), mark("'=1")
    ("'=1+1", "'+33 2 23", 'Rennes', "''=1")
    """
    if text[:1] not in FIRST:
        return text
    text = text.lstrip()  # reading leaves spaces out; a tab or a line break may start a formula
    return f"'{text}" if RISKY.match(text) else text


def mark_in_workbook(text: str) -> str:
    """The text as a workbook has it, in a cell that is typed as a text."""
    if text[:1] not in FIRST:
        return text
    text = text.lstrip()
    return f"'{text}" if AMBIGUOUS.match(text) else text


def unmark(text: str) -> str:
    """What ``mark`` was given.

    >>> unmark("'=1+1"), unmark("''=1"), unmark("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return text[1:] if text.startswith("'") and MARKED.match(text) else text
