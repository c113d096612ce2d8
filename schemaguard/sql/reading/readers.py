"""Which reader reads which command: the words that a statement starts with, and who reads on behind them."""

from collections.abc import Callable, Iterator

from schemaguard.catalog.changes import Change, CreateSchema, NoEffect, Opaque
from schemaguard.catalog.objects import Name
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.grammar import (
    access,
    alter_table,
    drops,
    functions,
    indexes,
    rows,
    sessions,
    symbols,
    tables,
    types,
    views,
)
from schemaguard.sql.reading.mentions import mentions
from schemaguard.sql.reading.syntax.commands import flagged
from schemaguard.sql.reading.syntax.definitions import explained
from schemaguard.sql.reading.syntax.statements import about_rows
from schemaguard.sql.reading.syntax.synopses import SYNOPSES
from schemaguard.sql.reading.syntax.synopsis import written
from schemaguard.sql.reading.syntax.types import type_name

Reader = Callable[[Cursor], Iterator[Change]]
_SCHEMA_ELEMENTS = ("create", "grant")


def nothing(command: str) -> Reader:
    """A reader of a command that changes nothing that the catalog shows."""

    def read(cursor: Cursor) -> Iterator[Change]:
        cursor.skip()
        yield NoEffect(command)

    return read


def _required(command: str) -> Reader:
    """A reader like `nothing`, for a command that takes at least one argument: without any it is a syntax error."""

    def read(cursor: Cursor) -> Iterator[Change]:
        if cursor.is_done:
            raise cursor.refusal("a name")
        cursor.skip()
        yield NoEffect(command)

    return read


def _opaque(reason: str) -> Reader:
    def read(cursor: Cursor) -> Iterator[Change]:
        cursor.skip()
        yield Opaque(reason)

    return read


def _create_rule(cursor: Cursor) -> Iterator[Change]:
    """CREATE RULE: what statements on the table do from then on isn't what they say."""
    rule = cursor.identifier()
    cursor.expect("as", "on")
    cursor.label()
    cursor.expect("to")
    table = cursor.name()
    begin = cursor.at
    cursor.skip()
    # What it does instead, or besides, it may do to other tables.
    named = mentions(cursor.since(begin))
    yield Opaque(f"rule {rule} rewrites statements on the table", named if named is None else named | {table})


def _create_schema(cursor: Cursor) -> Iterator[Change]:
    """CREATE SCHEMA, and the objects written inside it."""
    if_not_exists = cursor.accept("if", "not", "exists")
    schema = "" if cursor.key == "authorization" else cursor.identifier()
    if cursor.accept("authorization"):
        role = cursor.role()
        schema = schema or role
    yield CreateSchema(schema, if_not_exists)
    while not cursor.is_done:
        if if_not_exists:
            raise cursor.refusal("the end of a CREATE SCHEMA IF NOT EXISTS")
        if cursor.key not in _SCHEMA_ELEMENTS:
            raise cursor.refusal("CREATE or GRANT")
        begin = cursor.at
        cursor.take()
        cursor.skip(*_SCHEMA_ELEMENTS)
        inner = cursor.within(begin, cursor.at)
        yield from (inside(change, schema) for change in read(inner))


def inside(change: Change, schema: str) -> Change:
    """A change written inside CREATE SCHEMA: an unqualified name of what it makes is in that schema."""
    from dataclasses import fields, is_dataclass, replace

    updates: dict[str, object] = {}
    for field in fields(change):
        value = getattr(change, field.name)
        if isinstance(value, Name) and value.schema is None and value.name:
            updates[field.name] = Name(value.name, schema)
        elif is_dataclass(value) and not isinstance(value, (type, Name)) and hasattr(value, "name"):
            own = {f.name: Name(getattr(value, f.name).name, schema) for f in fields(value) if _is_bare(value, f.name)}
            updates[field.name] = replace(value, **own) if own else value
    return replace(change, **updates) if updates else change  # type: ignore[arg-type] # the fields' own types


def _is_bare(value: object, field: str) -> bool:
    found = getattr(value, field)
    return isinstance(found, Name) and found.schema is None and bool(found.name)


def _explain(cursor: Cursor) -> Iterator[Change]:
    """EXPLAIN: with ANALYZE the statement really runs."""
    runs = False
    if cursor.key == "(" and cursor.peek() not in _QUERY_STARTS:
        runs = "analyze" in cursor.options(flagged).lower().replace(",", " ").split()
    while word := cursor.accept_one("analyze", "analyse", "verbose"):
        runs = runs or word != "verbose"
    if cursor.is_done:
        raise cursor.refusal("a statement")
    if runs:
        yield from read(cursor.within(cursor.at, cursor.end))
        cursor.move(cursor.end)
    else:
        cursor.follow(explained)
        yield NoEffect("EXPLAIN")


_QUERY_STARTS = frozenset({"select", "values", "with", "table", "("})


def _prepare(cursor: Cursor) -> Iterator[Change]:
    if cursor.key == "transaction":
        cursor.move(cursor.at - 1)
        yield from sessions.transaction(cursor)
        return
    cursor.identifier()
    if cursor.key == "(":
        cursor.options(type_name)
    cursor.expect("as")
    cursor.follow(about_rows)
    yield NoEffect("PREPARE")


def _from_first_word(reader: Reader) -> Reader:
    def read_from(cursor: Cursor) -> Iterator[Change]:
        cursor.move(0)
        return reader(cursor)

    return read_from


_row, _transaction = _from_first_word(rows.rows), _from_first_word(sessions.transaction)

_TABLE_KINDS = (
    "table", "temp table", "temporary table", "local temp table", "local temporary table", "global temp table",
    "global temporary table", "unlogged table", "foreign table",
)  # fmt: skip
_VIEW_KINDS = (
    "view", "temp view", "temporary view", "local temp view", "local temporary view", "recursive view",
    "temp recursive view", "temporary recursive view",
)  # fmt: skip
_MINOR = (
    "access method", "conversion", "event trigger", "foreign data wrapper", "language",
    "operator class", "operator family", "publication", "server", "statistics", "subscription",
    "tablespace", "text search parser", "text search template",
    "transform", "user mapping", "role", "user", "group", "database",
)  # fmt: skip
"""Kinds of objects whose making and altering no catalog of tables shows."""

READERS: dict[str, Reader] = {
    **{f"create {kind}": tables.create_table for kind in _TABLE_KINDS},
    **{f"create {kind}": views.create_view for kind in _VIEW_KINDS},
    **{f"create {kind}": _required(f"CREATE {kind.upper()}") for kind in _MINOR},
    **{f"alter {kind}": _required(f"ALTER {kind.upper()}") for kind in _MINOR if kind != "transform"},
    **{f"create {kind}": symbols.create_named(kind) for kind in symbols.NAMED},
    **{f"alter {kind}": symbols.alter_named(kind) for kind in symbols.NAMED},
    "create operator": symbols.create_operator,
    "alter operator": symbols.alter_operator,
    "create cast": symbols.create_cast,
    "create materialized view": views.create_materialized_view,
    "create index": indexes.create_index,
    "create unique index": indexes.create_index,
    "create type": types.create_type,
    "create domain": types.create_domain,
    "create sequence": views.create_sequence,
    "create temp sequence": views.create_sequence,
    "create temporary sequence": views.create_sequence,
    "create unlogged sequence": views.create_sequence,
    "create function": functions.create_function,
    "create procedure": functions.create_function,
    "create aggregate": functions.create_aggregate,
    "create trigger": functions.create_trigger,
    "create constraint trigger": functions.create_trigger,
    "create policy": functions.create_policy,
    "create schema": _create_schema,
    "create extension": access.create_extension,
    "create rule": _create_rule,
    "create trusted language": _required("CREATE LANGUAGE"),
    "create procedural language": _required("CREATE LANGUAGE"),
    "create trusted procedural language": _required("CREATE LANGUAGE"),
    "create default conversion": _required("CREATE CONVERSION"),
    "alter table": alter_table.alter_table,
    "alter foreign table": alter_table.alter_table,
    "alter index": indexes.alter_index,
    "alter view": views.alter_view,
    "alter materialized view": views.alter_materialized_view,
    "alter sequence": views.alter_sequence,
    "alter type": types.alter_type,
    "alter domain": types.alter_domain,
    "alter function": functions.alter_function,
    "alter procedure": functions.alter_function,
    "alter routine": functions.alter_function,
    "alter aggregate": functions.alter_function,
    "alter trigger": functions.alter_trigger,
    "alter rule": functions.alter_rule,
    "alter policy": functions.alter_policy,
    "alter schema": access.alter_schema,
    "alter extension": access.alter_extension,
    "alter default privileges": access.alter_default_privileges,
    "alter role": sessions.alter_sessions_of,
    "alter user": sessions.alter_sessions_of,
    "alter database": sessions.alter_sessions_of,
    "alter system": nothing("ALTER SYSTEM"),
    "alter large object": _required("ALTER LARGE OBJECT"),
    "alter procedural language": _required("ALTER LANGUAGE"),
    "drop": drops.drop,
    "grant": access.grant,
    "revoke": access.revoke,
    "reassign owned by": access.reassign_owned,
    "comment": access.comment,
    "security label": _required("SECURITY LABEL"),
    "import foreign schema": _opaque("makes whatever foreign tables the other server has"),
    "select": _row,
    "values": _row,
    "table": _row,
    "(": _row,
    "with": _row,
    "insert": _row,
    "update": _row,
    "delete": _row,
    "merge": _row,
    "copy": rows.copy,
    "truncate": rows.truncate,
    "refresh materialized view": views.refresh,
    "reindex": indexes.reindex,
    "vacuum": sessions.vacuum,
    "cluster": sessions.cluster,
    "analyze": nothing("ANALYZE"),
    "analyse": nothing("ANALYZE"),
    "lock": sessions.lock,
    "set": sessions.set_setting,
    "reset": sessions.reset,
    "discard": sessions.discard,
    "show": _required("SHOW"),
    "begin": _transaction,
    "start": _transaction,
    "commit": _transaction,
    "end": _transaction,
    "rollback": _transaction,
    "abort": _transaction,
    "savepoint": _transaction,
    "release": _transaction,
    "prepare": _prepare,
    "execute": sessions.execute,
    "deallocate": _required("DEALLOCATE"),
    "declare": _required("DECLARE"),
    "fetch": _required("FETCH"),
    "move": _required("MOVE"),
    "close": _required("CLOSE"),
    "listen": _required("LISTEN"),
    "notify": _required("NOTIFY"),
    "unlisten": _required("UNLISTEN"),
    "load": _required("LOAD"),
    "checkpoint": nothing("CHECKPOINT"),
    "explain": _explain,
    "do": sessions.do_block,
    "call": sessions.call,
}
"""The words that a statement starts with, without OR REPLACE, and who reads on behind them."""


def _by_first_word() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted(READERS, key=lambda words: -len(words.split())):
        split = tuple(words.split())
        found.setdefault(split[0], []).append(split)
    return found


_FIRST = _by_first_word()
_PAIRS = [words for words in READERS if words.count(" ") == 1]
_LONGEST = frozenset(one for one in _PAIRS if not any(other.startswith(f"{one} ") for other in READERS))
"""Pairs of words that no longer row of words starts with."""


def read(cursor: Cursor) -> Iterator[Change]:
    """The changes of the one statement that a cursor stands before, all of which must be read."""
    words = _words(cursor)
    if (synopsis := SYNOPSES.get(words)) is not None:
        cursor.foresee(written(synopsis))
    yield from READERS[words](cursor)
    cursor.finish()


def _words(cursor: Cursor) -> str:
    """The words that the statement starts with, behind which the cursor then stands."""
    first = cursor.key
    quick = f"{first} {cursor.peek()}"
    if quick in _LONGEST:
        cursor.move(2)
        return quick
    if first == "create":
        replaces = cursor.peek() == "or" and cursor.peek(2) == "replace"
        for words in _FIRST["create"]:
            cursor.move(3 if replaces else 1)
            if cursor.accept(*words[1:]):
                return " ".join(words)
        raise cursor.refusal("a kind of object")
    for words in _FIRST.get(first, ()):
        if cursor.accept(*words):
            return " ".join(words)
    if first in _FIRST:
        cursor.take()
    raise cursor.refusal("a command" if first not in _FIRST else "a kind of object")
