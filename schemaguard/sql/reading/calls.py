"""Which functions a query calls for what they do: a SELECT of an unknown function can do anything.

A query that reads relations calls functions for their values, and what an unknown one does besides isn't looked at. But
`SELECT create_hypertable('t', 'time')` and `SELECT * FROM partman.create_parent('t')` read nothing: they are there for
what the function does, so an unknown function there makes the statement opaque.
"""

from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.known_functions import is_harmless
from schemaguard.sql.reading.mentions import common_tables
from schemaguard.sql.reading.syntax.lexicon import NO_COLUMN
from schemaguard.sql.reading.tokens import QUOTED, WORD

_SYNTAX = frozenset(
    {"coalesce", "exists", "extract", "greatest", "least", "nullif", "overlay", "position", "row", "substring", "trim"}
    | {"values", "cast", "treat", "normalize", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlparse", "xmlpi"}
    | {
        "xmlroot",
        "xmlserialize",
        "xmltable",
        "grouping",
        "json_object",
        "json_array",
        "json",
        "json_scalar",
        "json_table",
    }
    | {"json_serialize", "json_exists", "json_query", "json_value", "json_objectagg", "json_arrayagg", "merge_action"}
    | {
        "over",
        "filter",
        "within",
        "materialized",
        "as",
        "interval",
        "numeric",
        "decimal",
        "dec",
        "float",
        "bit",
        "char",
    }
    | {"character", "varchar", "nchar", "time", "timestamp", "varying", "sets", "rollup", "cube", "operator", "ties"}
)
"""Words that a parenthesis may follow without being a call of a user's function."""


def user_calls(cursor: Cursor) -> frozenset[str]:
    """The functions that a statement calls anywhere and that aren't PostgreSQL's own, and a table with its columns."""
    return frozenset(
        cursor.tokens[at].value
        for at in range(cursor.end)
        if cursor.tokens[at + 1].key == "(" and _is_call(cursor, at) and not is_harmless(cursor.tokens[at].value)
    )


def unknown_calls(cursor: Cursor, begin: int) -> list[str]:
    """The functions that a query calls for what they do and that aren't PostgreSQL's own."""
    called: list[str] = []
    reads = False
    own = {name.name for name in common_tables(cursor.tokens[begin : cursor.end])}
    for at in range(begin, cursor.end):
        token = cursor.tokens[at]
        if token.key in ("from", "join") and _is_relation(cursor, at + 1):
            reads = True
            break
        if cursor.tokens[at + 1].key == "(" and token.value not in own and _is_call(cursor, at):
            called.append(token.value)
    return [] if reads else [name for name in called if not is_harmless(name)]


def _is_call(cursor: Cursor, at: int) -> bool:
    token, before = cursor.tokens[at], cursor.tokens[max(at - 1, 0)]
    if before.key in (")", "as") or (before.kind in (WORD, QUOTED) and before.key not in NO_COLUMN | {"between"}):
        return False  # an alias with the names of its columns
    if token.kind == QUOTED:
        return True
    return token.kind == WORD and token.key not in _SYNTAX and token.key not in (NO_COLUMN - {"left", "right"})


def _is_relation(cursor: Cursor, at: int) -> bool:
    """Whether a relation, not a function or a query, is read there."""
    cursor_at = at
    while cursor.tokens[cursor_at].key in ("only", "lateral", "("):
        cursor_at += 1
    if cursor.tokens[cursor_at].kind not in (WORD, QUOTED) or cursor.tokens[cursor_at].key in NO_COLUMN:
        return False
    cursor_at += 1
    while cursor.tokens[cursor_at].key == ".":
        cursor_at += 2
    return cursor.tokens[cursor_at].key != "("
