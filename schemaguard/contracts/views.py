"""Contract views as data, and as SQL: one view a table, with exactly the promised names, in a schema of their own.

The views belong to a role that nobody can log in as and that has just the base grants they need; whoever serves the
contract is a member of the contract's group role, which reaches the views and nothing below them.
"""

from collections.abc import Iterator

from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Catalog, Column, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import quote

OWNER = "schemaguard_views"


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column of a contract view; `cast` is the promised type where the table has another by now."""

    name: str
    cast: str | None = None
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class ContractView:
    """The view of one table: its columns in the order of the contract."""

    name: str
    schema: str
    table: str
    columns: tuple[ViewColumn, ...]
    is_written: bool = False
    security_invoker: bool = False
    sequences: tuple[tuple[str, str], ...] = ()
    """(schema, name) of the sequences that defaults of the table draw from as the writer."""

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that the contract writes."""
        return tuple(column.name for column in self.columns if column.is_written)


@dataclass(frozen=True, slots=True)
class ContractViews:
    """All views of one contract; `role` is the group role that reaches them."""

    schema: str
    role: str
    views: tuple[ContractView, ...]
    digest: str = ""


def contract_views(contract: Contract, schema: str, catalog: Catalog) -> ContractViews:
    """The views that a contract is to have over a catalog that satisfies it.

    A contract on a copy has none. RefusedError where two of its tables would need a view of the same name.
    """
    merged: dict[Name, list[ContractTable]] = {}
    for table in contract.tables if contract.reads_through != "copy" else ():
        merged.setdefault(catalog.resolve(table.table), []).append(table)
    names = [name.name for name in merged]
    for name in merged:
        if names.count(name.name) > 1:
            raise RefusedError(
                f"two tables in the contract of {contract.who} are called {name.name}",
                at=contract.file,
                next="rename one of them, or split the contract: a contract view is called as its table is",
            )
    views = tuple(
        _view(name, tables, catalog, _types(Name(name.name, schema), catalog)) for name, tables in merged.items()
    )
    return ContractViews(schema, group_role(schema), views, contract.digest)


def group_role(schema: str) -> str:
    """The group role of a contract's schema."""
    return truncate(f"schemaguard_{schema}")


def _types(view: Name, catalog: Catalog) -> dict[str, Type]:
    """The types that a view that is there shows: CREATE OR REPLACE VIEW changes none of them."""
    known = catalog.views.get(view)
    columns = known.columns if known is not None else None
    return {column.name: column.type for column in columns or ()}


def _view(name: Name, tables: list[ContractTable], catalog: Catalog, shown: dict[str, Type]) -> ContractView:
    table = catalog.tables.get(name)
    is_written = any(each.access == "write" for each in tables)
    columns: dict[str, ViewColumn] = {}
    for each in sorted(tables, key=lambda t: t.access):
        for promise in each.promises:
            known = columns.get(promise.column)
            writes = each.access == "write" or (known is not None and known.is_written)
            column = table.column(promise.column) if table else None
            # A cast makes a column read-only, so a written one keeps the table's own type.
            cast = None if writes else _cast(promise.type, column, shown.get(promise.column))
            columns[promise.column] = ViewColumn(promise.column, cast, writes)
    return ContractView(
        name=name.name,
        schema=name.schema or "public",
        table=name.name,
        columns=tuple(columns.values()),
        is_written=is_written,
        security_invoker=bool(table and table.row_security),
        sequences=_sequences(table, catalog) if is_written and table else (),
    )


def _cast(promised: Type | None, column: Column | None, shown: Type | None) -> str | None:
    """The promised type where the table's own differs in more than its modifiers, which a cast would truncate to.

    A view that is there goes on showing the modifiers that it has.
    """
    if column is None:
        return None
    wanted = column.type if promised is None or _is_but_for_modifiers(promised, column.type) else promised
    if shown is not None and _is_but_for_modifiers(shown, wanted):
        wanted = shown
    return None if wanted == column.type else str(wanted)


def _is_but_for_modifiers(one: Type, other: Type) -> bool:
    same_schema = (one.schema or "public") == (other.schema or "public")
    return one.name == other.name and one.dimensions == other.dimensions and same_schema


def _sequences(table: Table, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Sequences behind `serial` columns: their default runs as the writer, an identity's doesn't."""
    identities = {column.name for column in table.columns if column.identity is not None}
    return tuple(
        (sequence.name.schema or "public", sequence.name.name)
        for sequence in catalog.sequences.values()
        if sequence.owned_by is not None
        and sequence.owned_by[0] == table.name
        and sequence.owned_by[1] not in identities
    )


def view_statements(views: ContractViews) -> tuple[str, ...]:
    """What makes the views, in order; running them again changes nothing. The two roles are there already."""
    return tuple(_statements(views))


def _statements(views: ContractViews) -> Iterator[str]:
    schema, role = quote(views.schema), quote(views.role)
    yield f"create schema if not exists {schema} authorization {OWNER}"
    yield f"grant usage on schema {schema} to {role}"
    for base in sorted({view.schema for view in views.views}):
        yield f"grant usage on schema {quote(base)} to {OWNER}"
    for view in views.views:
        yield from _view_statements(view, schema, role)


def _view_statements(view: ContractView, schema: str, role: str) -> Iterator[str]:
    base, made = f"{quote(view.schema)}.{quote(view.table)}", f"{schema}.{quote(view.name)}"
    shown = ", ".join(quote(column.name) for column in view.columns)
    written = ", ".join(quote(name) for name in view.written)
    yield f"grant select ({shown}) on {base} to {OWNER}"
    if view.written:
        yield f"grant insert ({written}), update ({written}) on {base} to {OWNER}"
    options = " with (security_invoker = true)" if view.security_invoker else ""
    query = f"select {_select_list(view)} from {base} as t"  # noqa: S608 - every name is quoted, every cast is a Type's
    yield f"create or replace view {made}{options} as {query}"
    yield f"alter view {made} owner to {OWNER}"
    yield f"grant select on {made} to {role}"
    if view.written:
        yield f"grant insert ({written}), update ({written}) on {made} to {role}"
    for sequence_schema, sequence in view.sequences:
        yield f"grant usage on sequence {quote(sequence_schema)}.{quote(sequence)} to {role}"
    if view.security_invoker:
        # Row security judges whoever asks, so whoever asks needs the base grants, too.
        yield f"grant usage on schema {quote(view.schema)} to {role}"
        yield f"grant select ({shown}) on {base} to {role}"
        if view.written:
            yield f"grant insert ({written}), update ({written}) on {base} to {role}"


def _select_list(view: ContractView) -> str:
    return ", ".join(
        f"t.{quote(c.name)}::{c.cast} as {quote(c.name)}" if c.cast else f"t.{quote(c.name)}" for c in view.columns
    )
