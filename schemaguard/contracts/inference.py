"""From what a model's queries read, and what it is said to write, to the promises of a contract.

Everything that the catalog keeps to is promised: types, NOT NULL, bounds and closed lists of values, uniqueness.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemaguard.catalog.objects import Catalog, Check, Column, Domain, Name, Table
from schemaguard.contracts.compatibility.bounds import Bounds, bounds, strictest, table_bounds
from schemaguard.contracts.compatibility.reading import UNKNOWN, is_required, possible_values, unique_sets
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import ContractTable, Promise, ReadsThrough
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Lineage, Untraceable
from schemaguard.sql.reading.written import Written


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """A query's text, and the file that it stands in."""

    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """The tables of a contract, reads before writes, and what nobody but a person can judge."""

    tables: tuple[ContractTable, ...]
    notes: tuple[str, ...] = ()


def infer_reads(queries: Sequence[FeatureQuery], catalog: Catalog, reads_through: ReadsThrough) -> Inferred:
    """What the queries read, all together.

    Views are followed to their base columns, and listed themselves: the query fails without them, too. Through contract
    views only what the queries name is listed, for that is what there are views of.

    Raises ContractError with file:line:column of the query where what it reads can't be told.
    """
    traced = [(query, _traced(query, catalog)) for query in queries]
    columns: dict[Name, set[str]] = {}
    for _, lineage in traced:
        for name, found in _relations(lineage, catalog, reads_through).items():
            columns.setdefault(name, set()).update(found)
    text = "\n".join(query.text for query in queries).lower()
    order = sorted(columns, key=lambda name: (text.find(name.name.lower()) % (len(text) + 1), str(name)))
    tables = tuple(_read(name, columns[name], catalog) for name in order)
    return Inferred(tables, tuple(note for query, lineage in traced for note in _notes(query, lineage)))


def reads_of(columns: Mapping[Name, Iterable[str]], catalog: Catalog) -> tuple[ContractTable, ...]:
    """The promises of a reader of those columns of tables and views that the catalog has, by name."""
    return tuple(_read(name, set(columns[name]), catalog) for name in sorted(columns, key=str))


def infer_writes(written: Iterable[Written], catalog: Catalog) -> tuple[ContractTable, ...]:
    """The promises of a writer of those columns. Raises ContractError where a table or column isn't known."""
    return tuple(_written(each, catalog) for each in written)


def _traced(query: FeatureQuery, catalog: Catalog) -> Lineage:
    try:
        return trace(query.text, catalog)
    except Untraceable as error:
        raise ContractError(
            f"can't tell what the query reads: {error}",
            at=f"{query.file}:{error.line or 1}:{error.column or 1}",
            next="correct the query, or name the migrations that create what it reads (--migrations, --initial)",
        ) from None


def _relations(lineage: Lineage, catalog: Catalog, reads_through: ReadsThrough) -> dict[Name, set[str]]:
    """Relation → columns; a relation that is only counted or looked for has none."""
    pairs = lineage.direct if reads_through == "view" else lineage.direct | lineage.reads
    found: dict[Name, set[str]] = {name: set() for name in lineage.relations}
    for name, column in pairs:
        if name in catalog.tables or name in lineage.relations:
            found.setdefault(name, set()).add(column)
    return found


def _notes(query: FeatureQuery, lineage: Lineage) -> Iterator[str]:
    for name in sorted(lineage.calls):
        yield f"{query.file} calls {name}(): schemaguard doesn't look into that function"
    if lineage.has_star:
        yield f"{query.file} selects all columns: list them, or each new column in the table becomes a new feature"


def _read(name: Name, wanted: set[str], catalog: Catalog) -> ContractTable:
    shown = relation(name, catalog)
    assert shown is not None, "a query was traced over a relation that the catalog doesn't have"
    promises = []
    for column in shown.columns.values():
        if column.name not in wanted:
            continue
        home = shown.home(column.name)
        if home is None:
            promises.append(Promise(column.name, None if column.type.name == UNKNOWN else column.type))
            continue
        table, below = home
        promise = replace(_promise(below, _validated(table), catalog), column=column.name, type=column.type)
        # What joins make of a view may repeat a row that is unique in its table.
        is_unique = shown.table is not None and frozenset({below.name}) in unique_sets(table, catalog)
        promises.append(replace(promise, unique=is_unique))
    return ContractTable(_short(name), "read", tuple(promises))


def _validated(table: Table) -> Table:
    """Without the checks that old rows needn't fulfil."""
    return replace(table, constraints=tuple(c for c in table.constraints if not isinstance(c, Check) or c.valid))


def _written(written: Written, catalog: Catalog) -> ContractTable:
    table = catalog.table(written.table)
    if table is None:
        raise ContractError(f"there is no table {written.table}", at="--writes", next="name a table of the migrations")
    promises: list[Promise] = []
    for name in (*written.columns, *written.upsert_key):
        column = table.column(name)
        if column is None:
            known = ", ".join(each.name for each in table.columns)
            raise ContractError(f"{table.name} has no column {name}", at="--writes", next=f"it has: {known}")
        if name not in [promise.column for promise in promises]:
            promises.append(_promise(column, table, catalog))
    return ContractTable(_short(table.name), "write", tuple(promises), written.upsert_key)


def _promise(column: Column, table: Table, catalog: Catalog) -> Promise:
    values = possible_values(column, table, catalog) if not column.type.dimensions else None
    limits = _limits(column, table, catalog)
    low, high = limits.minimum, limits.maximum
    is_filled = is_required(column, table) or any(domain.not_null for domain in _domains(column, catalog))
    return Promise(
        column.name,
        column.type,
        required=is_filled,
        minimum=low.rank if low is not None and not low.excluded else None,
        maximum=-high.rank if high is not None and not high.excluded else None,
        exclusive_minimum=low.rank if low is not None and low.excluded else None,
        exclusive_maximum=-high.rank if high is not None and high.excluded else None,
        enum=_ordered(values, column, catalog) if values is not None else None,
    )


def _limits(column: Column, table: Table, catalog: Catalog) -> Bounds:
    """What the checks of table and domain say about a number; checks on text and dates compare otherwise."""
    if _base(column, catalog) not in NUMBERS or column.type.dimensions:
        return Bounds()
    said = [table_bounds(table, column.name)]
    for domain in _domains(column, catalog):
        said += [found for check in domain.checks if (found := bounds(check, "value")) is not None]
    return Bounds(
        strictest(each.minimum for each in said if each.minimum is not None),
        strictest(each.maximum for each in said if each.maximum is not None),
    )


NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})


def _base(column: Column, catalog: Catalog) -> str:
    domains = list(_domains(column, catalog))
    return domains[-1].base.name if domains else column.type.name


def _domains(column: Column, catalog: Catalog) -> Iterator[Domain]:
    """The domain that the column's type is, and those below it."""
    type_ = column.type
    while (domain := catalog.domains.get(Name(type_.name, type_.schema or "public"))) is not None:
        yield domain
        type_ = domain.base


def _ordered(values: frozenset[str], column: Column, catalog: Catalog) -> tuple[str, ...]:
    """An enum's labels in their own order, values of a CHECK in that of the alphabet."""
    for name, enum in catalog.enums.items():
        if name.name == column.type.name and frozenset(enum.labels) == values:
            return enum.labels
    return tuple(sorted(values))


def _short(name: Name) -> Name:
    """As a contract writes it: without `public`."""
    return Name(name.name, None if name.schema == "public" else name.schema)
