"""The values that an INSERT writes out: the SQL of each, row by row."""

from schemaguard.sql.reading.cursor import Cursor

_MOST_TOKENS = 4000
"""Whoever writes more rows than that fills a table with data; they aren't looked at one by one."""
_OPENS, _CLOSES = frozenset("(["), frozenset(")]")


def value_rows(cursor: Cursor, begin: int, end: int) -> tuple[tuple[str, ...], ...]:
    """The rows of a VALUES list between two tokens; empty where it is no such list, or has too many."""
    if end - begin > _MOST_TOKENS or begin >= end or cursor.tokens[begin].key != "values":
        return ()
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    depth, first = 0, begin + 1
    for at in range(begin + 1, end):
        key = cursor.tokens[at].key
        depth += (key in _OPENS) - (key in _CLOSES)
        if depth == 1 and key == "(" and not row:
            first = at + 1
        if (depth == 1 and key == ",") or (depth == 0 and key == ")"):
            row.append(_text(cursor, first, at))
            first = at + 1
        if depth == 0 and key == ")":
            rows.append(tuple(row))
            row = []
    return tuple(rows)


def _text(cursor: Cursor, first: int, end: int) -> str:
    return cursor.text[cursor.tokens[first].start : cursor.tokens[end - 1].end] if end > first else ""
