"""What a heading means: the column that it names, however it is worded, or those that come near.

A heading is first looked for as it is. Then as the set of its words that matter: endings, filler,
units and the name of the thing itself do not («Montant de la subvention accordée», «Montant
accordé»), and words that say the same count as one («octroyé», «accordé»).
"""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

from registry.spreadsheets.amounts import CURRENCIES
from registry.spreadsheets.tables import heading_key
from registry.spreadsheets.vocabulary import stem

# What a heading says of the unit of its amounts.
UNITS = frozenset(
    (
        *CURRENCIES,
        *("en", "in", "k", "ke", "m", "ttc", "ht", "dollar", "dollars", "canadien", "canadiens"),
        *("millier", "milliers", "million", "millions", "jj", "mm", "aaaa", "yyyy"),
        *("thousand", "thousands", "000", "1000"),
    )
)
FILLER = frozenset(
    (
        *(
            "a",
            "au",
            "aux",
            "par",
            "pour",
            "dans",
            "sur",
            "s",
            "ou",
            "qui",
            "que",
            "votre",
            "notre",
        ),
        *("n", "by", "for", "to", "on", "or", "your", "our", "which"),
    )
)
# One line for words that say the same; the first stands for all.
SAME = (
    "accorde octroye attribue vote alloue obtenu recu awarded granted allocated approved",
    "nombre nb nbre no number",
    "intitule titre nom libelle denomination title name label",
    "debut demarrage commencement lancement start beginning begin",
    "fin end achevement",
    "nature type forme kind category categorie",
    "organisation organisme structure organization org institution entite entity",
    "abreviation abbreviation acronyme acronym sigle",
    "anglais english",
    "resultat retombee livrable result outcome deliverable output",
    "partenaire partner",
    "porteur lead leader",
    "theme thematique domaine domain secteur sector topic champ",
    "francais france francaise french fr",
    "quebecois quebec quebecoise qc",
    "etranger etrangere international foreign",
    "resume description presentation abstract summary",
    "ville commune municipalite city town municipality localite",
    "annee exercice year",
    "participant participante attendee",
    "numero num number",
    "lien link url",
    "remarque observation commentaire note comment remark",
    "programme program",
    "maximal maximale maximum max maxi highest",
)
WORDS = {
    stem(word): words.split(maxsplit=1)[0] for words in reversed(SAME) for word in words.split()
}
CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
# Between the two languages of a heading.
BOTH = re.compile(r"\s+[/|–-]\s+|\s*[|/]\s*|\n+")
# «3. Parties»: the headings of a form are numbered.
FIRST_NUMBER = re.compile(r"\s*\d{1,2}\s*[.)–-]\s*(?=[^\W\d])")
# What may stand beside the year in the heading of a column that holds the amounts of a year.
OF_A_YEAR = frozenset(
    stem(word)
    for word in (
        *("montant", "subvention", "aide", "budget", "financement", "soutien", "credit", "annee"),
        *("exercice", "amount", "grant", "funding", "year", "accorde", "vote", "verse", "paye"),
    )
)
YEAR = re.compile(r"(?:19|20)\d{2}")
SPAN = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-–/]\s*((?:19|20)?\d{2})(?!\d)")
PARENTHESES = re.compile(r"[()]")
REMARKS = re.compile(r"\(([^()]+)\)")
# «Partenaire 2», «City B», of which there are several.
# «N° et intitulé» is the title, with a number in it.
NUMBER_AND = re.compile(
    r"^\s*(?:n°|n[or]\.?|num[ée]ro|number|code)\s*(?:et|and|&)\s+", re.IGNORECASE
)
# «Nom de la collectivité partenaire» is the «Collectivité partenaire».
NAME_OF = re.compile(
    r"^\s*(?:noms?|names?)\s+(?:complets?\s+)?(?:de la|de l['’]|du|des|de|d['’]|of the|of)\s*"
    r"(?!.*(?:respons|contact|r[ée]f[ée]rent))",
    re.IGNORECASE,
)
LAST_NUMBER = re.compile(r"\s*(?:n°\s*)?\d{1,2}\s*$|\s+[A-D]\s*$")
# Words for a number that an office gives its records.
REFERENCE = frozenset(map(stem, ("numero", "reference", "ref", "code", "interne", "internal")))
# «Number of projects» is no number of a project.
COUNT = re.compile(r"(?:nombre|nbre|nb)\b|(?:number|no|count) \w+s\b")
REGISTERS = frozenset(map(stem, ("siren", "siret", "rna", "neq", "insee", "isni")))
# «Destination / Provenance» holds one thing or the other; «recipient-country/@code» is a path.
ONE_OR_OTHER = re.compile(r"\b(?:provenance|origine?)\b|@", re.IGNORECASE)
LEAST_NEAR = 0.34
MOST_FOUND = 4096
# What is longer is no heading.
LONGEST = 120


@lru_cache(maxsize=4096)
def keys_of(heading: str) -> tuple[str, ...]:
    """The heading folded; with the words of one that has none between them; without units."""
    key, cut = heading_key(heading), heading_key(CAMEL.sub(" ", heading))
    bare = " ".join(word for word in key.split() if word not in UNITS)
    return tuple(filter(None, (key, cut, bare)))


@lru_cache(maxsize=4096)
def words_of(heading: str) -> tuple[tuple[str, str], ...]:
    """Each word of a heading that says something, without its ending,"
    "and what it is the same as."""
    words = heading_key(CAMEL.sub(" ", heading)).split()
    stems = [stem(word) for word in words if word not in UNITS and word not in FILLER]
    # «Signée par» names persons, «Signée le» is a day.
    stems += words[-1:] if words[-1:] in (["par"], ["by"]) else []
    return tuple((word, WORDS.get(word, word)) for word in stems)


@lru_cache(maxsize=4096)
def parts_of(heading: str) -> tuple[str, ...]:
    """The heading in each of its languages, or without the number of one of several columns."""
    parts = [part for part in BOTH.split(heading) if part.strip()]
    if len(parts) > 1:
        return tuple(parts)
    bare = NUMBER_AND.sub("", FIRST_NUMBER.sub("", heading, count=1))
    bare = NAME_OF.sub("", LAST_NUMBER.sub("", bare))
    return (bare,) if bare != heading else ()


@lru_cache(maxsize=1024)
def year_of(heading: str) -> str | None:
    """The year of whose amounts a column with this heading is: ``Montant 2021 (€)``."""
    if len(heading) > LONGEST:
        return None
    last = ""
    if (span := SPAN.search(heading)) and (int(span[1]) + 1 - int(span[2])) % 100 == 0:
        # A budget of two years: 2020-2021, 2020-21.
        last = f"-{int(span[1]) + 1}"
        heading = heading.replace(span[0], span[1])
    words = heading_key(heading).split()
    years = [word for word in words if YEAR.fullmatch(word)]
    others = {word for word in words if word not in years} - UNITS - FILLER
    is_of_a_year = len(years) == 1 and OF_A_YEAR.issuperset(map(stem, others))
    return years[0] + last if is_of_a_year else None


class Headings(dict):
    """The column by each folded heading of a kind of sheet.

    ``itself`` are the words for what each row is: they add nothing in a heading of its sheet.
    """

    def __init__(self, columns: Iterable, itself: str = ""):
        super().__init__()
        self._itself = {stem(word) for word in itself.split()}
        self._by_words: dict[frozenset, str | None] = {}
        self._words_of: dict[str, list[frozenset]] = {}
        self._by_stem: dict[str, str] = {}
        # All columns that a heading may stand for, the likeliest first.
        self._columns_of: dict[str, list[str]] = {}
        # The same headings are asked for again and again while a file is looked at.
        self._found: dict[str, str | None] = {}
        for column in columns:
            for names in column.headings.values():
                for name in names:
                    self._add(name, column.column_name)

    def _add(self, name: str, column: str) -> None:
        self.setdefault(key := heading_key(name), column)
        columns = self._columns_of.setdefault(key, [])
        if column not in columns:
            columns.append(column)
        words = self.words(name)
        if len(alone := words_of(name)) == 1:
            self._by_stem.setdefault(alone[0][0], column)
        if words:
            self._words_of.setdefault(column, []).append(words)
            if self._by_words.setdefault(words, column) != column:
                # Says one thing or another: only the exact words tell.
                self._by_words[words] = None

    def words(self, heading: str) -> frozenset[str]:
        """The words of a heading that tell it from others."""
        words = words_of(heading)
        kept = [same for word, same in words if word not in self._itself]
        return frozenset(kept or [same for _word, same in words])

    def find(self, heading: str) -> str | None:
        """The column that a heading names, in one language or in two."""
        if len(heading) > LONGEST:
            return None
        if heading not in self._found:
            if len(self._found) >= MOST_FOUND:
                self._found.clear()
            self._found[heading] = self._find_whole(heading)
        return self._found[heading]

    def others(self, heading: str) -> list[str]:
        """What a heading means where the column that it names has another heading already."""
        return self._columns_of.get(heading_key(heading), [])[1:]

    def _find_whole(self, heading: str) -> str | None:
        # What stands in parentheses may say whose it is: «Partenaires (France)».
        if "(" in heading and (found := self._find(PARENTHESES.sub(" ", heading))):
            return self._without_remark(heading, found)
        if found := self._find(heading):
            return found
        if ONE_OR_OTHER.search(heading):
            return None
        columns = {found for part in parts_of(heading) if (found := self._find(part))}
        return columns.pop() if len(columns) == 1 else None

    def _without_remark(self, heading: str, found: str) -> str:
        """*Project name (Beneficiary)* is the name, where the parentheses hold another column."""
        plain = self._find(heading)
        if plain and plain != found and found in map(self._find, REMARKS.findall(heading)):
            return plain
        return found

    def _find(self, heading: str) -> str | None:
        keys = keys_of(heading)
        if found := next((self[key] for key in keys if key in self), None):
            return found
        words = words_of(heading)
        if len(words) == 1:
            # "Nom" alone may be anybody's: only the word itself tells, with another ending.
            return self._by_stem.get(words[0][0])
        words = self.words(heading)
        found = self._by_words.get(words)
        if keys and COUNT.match(keys[0]):
            return None if found == "reference" else found
        # «N° de mission», on a sheet of missions.
        if found:
            return found
        if words and words <= REFERENCE:
            return "reference" if "reference" in self._words_of else None
        # «N° SIRET» is a SIRET; «N° partenaire» names no partner.
        return self._by_words.get(words - {"numero"}) if words & REGISTERS else None

    def near(self, heading: str, most: int) -> list[str]:
        """The columns whose headings come nearest, the nearest first."""
        if len(heading) > LONGEST:
            return []
        key, words = heading_key(heading), self.words(heading)
        if not key:
            return []
        scores: dict[str, float] = {}
        for known, column in self.items():
            ratio = difflib.SequenceMatcher(None, key, known).ratio()
            scores[column] = max(scores.get(column, 0), ratio if ratio > 0.8 else 0)
        for column, sets in self._words_of.items():
            shared = max(len(words & one) / len(words | one) for one in sets)
            scores[column] = max(scores.get(column, 0), shared)
        best = sorted((-score, column) for column, score in scores.items() if score >= LEAST_NEAR)
        return [column for _score, column in best[:most]]
