"""Which spellings are one name, which come so near that somebody must decide, which are others."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.fields import ALPHABET, PUBLIC_ID_LENGTH
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.tables import Row
from registry.text import name_key

IDENTIFIED = re.compile(rf"(.*)\[([{ALPHABET}]{{{PUBLIC_ID_LENGTH}}})\]\s*", re.DOTALL)

# Letters of other alphabets that look like Latin ones.
LOOK_ALIKES = str.maketrans(
    "аАВсСеЕНіІјЈкКмМоОрРѕЅТуУхХԛԝ" + "αΑΒΕΖΗΙΚΜΝοΟρΡΤυΥΧν",
    "aABcCeEHiIjJkKmMoOpPsSTyYxXqw" + "aABEZHIKMNoOpPTuYXv",
)
OTHER_ALPHABET = gettext_noop("it is written with letters of another alphabet that look the same")
ONE_LETTER = gettext_noop("one letter makes the difference")
# A letter more or less is a slip in a word of four; another letter makes another short word
# (Lyon, Laon), and another first letter another name (Nantes, Mantes).
SHORTEST_WITH_SLIP = 4
SHORTEST_WITH_OTHER_LETTER = 6
# So many names are looked for among all others one by one.
SELDOM = 25
# What is longer is no name: without each of its letters it would fill the memory.
LONGEST_NAME = 300


@dataclass(frozen=True)
class NearMiss:
    """A known name that an unknown one may be a slip for."""

    record: object
    name: str
    reason: str


class Names:
    """The names of all records of a kind, by what makes spellings equal."""

    def __init__(self, are_words_of_their_own: Callable[[str], bool] = lambda word: False):
        self._records: dict[str, list] = defaultdict(list)
        self._spellings: dict[str, str] = {}
        self._identified: dict[str, object] = {}
        # Those that the importer may not know of: found by their identifier alone.
        self._nameless: set[str] = set()
        self._variants: dict[str, set[str]] | None = None
        self._asked = 0
        # Known names in letters of another alphabet, by the Latin ones that they look like.
        self._disguised: dict[str, str] = {}
        self._are_words_of_their_own = are_words_of_their_own
        # What cells were found to mean, for as long as no name comes to those that are known.
        self.remembered: dict = {}

    def add(self, record, names: Iterable[str]) -> None:
        """Note the names of a record, or of the row that will describe one."""
        self.remembered.clear()
        if record.__class__ is not Row and (public_id := getattr(record, "public_id", None)):
            self._identified[public_id] = record
            if not names:
                self._nameless.add(public_id)
        for name in names:
            key = key_of(name) if name else ""
            if not key:
                continue
            if not any(record is known for known in self._records[key]):
                self._records[key].append(record)
            self._spellings.setdefault(key, name)
            if self._variants is not None:
                self._vary(key)

    def find(self, name: str) -> list:
        """The records of this name; several where it is ambiguous.

        After a name the registry's identifier may follow in brackets, as exports write it where
        the name alone would not say which is meant; it then tells one from the others.
        """
        found = self._called(key_of(name))
        if not found and (match := IDENTIFIED.fullmatch(name)):
            words, public_id = match.groups()
            record = self._identified.get(public_id)
            if public_id in self._nameless:
                if not words.strip():
                    return [record]
                record = None
            named = self._called(key_of(words))
            if record is not None and not any(record is one for one in named):
                if " : " in words:
                    return []  # somebody of that organisation: ``values.read_detail`` cuts it
                raise CellError(
                    _("The record with the identifier “%(identifier)s” is called “%(name)s”.")
                    % {"identifier": public_id, "name": record},
                    _("Keep the name or the identifier, whichever is right."),
                    value=name,
                )
            if record is None:
                raise CellError(
                    _("No record of this kind has the identifier “%(value)s”.")
                    % {"value": public_id},
                    _("Write the name alone, or the identifier as the registry has it."),
                    value=name,
                )
            return [record]
        return found

    def _called(self, key: str | None) -> list:
        """The records of a folded name; those of rows are made once they are named."""
        found = self._records.get(key)
        if not found:
            return []
        return [one.record if one.__class__ is Row else one for one in found]

    def __contains__(self, name: str) -> bool:
        try:
            return bool(self.find(name))
        except CellError:
            return False

    def spellings(self) -> Iterable[str]:
        return self._spellings.values()

    def identified(self, public_id: str):
        """The record of this permanent identifier, if it is one of these."""
        return self._identified.get(public_id)

    def near(
        self, name: str, may_be: Callable[[object], bool] = bool, most: int = 5
    ) -> list[NearMiss]:
        """The known names so near to this unknown one that it may be a slip for them.

        ``may_be`` says whether a record can be meant at all, as by its country.
        """
        return list(islice(self._near(name, may_be), most))

    def _near(self, name: str, may_be) -> Iterable[NearMiss]:
        latin = name.translate(LOOK_ALIKES)
        key = key_of(latin)
        same, candidates = self._look_through(key) if self._is_seldom() else self._look_up(key)
        if latin != name:
            same = key
        slips = [
            known
            for known in sorted(candidates - {key})
            if is_slip(known, key, self._are_words_of_their_own)
        ]
        for known, reason in ((same, OTHER_ALPHABET), *((slip, ONE_LETTER) for slip in slips)):
            for record in self._called(known):
                if may_be(record):
                    yield NearMiss(record, self._spellings[known], _(reason))

    def _is_seldom(self) -> bool:
        """Whether so few names were asked about that preparing for more would take longer.

        What is prepared for each of a hundred thousand names fills the memory of a site.
        """
        self._asked += 1
        return self._variants is None and self._asked <= SELDOM

    def _look_through(self, key: str) -> tuple[str | None, set[str]]:
        """The name that looks the same, and those of which one half or the other is the same."""
        half = max((len(key) - 2) // 2, 0)
        begins, ends = key[:half], key[len(key) - half :]
        lengths = range(len(key) - 1, len(key) + 2)
        same, candidates = None, set()
        for known in self._records:
            if len(known) in lengths and (known.startswith(begins) or known.endswith(ends)):
                candidates.add(known)
            if not known.isascii() and known.translate(LOOK_ALIKES) == key:
                same = known
        return same, candidates

    def _look_up(self, key: str) -> tuple[str | None, set[str]]:
        if self._variants is None:
            self._variants = {}
            for known in list(self._records):
                self._vary(known)
        found = (self._variants.get(variant, ()) for variant in _deletions(key))
        return self._disguised.get(key), set().union(*found)

    def _vary(self, key: str) -> None:
        if not key.isascii() and (latin := key.translate(LOOK_ALIKES)) != key:
            self._disguised.setdefault(latin, key)
        for variant in _deletions(key):
            self._variants.setdefault(variant, set()).add(key)


@lru_cache(maxsize=20_000)
def key_of(name: str) -> str:
    """The folded name; of a name that is all signs, the name itself."""
    return name_key(name) or name.strip().casefold()


def _deletions(key: str) -> set[str]:
    """The key, and the key without each of its letters: two keys one slip apart share one."""
    if len(key) > LONGEST_NAME:
        return {key}
    return {key, *(key[:index] + key[index + 1 :] for index in range(len(key)))}


def is_slip(known: str, given: str, is_word: Callable[[str], bool] = lambda word: False) -> bool:
    """Whether two folded names differ by one slip of the keyboard, rather than being two names.

    >>> is_slip("poool", "pool"), is_slip("rennes metropole", "nantes metropole")
    (True, False)
    """
    start = 0
    while start < min(len(known), len(given)) and known[start] == given[start]:
        start += 1
    end = 0
    while (
        end < min(len(known), len(given)) - start
        and known[len(known) - 1 - end] == given[len(given) - 1 - end]
    ):
        end += 1
    here, there = known[start : len(known) - end], given[start : len(given) - end]
    if max(len(here), len(there)) > 2:
        return False
    if " " in here + there:
        # A space more or less: Atlan games.
        return len(here) + len(there) == 1
    words = [_word_at(text, start) for text in (known, given)]
    if is_word(words[1]) or any(letter.isdigit() for word in words for letter in word):
        return False
    shortest = min(map(len, words))
    if {len(here), len(there)} == {0, 1}:
        return shortest >= SHORTEST_WITH_SLIP
    if len(here) == len(there) == 2:
        return here == there[::-1] and shortest >= SHORTEST_WITH_SLIP
    starts_word = start == 0 or known[start - 1] == " "
    return (
        len(here) == len(there) == 1 and not starts_word and shortest >= SHORTEST_WITH_OTHER_LETTER
    )


def _word_at(text: str, position: int) -> str:
    start = text.rfind(" ", 0, position) + 1
    end = text.find(" ", position)
    return text[start : end if end >= 0 else len(text)]
