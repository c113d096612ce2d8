"""Reads the catalog of a live database, in a handful of queries whatever its size."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

import psycopg

from schemaguard.adapters.postgres.rows import named_row
from schemaguard.catalog import expressions
from schemaguard.catalog.fold.draft import indexed
from schemaguard.catalog.names import bare
from schemaguard.catalog.objects import (
    Catalog,
    Check,
    Column,
    CompositeType,
    Constraint,
    Domain,
    EnumType,
    Exclusion,
    ForeignKey,
    Function,
    Grant,
    Index,
    IndexKey,
    Name,
    Policy,
    PrimaryKey,
    ReferentialAction,
    Table,
    Trigger,
    Unique,
    View,
)
from schemaguard.catalog.objects import Sequence as SequenceObject
from schemaguard.catalog.types import Type, parse_type

CONTROL_SCHEMA = "schemaguard"
Row = Any
"""A row of a query below: its fields are the query's columns."""

_ACTIONS: dict[str, ReferentialAction] = {
    "a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT",
}  # fmt: skip
_PERSISTENCE: dict[str, Any] = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_IDENTITY: dict[str, Any] = {"a": "always", "d": "by default"}
_COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}
_KINDS: dict[str, Any] = {"f": "function", "w": "function", "p": "procedure", "a": "aggregate"}
_EVENTS = ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE"))


def read_catalog(connection: psycopg.Connection[Any], schemas: Sequence[str] | None = None) -> Catalog:
    """The catalog of the database: its user schemas or those named; no extension members, not our control schema."""
    wanted = list(schemas) if schemas is not None else None
    with _search_path(connection, "public"):
        rows = {name: _run(connection, query, wanted) for name, query in _queries()}
    return indexed(_Reading(rows).catalog())


@contextmanager
def _search_path(connection: psycopg.Connection[Any], path: str) -> Iterator[None]:
    """The server prints names and defaults as they read under this search_path; the session's own comes back."""
    with connection.transaction(), connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        cursor.execute("select current_setting('search_path'), set_config('search_path', %s, true)", (path,))
        (before, _) = cursor.fetchone() or ("public", None)
        yield
        cursor.execute("select set_config('search_path', %s, true)", (before,))


def _run(connection: psycopg.Connection[Any], query: bytes, schemas: list[str] | None) -> list[Row]:
    with connection.cursor(row_factory=named_row) as cursor:
        cursor.execute(query, {"schemas": schemas})
        return cursor.fetchall()


def _queries() -> list[tuple[str, bytes]]:
    """The named blocks of introspect.sql; `{members}` and `{wanted}` are its shared conditions."""
    text = resources.files("schemaguard.adapters.postgres").joinpath("introspect.sql").read_text()
    blocks = text.split("-- name: ")[1:]
    shared: dict[str, str] = {}
    found = []
    for block in blocks:
        head, _, body = block.partition("\n")
        for name, part in shared.items():
            body = body.replace("{" + name + "}", part)
        if head.startswith("shared "):
            shared[head.removeprefix("shared ").strip()] = body.strip()
        else:
            found.append((head.split()[0], body.strip().encode()))
    return found


def _type(spelled: str) -> Type:
    """A type as format_type() printed it with only `public` on the search_path."""
    found = parse_type(spelled)
    if found.schema is None and not found.is_built_in:
        return Type(found.name, "public", found.modifiers, found.dimensions, found.interval_fields, found.words)
    return found


class _Reading:
    """The rows of all queries, turned into objects."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.rows = rows
        self.by_relation: dict[str, dict[int, list[Row]]] = {}
        for name in ("columns", "constraints", "triggers", "policies", "grants", "reads", "parents"):
            grouped: dict[int, list[Row]] = defaultdict(list)
            for row in rows[name]:
                grouped[row.relation].append(row)
            self.by_relation[name] = grouped

    def of(self, query: str, relation: int) -> list[Row]:
        return self.by_relation[query].get(relation, [])

    def catalog(self) -> Catalog:
        relations = self.rows["relations"]
        checks: dict[Name, list[Check]] = defaultdict(list)
        for row in self.rows["domain_checks"]:
            checks[Name(row.domain, row.schema)].append(Check(row.name, bare(row.definition), ("value",), row.valid))
        functions = [self.function(row) for row in self.rows["functions"]]
        return Catalog(
            tables={Name(r.name, r.schema): self.table(r) for r in relations if r.kind in "rpf"},
            views={Name(r.name, r.schema): self.view(r) for r in relations if r.kind in "vm"},
            indexes={Name(r.name, r.schema): self.index(r) for r in self.rows["indexes"]},
            sequences={Name(r.name, r.schema): _sequence(r) for r in self.rows["sequences"]},
            enums={
                Name(r.name, r.schema): EnumType(Name(r.name, r.schema), tuple(r.labels)) for r in self.rows["enums"]
            },
            domains={Name(r.name, r.schema): _domain(r, checks[Name(r.name, r.schema)]) for r in self.rows["domains"]},
            composites=self.composites(),
            functions={(function.name, function.arguments): function for function in functions},
            schemas=frozenset(row.name for row in self.rows["schemas"]) | {"public"},
            extensions=frozenset(row.name for row in self.rows["extensions"]),
        )

    def composites(self) -> dict[Name, CompositeType]:
        found = {
            Name(r.name, r.schema): CompositeType(Name(r.name, r.schema), self.columns(r.oid))
            for r in self.rows["relations"]
            if r.kind == "c"
        }
        for row in self.rows["other_types"]:
            name = Name(row.name, row.schema)
            found[name] = CompositeType(name, kind="range" if row.kind == "r" else "base")
        return found

    def columns(self, relation: int) -> tuple[Column, ...]:
        return tuple(
            Column(
                row.name,
                _type(row.type),
                not_null=row.not_null,
                default=row.expression if not row.generated else None,
                identity=_IDENTITY.get(row.identity),
                generated=row.expression if row.generated else None,
                generated_stored=row.generated != "v",
                collation=row.collation,
                comment=row.comment,
                is_local=row.is_local,
            )
            for row in self.of("columns", relation)
        )

    def table(self, row: Row) -> Table:
        parents = [Name(parent.name, parent.schema) for parent in self.of("parents", row.oid)]
        return Table(
            Name(row.name, row.schema),
            self.columns(row.oid),
            tuple(_constraint(constraint) for constraint in self.of("constraints", row.oid)),
            persistence=_PERSISTENCE[row.persistence],
            partition_by=row.partition_by,
            partition_key=tuple(row.partition_key or ()),
            partition_of=parents[0] if row.is_partition else None,
            partition_bound=row.partition_bound,
            inherits=() if row.is_partition else tuple(parents),
            row_security=row.row_security,
            force_row_security=row.force_row_security,
            policies=tuple(_policy(policy) for policy in self.of("policies", row.oid)),
            triggers=self.triggers(row.oid),
            grants=self.grants(row.oid),
            owner=row.owner,
            comment=row.comment,
            replica_identity=_replica_identity(row),
            access_method=row.access_method if row.access_method != "heap" else None,
        )

    def view(self, row: Row) -> View:
        reads: dict[Name, set[str | None]] = defaultdict(set)
        for read in self.of("reads", row.oid):
            reads[Name(read.name, read.schema)].add(read.column_name)
        return View(
            Name(row.name, row.schema),
            row.query.rstrip().rstrip(";").strip(),
            self.columns(row.oid),
            materialized=row.kind == "m",
            # A dependence on the whole relation says nothing where its columns are known.
            reads=frozenset((name, c) for name, columns in reads.items() for c in (columns - {None} or {None})),
            security_invoker=row.security_invoker,
            populated=row.is_populated,
            triggers=self.triggers(row.oid),
            grants=self.grants(row.oid),
            owner=row.owner,
            comment=row.comment,
        )

    def triggers(self, relation: int) -> tuple[Trigger, ...]:
        return tuple(_trigger(row) for row in self.of("triggers", relation))

    def grants(self, relation: int) -> tuple[Grant, ...]:
        return tuple(
            Grant(row.grantee, row.privilege, (row.column_name,) if row.column_name else (), row.grantable)
            for row in self.of("grants", relation)
        )

    def index(self, row: Row) -> Index:
        known = frozenset(column.name for column in self.of("columns", row.relation))
        parts = zip(row.key_columns, row.key_texts, row.options, row.opclasses, row.collations, strict=True)
        keys = tuple(
            IndexKey(column, None, bool(option & 1), opclass, collation)
            if column is not None
            else IndexKey(None, text, bool(option & 1), opclass, collation, _columns_in(text, known))
            for column, text, option, opclass, collation in parts
        )
        return Index(
            Name(row.name, row.schema),
            Name(row.table_name, row.table_schema),
            keys,
            unique=row.is_unique,
            method=row.method,
            predicate=bare(row.predicate) if row.predicate else None,
            predicate_columns=_columns_in(row.predicate, known) if row.predicate else (),
            include=tuple(row.include or ()),
            valid=row.is_valid,
            nulls_distinct=not row.nulls_not_distinct,
            constraint=row.constraint_name,
        )

    def function(self, row: Row) -> Function:
        return Function(
            Name(row.name, row.schema),
            tuple(_type(argument).spelling for argument in row.arguments),
            row.returns,
            _KINDS[row.kind],
            row.language,
            row.body or "",
            row.definition,
            row.has_own_access,
            row.is_strict,
            is_definer=row.is_definer,
        )


def _columns_in(text: str, known: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(expressions.words(text) & known))


def _replica_identity(row: Row) -> str | None:
    return {"d": None, "f": "FULL", "n": "NOTHING", "i": f"USING INDEX {row.replica_index}"}[row.replica]


def _constraint(row: Row) -> Constraint:
    columns, timing = tuple(row.columns or ()), {"deferrable": row.deferrable, "initially_deferred": row.deferred}
    match row.kind:
        case "p":
            return PrimaryKey(row.name, columns, tuple(row.include or ()), **timing)
        case "u":
            return Unique(row.name, columns, tuple(row.include or ()), not row.nulls_not_distinct, **timing)
        case "f":
            return ForeignKey(
                row.name,
                columns,
                Name(row.ref_table, row.ref_schema),
                tuple(row.ref_columns),
                _ACTIONS[row.on_delete],
                _ACTIONS[row.on_update],
                match_full=row.match == "f",
                valid=row.valid,
                **timing,
            )
        case "c":
            return Check(row.name, bare(row.definition), columns, row.valid, row.no_inherit)
        case _:
            elements = tuple(zip(row.elements, row.operators, strict=True))
            return Exclusion(row.name, elements, row.method, row.predicate)


def _sequence(row: Row) -> SequenceObject:
    owned = (Name(row.table_name, row.table_schema), row.column_name) if row.table_name else None
    return SequenceObject(Name(row.name, row.schema), _type(row.type), owned)


def _domain(row: Row, checks: list[Check]) -> Domain:
    return Domain(
        Name(row.name, row.schema), _type(row.base), row.not_null, row.default_text, tuple(checks), row.collation
    )


def _policy(row: Row) -> Policy:
    return Policy(row.name, _COMMANDS[row.command], row.permissive, tuple(row.roles), row.using, row.check_text)


def _trigger(row: Row) -> Trigger:
    timing = "BEFORE" if row.bits & 2 else "INSTEAD OF" if row.bits & 64 else "AFTER"
    return Trigger(
        row.name,
        Name(row.function, row.function_schema),
        timing,
        tuple(event for bit, event in _EVENTS if row.bits & bit),
        for_each_row=bool(row.bits & 1),
        columns=tuple(row.columns or ()),
        enabled=row.enabled,
        constraint=row.is_constraint,
        definition=row.definition,
    )
