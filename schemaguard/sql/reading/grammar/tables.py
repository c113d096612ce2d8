"""CREATE TABLE in all its forms."""

from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog.changes import AddConstraint, Change, CreateTable, SetDefault, SetNotNull
from schemaguard.catalog.objects import Column, Constraint, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass, field, replace
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.expressions import columns_of
from schemaguard.sql.reading.grammar.columns import ColumnDefinition, column_constraints, column_definition
from schemaguard.sql.reading.grammar.constraints import STARTS, NotNull, table_constraint
from schemaguard.sql.reading.syntax.commands import foreign_option
from schemaguard.sql.reading.syntax.definitions import created
from schemaguard.sql.reading.syntax.reading import listed
from schemaguard.sql.reading.syntax.statements import index_element
from schemaguard.sql.reading.syntax.synopses import PARTITION_BOUND
from schemaguard.sql.reading.syntax.synopsis import written_part
from schemaguard.sql.reading.tokens import QUOTED, WORD

Persistence = Literal["permanent", "unlogged", "temporary"]
UNKNOWN = Type("unknown")
"""The type of a column whose type comes from a query or a composite type."""


@dataclass(slots=True)
class _Elements:
    """What stands between the parentheses of a CREATE TABLE."""

    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)
    like: list[tuple[Name, frozenset[str]]] = field(default_factory=list)
    not_null: set[str] = field(default_factory=set)
    overrides: list[ColumnDefinition] = field(default_factory=list)
    """`column WITH OPTIONS …` of a partition or typed table: no type, only what is added to the column."""


def create_table(cursor: Cursor) -> Iterator[Change]:
    """CREATE [TEMP | UNLOGGED | FOREIGN] TABLE, behind the word TABLE."""
    persistence = _persistence(cursor)
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.name()
    table = Table(name, persistence="temporary" if name.schema == "pg_temp" else persistence)
    parts, is_bare = _Elements(), False
    if cursor.accept("partition", "of"):
        table = replace(table, partition_of=cursor.name())
        _overrides(cursor, parts)
        table = replace(table, partition_bound=partition_bound(cursor))
    elif cursor.accept("of"):
        cursor.any_name()
        _overrides(cursor, parts)
        table = replace(table, open=True)
    elif cursor.key == "(":
        if _is_names_only(cursor):
            parts.columns += [Column(column, UNKNOWN) for column in cursor.identifiers()]
        else:
            _elements(cursor, parts)
    else:
        is_bare = True
    is_foreign = cursor.tokens[1].key == "foreign"
    begin = cursor.at
    table, query = _behind(cursor, table)
    if is_foreign and all(token.key != "server" for token in cursor.tokens[begin : cursor.at]):
        raise cursor.refusal("SERVER")
    if query is None and (is_bare or (parts.columns and parts.columns[0].type is UNKNOWN)):
        raise cursor.refusal("the table's columns" if is_bare and cursor.is_done else "AS")
    columns = tuple(replace(c, not_null=True) if c.name in parts.not_null else c for c in parts.columns)
    table = replace(table, columns=columns, constraints=tuple(parts.constraints))
    yield CreateTable(table, if_not_exists, tuple(parts.serials), like=tuple(parts.like), as_query=query)
    yield from _overriding(name, parts.overrides)


def _persistence(cursor: Cursor) -> Persistence:
    """Read from the words between CREATE and TABLE, which the cursor has passed."""
    words = {token.key for token in cursor.tokens[: cursor.at]}
    if words & {"temp", "temporary"}:
        return "temporary"
    return "unlogged" if "unlogged" in words else "permanent"


def _is_names_only(cursor: Cursor) -> bool:
    """Whether the parentheses hold bare column names, as CREATE TABLE … AS has them."""
    return cursor.peek(2) == "," or (cursor.peek(2) == ")" and cursor.peek(1) != ")")


def _elements(cursor: Cursor, parts: _Elements) -> None:
    cursor.expect("(")
    if cursor.accept(")"):
        return
    while True:
        _element(cursor, parts)
        if not cursor.accept(","):
            break
    cursor.expect(")")


def _element(cursor: Cursor, parts: _Elements) -> None:
    if cursor.key == "like":
        parts.like.append(_like(cursor))
        return
    if cursor.key in STARTS or (cursor.key == "not" and cursor.peek() == "null"):
        _take_constraint(cursor, parts)
        return
    found = column_definition(cursor)
    parts.columns.append(found.column)
    parts.constraints += found.constraints
    if found.serial:
        parts.serials.append(found.column.name)


def _take_constraint(cursor: Cursor, parts: _Elements) -> None:
    constraint, _ = table_constraint(cursor)
    if isinstance(constraint, NotNull):
        parts.not_null.add(constraint.column)
    else:
        parts.constraints.append(constraint)


def _like(cursor: Cursor) -> tuple[Name, frozenset[str]]:
    cursor.expect("like")
    source = cursor.name()
    options: set[str] = set()
    while word := cursor.accept_one("including", "excluding"):
        option = cursor.label().upper()
        if word == "including":
            options.add(option)
        elif option == "ALL":
            options.clear()
        else:
            options = (_LIKE_OPTIONS if "ALL" in options else options) - {option}
    return source, frozenset(options)


_LIKE_OPTIONS = {
    "COMMENTS", "COMPRESSION", "CONSTRAINTS", "DEFAULTS", "GENERATED", "IDENTITY", "INDEXES", "STATISTICS", "STORAGE",
}  # fmt: skip


def _overrides(cursor: Cursor, parts: _Elements) -> None:
    if not cursor.accept("("):
        return
    while True:
        if cursor.key in STARTS or (cursor.key == "not" and cursor.peek() == "null"):
            _take_constraint(cursor, parts)
        else:
            column = Column(cursor.identifier(), UNKNOWN)
            cursor.accept("with", "options")
            parts.overrides.append(column_constraints(cursor, column))
        if not cursor.accept(","):
            break
    cursor.expect(")")


def _overriding(table: Name, overrides: list[ColumnDefinition]) -> Iterator[Change]:
    for found in overrides:
        if found.column.default is not None:
            yield SetDefault(table, found.column.name, found.column.default)
        if found.column.not_null:
            yield SetNotNull(table, found.column.name)
        for constraint in found.constraints:
            yield AddConstraint(table, constraint)


def partition_bound(cursor: Cursor) -> str:
    """FOR VALUES … or DEFAULT, as written."""
    return cursor.follow(written_part(PARTITION_BOUND), "partition")


def _behind(cursor: Cursor, table: Table) -> tuple[Table, str | None]:
    """What follows the elements, and the query of CREATE TABLE … AS."""
    if cursor.accept("inherits"):
        cursor.expect("(")
        table = replace(table, inherits=tuple(cursor.names()))
        cursor.expect(")")
    if cursor.key == "partition":
        begin = cursor.at + 2
        key = _partition_key(cursor)
        table = replace(table, partition_by=cursor.since(begin), partition_key=key)
    table = replace(table, access_method=_storage(cursor))
    query = None
    if cursor.accept("as"):
        query = cursor.follow(created)
        table = replace(table, open=True)
    return table, query


def _partition_key(cursor: Cursor) -> tuple[str, ...]:
    """PARTITION BY; the columns that its key names."""
    cursor.expect("partition", "by")
    if cursor.key not in ("range", "list", "hash"):
        raise cursor.refusal("RANGE, LIST or HASH")
    cursor.take()
    begin = cursor.at
    cursor.expect("(")
    elements = cursor.follow(lambda s, at: listed(s, at, index_element))
    cursor.expect(")")
    if all(token.key in ("(", ",") or token.kind in (WORD, QUOTED) for token in cursor.tokens[begin : cursor.at - 1]):
        inside = cursor.tokens[begin + 1 : cursor.at - 1]
        return tuple(
            token.value
            for at, token in enumerate(inside)
            if token.key != "," and (at == 0 or inside[at - 1].key == ",")
        )
    return columns_of(elements)


def _storage(cursor: Cursor) -> str | None:
    """USING, WITH, WITHOUT OIDS, ON COMMIT, TABLESPACE, SERVER and OPTIONS; the access method."""
    method = None
    while True:
        if cursor.accept("using"):
            method = cursor.identifier()
        elif cursor.accept("tablespace") or cursor.accept("server"):
            cursor.identifier()
        elif cursor.accept("options"):
            cursor.options(foreign_option)
        elif cursor.key == "with" and cursor.peek() == "(":
            cursor.take()
            cursor.options()
        elif cursor.accept("on", "commit"):
            if not (cursor.accept("drop") or cursor.accept("preserve", "rows")):
                cursor.expect("delete", "rows")
        elif not cursor.accept("without", "oids"):
            return method
