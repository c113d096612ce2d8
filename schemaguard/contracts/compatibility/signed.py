"""What arrives in the frame after a change, against the signature that the contract was given."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.reading import is_required
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.signature import refusal
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Output, Untraceable

_EFFECT = "the feature query succeeds, and the model refuses the frame: MLflow's schema enforcement raises"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A column of the frame: its type over a catalog, and the table and column that it comes from."""

    name: str
    type: Type
    may_be_null: bool
    table: Name
    column: str | None


def arriving(contract: Contract, catalog: Catalog) -> tuple[Arriving, ...]:
    """The frame's columns: what the feature query returns, or without one the columns that are read.

    Empty where the query can't be traced over the catalog.
    """
    if contract.query is None:
        return tuple(_read(contract, catalog))
    try:
        outputs = trace(contract.query, catalog).outputs
    except Untraceable:
        return ()
    return tuple(_of_output(output, contract, catalog) for output in outputs)


def refused_columns(contract: Contract, catalog: Catalog) -> Iterator[Breakage]:
    """The columns of the frame that the signature may refuse."""
    if not contract.signature:
        return
    frame = {column.name: column for column in arriving(contract, catalog)}
    for field in contract.signature:
        column = frame.get(field.name)
        why = refusal(field, column.type, catalog, may_be_null=column.may_be_null) if column is not None else None
        if column is not None and why is not None:
            subject = (column.table, column.column or column.name)
            found = breakage("signature-refused", "read", subject, contract.reads_through, why)
            yield replace(found, effect=_EFFECT)


def _read(contract: Contract, catalog: Catalog) -> Iterator[Arriving]:
    for part in contract.tables:
        shown = relation(part.table, catalog)
        if part.access != "read" or shown is None:
            continue
        for promise in part.promises:
            column, home = shown.column(promise.column), shown.home(promise.column)
            if column is not None:
                is_filled = is_required(home[1], home[0]) if home is not None else column.not_null
                yield Arriving(promise.column, column.type, not is_filled, part.table, promise.column)


def _of_output(output: Output, contract: Contract, catalog: Catalog) -> Arriving:
    sources = sorted(output.sources, key=str)
    if not sources:
        return Arriving(output.name, output.type, output.may_be_null, contract.tables[0].table, None)
    name, column = sources[0]
    named = (part.table for part in contract.tables if catalog.resolve(part.table) == name)
    return Arriving(output.name, output.type, output.may_be_null, next(named, name), column)
