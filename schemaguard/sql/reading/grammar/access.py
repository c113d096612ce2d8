"""Privileges, owners, comments, schemas and extensions."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    Change,
    ChangeOwner,
    CreateExtension,
    GrantAccess,
    NoEffect,
    ObjectKind,
    Opaque,
    RenameObject,
    RevokeAccess,
    SetComment,
)
from schemaguard.catalog.objects import Grant, Name
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.grammar.alter_table import cascades
from schemaguard.sql.reading.syntax.commands import signature
from schemaguard.sql.reading.tokens import NUMBER, QUOTED, STRING, WORD

_KINDS: dict[tuple[str, ...], ObjectKind] = {
    ("table",): "table", ("sequence",): "sequence", ("database",): "database", ("domain",): "domain",
    ("foreign", "data", "wrapper"): "other", ("foreign", "server"): "other", ("function",): "function",
    ("procedure",): "procedure", ("routine",): "function", ("language",): "other", ("large", "object"): "other",
    ("parameter",): "other", ("schema",): "schema", ("tablespace",): "other", ("type",): "type",
}  # fmt: skip
_ALL_IN: dict[str, ObjectKind] = {
    "tables": "table", "sequences": "sequence", "functions": "function", "procedures": "procedure",
    "routines": "function",
}  # fmt: skip
_Privileges = list[tuple[str, tuple[str, ...]]]


def grant(cursor: Cursor) -> Iterator[Change]:
    """GRANT, behind its word."""
    privileges = _privileges(cursor)
    if not cursor.accept("on"):
        yield from _membership(cursor, privileges, granted=True)
        return
    kind, objects, all_in = _objects(cursor)
    cursor.expect("to")
    roles = cursor.roles()
    grantable = cursor.accept("with", "grant", "option")
    _granted_by(cursor)
    grants = tuple(Grant(role, name, columns, grantable) for role in roles for name, columns in privileges)
    yield from (GrantAccess(kind, name, grants, all_in) for name in objects)


def revoke(cursor: Cursor) -> Iterator[Change]:
    """REVOKE, behind its word."""
    only_option = cursor.accept("grant", "option", "for")
    for option in ("admin", "inherit", "set"):
        cursor.accept(option, "option", "for")
    privileges = _privileges(cursor)
    if not cursor.accept("on"):
        yield from _membership(cursor, privileges, granted=False)
        return
    kind, objects, all_in = _objects(cursor)
    cursor.expect("from")
    roles = cursor.roles()
    _granted_by(cursor)
    cascade = cascades(cursor)
    if only_option:
        yield NoEffect("REVOKE GRANT OPTION FOR")
        return
    grants = tuple(Grant(role, name, columns) for role in roles for name, columns in privileges)
    yield from (RevokeAccess(kind, name, grants, all_in, cascade) for name in objects)


def _privileges(cursor: Cursor) -> _Privileges:
    found: _Privileges = []
    while True:
        name = cursor.label()
        if name == "all" and cursor.accept("privileges"):
            name = "all"
        elif name == "alter":
            cursor.expect("system")
            name = "alter system"
        columns = cursor.identifiers() if cursor.key == "(" else ()
        found.append((name.upper(), columns))
        if not cursor.accept(","):
            return found


def _membership(cursor: Cursor, privileges: _Privileges, *, granted: bool) -> Iterator[Change]:
    """GRANT role TO role: the role's own name stands where a privilege would."""
    cursor.expect("to" if granted else "from")
    members = cursor.roles()
    while cursor.accept("with") or cursor.accept(","):
        cursor.label()
        cursor.label()
    _granted_by(cursor)
    cascade = cascades(cursor)
    grants = tuple(Grant(member, "MEMBER") for member in members)
    for name, _ in privileges:
        role = Name(name.lower())
        yield GrantAccess("role", role, grants) if granted else RevokeAccess("role", role, grants, cascade=cascade)


def _granted_by(cursor: Cursor) -> None:
    if cursor.accept("granted", "by"):
        cursor.role()


def _objects(cursor: Cursor) -> tuple[ObjectKind, list[Name], bool]:
    if cursor.accept("all"):
        kind = _ALL_IN.get(cursor.key)
        if kind is None:
            raise cursor.refusal("TABLES, SEQUENCES, FUNCTIONS, PROCEDURES or ROUTINES")
        cursor.take()
        cursor.expect("in", "schema")
        return kind, cursor.names(), True
    for words, kind in _KINDS.items():
        if cursor.accept(*words):
            return kind, _object_names(cursor, kind), False
    return "table", cursor.names(), False


def _object_names(cursor: Cursor, kind: ObjectKind) -> list[Name]:
    found: list[Name] = []
    while True:
        if cursor.token.kind == NUMBER:
            found.append(Name(cursor.take().value))
        else:
            found.append(cursor.any_name())
        if kind in ("function", "procedure") and cursor.key == "(":
            cursor.follow(signature)
        if not cursor.accept(","):
            return found


def alter_default_privileges(cursor: Cursor) -> Iterator[Change]:
    """ALTER DEFAULT PRIVILEGES, behind its words: it touches only what is made later."""
    cursor.skip("grant", "revoke")
    if not cursor.accept_one("grant", "revoke"):
        raise cursor.refusal("GRANT or REVOKE")
    cursor.skip()
    yield NoEffect("ALTER DEFAULT PRIVILEGES")


def reassign_owned(cursor: Cursor) -> Iterator[Change]:
    """REASSIGN OWNED BY, behind its words."""
    roles = ", ".join(cursor.roles())
    cursor.expect("to")
    cursor.role()
    yield Opaque(f"changes the owner of whatever {roles} owns")


def comment(cursor: Cursor) -> Iterator[Change]:
    """COMMENT, behind its word."""
    cursor.expect("on")
    kind, target, column = _commented(cursor)
    cursor.expect("is")
    text: str | None = None
    if not cursor.accept("null"):
        if cursor.token.kind != STRING:
            raise cursor.refusal("a string or NULL")
        text = cursor.string()
    yield SetComment(kind, target, column, text)


def _commented(cursor: Cursor) -> tuple[str, Name, str | None]:
    if cursor.accept("column"):
        parts = [cursor.identifier()]
        while cursor.accept("."):
            parts.append(cursor.label())
        if len(parts) < 2:
            raise cursor.refusal("a table and its column")
        return "column", Name(parts[-2], parts[-3] if len(parts) > 2 else None), parts[-1]
    kind = _comment_kind(cursor)
    begin = cursor.at
    target = cursor.any_name() if cursor.token.kind in (WORD, QUOTED) else Name("")
    on: Name | None = None
    if cursor.accept("on"):
        cursor.accept("domain")
        on = cursor.any_name()
    else:
        cursor.skip("is")
    if cursor.at == begin:
        raise cursor.refusal("a name")
    return kind, on or target, None


def _comment_kind(cursor: Cursor) -> str:
    for words in _COMMENTED:
        if cursor.accept(*words):
            return " ".join(words)
    raise cursor.refusal("a kind of object")


_COMMENTED = (
    ("table",), ("materialized", "view"), ("view",), ("index",), ("sequence",), ("type",), ("domain",), ("constraint",),
    ("trigger",), ("policy",), ("rule",), ("function",), ("procedure",), ("routine",), ("aggregate",), ("schema",),
    ("extension",), ("database",), ("role",), ("foreign", "table"), ("foreign", "data", "wrapper"), ("server",),
    ("access", "method"), ("cast",), ("collation",), ("conversion",), ("event", "trigger"), ("large", "object"),
    ("operator", "class"), ("operator", "family"), ("operator",), ("procedural", "language"), ("language",),
    ("publication",), ("subscription",), ("statistics",), ("tablespace",), ("text", "search", "configuration"),
    ("text", "search", "dictionary"), ("text", "search", "parser"), ("text", "search", "template"), ("transform",),
)  # fmt: skip


def create_extension(cursor: Cursor) -> Iterator[Change]:
    """CREATE EXTENSION, behind its words."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.identifier()
    cursor.skip()
    yield CreateExtension(name, if_not_exists)


def alter_extension(cursor: Cursor) -> Iterator[Change]:
    """ALTER EXTENSION, behind its words: an update runs the extension's own script."""
    name = cursor.identifier()
    if cursor.accept_one("add", "drop") or cursor.accept("set", "schema"):
        cursor.skip()
        yield NoEffect("ALTER EXTENSION")
        return
    cursor.expect("update")
    if cursor.accept("to"):
        cursor.take()
    yield NoEffect(f"ALTER EXTENSION {name} UPDATE")


def alter_schema(cursor: Cursor) -> Iterator[Change]:
    """ALTER SCHEMA, behind the word SCHEMA."""
    schema = Name(cursor.identifier())
    if cursor.accept("rename", "to"):
        yield RenameObject("schema", schema, cursor.identifier())
        return
    cursor.expect("owner", "to")
    yield ChangeOwner("schema", schema, cursor.role())
