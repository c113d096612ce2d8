"""What the guard does with one statement of a migration: let it through, retire what it drops, or refuse it."""

from dataclasses import dataclass
from typing import assert_never

from schemaguard.catalog import changes as c
from schemaguard.catalog.inverse import Inverse, inverse
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.releases.rendering import render


@dataclass(frozen=True, slots=True)
class LetThrough:
    """The statement runs as it is; `inverse` takes it back (None: nothing can), `adds` is retired to take it back."""

    tables: tuple[Name, ...] = ()
    adds: tuple[Name, str | None] | None = None
    inverse: tuple[str, ...] | None = ()
    inverse_class: str = "none"


@dataclass(frozen=True, slots=True)
class Retire:
    """Instead of the statement, these columns and tables (column None) go out of sight."""

    objects: tuple[tuple[Name, str | None], ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The statement isn't run: what it would destroy, and the way round it."""

    what: str
    next: str


Decision = LetThrough | Retire | Refuse

_DATA_LOSS_KINDS = frozenset({"schema", "extension", "sequence", "database", "materialized view"})
_SILENT = (c.NoEffect, c.SetSetting, c.ControlTransaction, c.LockTable, c.SetComment)


def decide(changes: tuple[c.Change, ...], catalog: Catalog, version_table: str) -> Decision:
    """The decision on the changes of one statement, given the live catalog."""
    drops = [change for change in changes if isinstance(change, c.DropColumn | c.DropTable)]
    if drops:
        return _drops(drops, changes, catalog)
    for change in changes:
        reason = _destroys(change, catalog, version_table)
        if reason is not None:
            return reason
    if all(isinstance(change, _SILENT) or _is_version_row(change, version_table) for change in changes):
        return LetThrough()
    return _let_through(changes, catalog)


def _drops(drops: list[c.DropColumn | c.DropTable], changes: tuple[c.Change, ...], catalog: Catalog) -> Decision:
    if len(drops) != len(changes):
        return Refuse(
            "the statement drops something and does something else, too", "put the drop in a statement of its own"
        )
    objects: list[tuple[Name, str | None]] = []
    for drop in drops:
        table = catalog.table(drop.table)
        column = drop.column if isinstance(drop, c.DropColumn) else None
        is_there = table is not None and (column is None or table.column(column) is not None)
        if drop.if_exists and not is_there:
            continue
        if drop.cascade:
            return Refuse(
                f"the CASCADE of the drop of {drop.table} reaches what can't be retired with it",
                "drop what depends on it in statements of their own, then leave CASCADE out",
            )
        objects.append((catalog.resolve(drop.table), column))
    return Retire(tuple(objects)) if objects else LetThrough()


def _destroys(change: c.Change, catalog: Catalog, version_table: str) -> Refuse | None:
    match change:
        case c.Opaque(reason=reason):
            return Refuse(f"what it does can't be read ({reason})", "write it as plain statements")
        case c.Unreadable(reason=reason):
            return Refuse(f"it can't be read ({reason})", "look at the statement")
        case c.TruncateTable(table=table):
            return Refuse(
                f"TRUNCATE would delete every row of {table}", "delete what may go in a job of its own, after a copy"
            )
        case c.DeleteRows(table=table) if table.name != version_table:
            return Refuse(
                f"DELETE would delete rows of {table}", "delete what may go in a job of its own, after a copy"
            )
        case c.DropObject(kind=kind, object=name):
            found = inverse(change, catalog, with_guard=True)
            if kind in _DATA_LOSS_KINDS or change.cascade or found.cls == "lossy":
                return Refuse(
                    f"DROP {kind.upper()} {name} can't be taken back", "leave it until nobody's window needs it"
                )
            return None
        case c.RetypeColumn(table=table, column=column, type=type_):
            found = inverse(change, catalog, with_guard=True)
            if found.cls in ("lossy", "impossible"):
                return Refuse(
                    f"{table}.{column} as {type_} would not keep every value: {found.why}",
                    "add a column of the new type, fill it, and let the models change over",
                )
            return None
        case _:
            return None


def _let_through(changes: tuple[c.Change, ...], catalog: Catalog) -> LetThrough:
    """The worst class of all; inverses run last first."""
    inverses = [inverse(change, catalog, with_guard=True) for change in changes]
    adds = next((added for change in changes if (added := _adds(change, catalog)) is not None), None)
    order = ("none", "instant", "slow", "lossy", "impossible")
    worst = max((found.cls for found in inverses), key=order.index)
    return LetThrough(
        tables=tuple(dict.fromkeys(t for change in changes if (t := _table(change, catalog)) is not None)),
        adds=adds,
        inverse=_statements(inverses) if adds is None else (),
        inverse_class=worst,
    )


def _statements(inverses: list[Inverse]) -> tuple[str, ...] | None:
    made: list[str] = []
    for found in reversed(inverses):
        for change in found.changes:
            statement = render(change)
            if statement is None:
                return None
            made.append(statement)
        if not found.changes and found.cls in ("lossy", "impossible"):
            return None
    return tuple(made)


def _adds(change: c.Change, catalog: Catalog) -> tuple[Name, str | None] | None:
    match change:
        case c.AddColumn(table=table, column=column):
            known = catalog.table(table)
            if change.if_not_exists and known is not None and known.column(column.name) is not None:
                return None
            return catalog.resolve(table), column.name
        case c.CreateTable(table=made):
            name = made.name if made.name.schema else Name(made.name.name, catalog.search_path[0])
            return None if change.if_not_exists and catalog.table(name) is not None else (name, None)
        case _:
            return None


def _table(change: c.Change, catalog: Catalog) -> Name | None:
    table = getattr(change, "table", None)
    if isinstance(change, c.CreateIndex):
        table = change.index.table
    if isinstance(change, c.CreateTable):
        table = change.table.name
    return catalog.resolve(table) if isinstance(table, Name) else None


def _is_version_row(change: c.Change, version_table: str) -> bool:
    match change:
        case c.InsertRows(table=table) | c.UpdateRows(table=table) | c.DeleteRows(table=table):
            return table.name == version_table
        case c.CreateTable(table=made):
            return made.name.name == version_table
        case _:
            return False


def describe(decision: Decision) -> str:
    """The decision in a few words, for logs and tests."""
    match decision:
        case LetThrough():
            return f"let through ({decision.inverse_class})"
        case Retire():
            return "retire " + ", ".join(f"{t}.{column}" if column else str(t) for t, column in decision.objects)
        case Refuse():
            return f"refuse: {decision.what}"
        case _:
            assert_never(decision)
