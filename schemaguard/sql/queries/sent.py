"""What a session sent, as SQL that stands alone: with placeholders for parameters, and which statements only read."""

import re

from schemaguard.catalog.changes import Change, NoEffect, Opaque, SetSetting
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.traced import is_of_the_server
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.tokens import Token, tokenize
from schemaguard.sql.reading.translate import translate

_PLACEHOLDER = re.compile(r"%%|%\(([^)]+)\)[sbt]|%[sbt]")
"""As psycopg finds them, inside of strings too: https://www.psycopg.org/psycopg3/docs/basic/params.html"""
_READS = frozenset({"SELECT", "VALUES", "TABLE", "COPY TO"})
_QUERIES = frozenset({"SELECT", "WITH"})
_OF_THE_SESSION = frozenset(
    {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "SET", "RESET", "SHOW", "DISCARD"}
    | {"DEALLOCATE", "FETCH", "MOVE", "CLOSE", "EXPLAIN", "LISTEN", "UNLISTEN", "NOTIFY"}
)
"""Statements that neither read nor write a table."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The statements of a text: queries that only read, and the first words of all others."""

    queries: tuple[str, ...]
    others: tuple[str, ...]
    sets_search_path: bool = False


def numbered(text: str) -> str:
    """The text with `$1`, `$2` … in place of `%s` and `%(name)s`, and `%` in place of `%%`."""
    names: dict[str, int] = {}

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] if found[1] is not None else f"%{len(names)}"
        return f"${names.setdefault(name, len(names) + 1)}"

    return _PLACEHOLDER.sub(put, text)


def sent(text: str) -> Sent:
    """The statements of a text that was sent. What reads no table is neither a query nor anything else."""
    queries, others, sets_path = [], [], False
    for statement in split(text, ""):
        sql = _inner(statement.sql)
        changes = translate(sql)
        sets_path = sets_path or any(isinstance(c, SetSetting) and c.setting == "search_path" for c in changes)
        word = _first_word(sql)
        if word in _QUERIES and any(isinstance(change, Opaque) for change in changes):
            # It calls a function that may read anything: that is told where the query is traced.
            queries.append(sql)
        elif not all(isinstance(change, NoEffect) and change.command in _READS for change in changes):
            others += [word] if word not in _OF_THE_SESSION else []
        elif any(_reads_a_table(change) for change in changes):
            queries.append(sql)
    return Sent(tuple(queries), tuple(others), sets_path)


def _reads_a_table(change: Change) -> bool:
    return isinstance(change, NoEffect) and not all(is_of_the_server(name) for name in change.reads)


def _inner(sql: str) -> str:
    """The query inside COPY … TO, DECLARE … FOR and PREPARE … AS; other statements as they are."""
    tokens, _ = tokenize(sql)
    cursor = Cursor(sql, tokens)
    match cursor.key:
        case "copy":
            return _copied(cursor) or sql
        case "declare" | "prepare":
            cursor.skip("for", "as")
            rest = cursor.tokens[cursor.at + 1]
            return sql[rest.start :] if cursor.at < cursor.end else sql
        case _:
            return sql


def _copied(cursor: Cursor) -> str | None:
    cursor.take()
    if cursor.key == "(":
        return cursor.parenthesized()
    begin = cursor.at
    cursor.skip("to", "from")
    if cursor.key != "to":
        return None
    return _of_table(cursor, cursor.tokens[begin : cursor.at])


def _of_table(cursor: Cursor, tokens: list[Token]) -> str:
    """`t (a, b)` as a query."""
    opens = next((token for token in tokens if token.key == "("), None)
    end = tokens[-1].end
    name = cursor.text[tokens[0].start : opens.start if opens is not None else end]
    columns = cursor.text[opens.end : end - 1] if opens is not None else "*"
    return f"select {columns} from {name}".strip()  # noqa: S608 - it is parsed, and never run


def _first_word(sql: str) -> str:
    tokens, _ = tokenize(sql)
    return next((token.value.upper() for token in tokens if token.key.isalpha()), "?")
