"""The index on PostgreSQL: two columns of each table that the database writes itself.

They hold the words of published records, those of the names apart; of a draft they hold nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from django.db import connection, transaction

from registry.choices import Status

# The text is folded by us: its words need no dictionary and no parser, which is slow. A vector
# takes up to a megabyte.
_VECTOR = (
    "CASE WHEN status = '{published}' THEN array_to_tsvector(array_remove("
    "string_to_array(translate(left({part}, 100000), E'\\n', ' '), ' '), '')) END"
)
COLUMNS = {
    "search_words": _VECTOR.format(published=Status.PUBLISHED, part="search_text"),
    "search_names": _VECTOR.format(
        published=Status.PUBLISHED, part="split_part(search_text, E'\\n\\n', 1)"
    ),
}

# What has no words is not in it at all: an index of nothing but drafts costs an import nothing.
# What PostgreSQL has still to sort into it is looked through for each word that is asked for: 64 kB
# of it at most, where the usual 4 MB make a search for a mistyped word take seconds.
INDEX = "USING gin ({column}) WITH (gin_pending_list_limit = 64) WHERE {column} IS NOT NULL"


# Making it --------------------------------------------------------------------------------------


def is_whole(model) -> bool:
    """Whether the columns are there as they should be: each carries a mark of its definition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND NOT attisdropped",
            [model._meta.db_table],
        )
        held = dict(cursor.fetchall())
    return all(held.get(column) == _mark(column) for column in COLUMNS)


def make(model) -> None:
    """Make the columns anew; the database fills and indexes them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for column, vector in COLUMNS.items():
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}")
            cursor.execute(
                f"ALTER TABLE {table} ADD COLUMN {column} tsvector"
                f" GENERATED ALWAYS AS ({vector}) STORED"
            )
            index = INDEX.format(column=column)
            cursor.execute(f"CREATE INDEX {table}_{column} ON {table} {index}")
            cursor.execute(f"COMMENT ON COLUMN {table}.{column} IS '{_mark(column)}'")


def _mark(column: str) -> str:
    return hashlib.sha256((COLUMNS[column] + INDEX).encode()).hexdigest()[:12]


# Asking it --------------------------------------------------------------------------------------


def _expression(words: Sequence[str], *, whole=False) -> str:
    """All the words, or beginnings of words, in the language of ``tsquery``.

    Folded words hold letters and digits alone: none can end the quotation.
    """
    return " & ".join(f"'{word}'" if whole else f"'{word}':*" for word in words)


def condition(_model, table: str, words: Sequence[str]) -> tuple[str, list]:
    """That a row of the table, under the name it has in a query, has all the words."""
    return f"{table}.search_words @@ %s::tsquery", [_expression(words)]


def keys(model, words: Sequence[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {model._meta.db_table} WHERE search_words @@ %s::tsquery",  # noqa: S608
            [_expression(words)],
        )
        return [key for (key,) in cursor.fetchall()]


def first(model, words: Sequence[str], most: int, *, in_names: bool) -> list[int]:
    """As many keys as that of records with the whole words, and of those with beginnings."""
    table, column = model._meta.db_table, "search_names" if in_names else "search_words"
    some = f"(SELECT id FROM {table} WHERE {column} @@ %s::tsquery LIMIT {most})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"{some} UNION {some}", [_expression(words, whole=whole) for whole in (True, False)]
        )
        return [key for (key,) in cursor.fetchall()]


def among(models: Sequence[type], words: Sequence[str]) -> list[type]:
    """Those of the models that have a record with all the words."""
    asked = " UNION ALL ".join(
        f"(SELECT {number} FROM {model._meta.db_table}"  # noqa: S608
        " WHERE search_words @@ %s::tsquery LIMIT 1)"
        for number, model in enumerate(models)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [_expression(words)] * len(models))
        return [models[number] for (number,) in cursor.fetchall()]


def count(model, words: Sequence[str], most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM"  # noqa: S608
            f" {model._meta.db_table} WHERE search_words @@ %s::tsquery LIMIT %s) AS found",
            [_expression(words), most],
        )
        return cursor.fetchone()[0]


def inserting(_models):
    """Around many new rows; nothing to do here."""
    return nullcontext()


@contextmanager
def steady() -> Iterator[None]:
    """Around many questions: indexes answer them, whatever the planner thinks.

    It knows little of beginnings of words; where it takes them for common, or is asked for a fifth
    of a table, it would rather read the table until it has found enough.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield


def frequencies(model, words: Sequence[str], *, beginnings=False) -> dict[str, int]:
    """In how many records each word stands, or one that begins with it; known ones alone.

    More than a thousand count as a thousand.
    """
    table, end = model._meta.db_table, ":*" if beginnings else ""
    queries = [f"'{word}'{end}" for word in words]
    with connection.cursor() as cursor:
        # One by one: in a question for any of them, each row would be held against all.
        cursor.execute(
            "SELECT word, often FROM unnest(%s::text[], %s::text[]) AS given(word, query),"  # noqa: S608
            f" LATERAL (SELECT count(*) AS often FROM (SELECT 1 FROM {table}"
            " WHERE search_words @@ query::tsquery LIMIT 1000) AS found) AS counted"
            " WHERE often > 0",
            [list(words), queries],
        )
        return dict(cursor.fetchall())


def frequencies_from(model, beginning: str) -> dict[str, int]:
    """In how many records each known word stands that begins so; of a thousand such records."""
    vectors = (
        f"SELECT search_words FROM {model._meta.db_table}"  # noqa: S608
        f" WHERE search_words @@ '''{beginning}'':*'::tsquery LIMIT 1000"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat(%s) WHERE starts_with(word, %s)", [vectors, beginning]
        )
        return dict(cursor.fetchall())
