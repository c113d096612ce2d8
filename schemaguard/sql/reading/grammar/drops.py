"""DROP of everything: a change for each object of the list."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropIndex, DropObject, DropTable, NoEffect, ObjectKind, Opaque
from schemaguard.catalog.objects import Name
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.grammar.alter_table import cascades
from schemaguard.sql.reading.grammar.symbols import NAMED, drop_symbol, dropped_named
from schemaguard.sql.reading.syntax.synopses import SYNOPSES
from schemaguard.sql.reading.syntax.synopsis import written

_LISTED: dict[tuple[str, ...], ObjectKind] = {
    ("materialized", "view"): "materialized view",
    ("view",): "view",
    ("sequence",): "sequence",
    ("type",): "type",
    ("domain",): "domain",
    ("schema",): "schema",
    ("extension",): "extension",
    ("role",): "role",
    ("user",): "role",
    ("group",): "role",
    ("database",): "database",
    ("collation",): "other",
    ("conversion",): "other",
    ("event", "trigger"): "other",
    ("foreign", "data", "wrapper"): "other",
    ("server",): "other",
    ("publication",): "other",
    ("subscription",): "other",
    ("statistics",): "other",
    ("tablespace",): "other",
    ("text", "search", "configuration"): "other",
    ("text", "search", "dictionary"): "other",
    ("text", "search", "parser"): "other",
    ("text", "search", "template"): "other",
    ("access", "method"): "other",
    ("language",): "other",
    ("procedural", "language"): "other",
}
_ON_TABLE: dict[str, ObjectKind] = {"trigger": "trigger", "policy": "policy", "rule": "rule"}
_CALLABLE: dict[str, ObjectKind] = {
    "function": "function",
    "procedure": "procedure",
    "routine": "function",
    "aggregate": "aggregate",
}


def drop(cursor: Cursor) -> Iterator[Change]:
    """DROP, behind its word."""
    if cursor.accept("table") or cursor.accept("foreign", "table"):
        if_exists = cursor.accept("if", "exists")
        names = cursor.names()
        cascade = cascades(cursor)
        yield from (DropTable(name, cascade, if_exists) for name in names)
    elif cursor.accept("index"):
        concurrently = cursor.accept("concurrently")
        if_exists = cursor.accept("if", "exists")
        names = cursor.names()
        cascade = cascades(cursor)
        yield from (DropIndex(name, concurrently, cascade, if_exists) for name in names)
    elif cursor.accept("owned", "by"):
        roles = ", ".join(cursor.roles())
        cascades(cursor)
        yield Opaque(f"drops whatever {roles} owns")
    elif kind := _ON_TABLE.get(cursor.key):
        cursor.take()
        yield _drop_on_table(cursor, kind)
    elif kind := _CALLABLE.get(cursor.key):
        cursor.take()
        yield from _drop_callable(cursor, kind)
    else:
        yield from _drop_other(cursor)


def _drop_on_table(cursor: Cursor, kind: ObjectKind) -> Change:
    if_exists = cursor.accept("if", "exists")
    name = cursor.identifier()
    cursor.expect("on")
    table = cursor.name()
    return DropObject(kind, Name(name), cascades(cursor), if_exists, on=table)


def _drop_callable(cursor: Cursor, kind: ObjectKind) -> Iterator[Change]:
    if_exists = cursor.accept("if", "exists")
    found = [(cursor.any_name(), _dropped_arguments(cursor, kind))]
    while cursor.accept(","):
        found.append((cursor.any_name(), _dropped_arguments(cursor, kind)))
    cascade = cascades(cursor)
    yield from (DropObject(kind, name, cascade, if_exists, arguments=arguments) for name, arguments in found)


def _dropped_arguments(cursor: Cursor, kind: ObjectKind) -> tuple[str, ...] | None:
    if kind == "aggregate" and cursor.key != "(":
        raise cursor.refusal("the arguments")
    return argument_types(cursor)


def argument_types(cursor: Cursor) -> tuple[str, ...] | None:
    """The types of a callable's input arguments as its signature has them; None where no list is given."""
    from schemaguard.sql.reading.grammar.functions import arguments

    if cursor.key != "(":
        return None
    return arguments(cursor)


_UNFOLLOWED = (
    ("server",),
    ("foreign", "data", "wrapper"),
    ("language",),
    ("procedural", "language"),
    ("access", "method"),
)
"""Kinds of objects on which tables or functions may hang without the catalog showing it."""
_UNSEEN = ("operator class", "operator family", "transform", "user mapping")
"""Kinds of objects that no catalog of tables shows, and that aren't dropped by a list of names."""


def _drop_other(cursor: Cursor) -> Iterator[Change]:
    for command in ("operator", "cast"):
        if cursor.peek() not in ("class", "family") and cursor.accept(command):
            yield from drop_symbol(cursor, command)
            return
    for command in _UNSEEN:
        if cursor.accept(*command.split()):
            cursor.follow(written(SYNOPSES[f"drop {command}"]))
            if cursor.tokens[cursor.at - 1].key == "cascade":
                yield Opaque(f"drops whatever hangs on the {command}")
            else:
                yield NoEffect(f"DROP {command.upper()}")
            return
    for words, kind in _LISTED.items():
        if cursor.accept(*words):
            if_exists = cursor.accept("if", "exists")
            names = cursor.names()
            cascade = cascades(cursor)
            if kind == "database":
                _database_options(cursor)
            if cascade and words in _UNFOLLOWED:
                yield Opaque(f"drops whatever hangs on the {' '.join(words)}")
                return
            yield from (DropObject(kind, name, cascade, if_exists) for name in names)
            yield from (dropped_named(symbol, name) for symbol in NAMED if symbol == " ".join(words) for name in names)
            return
    raise cursor.refusal("a kind of object")


def _database_options(cursor: Cursor) -> None:
    if cursor.accept("with") or cursor.key == "(":
        cursor.options()
