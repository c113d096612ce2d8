"""What is wrong with a contract beyond its file: against a catalog, its own query, its signature and its dates."""

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Literal

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.satisfied import unmet
from schemaguard.contracts.compatibility.signed import arriving
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.contracts.signature import SignatureField, refusal
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Lineage, Source, Untraceable

Layer = Literal["file", "catalog", "query", "signature", "window"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong (an error) or odd (a warning), where, and what to do about it."""

    layer: Layer
    is_error: bool
    what: str
    at: str
    next: str


def against_catalog(contract: Contract, catalog: Catalog) -> Iterator[Remark]:
    """What the contract names and the catalog doesn't have, or has otherwise."""
    missing: set[tuple[Name, str | None]] = set()
    for part in contract.tables:
        for remark, subject in _missing(contract, part, catalog):
            missing.add(subject)
            yield remark
    for found in unmet(contract, catalog):
        if (found.table, None) not in missing and (found.table, found.column) not in missing:
            at = _place(contract, found.table, found.column)
            yield Remark("catalog", True, found.message, at, "correct the promise, or change the table in a migration")


def _missing(
    contract: Contract, part: ContractTable, catalog: Catalog
) -> Iterator[tuple[Remark, tuple[Name, str | None]]]:
    shown = relation(part.table, catalog)
    # Something that can't be read may have made it.
    is_certain = not catalog.opaque
    if shown is None:
        known = [str(name) for name in (*catalog.tables, *catalog.views)]
        at = f"{contract.file}:{part.line}:{part.position}"
        what = f"there is no table {part.table}"
        yield Remark("catalog", is_certain, what, at, _nearest(str(part.table), known)), (part.table, None)
        return
    for promise in part.promises if not shown.is_open else ():
        if shown.column(promise.column) is None:
            at = f"{contract.file}:{promise.line}:{promise.position}"
            what = f"{part.table} has no column {promise.column}"
            hint = _nearest(promise.column, list(shown.columns))
            yield Remark("catalog", True, what, at, hint), (part.table, promise.column)


def _nearest(name: str, known: Iterable[str]) -> str:
    choices = sorted(known)
    near = get_close_matches(name, choices, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    few = ", ".join(choices[:12]) + (" …" if len(choices) > 12 else "")
    return f"there are: {few}" if choices else "the migrations create no tables"


def against_query(contract: Contract, catalog: Catalog) -> Iterator[Remark]:
    """What the feature query reads otherwise than the contract says."""
    if contract.query is None:
        return
    at = f"{contract.file}:1:1"
    try:
        lineage = trace(contract.query, catalog)
    except Untraceable as error:
        what = f"can't tell what {contract.query_file} reads: {error}"
        yield Remark("query", not catalog.opaque, what, at, "correct the name, or the migrations that create it")
        return
    for table, column in _undeclared(contract, lineage, catalog):
        what = f"{contract.query_file} reads {table}.{column}, which the contract doesn't list"
        yield Remark("query", True, what, _place(contract, table, None), f"add {column} to what is read of {table}")
    named = sorted(str(Name(name.name, name.schema)) for name in lineage.qualified)
    if contract.reads_through == "view" and named:
        what = (
            f"{contract.query_file} names {', '.join(named)} with its schema: it reads the table, not a contract view"
        )
        yield Remark("query", True, what, at, "leave the schema out, or set readsThrough: table")
    if lineage.has_star:
        what = f"{contract.query_file} selects all columns"
        yield Remark(
            "query", False, what, at, "list the columns, or each new column in the table becomes a new feature"
        )


def _undeclared(contract: Contract, lineage: Lineage, catalog: Catalog) -> list[Source]:
    listed = {
        (catalog.resolve(part.table), promise.column)
        for part in contract.tables
        if part.access == "read"
        for promise in part.promises
    }
    tables = {table for table, _ in listed}
    # A view that isn't under contract itself is followed to what it stands on.
    is_followed = any(name in catalog.views and name not in tables for name in lineage.relations)
    read = {(n, c) for n, c in lineage.direct if n in catalog.tables or n in tables}
    read |= {(n, c) for n, c in lineage.reads if n in catalog.tables} if is_followed else set()
    return sorted(((n, c) for n, c in read if (n, c) not in listed), key=str)


def against_signature(
    contract: Contract, version: str, fields: tuple[SignatureField, ...], catalog: Catalog
) -> Iterator[Remark]:
    """Where the frame that the contract describes isn't what the model's signature takes."""
    frame = {column.name: column for column in arriving(contract, catalog)}
    who = f"the signature of {contract.model} {version}"
    for field in fields if frame else ():
        column = frame.get(field.name)
        if column is None:
            what = f"{who} asks for {field.name}, which the contract doesn't read"
            yield Remark("signature", field.required, what, f"{contract.file}:1:1", _nearest(field.name, frame))
            continue
        why = refusal(field, column.type, catalog, may_be_null=column.may_be_null)
        if why is not None:
            at = _place(contract, column.table, column.column)
            what = f"{who} refuses {field.name}: {why}"
            yield Remark(
                "signature", True, what, at, "cast it in the feature query, or log the model with what arrives"
            )


def against_dates(contract: Contract, today: date) -> Iterator[Remark]:
    """A window that ends before it begins, or is over for a contract that says it is active."""
    begin, end, at = contract.available_from, contract.supported_until, f"{contract.file}:1:1"
    if begin is not None and end is not None and end < begin:
        what = f"endOfSupport {end} is before generalAvailability {begin}"
        yield Remark("window", True, what, at, "swap the two dates, or correct one of them")
    elif end is not None and end < today and contract.status == "active":
        what = f"endOfSupport {end} is in the past, but the contract is still active"
        yield Remark("window", False, what, at, "set status: retired, or a later endOfSupport")


def _place(contract: Contract, table: Name, column: str | None) -> str:
    """The column's line, else the table's."""
    for part in contract.tables:
        if part.table.name == table.name:
            promise = part.promise(column) if column is not None else None
            where = promise or part
            return f"{contract.file}:{where.line}:{where.position}"
    return f"{contract.file}:1:1"
