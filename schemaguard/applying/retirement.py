"""Retirement: a column or table goes out of sight with its data, by metadata only, and can be brought back.

A column is renamed; what would go on refusing or filling rows behind the new writers' backs (foreign keys, defaults of
unique columns, NOT NULL that nothing fills) is taken off and written into the way back. A table moves to a schema of
its own. Views follow both, for they know columns and tables by number, not by name.
"""

from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.fold.cascade import index_uses
from schemaguard.catalog.objects import Catalog, Check, Column, Constraint, ForeignKey, Index, Name, Table, Unique
from schemaguard.catalog.retirability import retirability
from schemaguard.catalog.volatility import is_constant
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.writing.identifiers import hidden
from schemaguard.sql.writing.statements import rendered


@dataclass(frozen=True, slots=True)
class Retirement:
    """What takes a column (or a table: `column` None) out of sight, and what brings it back; both in order."""

    table: Name
    column: str | None
    hidden_table: Name
    hidden_column: str | None
    retire: tuple[str, ...]
    restore: tuple[str, ...]
    cls: Literal["instant", "slow"]
    """`instant`, or `slow` where the way back reads the rows."""
    why: str = ""

    @property
    def object(self) -> str:
        """Its visible name, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)


def retire_column(catalog: Catalog, name: Name, column: str, token: int) -> Retirement:
    """The retirement of a column of a live catalog; RefusedError, with what to do first, where it can't be retired.

    See https://www.postgresql.org/docs/18/sql-altertable.html.
    """
    table = _table(catalog, name)
    known = table.column(column)
    if known is None:
        raise RefusedError(f"{table.name} has no column {column}", at=str(table.name), next="look at the migration")
    cls, why = _cost(c.DropColumn(table.name, column), catalog, f"{table.name}.{column}")
    _refuse_references(catalog, table, frozenset({column}))
    to = hidden(column, token)
    acts = [*_column_acts(catalog, table, known, token)]
    rename = rendered(c.RenameColumn(table.name, column, to))
    back = rendered(c.RenameColumn(table.name, to, column))
    return Retirement(
        table=table.name,
        column=column,
        hidden_table=table.name,
        hidden_column=to,
        retire=(*(there for there, _ in acts), rename),
        restore=(back, *(again for _, again in reversed(acts) if again)),
        cls=cls,
        why=why,
    )


def retire_table(catalog: Catalog, name: Name, token: int) -> Retirement:
    """The retirement of a table of a live catalog; RefusedError, with what to do first, where it can't be retired.

    See https://www.postgresql.org/docs/18/sql-altertable.html.
    """
    table = _table(catalog, name)
    cls, why = _cost(c.DropTable(table.name), catalog, str(table.name))
    if table.partition_by is not None or any(table.name in other.inherits for other in catalog.tables.values()):
        raise _refusal(str(table.name), "it has partitions or children", "retire those first")
    grave = Name(table.name.name, f"schemaguard_retired_{token}")
    assert grave.schema is not None
    foreign = [(table.name, key) for key in table.constraints if isinstance(key, ForeignKey)]
    foreign += [
        (other.name, key)
        for other in catalog.tables.values()
        for key in other.constraints
        if isinstance(key, ForeignKey) and catalog.resolve(key.ref_table) == table.name and other.name != table.name
    ]
    move = rendered(c.MoveTable(table.name, grave.schema))
    back = rendered(c.MoveTable(grave, table.name.schema or "public"))
    return Retirement(
        table=table.name,
        column=None,
        hidden_table=grave,
        hidden_column=None,
        retire=(*(_drop(owner, key.name) for owner, key in foreign), rendered(c.CreateSchema(grave.schema)), move),
        restore=(
            back,
            rendered(c.DropObject("schema", Name(grave.schema))),
            # Either side may have been written meanwhile: the key holds for new rows, VALIDATE tells of the old.
            *(_add(owner, replace(key, valid=False)) for owner, key in foreign),
        ),
        cls=cls,
        why=why,
    )


def hide_index(index: Name, token: int) -> tuple[str, str]:
    """(what gives an index a hidden name, so that its own may be used again; what gives it back).

    See https://www.postgresql.org/docs/18/sql-alterindex.html.
    """
    aside = Name(hidden(index.name, token), index.schema)
    return (
        rendered(c.RenameObject("index", index, aside.name)),
        rendered(c.RenameObject("index", aside, index.name)),
    )


def _table(catalog: Catalog, name: Name) -> Table:
    table = catalog.table(name)
    if table is None:
        raise RefusedError(f"there is no table {name}", at=str(name), next="look at the migration")
    return table


def _cost(change: c.DropColumn | c.DropTable, catalog: Catalog, what: str) -> tuple[Literal["instant", "slow"], str]:
    found = retirability(change, catalog)
    assert found is not None
    if found.cls == "impossible":
        first = found.first if isinstance(found.first, str) else rendered(found.first)
        raise _refusal(what, found.why, first)
    return found.cls, found.why


def _refusal(what: str, why: str, first: str) -> RefusedError:
    return RefusedError(
        f"{what} can't be retired: {why}", at=what, next=first or "keep it, or drop it by hand once nobody needs it"
    )


def _refuse_references(catalog: Catalog, table: Table, gone: frozenset[str]) -> None:
    for other in catalog.tables.values():
        for key in other.constraints:
            if (
                isinstance(key, ForeignKey)
                and catalog.resolve(key.ref_table) == table.name
                and gone & {*key.ref_columns}
            ):
                why = f"foreign key {key.name} of {other.name} references it"
                raise _refusal(f"{table.name}.{', '.join(sorted(gone))}", why, f"drop {key.name} first")


def _column_acts(catalog: Catalog, table: Table, column: Column, token: int) -> Iterator[tuple[str, str]]:
    """(statement that takes something off or aside, statement that puts it back; empty where nothing is put back)."""
    indexes = [i for n in catalog.indexes_of.get(table.name, ()) if index_uses(i := catalog.indexes[n], column.name)]
    yield from _constraint_acts(table, column.name, token)
    yield from _index_acts(table, indexes, token)
    is_unique = any(index.unique for index in indexes)
    if column.default is not None and (is_unique or not is_constant(column.default)):
        yield _both(c.DropDefault(table.name, column.name), c.SetDefault(table.name, column.name, column.default))
    keeps_default = is_constant(column.filling) and not is_unique
    if column.not_null and not keeps_default and column.identity is None and column.generated is None:
        yield _both(c.DropNotNull(table.name, column.name), c.SetNotNull(table.name, column.name))


def _constraint_acts(table: Table, column: str, token: int) -> Iterator[tuple[str, str]]:
    for constraint in table.constraints:
        name = constraint.name
        if name is None:
            continue
        match constraint:
            case ForeignKey(columns=columns) if column in columns:
                # ON DELETE CASCADE through a column that nobody sees would delete live rows.
                yield _drop(table.name, name), _add(table.name, replace(constraint, valid=False))
            case Unique(columns=columns, nulls_distinct=False) if column in columns:
                yield _drop(table.name, name), _add(table.name, constraint)
            case Check(definition=text) if expressions.mentions(text, column):
                if "not null" in text.lower():
                    yield _drop(table.name, name), _add(table.name, replace(constraint, valid=False))
                else:
                    to = hidden(name, token)
                    yield _both(c.RenameConstraint(table.name, name, to), c.RenameConstraint(table.name, to, name))
            case _:
                pass


def _index_acts(table: Table, indexes: list[Index], token: int) -> Iterator[tuple[str, str]]:
    """Kept indexes take hidden names, so that a later migration may use the old ones again."""
    for index in indexes:
        constraint = table.constraint(index.constraint) if index.constraint else None
        if isinstance(constraint, Unique) and not constraint.nulls_distinct:
            continue
        yield hide_index(index.name, token)


def _both(there: c.Change, back: c.Change) -> tuple[str, str]:
    return rendered(there), rendered(back)


def _drop(table: Name, constraint: str | None) -> str:
    assert constraint is not None
    return rendered(c.DropConstraint(table, constraint))


def _add(table: Name, constraint: Constraint) -> str:
    return rendered(c.AddConstraint(table, constraint))
