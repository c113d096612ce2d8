"""What hangs on columns and has to be there on the new ones too: NOT NULL, indexes, keys, checks."""

from collections.abc import Iterator, Mapping, Sequence

from schemaguard.catalog import changes as c
from schemaguard.catalog.apply import apply
from schemaguard.catalog.objects import (
    Catalog,
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.expanding.act import Act, PhasePart, Unsplittable, act
from schemaguard.expanding.naming import bounded, constraint_beside, relation_beside
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.writing.identifiers import quote


def require_plain(table: Table, columns: tuple[str, ...], catalog: Catalog) -> None:
    """Raise Unsplittable where columns can't be replaced by others without stopping somebody."""
    if table.partition_by is not None or table.partition_of is not None or table.inherits:
        raise Unsplittable(
            f"{table.name} is partitioned or inherits: its parts would need their own steps",
            next="write expand, backfill and contract by hand",
        )
    for other in catalog.tables.values():
        for constraint in other.constraints:
            if not isinstance(constraint, ForeignKey) or catalog.resolve(constraint.ref_table) != table.name:
                continue
            if set(constraint.ref_columns) & set(columns):
                raise Unsplittable(
                    f"{other.name} refers to {table.name}({', '.join(columns)}) with {constraint.name}",
                    next="split the change of the referring columns first",
                )
    for column in table.columns:
        if column.name in columns and (column.identity is not None or column.generated is not None):
            raise Unsplittable(
                f"{table.name}.{column.name} is {'an identity' if column.identity else 'a generated'} column",
                next="write expand, backfill and contract by hand",
            )


@dataclass(frozen=True, slots=True)
class Tightening:
    """NOT NULL that nobody waits for: a check without a look at the rows, then what makes it NOT NULL."""

    check: Act
    validate: Act
    set_not_null: Act
    drop_check: Act
    drop_not_null: Act


def required(table: Name, column: str) -> Tightening:
    """The steps to NOT NULL of a column, and the one that takes it back."""
    name = bounded(f"{table.name}_{column}_required")
    check = Check(name, f"{quote(column)} IS NOT NULL", (column,), valid=False)
    return Tightening(
        act(c.AddConstraint(table, check), "Checked for new rows only; the old ones follow after the backfill."),
        act(c.ValidateConstraint(table, name), "Reads all rows, and nobody waits for it.", alone=True),
        act(c.SetNotNull(table, column), "The valid check spares it the look at the rows.", alone=True),
        act(c.DropConstraint(table, name), alone=True),
        act(c.DropNotNull(table, column)),
    )


def tightened(steps: Sequence[Tightening]) -> PhasePart:
    """The columns made NOT NULL. The checks go last: until then all of it can be run again."""
    up = (
        *(each.validate for each in steps),
        *(each.set_not_null for each in steps),
        *(each.drop_check for each in steps),
    )
    return PhasePart(up, tuple(one for each in steps for one in (each.check, each.drop_not_null)))


def built(acts: tuple[Act, ...]) -> PhasePart:
    """What is built while everybody works, and dropping its indexes again; a check that was validated may stay so."""
    indexes = [change.name for one in acts for change in one.changes if isinstance(change, c.CreateIndex)]
    return PhasePart(
        acts, tuple(act(c.DropIndex(name, if_exists=True)) for name in reversed(indexes) if name is not None)
    )


@dataclass(frozen=True, slots=True)
class HungActs:
    """What hangs on columns that stand beside others for a while: made early, under names of its own, named late."""

    expand: tuple[Act, ...] = ()
    backfill: tuple[Act, ...] = ()
    contract: tuple[Act, ...] = ()
    undone: tuple[Act, ...] = ()
    """What takes `contract` back."""


def hung(spoken: Name, wanted: Table, catalog: Catalog, beside: Mapping[str, str], there: Catalog) -> HungActs:
    """The indexes and constraints that the table shall have on the columns that are keys of `beside`.

    `catalog` has the table as wanted; `beside` says the name that each column has in the meantime; what has a name that
    is taken `there`, today, gets another one until the contract phase.
    """
    meantime = _renamed(wanted, catalog, beside)
    table = meantime.tables[wanted.name]
    today = there.tables.get(wanted.name, table)
    pairs = zip(wanted.constraints, table.constraints, strict=True)
    parts = [
        _constraint(spoken, final, early, today, there)
        for final, early in pairs
        if set(_columns_of(final)) & set(beside)
    ]
    parts += _indexes(spoken, wanted, catalog, beside, there)
    return HungActs(
        tuple(each for part in parts for each in part.expand),
        tuple(each for part in parts for each in part.backfill),
        tuple(each for part in parts for each in part.contract),
        tuple(each for part in reversed(parts) for each in part.undone),
    )


def indexes_on_copy(spoken: Name, table: Table, catalog: Catalog, column: str, copy: str) -> tuple[Act, ...]:
    """The indexes of a column, made for its copy too: readers look rows up by it, and upserts need its keys."""
    parts = _indexes(spoken, table, catalog, {column: copy}, catalog)
    keys: list[Act] = []
    for index in (catalog.indexes[name] for name in catalog.indexes_of.get(table.name, ())):
        names = tuple(str(key.column) for key in index.keys)
        if index.constraint is not None and index.unique and column in names:
            renamed = tuple(copy if name == column else name for name in names)
            home = catalog.resolve(spoken).schema
            name = Name(relation_beside(f"{table.name.name}_{'_'.join(renamed)}", home, catalog), spoken.schema)
            made = _made(spoken, name, Unique(None, renamed))
            keys.append(act(c.CreateIndex(made, name, concurrently=True, if_not_exists=True), alone=True))
    return (*(each for part in parts for each in part.backfill), *keys)


def _indexes(
    spoken: Name, wanted: Table, catalog: Catalog, beside: Mapping[str, str], there: Catalog
) -> list[HungActs]:
    meantime = _renamed(wanted, catalog, beside)
    return [
        _index(spoken, catalog.indexes[name], meantime.indexes[name], there)
        for name in catalog.indexes_of.get(wanted.name, ())
        if catalog.indexes[name].constraint is None and _index_columns(catalog.indexes[name]) & set(beside)
    ]


def _renamed(wanted: Table, catalog: Catalog, beside: Mapping[str, str]) -> Catalog:
    for column, name in beside.items():
        if column != name:
            catalog = apply(c.RenameColumn(wanted.name, column, name), catalog)
    return catalog


def _columns_of(constraint: Constraint) -> tuple[str, ...]:
    return () if isinstance(constraint, Exclusion) else constraint.columns


def _index_columns(index: Index) -> frozenset[str]:
    keys = (name for key in index.keys for name in ((key.column,) if key.column else key.columns))
    return frozenset((*keys, *index.include, *index.predicate_columns))


def _constraint(spoken: Name, final: Constraint, early: Constraint, today: Table, there: Catalog) -> HungActs:
    name = final.name or ""
    match early:
        case PrimaryKey() | Unique():
            return _key(spoken, name, early, there)
        case ForeignKey() | Check():
            is_taken = today.constraint(name) is not None
            meanwhile = constraint_beside(name, today) if is_taken else name
            added = act(c.AddConstraint(spoken, replace(early, name=meanwhile, valid=False)))
            validated = act(c.ValidateConstraint(spoken, meanwhile), alone=True)
            if not is_taken:
                return HungActs((added,), (validated,))
            there_and_back = (
                act(c.RenameConstraint(spoken, meanwhile, name)),
                act(c.RenameConstraint(spoken, name, meanwhile)),
            )
            return HungActs((added,), (validated,), there_and_back[:1], there_and_back[1:])
        case Exclusion():
            raise Unsplittable(
                f"{today.name} has the exclusion constraint {name} on it", next="write the revisions by hand"
            )


def _key(spoken: Name, name: str, early: PrimaryKey | Unique, there: Catalog) -> HungActs:
    if isinstance(early, Unique) and not early.nulls_distinct:
        raise Unsplittable(f"constraint {name} takes NULLs for equal", next="write the revisions by hand")
    meanwhile = relation_beside(name, there.resolve(spoken).schema, there)
    made = _made(spoken, Name(meanwhile, spoken.schema), early)
    swapped = act(c.AddConstraint(spoken, early, using_index=meanwhile), "The index is there: this only names it.")
    undone = (
        act(c.DropConstraint(spoken, name)),
        act(c.CreateIndex(made, Name(meanwhile, spoken.schema))),
    )
    built = act(c.CreateIndex(made, Name(meanwhile, spoken.schema), concurrently=True, if_not_exists=True), alone=True)
    return HungActs((), (built,), (swapped,), undone)


def _made(spoken: Name, name: Name, key: PrimaryKey | Unique) -> Index:
    return Index(name, spoken, tuple(IndexKey(column) for column in key.columns), unique=True, include=key.include)


def _index(spoken: Name, final: Index, early: Index, there: Catalog) -> HungActs:
    is_taken = final.name in there.indexes
    meanwhile = Name(
        relation_beside(final.name.name, final.name.schema, there) if is_taken else final.name.name, spoken.schema
    )
    made = c.CreateIndex(replace(early, table=spoken, name=meanwhile), meanwhile, concurrently=True, if_not_exists=True)
    built = act(made, alone=True)
    if not is_taken:
        return HungActs((), (built,))
    renamed = act(c.RenameObject("index", meanwhile, final.name.name))
    back = act(c.RenameObject("index", Name(final.name.name, spoken.schema), meanwhile.name))
    return HungActs((), (built,), (renamed,), (back,))


def lost_with(spoken: Name, table: Table, catalog: Catalog, columns: tuple[str, ...]) -> Iterator[Act]:
    """What a dropped column takes along, made again; the rows are there already."""
    for constraint in table.constraints:
        if set(_columns_of(constraint)) & set(columns):
            yield act(c.AddConstraint(spoken, constraint))
    for name in catalog.indexes_of.get(table.name, ()):
        index = catalog.indexes[name]
        if index.constraint is None and _index_columns(index) & set(columns):
            yield act(c.CreateIndex(replace(index, table=spoken), Name(index.name.name)))


def nullable(column: Column, name: str | None = None) -> Column:
    """The column as it is added beside others: without NOT NULL and default, which come later."""
    return replace(column, name=name or column.name, not_null=False, default=None, comment=None)
