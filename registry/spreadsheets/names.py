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
from registry.history.states import batches
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.slips import Slips, is_slip
from registry.spreadsheets.tables import Row
from registry.text import name_key, name_keys

IDENTIFIED = re.compile(rf"(.*)\[([{ALPHABET}]{{{PUBLIC_ID_LENGTH}}})\]\s*", re.DOTALL)

# Letters of other alphabets that look like Latin ones.
LOOK_ALIKES = str.maketrans(
    "аАВсСеЕНіІјЈкКмМоОрРѕЅТуУхХԛԝ" + "αΑΒΕΖΗΙΚΜΝοΟρΡΤυΥΧν",
    "aABcCeEHiIjJkKmMoOpPsSTyYxXqw" + "aABEZHIKMNoOpPTuYXv",
)
OTHER_ALPHABET = gettext_noop("it is written with letters of another alphabet that look the same")
SAME_TOWN = gettext_noop("it may be the same town")
TOWN = re.compile(r"(?:ville|commune|mairie|municipalite|city|town) ")
ONE_LETTER = gettext_noop("one letter makes the difference")
# No record has a longer name: it is not taken to pieces, nor remembered.
LONGEST = 2_000
# So many names at once.
FOLDED_AT_ONCE = 5_000


@dataclass(frozen=True)
class NearMiss:
    """A known name that an unknown one may be a slip for."""

    record: object
    name: str
    reason: str


class Names:
    """The names of all records of a kind, by what makes spellings equal."""

    def __init__(
        self,
        are_words_of_their_own: Callable[[str], bool] = lambda word: False,
        kept=None,
        are_towns: bool = False,
    ):
        """``kept`` has the records of the registry, loaded once somebody means them.

        ``are_towns`` says that some of them are towns, which people call with or without that word.
        """
        self._towns: defaultdict[str, list[str]] | None = defaultdict(list) if are_towns else None
        # One of them, or the list of those that share a name.
        self._records: dict[str, object] = {}
        self._spellings: dict[str, str] = {}
        # Records by the number that an office gives them: they mean what no name does.
        self._numbered: dict[str, list] = defaultdict(list)
        self._keyed: dict[int, object] | None = None
        self._identified: dict[str, object] = {}
        # Those that the importer may not know of: found by their identifier alone.
        self._nameless: set[str] = set()
        self._kept = kept
        # Made once a name is looked for that is not known.
        self._slips: Slips | None = None
        self._asked: tuple[str, int] | None = None
        self._answer: list[str] = []
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
        entry = self._kept.entry(record) if self._kept is not None else record
        for name in names:
            if name and (key := key_of(name)):
                self._note(entry, key, name)

    def refer(self, record, reference: str) -> None:
        """Note the office's own number of a record, or of the row that will describe one."""
        self.remembered.clear()
        self._numbered[key_of(reference)].append(record)

    def fill(self, names: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Note what records of the registry are called, by their primary keys."""
        for some in batches(names, FOLDED_AT_ONCE):
            said = [(pk, name) for pk, given in some for name in given if name]
            keys = name_keys([name for _pk, name in said])
            for (pk, name), key in zip(said, keys, strict=True):
                if key := (len(name) <= LONGEST and key) or _of_signs(name):
                    self._note(pk, key, name)

    def _note(self, entry, key: str, name: str) -> None:
        """Note a name of a record, of a row, or of the primary key of a record not loaded yet."""
        known = self._records.setdefault(key, entry)
        if known is not entry:
            if known.__class__ is not list:
                known = [known]
            if not any(entry is one or (entry.__class__ is int and entry == one) for one in known):
                known.append(entry)
                self._records[key] = known
        if key not in self._spellings:
            self._spellings[key] = name
            if self._slips is not None:
                self._slips.add(key)
                self._note_disguise(key)
                self._note_town(key)

    def find(self, name: str) -> list:
        """The records of this name; several where it is ambiguous.

        After a name the registry's identifier may follow in brackets, as exports write it where
        the name alone would not say which is meant; it then tells one from the others.
        """
        found = self._called(key_of(name))
        if not found and (match := IDENTIFIED.fullmatch(name)):
            words, public_id = match.groups()
            record = self.identified(public_id)
            if self._is_nameless(public_id, record):
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
        if found is None:
            found = self._numbered.get(key, ())
        elif found.__class__ is not list:
            found = [found]
        if self._kept is None:
            return [one.record if one.__class__ is Row else one for one in found]
        records = [self._record_of(one) for one in found]
        return [record for record in records if record is not None]

    def _record_of(self, entry):
        """The record of an entry; none where somebody has just deleted it."""
        if entry.__class__ is int:
            return self._kept[entry]
        return entry.record if entry.__class__ is Row else entry

    def of_key(self, pk: int):
        """What stands among the names for the record of this key."""
        if self._kept is not None:
            return self._kept[pk]
        if self._keyed is None:
            entries = (
                one
                for found in self._records.values()
                for one in (found if found.__class__ is list else (found,))
            )
            self._keyed = {one.pk: one for one in entries if getattr(one, "pk", None)}
        return self._keyed.get(pk)

    def __len__(self) -> int:
        return len(self._spellings)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: str) -> bool:
        try:
            return bool(self.find(name))
        except CellError:
            return False

    def load_ahead(self) -> None:
        """Load the records that rows may mean, before they are read."""
        if self._kept is not None:
            self._kept.load_ahead()

    def spellings(self) -> Iterable[str]:
        return self._spellings.values()

    def identified(self, public_id: str):
        """The record of this permanent identifier, if it is one of these."""
        found = self._identified.get(public_id)
        if found is None and self._kept is not None:
            found = self._kept.identified(public_id)
        return found

    def told(self, public_id: str):
        """The record of this permanent identifier, if the importer may know of it."""
        record = self.identified(public_id)
        return None if self._is_nameless(public_id, record) else record

    def _is_nameless(self, public_id: str, record) -> bool:
        if public_id in self._nameless:
            return True
        return record is not None and self._kept is not None and self._kept.hides(record)

    def near(
        self, name: str, may_be: Callable[[object], bool] = bool, most: int = 5
    ) -> list[NearMiss]:
        """The known names so near to this unknown one that it may be a slip for them.

        ``may_be`` says whether a record can be meant at all, as by its country.
        """
        return list(islice(self._near(name, may_be), most))

    def _near(self, name: str, may_be) -> Iterable[NearMiss]:
        if self._slips is None:
            self._slips = Slips(self._records)
            for known in self._records:
                self._note_disguise(known)
                self._note_town(known)
        latin = name.translate(LOOK_ALIKES)
        key = key_of(latin)
        same = key if latin != name else self._disguised.get(key)
        near = (
            (same, OTHER_ALPHABET),
            *((slip, ONE_LETTER) for slip in self._slips_for(key)),
            *((town, SAME_TOWN) for town in self._towns_like(key)),
        )
        for known, reason in near:
            for record in self._called(known):
                if may_be(record):
                    yield NearMiss(record, self._spellings[known], _(reason))

    def _slips_for(self, key: str) -> list[str]:
        """The known names of which one slip makes this one; a row asks twice for the same."""
        asked = key, len(self._records)
        if asked != self._asked:
            near = sorted(self._slips.near(key, self._records) - {key})
            is_word = self._are_words_of_their_own
            self._asked, self._answer = asked, [one for one in near if is_slip(one, key, is_word)]
        return self._answer

    def _note_town(self, key: str) -> None:
        if self._towns is not None and (town := TOWN.match(key)):
            self._towns[key[town.end() :]].append(key)

    def _towns_like(self, key: str) -> list[str]:
        """The known names of the town that this name may be: *Rennes*, *mairie de Rennes*."""
        if self._towns is None:
            return []
        town = TOWN.match(key)
        bare = key[town.end() :] if town else key
        known = [bare] if town and bare in self._records else []
        return [*known, *(one for one in self._towns.get(bare, ()) if one != key)]

    def _note_disguise(self, key: str) -> None:
        if not key.isascii() and (latin := key.translate(LOOK_ALIKES)) != key:
            self._disguised.setdefault(latin, key)


def key_of(name: str) -> str:
    """The folded name; of a name that is all signs, or too long for one, the name itself."""
    return _key_of(name) if len(name) <= LONGEST else _of_signs(name)


@lru_cache(maxsize=20_000)
def _key_of(name: str) -> str:
    return name_key(name) or _of_signs(name)


def _of_signs(name: str) -> str:
    return name.strip().casefold()
