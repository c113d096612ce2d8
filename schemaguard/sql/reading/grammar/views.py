"""Views, materialised views and sequences."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AlterSequence,
    Change,
    ChangeOwner,
    CreateSequence,
    CreateView,
    MoveObject,
    NoEffect,
    ObjectKind,
    RefreshView,
    RenameColumn,
    RenameObject,
    RewriteTable,
    SetColumnOption,
    SetTableOption,
)
from schemaguard.catalog.objects import Column, Name, Sequence, View
from schemaguard.catalog.types import Type
from schemaguard.sql.reading.cursor import Cursor, UnknownMeaning
from schemaguard.sql.reading.grammar.tables import UNKNOWN
from schemaguard.sql.reading.mentions import relations_between
from schemaguard.sql.reading.syntax.definitions import created, viewed
from schemaguard.sql.reading.syntax.reading import Rule
from schemaguard.sql.reading.tokens import NUMBER

_INVOKER = re.compile(r"\bsecurity_invoker\b(?!\s*=\s*'?(?:false|off|no|0)\b)", re.IGNORECASE)
_QUERY_STARTS = frozenset({"select", "with", "values", "table", "("})
_SEQUENCE_WORDS = frozenset(
    {"increment", "by", "minvalue", "maxvalue", "start", "with", "cache", "cycle", "no", "logged", "unlogged", "set"}
)


def create_view(cursor: Cursor) -> Iterator[Change]:
    """CREATE [OR REPLACE] [TEMP] [RECURSIVE] VIEW, behind the word VIEW."""
    words = {token.key for token in cursor.tokens[: cursor.at]}
    name = cursor.name()
    columns = _columns(cursor)
    invoker = False
    if cursor.key == "with":
        cursor.take()
        invoker = bool(_INVOKER.search(cursor.options()))
    cursor.expect("as")
    begin = cursor.at
    query = _query(cursor, viewed)
    reads = relations_between(cursor, begin, cursor.at) - ({name} if "recursive" in words else set())
    yield CreateView(
        View(name, query, columns, reads=frozenset((n, None) for n in reads), security_invoker=invoker),
        or_replace="replace" in words,
    )


def create_materialized_view(cursor: Cursor) -> Iterator[Change]:
    """CREATE MATERIALIZED VIEW, behind the word VIEW."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.name()
    columns = _columns(cursor)
    if cursor.accept("using"):
        cursor.identifier()
    if cursor.accept("with"):
        cursor.options()
    if cursor.accept("tablespace"):
        cursor.identifier()
    cursor.expect("as")
    begin = cursor.at
    end, populated = _with_data(cursor)
    query = _query(cursor, created)
    if end < cursor.at:
        inner = cursor.within(begin, end)
        inner.skip()
        query = inner.since(0)
    reads = frozenset((n, None) for n in relations_between(cursor, begin, end))
    view = View(name, query, columns, materialized=True, reads=reads, populated=populated)
    yield CreateView(view, if_not_exists=if_not_exists)


def _with_data(cursor: Cursor) -> tuple[int, bool]:
    """Where the query ends that `WITH [NO] DATA` may follow, and whether the view is filled."""
    keys = [token.key for token in cursor.tokens[cursor.at : cursor.end]]
    for words, populated in ((["with", "no", "data"], False), (["with", "data"], True)):
        if keys[-len(words) :] == words:
            return cursor.end - len(words), populated
    return cursor.end, True


def _query(cursor: Cursor, rule: Rule) -> str:
    """The text of the query, which begins as one."""
    if cursor.key not in _QUERY_STARTS:
        raise cursor.refusal("a query")
    return cursor.follow(rule)


def _columns(cursor: Cursor) -> tuple[Column, ...] | None:
    """The names that the view gives its columns; their types come from its query."""
    return tuple(Column(name, UNKNOWN) for name in cursor.identifiers()) if cursor.key == "(" else None


def alter_view(cursor: Cursor) -> Iterator[Change]:
    """ALTER VIEW, behind the word VIEW."""
    cursor.accept("if", "exists")
    yield from _alter_view(cursor, cursor.name(), "view")


def alter_materialized_view(cursor: Cursor) -> Iterator[Change]:
    """ALTER MATERIALIZED VIEW, behind the word VIEW."""
    if cursor.accept("all", "in", "tablespace"):
        cursor.skip()
        yield RewriteTable(None, "SET TABLESPACE")
        return
    cursor.accept("if", "exists")
    yield from _alter_view(cursor, cursor.name(), "materialized view")


def _alter_view(cursor: Cursor, view: Name, kind: ObjectKind) -> Iterator[Change]:
    if cursor.accept("rename", "to"):
        yield RenameObject(kind, view, cursor.identifier())
    elif cursor.accept("rename"):
        cursor.accept("column")
        column = cursor.identifier()
        cursor.expect("to")
        yield RenameColumn(view, column, cursor.identifier())
    elif cursor.accept("set", "schema"):
        yield MoveObject(kind, view, cursor.identifier())
    elif cursor.accept("owner", "to"):
        yield ChangeOwner(kind, view, cursor.role())
    elif cursor.key in ("no", "depends"):
        cursor.skip()
        yield NoEffect("ALTER VIEW DEPENDS ON EXTENSION")
    else:
        yield _view_setting(cursor, view)
        while cursor.accept(","):
            yield _view_setting(cursor, view)


def _view_setting(cursor: Cursor, view: Name) -> Change:
    begin = cursor.at
    if cursor.accept("alter"):
        cursor.accept("column")
        column = cursor.identifier()
        setting = cursor.at
        cursor.skip(",")
        return SetColumnOption(view, column, cursor.since(setting))
    if cursor.accept("set", "tablespace") or cursor.accept("set", "access", "method"):
        cursor.identifier()
        return RewriteTable(view, cursor.since(begin))
    if not (cursor.accept_one("set", "reset", "cluster")):
        raise cursor.refusal("an action of ALTER VIEW")
    cursor.skip(",")
    return SetTableOption(view, cursor.since(begin))


def refresh(cursor: Cursor) -> Iterator[Change]:
    """REFRESH MATERIALIZED VIEW, behind the word VIEW."""
    concurrently = cursor.accept("concurrently")
    view = cursor.name()
    is_empty = cursor.accept("with", "no", "data")
    if not is_empty:
        cursor.accept("with", "data")
    yield RefreshView(view, concurrently, with_data=not is_empty)


def create_sequence(cursor: Cursor) -> Iterator[Change]:
    """CREATE [TEMP] SEQUENCE, behind the word SEQUENCE."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.name()
    type_, owner, _, _ = _sequence_options(cursor)
    yield CreateSequence(Sequence(name, type_, owner), if_not_exists)


def alter_sequence(cursor: Cursor) -> Iterator[Change]:
    """ALTER SEQUENCE, behind the word SEQUENCE."""
    cursor.accept("if", "exists")
    name = cursor.name()
    if cursor.accept("rename", "to"):
        yield RenameObject("sequence", name, cursor.identifier())
    elif cursor.accept("set", "schema"):
        yield MoveObject("sequence", name, cursor.identifier())
    elif cursor.accept("owner", "to"):
        yield ChangeOwner("sequence", name, cursor.role())
    else:
        _, owner, is_none, restarts = _sequence_options(cursor)
        yield AlterSequence(name, owner, is_none, restarts)


_COUNTING = frozenset({"restart", "increment", "minvalue", "maxvalue", "cycle"})
"""What makes a sequence give other numbers than those behind its last one."""


def _sequence_options(cursor: Cursor) -> tuple[Type | None, tuple[Name, str] | None, bool, bool]:
    """(type, owning column, OWNED BY NONE, whether it may give numbers again: RESTART, INCREMENT, CYCLE …)."""
    type_: Type | None = None
    owner: tuple[Name, str] | None = None
    is_none = restarts = False
    while not cursor.is_done:
        if cursor.accept("as"):
            type_, _ = cursor.type()
        elif cursor.accept("owned", "by"):
            owner, is_none = _owner(cursor)
        elif cursor.key in _COUNTING:
            cursor.take()
            restarts = True
        elif cursor.key in _SEQUENCE_WORDS or cursor.token.kind == NUMBER or cursor.is_operator:
            cursor.take()
        elif cursor.accept("sequence", "name"):
            cursor.name()
        else:
            raise cursor.refusal("an option of a sequence")
    return type_, owner, is_none, restarts


def _owner(cursor: Cursor) -> tuple[tuple[Name, str] | None, bool]:
    if cursor.accept("none"):
        return None, True
    parts = [cursor.identifier()]
    while cursor.accept("."):
        parts.append(cursor.label())
    if len(parts) < 2:
        raise UnknownMeaning(f"a sequence can't be owned by {parts[0]}, which names no column")
    return (Name(parts[-2], parts[-3] if len(parts) > 2 else None), parts[-1]), False
