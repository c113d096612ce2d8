"""Locks and work of changes of columns."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.cascade import Gone, closure
from schemaguard.catalog.fold.draft import Draft, type_name
from schemaguard.catalog.locks.modes import Lock
from schemaguard.catalog.locks.work import ALONE, WITH_ALL, WITH_READERS, TableWork, alone, referenced_by, with_mode
from schemaguard.catalog.objects import Check, ForeignKey, Name, Table
from schemaguard.catalog.proofs import proves_not_null
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.catalog.volatility import is_volatile
from schemaguard.frozen import replace


def of_columns(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    """Of a change of a column; None where it is none.

    See AlterTableGetLockLevel() and ATRewriteTables() in tablecmds.c.
    """
    match change:
        case c.AddColumn():
            return _add_column(change, draft)
        case c.DropColumn(table=name, column=column):
            keys = [k for k in draft.table(name).constraints if isinstance(k, ForeignKey) and column in k.columns]
            others = list(referenced_by(keys, draft, ALONE))
            if change.cascade:
                going = closure(draft, (Gone("column", draft.resolve(name), column),))
                others += [Lock(gone.name, ALONE) for gone in going if gone.kind in ("view", "constraint", "column")]
            return alone(draft, name, *dict.fromkeys(others))
        case c.RetypeColumn():
            return _retype(change, draft)
        case c.SetNotNull(table=name, column=column):
            if proves_not_null(draft.table(name), column):
                return alone(draft, name, why="a validated CHECK or NOT NULL shows it already")
            return alone(draft, name, work="scan", why="every row is checked")
        case c.SetGenerated(table=name, expression=expression):
            if expression is None:
                return alone(draft, name)
            return alone(draft, name, work="rewrite", why="every value is computed anew")
        case c.SetColumnOption(table=name, option=option):
            weak = option.upper().startswith(("STATISTICS", "SET STATISTICS", "(", "SET (", "RESET ("))
            return with_mode(draft, name, WITH_ALL if weak else ALONE)
        case (
            c.RenameColumn(table=name)
            | c.DropNotNull(table=name)
            | c.SetDefault(table=name)
            | c.DropDefault(table=name)
            | c.SetIdentity(table=name)
        ):
            return alone(draft, name)
        case _:
            return None


def _add_column(change: c.AddColumn, draft: Draft) -> TableWork:
    column, name = change.column, change.table
    if change.if_not_exists and draft.table(name).column(column.name) is not None:
        return alone(draft, name)
    referenced = tuple(referenced_by(change.constraints, draft, WITH_READERS))
    why = _fills_rows(change, draft)
    if why:
        return alone(draft, name, *referenced, work="rewrite", why=why)
    for constraint in change.constraints:
        match constraint:
            case ForeignKey() if column.filling is None:
                pass
            case Check(valid=False) | ForeignKey(valid=False):
                pass
            case _:
                return alone(draft, name, *referenced, work="scan", why="the new constraint is checked")
    if column.not_null and column.filling is None:
        return alone(draft, name, *referenced, work="scan", why="refused where there is a row")
    return alone(draft, name, *referenced)


def _fills_rows(change: c.AddColumn, draft: Draft) -> str:
    """Why every row has to be written, empty where it needn't be. See ATExecAddColumn() in tablecmds.c."""
    column = change.column
    if column.generated is not None:
        return "a stored generated column is computed for every row" if column.generated_stored else ""
    if change.serial or column.identity is not None:
        return "every row gets a number"
    if is_volatile(column.default):
        return "the default is volatile: every row gets a value of its own"
    domain = draft.domains.get(draft.resolve_type(Name(column.type.name, column.type.schema)))
    if domain is not None and not column.type.dimensions and (domain.checks or domain.not_null):
        return "the domain has constraints that every row is held to"
    return ""


def _retype(change: c.RetypeColumn, draft: Draft) -> TableWork:
    table = draft.table(change.table)
    column = table.column(change.column)
    if column is None:
        return alone(draft, change.table, work="rewrite", why="the type before isn't known")
    touched = [k for k in table.constraints if isinstance(k, ForeignKey) and change.column in k.columns]
    pointing = tuple(dict.fromkeys(referencing(table, change.column, draft)))
    others = (*referenced_by(touched, draft, ALONE), *pointing)
    new = draft.type(change.type)
    domain = draft.domains.get(type_name(new) or table.name)
    if domain is not None and new != column.type and (domain.checks or domain.not_null):
        return alone(draft, change.table, *others, work="rewrite", why="rows are held to the domain")
    work = retyping(_beneath(column.type, draft), _beneath(new, draft)).work
    if change.using is not None and not is_plain_cast(change.using, column.name):
        work = "rewrite"
    if work == "rewrite":
        made = alone(draft, change.table, *others, work="rewrite", why=f"{column.type} → {new}")
        return replace(made, read_too=tuple(lock.relation for lock in pointing))
    if _has_check(table, change.column) and (new != column.type or change.collation is not None):
        return alone(draft, change.table, *others, work="scan", why="its CHECKs are added again")
    return alone(draft, change.table, *others)


def _beneath(type_: Type, draft: Draft) -> Type:
    """What a domain is made of: its values are stored as those."""
    domain = draft.domains.get(type_name(type_) or Name(""))
    return domain.base if domain is not None and not type_.dimensions else type_


def _has_check(table: Table, column: str) -> bool:
    return any(isinstance(k, Check) and k.valid and column in (k.columns or (column,)) for k in table.constraints)


def referencing(table: Table, column: str, draft: Draft) -> Iterator[Lock]:
    """The tables whose foreign keys point at the column: their constraint is made anew."""
    for user in draft.uses(table.name):
        other = draft.tables.get(user)
        for key in other.constraints if other is not None else ():
            if isinstance(key, ForeignKey) and key.ref_table == table.name and column in key.ref_columns:
                yield Lock(user, ALONE)
