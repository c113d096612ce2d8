"""drop-constraint: a key, foreign key or unique index that existed before goes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropConstraint, DropIndex
from schemaguard.catalog.objects import (
    Catalog,
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DropConstraint(table=table, constraint=name) if context.existed_before(table):
            known = context.before.table(table)
            constraint = known.constraint(name) if known is not None else None
            if _is_made_here(context, table, name) or isinstance(constraint, Check):
                return
            if constraint is None or not _is_replaced(constraint, context.facts.at_commit.table(table)):
                kind = _KINDS.get(type(constraint), "constraint")
                effect = _EFFECTS.get(type(constraint))
                yield Match(object=f"{table}.{name}", message=f"{kind} {name} of {table} is dropped", effect=effect)
        case DropIndex(index=name):
            index = context.before.indexes.get(context.before.resolve(name))
            if index is None or not index.unique or not context.existed_before(index.table):
                return
            if index.name in context.start.indexes and not _is_indexed_still(index, context.facts.at_commit):
                message = f"unique index {index.name.name} of {index.table} is dropped"
                yield Match(object=str(name), message=message, effect=_CONFLICT)
        case _:
            pass


def _is_made_here(context: Context, table: Name, name: str) -> bool:
    """Whether the table has it now and didn't have it before what isn't released yet."""
    now, then = context.before.table(table), context.start.table(table)
    is_there = now is not None and now.constraint(name) is not None
    return is_there and then is not None and not then.open and then.constraint(name) is None


def _is_replaced(old: Constraint, table: Table | None) -> bool:
    """Whether the table has another constraint that does the same."""
    for new in table.constraints if table is not None else ():
        match old, new:
            case ForeignKey(), ForeignKey():
                if (old.columns, old.ref_table) == (new.columns, new.ref_table):
                    return True
            case PrimaryKey() | Unique(), PrimaryKey() | Unique():
                if set(old.columns) == set(new.columns):
                    return True
            case _:
                continue
    return False


def _is_indexed_still(old: Index, catalog: Catalog) -> bool:
    names = [key.column for key in old.keys]
    others = (catalog.indexes[name] for name in catalog.indexes_of.get(old.table, ()) if name in catalog.indexes)
    uniques = (new for new in others if new.unique and new.predicate == old.predicate)
    return any([key.column for key in new.keys] == names for new in uniques)


_KINDS: dict[type, str] = {
    PrimaryKey: "primary key", Unique: "unique constraint", ForeignKey: "foreign key",
    Exclusion: "exclusion constraint",
}  # fmt: skip
_CONFLICT = "INSERT … ON CONFLICT on its columns fails with 42P10, and duplicates are accepted from now on"
_EFFECTS: dict[type, str] = {
    PrimaryKey: _CONFLICT, Unique: _CONFLICT,
    ForeignKey: "rows that point to nothing are accepted from now on, and deletes no longer cascade",
    Exclusion: "rows that overlap are accepted from now on",
}  # fmt: skip


RULE = Rule(
    id="drop-constraint",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="a primary key, unique constraint, foreign key or unique index that an earlier revision made is "
    "dropped, and nothing replaces it",
    effect="INSERT … ON CONFLICT that relies on it fails with 42P10, and rows that it refused are accepted from now on",
    instead="release code that does without it first; to replace it, make the new one in the same transaction",
    watches=(DropConstraint, DropIndex),
    check=_check,
    aliases=("squawk/ban-drop-constraint", "atlas/CD101"),
)
