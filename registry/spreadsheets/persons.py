"""Persons as people list them in a cell, with or without what tells one from the next.

``Name (office)`` and ``Name, office`` are read by ``values``. Here: who is meant where commas stand
both before offices and between persons, and what looks like the name of a person at all.
"""

import re

from django.utils.translation import gettext as _

from registry.spreadsheets.given_names import USUAL
from registry.spreadsheets.problems import CellError
from registry.text import fold

CIVILITY = re.compile(r"^(?:M\.?|Mmes?\.?|Mlles?\.?|MM\.|Mr\.?|Mrs\.?|Ms\.?|Monsieur|Madame)\s+")
# "Nathalie Appéré", "Charles de Gaulle", "J.-P. O'Neil": at least two words.
NAME = re.compile(
    r"(?:[A-ZÀ-ÞŒ][\w.’'-]*)(?:\s+(?:de|du|d[’']|la|le|van|von|ben|bin|el|al|di|da|dos|st))*"
    r"(?:\s+[A-ZÀ-ÞŒ][\w.’'-]*){1,3}"
)
JOINED = re.compile(r"\s+(?:et|and|&|/)\s+")
MOST_PERSONS = 200
OFFICES = frozenset(
    (
        *("maire", "mairesse", "president", "presidente", "vice", "adjoint", "adjointe", "elu"),
        *("elue", "directeur", "directrice", "conseiller", "conseillere", "ministre", "delegue"),
        *("deleguee", "chef", "cheffe", "charge", "chargee", "responsable", "recteur", "rectrice"),
        *("depute", "deputee", "senateur", "senatrice", "prefet", "prefete", "consul", "consule"),
        *("ambassadeur", "ambassadrice", "secretaire", "professeur", "professeure", "attache"),
        *("attachee", "premier", "premiere", "coordonnateur", "coordonnatrice", "dg", "dgs", "pdg"),
        *("mayor", "deputy", "councillor", "minister", "head", "director", "chair", "chairman"),
        *("president", "ceo", "governor", "member", "membre", "professor", "dean", "doyen"),
    )
)
BODIES = frozenset(
    (
        *("ville", "metropole", "region", "universite", "ministere", "chambre", "association"),
        *("commune", "mairie", "city", "university", "conseil", "departement", "institut"),
        *("centre", "agence", "cci", "college", "cegep", "ecole", "lycee", "fondation", "reseau"),
        *("communaute", "comite", "groupe", "pole", "cluster", "federation", "union", "societe"),
        *(
            "festival",
            "theatre",
            "musee",
            "hopital",
            "chu",
            "office",
            "destination",
            "agglomeration",
        ),
        *("council", "institute", "center", "agency", "school", "foundation", "network", "company"),
    )
)
# What a number that stands in place of names counts.
HEADS = (
    r"(?:personnes?|pers\b|participants?|participantes?|membres?|élus?|élues?|acteurs?|actrices?"
    r"|entreprises?|organisations?|organismes?|représentants?|étudiants?|people|persons?|members?"
    r"|companies)"
)
HEADCOUNT = re.compile(
    r"(?:environ |about |près d[e’'] ?|plus d[e’'] ?)?"
    r"(?:\d+|une (?:diz|douz|quinz|vingt|trent|quarant|cinquant|soixant|cent)aine)"
    rf"\s+(?:d[e’'] ?)?{HEADS}\b.*",
    re.IGNORECASE,
)
# «Inria (2 personnes)».
WITH_HEADS = re.compile(rf"(.*\S)\s*\(\s*\d+\s+{HEADS}\.?\s*\)", re.IGNORECASE)


def looks_like_name(text: str) -> bool:
    """Whether a text has the form of a person's name, and no word of an office or a body."""
    words = set(fold(text).split())
    return bool(NAME.fullmatch(text)) and not words & BODIES and not words & OFFICES


def is_person(text: str) -> bool:
    """Whether an item of a list is surely a person: a civility, or a name and an office."""
    if CIVILITY.match(text):
        return True
    name, mark, office = text.partition(",")
    if not mark:
        name, mark, office = re.sub(r"\s[-–—]\s", "\n", text, count=1).partition("\n")
    return bool(mark) and looks_like_name(name.strip()) and _is_office(office.strip())


def is_likely_person(text: str) -> bool:
    """Whether a text is a name alone that begins with a usual given name."""
    return looks_like_name(text) and fold(text).split()[0] in USUAL


def split_pair(text: str) -> list[str]:
    """*Jean Dupont et Anne Roy* as two names, where each begins with a usual given name."""
    names = [CIVILITY.sub("", name) for name in JOINED.split(text)]
    return JOINED.split(text) if len(names) > 1 and all(map(is_likely_person, names)) else [text]


def without_heads(text: str) -> str:
    """A name without how many people come from there."""
    match = WITH_HEADS.fullmatch(text)
    return match[1] if match else text


def names_a_body(text: str) -> bool:
    """Whether a text begins as names of bodies do: *Ville de…*, *Université…*."""
    return bool(set(fold(text).split()[:1]) & BODIES)


def _is_office(text: str) -> bool:
    first = fold(text).split()[:1]
    return text[:1].islower() or bool(first and first[0] in OFFICES)


def split_listed(text: str) -> list[str]:
    """The persons of a text without semicolons: ``A, mayor, B, director``, ``A et B``."""
    if "," not in text and not JOINED.search(text):
        return [text]
    pieces = _pieces(text)
    if len(pieces) > MOST_PERSONS or len(pieces) < 2 or not looks_like_name(_bare(pieces[0])):
        return [text]
    groups: list[list[str]] = []
    for piece in pieces:
        if looks_like_name(_bare(piece)):
            groups.append([piece])
        else:
            groups[-1].append(piece)
    if len(groups) == 1:
        return [text]
    have_offices = [len(group) > 1 for group in groups]
    if all(have_offices) or (not any(have_offices) and ("," not in text or len(groups) > 2)):
        return [", ".join(group) for group in groups]
    if not any(have_offices):
        raise CellError(
            _("“%(value)s” may be two persons, or one with an office.") % {"value": text},
            _("Put a semicolon between persons, or write: Name (office)."),
            value=text,
        )
    return [text]


def _bare(piece: str) -> str:
    return CIVILITY.sub("", piece)


def _pieces(text: str) -> list[str]:
    """The text cut at commas, and where *et* stands before the name of a person."""
    pieces = [piece.strip() for piece in text.split(",")]
    found: list[str] = []
    for piece in filter(None, pieces):
        match = JOINED.search(piece)
        while match and looks_like_name(_bare(piece[match.end() :])):
            left = piece[: match.start()].strip()
            if not left:
                break
            found.append(left)
            piece = piece[match.end() :].strip()
            match = JOINED.search(piece)
        found.append(piece)
    return found


def refuse_headcount(text: str) -> None:
    """Refuse a number of persons where their names should stand."""
    if HEADCOUNT.fullmatch(text):
        raise CellError(
            _("“%(value)s” is a number, not a name.") % {"value": text},
            _("Write it in a column “Number of people”, and here the names."),
            value=text,
        )
