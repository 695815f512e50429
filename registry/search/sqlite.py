"""The index on SQLite: for each kind of record an FTS5 table of the published ones.

It holds no text, only which words stand in which record. Triggers on the record's own table keep
it, so that no way of writing goes past it; drafts are not in it at all.
"""

from collections.abc import Sequence
from contextlib import contextmanager, nullcontext

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from registry.choices import Status

# ``detail=column``: in which column a word stands, never where in it. The text is folded by us, so
# that its words need no other rule than the spaces between them.
TABLE = (
    "CREATE VIRTUAL TABLE {index} USING fts5"
    "(names, rest, content='', columnsize=0, detail=column, tokenize='ascii')"
)
VOCABULARY = "CREATE VIRTUAL TABLE {vocabulary} USING fts5vocab({index}, 'row')"
# What the table is given of a row: ``{row}`` is ``new.``, ``old.`` or nothing.
SPLIT = (
    "{row}id, substr({row}search_text, 1, instr({row}search_text, char(10, 10))),"
    " substr({row}search_text, instr({row}search_text, char(10, 10)) + 1)"
)
PUT = f"INSERT INTO {{index}}(rowid, names, rest) SELECT {SPLIT}"
TAKE = f"INSERT INTO {{index}}({{index}}, rowid, names, rest) SELECT 'delete', {SPLIT}"
IF_PUBLISHED = f" WHERE {{row}}status = '{Status.PUBLISHED}'"
TRIGGERS = {
    "inserted": "AFTER INSERT ON {table} BEGIN {put}; END",
    "deleted": "AFTER DELETE ON {table} BEGIN {take}; END",
    "updated": "AFTER UPDATE OF id, status, search_text ON {table}"
    " WHEN old.search_text <> new.search_text OR old.status <> new.status OR old.id <> new.id"
    " BEGIN {take}; {put}; END",
}


# Making it --------------------------------------------------------------------------------------


def is_whole(model) -> bool:
    """Whether the index is there as it should be. Django loses triggers when it remakes a table."""
    expected = _definitions(model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        held = dict(cursor.fetchall())
    return all(held.get(name) == sql for name, sql in expected.items())


def make(model) -> None:
    """Make the index anew, with its triggers, from what the table holds."""
    definitions = _definitions(model)
    index, vocabulary, *triggers = definitions
    with connection.cursor() as cursor:
        for trigger in triggers:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        try:
            for table in (vocabulary, index):
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
            for table in (index, vocabulary):
                cursor.execute(definitions[table])
        except OperationalError as error:
            if "fts5" not in str(error):
                raise
            raise ImproperlyConfigured(
                _(
                    "The SQLite of this Python has no full-text search (FTS5). Use a Python whose "
                    "SQLite has it, as those of python.org and of Debian do, or PostgreSQL."
                )
            ) from error
        fill = PUT.format(index=index, row="") + f" FROM {model._meta.db_table}"
        cursor.execute(fill + IF_PUBLISHED.format(row=""))
        for trigger in triggers:
            cursor.execute(definitions[trigger])


@contextmanager
def inserting(models: Sequence[type]):
    """Around many new rows, in a transaction: those that are published are indexed at its end.

    A trigger that writes an FTS5 table may fail, and SQLite keeps for each statement what it takes
    to undo it, even where all rows are drafts.
    """
    with connection.cursor() as cursor:
        known = {}
        for model in models:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {model._meta.db_table}")  # noqa: S608
            known[model] = cursor.fetchone()[0]
            cursor.execute(f"DROP TRIGGER IF EXISTS {_index(model)}_inserted")
        yield
        for model, last in known.items():
            fill = PUT.format(index=_index(model), row="") + f" FROM {model._meta.db_table}"
            cursor.execute(fill + IF_PUBLISHED.format(row="") + " AND id > %s", [last])
            cursor.execute(_definitions(model)[f"{_index(model)}_inserted"])


def _index(model) -> str:
    return f"{model._meta.db_table}_search"


def _vocabulary(model) -> str:
    """The table in which FTS5 tells the words of the index, and in how many records each stands."""
    return f"{model._meta.db_table}_words"


def _definitions(model) -> dict[str, str]:
    """The statements that make the tables and the triggers, by the names of what they make."""
    table, index = model._meta.db_table, _index(model)
    put = (PUT + IF_PUBLISHED).format(index=index, row="new.")
    take = (TAKE + IF_PUBLISHED).format(index=index, row="old.")
    vocabulary = _vocabulary(model)
    made = {
        index: TABLE.format(index=index),
        vocabulary: VOCABULARY.format(vocabulary=vocabulary, index=index),
    }
    for event, trigger in TRIGGERS.items():
        name = f"{index}_{event}"
        made[name] = f"CREATE TRIGGER {name} {trigger.format(table=table, put=put, take=take)}"
    return made


# Asking it --------------------------------------------------------------------------------------


def _expression(words: Sequence[str], *, in_names=False, whole=False) -> str:
    """All the words, or beginnings of words, in the language of FTS5.

    Folded words hold letters and digits alone: none can end the quotation.
    """
    end = "" if whole else "*"
    every = " AND ".join(f'"{word}"{end}' for word in words)
    return f"names : ({every})" if in_names else every


def condition(model, table: str, words: Sequence[str]) -> tuple[str, list]:
    """That a row of the table, under the name it has in a query, has all the words."""
    index = _index(model)
    sql = f"{table}.id IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)"  # noqa: S608
    return sql, [_expression(words)]


def keys(model, words: Sequence[str]) -> list[int]:
    index = _index(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {index} WHERE {index} MATCH %s",  # noqa: S608
            [_expression(words)],
        )
        return [key for (key,) in cursor.fetchall()]


def first(model, words: Sequence[str], most: int, *, in_names: bool) -> list[int]:
    """As many keys as that of records with the whole words, and of those with beginnings."""
    index = _index(model)
    some = f"SELECT * FROM (SELECT rowid FROM {index} WHERE {index} MATCH %s LIMIT {most})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"{some} UNION {some}",
            [_expression(words, in_names=in_names, whole=whole) for whole in (True, False)],
        )
        return [key for (key,) in cursor.fetchall()]


def among(models: Sequence[type], words: Sequence[str]) -> list[type]:
    """Those of the models that have a record with all the words."""
    indexes = [_index(model) for model in models]
    asked = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {number} FROM {index} WHERE {index} MATCH %s LIMIT 1)"  # noqa: S608
        for number, index in enumerate(indexes)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [_expression(words)] * len(models))
        return [models[number] for (number,) in cursor.fetchall()]


def count(model, words: Sequence[str], most: int) -> int:
    index = _index(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH %s LIMIT %s)",  # noqa: S608
            [_expression(words), most],
        )
        return cursor.fetchone()[0]


def steady():
    """Around many questions; nothing to do here."""
    return nullcontext()


def frequencies(model, words: Sequence[str], *, beginnings=False) -> dict[str, int]:
    """In how many records each word stands, or one that begins with it; known ones alone.

    More than a thousand count as a thousand.
    """
    vocabulary = _vocabulary(model)
    if beginnings:
        # ``CROSS JOIN`` keeps the order: each word is looked up, instead of all that are known
        # being compared to each.
        given = ", ".join(["(%s)"] * len(words))
        sql = (
            f"WITH given(word) AS (VALUES {given}) SELECT word, min(sum(doc), 1000)"  # noqa: S608
            f" FROM given CROSS JOIN {vocabulary} ON term >= word AND term < word || char(1114111)"
            " GROUP BY word"
        )
    else:
        given = ", ".join(["%s"] * len(words))
        sql = f"SELECT term, min(doc, 1000) FROM {vocabulary} WHERE term IN ({given})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, list(words))
        return dict(cursor.fetchall())


def frequencies_from(model, beginning: str) -> dict[str, int]:
    """In how many records each known word stands that begins so."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT term, doc FROM {_vocabulary(model)}"  # noqa: S608
            " WHERE term >= %s AND term < %s || char(1114111)",
            [beginning, beginning],
        )
        return dict(cursor.fetchall())
