"""CREATE, ALTER and REINDEX of indexes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AttachIndex,
    Change,
    ChangeOwner,
    CreateIndex,
    NoEffect,
    Reindex,
    RenameObject,
    RewriteTable,
    SetTableOption,
)
from schemaguard.catalog.objects import Index, IndexKey, Name
from schemaguard.catalog.types import quote_identifier
from schemaguard.sql.reading.cursor import Cursor, spelled
from schemaguard.sql.reading.expressions import columns_between
from schemaguard.sql.reading.grammar.constraints import nulls_distinct
from schemaguard.sql.reading.syntax.commands import flagged, is_on
from schemaguard.sql.reading.syntax.operands import call
from schemaguard.sql.reading.tokens import QUOTED, WORD

_KEY_ENDS = frozenset({",", ")", "asc", "desc", "nulls", "collate"})


def create_index(cursor: Cursor) -> Iterator[Change]:
    """CREATE [UNIQUE] INDEX, behind the word INDEX."""
    unique = cursor.tokens[cursor.at - 2].key == "unique"
    concurrently = cursor.accept("concurrently")
    if_not_exists = cursor.accept("if", "not", "exists")
    name = None if cursor.key == "on" and not if_not_exists else cursor.name()
    cursor.expect("on")
    only = cursor.accept("only")
    table = cursor.name()
    cursor.accept("*")
    method = cursor.identifier() if cursor.accept("using") else "btree"
    keys = _keys(cursor)
    include = cursor.identifiers() if cursor.accept("include") else ()
    distinct = nulls_distinct(cursor)
    if cursor.accept("with"):
        cursor.options()
    if cursor.accept("tablespace"):
        cursor.identifier()
    predicate: str | None = None
    predicate_columns: tuple[str, ...] = ()
    if cursor.accept("where"):
        begin = cursor.at
        predicate = cursor.expression()
        predicate_columns = columns_between(cursor, begin, cursor.at)
        if _is_wrapped(cursor, begin, cursor.at):
            predicate = cursor.text[cursor.tokens[begin].end : cursor.tokens[cursor.at - 1].start].strip()
    index = Index(
        name or Name(""),
        table,
        keys,
        unique,
        method,
        predicate,
        predicate_columns,
        include,
        nulls_distinct=distinct,
    )
    yield CreateIndex(index, name, concurrently, if_not_exists, only)


def _is_wrapped(cursor: Cursor, begin: int, end: int) -> bool:
    """Whether one pair of parentheses holds all of the tokens."""
    depth = 0
    for at in range(begin, end):
        key = cursor.tokens[at].key
        depth += (key in ("(", "[")) - (key in (")", "]"))
        if depth == 0:
            return at == end - 1 and cursor.tokens[begin].key == "("
    return False


def _keys(cursor: Cursor) -> tuple[IndexKey, ...]:
    cursor.expect("(")
    found = [_key(cursor)]
    while cursor.accept(","):
        found.append(_key(cursor))
    cursor.expect(")")
    return tuple(found)


def _key(cursor: Cursor) -> IndexKey:
    begin = cursor.at
    column, expression = None, None
    if cursor.key == "(":
        expression = cursor.enclosed_expression()
    else:
        after = cursor.peek()
        if after == "(" or after == ".":
            expression = cursor.follow(call)
        else:
            column = cursor.identifier()
    named = () if column is not None else columns_between(cursor, begin, cursor.at)
    collation = spelled(cursor.any_name()) if cursor.accept("collate") else None
    opclass = None
    if cursor.key not in _KEY_ENDS and cursor.token.kind in (WORD, QUOTED):
        opclass = spelled(cursor.any_name())
        if cursor.key == "(":
            cursor.options()
    descending = cursor.accept_one("asc", "desc") == "desc"
    if cursor.accept("nulls") and not cursor.accept_one("first", "last"):
        raise cursor.refusal("FIRST or LAST")
    return IndexKey(column, expression, descending, opclass, collation, named)


def alter_index(cursor: Cursor) -> Iterator[Change]:
    """ALTER INDEX, behind the word INDEX."""
    if cursor.accept("all", "in", "tablespace"):
        cursor.skip()
        yield RewriteTable(None, "SET TABLESPACE")
        return
    cursor.accept("if", "exists")
    index = cursor.name()
    if cursor.accept("rename", "to"):
        yield RenameObject("index", index, cursor.identifier())
    elif cursor.accept("attach", "partition"):
        yield AttachIndex(index, cursor.name())
    elif cursor.accept("set", "tablespace"):
        tablespace = quote_identifier(cursor.identifier())
        cursor.accept("nowait")
        yield RewriteTable(index, f"SET TABLESPACE {tablespace}")
    elif cursor.accept("owner", "to"):
        yield ChangeOwner("index", index, cursor.role())
    elif cursor.accept("no"):
        cursor.accept("depends")
        cursor.skip()
        yield NoEffect("ALTER INDEX NO DEPENDS ON EXTENSION")
    elif cursor.accept("depends"):
        cursor.skip()
        yield NoEffect("ALTER INDEX DEPENDS ON EXTENSION")
    else:
        begin = cursor.at
        if not cursor.accept_one("set", "reset", "alter"):
            raise cursor.refusal("an action of ALTER INDEX")
        cursor.skip()
        yield SetTableOption(index, cursor.since(begin))


def reindex(cursor: Cursor) -> Iterator[Change]:
    """REINDEX, behind its word."""
    concurrently = False
    if cursor.key == "(":
        concurrently = is_on("concurrently", cursor.options(flagged))
    kind = cursor.accept_one("index", "table", "schema", "database", "system")
    if not kind:
        raise cursor.refusal("INDEX, TABLE, SCHEMA, DATABASE or SYSTEM")
    concurrently = cursor.accept("concurrently") or concurrently
    yield Reindex(kind, None if cursor.is_done else cursor.name(), concurrently)
