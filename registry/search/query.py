"""What somebody typed, as words; and the records that have them."""

from django.db import connection, models

from registry.search import postgresql, sqlite
from registry.search.words import LONGEST_WORD
from registry.text import ARTICLES, fold

MOST_WORDS, MOST_LETTERS = 12, 2

engine = postgresql if connection.vendor == "postgresql" else sqlite
steady = engine.steady


@models.TextField.register_lookup
class Found(models.Lookup):
    """``search_text__found=words``: the index of published records has them all."""

    lookup_name = "found"
    prepare_rhs = False

    def as_sql(self, compiler, _connection):
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return engine.condition(self.lhs.target.model, table, self.rhs)


def typed(text: str) -> tuple[str, ...]:
    """The folded words that count; articles do where there is nothing else."""
    # Folding may lengthen a text; no more than the first of its words are read.
    found = dict.fromkeys(word[:LONGEST_WORD] for word in fold(str(text)[:2_000]).split())
    telling = [word for word in found if word not in ARTICLES] or list(found)
    # Nearly every record has words that begin with a letter: a few of these tell enough.
    letters = [word for word in telling if len(word) == 1][MOST_LETTERS:]
    return tuple([word for word in telling if word not in letters][:MOST_WORDS])


def found(queryset: models.QuerySet, text: str) -> models.QuerySet:
    """The published records of the query set that have every word, or one that begins with it.

    A text without any word leaves the query set as it is.
    """
    if not (wanted := typed(text)):
        return queryset
    return queryset.published().filter(search_text__found=wanted)


def keys(model: type[models.Model], text: str) -> list[int] | None:
    """The primary keys of what ``found`` finds, in no order; ``None`` for a text without words."""
    if not (wanted := typed(text)):
        return None
    return engine.keys(model, wanted)


def matching(queryset: models.QuerySet, text: str) -> models.QuerySet:
    """For staff: records of any status whose text holds every word, even inside another."""
    for word in fold(text).split()[:MOST_WORDS]:
        queryset = queryset.filter(search_text__contains=word)
    return queryset
