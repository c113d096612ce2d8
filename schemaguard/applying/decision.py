"""What the guard does with one statement of a migration: let it through, retire what it drops, or refuse it."""

from collections.abc import Callable, Iterator
from typing import TypeGuard, assert_never

from schemaguard.catalog import changes as c
from schemaguard.catalog.apply import apply
from schemaguard.catalog.inverse import Inverse, InverseClass, inverse
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.statements import render


@dataclass(frozen=True, slots=True)
class Part:
    """One change of a statement that is let through, as it is written down.

    `inverse` takes it back (None: nothing can); what it `adds` (a column, or a table: column None) is retired for that.
    `dropped_index` is one whose definition only the server can spell.
    """

    kind: str
    tables: tuple[Name, ...] = ()
    adds: tuple[Name, str | None] | None = None
    inverse: tuple[str, ...] | None = ()
    inverse_class: InverseClass = "none"
    dropped_index: Name | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class LetThrough:
    """The statement runs as it is; `parts` is what of it is written down."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class MovesVersion:
    """The statement moves the applied revision: what the migration did is all done."""


@dataclass(frozen=True, slots=True)
class HideIndexes:
    """Instead of being dropped, these indexes take hidden names, and can be renamed back."""

    indexes: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Retire:
    """Instead of the statement, these columns and tables (column None) go out of sight."""

    objects: tuple[tuple[Name, str | None], ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The statement isn't run: what it would destroy, and the way round it."""

    what: str
    next: str


Decision = LetThrough | MovesVersion | HideIndexes | Retire | Refuse

_DATA_LOSS_KINDS = frozenset({"schema", "extension", "sequence", "database", "materialized view"})
_ALONE = "put the drop in a statement of its own"
_SILENT = (c.NoEffect, c.SetSetting, c.ControlTransaction, c.LockTable, c.SetComment, c.ChangeSymbol)


def decide(changes: tuple[c.Change, ...], live: Callable[[], Catalog], version_table: str) -> Decision:
    """The decision on the changes of one statement; `live` reads the catalog, where it takes one to decide."""
    if all(isinstance(change, _SILENT) for change in changes):
        return LetThrough()
    if all(is_version_row(change, version_table) for change in changes):
        return MovesVersion()
    if len(changes) == 1 and isinstance(changes[0], c.CreateTable) and changes[0].table.name.name == version_table:
        return LetThrough()
    catalog = live()
    drops = [change for change in changes if isinstance(change, c.DropColumn | c.DropTable)]
    if drops:
        return _drops(drops, changes, catalog)
    for change in changes:
        reason = _destroys(change, catalog)
        if reason is not None:
            return reason
    hidden = tuple(change for change in changes if can_hide(change, catalog))
    if hidden:
        return _hide(hidden, changes, catalog)
    return LetThrough(tuple(parts_of(changes, catalog)))


def can_hide(change: c.Change, catalog: Catalog) -> TypeGuard[c.DropIndex]:
    """Whether instead of being dropped an index may take a hidden name: a unique one would go on refusing rows."""
    if not isinstance(change, c.DropIndex) or change.cascade:
        return False
    index = catalog.indexes.get(catalog.resolve(change.index))
    return index is not None and not index.unique


def _hide(hidden: tuple[c.DropIndex, ...], changes: tuple[c.Change, ...], catalog: Catalog) -> Decision:
    if len(hidden) != len(changes):
        return Refuse("the statement drops an index and also does something else", _ALONE)
    return HideIndexes(tuple(catalog.resolve(change.index) for change in hidden))


def _drops(drops: list[c.DropColumn | c.DropTable], changes: tuple[c.Change, ...], catalog: Catalog) -> Decision:
    if len(drops) != len(changes):
        return Refuse("the statement drops something and also does something else", _ALONE)
    objects: list[tuple[Name, str | None]] = []
    for drop in drops:
        table = catalog.table(drop.table)
        column = drop.column if isinstance(drop, c.DropColumn) else None
        is_there = table is not None and (column is None or table.column(column) is not None)
        if not is_there:
            continue  # IF EXISTS, or temporary, or the server says so itself.
        if drop.cascade:
            return Refuse(
                f"the CASCADE of the drop of {drop.table} also drops what can't be retired with it",
                "drop what depends on it in separate statements, then drop it without CASCADE",
            )
        objects.append((catalog.resolve(drop.table), column))
    return Retire(tuple(objects)) if objects else LetThrough()


def _destroys(change: c.Change, catalog: Catalog) -> Refuse | None:
    match change:
        case c.Opaque(reason=reason):
            return Refuse(f"schemaguard can't tell what it does ({reason})", "write it as plain statements")
        case c.Unreadable(reason=reason):
            return Refuse(f"it can't be parsed ({reason})", "look at the statement")
        case c.TruncateTable(table=table):
            return Refuse(
                f"TRUNCATE would delete every row of {table}", "copy the rows first, then delete them in a separate job"
            )
        case c.DeleteRows(table=table):
            return Refuse(
                f"DELETE would delete rows of {table}", "copy the rows first, then delete them in a separate job"
            )
        case c.DropObject(kind=kind, object=name):
            found = inverse(change, catalog, with_guard=True)
            if kind in _DATA_LOSS_KINDS or change.cascade or found.cls == "lossy":
                return Refuse(
                    f"DROP {kind.upper()} {name} can't be taken back", "keep it until no release window needs it"
                )
            return None
        case c.RetypeColumn(table=table, column=column, type=type_):
            found = inverse(change, catalog, with_guard=False)
            if found.cls in ("lossy", "impossible"):
                return Refuse(
                    f"{table}.{column} as {type_} would not keep every value: {found.why}",
                    "add a column of the new type, fill it, and let the models change over",
                )
            return None
        case c.AlterComposite(type=name):
            if inverse(change, catalog, with_guard=True).cls == "lossy":
                return Refuse(
                    f"{name} would lose the values of its attribute", "make a new type, and let the models change over"
                )
            return None
        case _:
            return None


def parts_of(
    changes: tuple[c.Change, ...], catalog: Catalog, after: Callable[[c.Change, Catalog], Catalog] = apply
) -> Iterator[Part]:
    """Each change with the inverse that it has on the catalog which the ones before it leave, as `after` says."""
    for change in changes:
        if not isinstance(change, _SILENT):
            part = _part(change, catalog)
            if part.inverse_class != "none" or part.tables:
                yield part
        try:
            catalog = after(change, catalog)
        except Refusal:
            return  # The server will refuse the statement, too, and say so itself.


def _part(change: c.Change, catalog: Catalog) -> Part:
    adds = _adds(change, catalog)
    # What the guard didn't hide is dropped for good.
    found = inverse(change, catalog, with_guard=not isinstance(change, c.DropIndex | c.RetypeColumn))
    statements = () if adds is not None else _statements(found)
    cls = "impossible" if statements is None and found.cls in ("instant", "slow") else found.cls
    table = _table(change, catalog)
    return Part(
        kind=type(change).__name__,
        tables=(table,) if table is not None else (),
        adds=adds,
        inverse=statements,
        inverse_class=cls,
        dropped_index=catalog.resolve(change.index) if isinstance(change, c.DropIndex) else None,
        column=change.column if isinstance(change, c.RetypeColumn) else None,
    )


def _statements(found: Inverse) -> tuple[str, ...] | None:
    made: list[str] = []
    for change in found.changes:
        # The opposite of a grant on all tables would take away what was granted on one of them before.
        is_wide = isinstance(change, c.GrantAccess | c.RevokeAccess) and change.all_in_schema
        statement = None if is_wide else render(change)
        if statement is None:
            return None
        made.append(statement)
    return None if not made and found.cls in ("lossy", "impossible") else tuple(made)


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
    if isinstance(change, c.DropIndex):
        index = catalog.indexes.get(catalog.resolve(change.index))
        table = index.table if index is not None else None
    return catalog.resolve(table) if isinstance(table, Name) else None


def is_version_row(change: c.Change, version_table: str) -> bool:
    """Whether it writes the row that says which revision is applied."""
    match change:
        case c.InsertRows(table=table) | c.UpdateRows(table=table) | c.DeleteRows(table=table):
            return table.name == version_table
        case _:
            return False


def is_drop_alone(changes: tuple[c.Change, ...], lost: int) -> bool:
    """Whether a statement does nothing but drop as many columns and tables as it would lose."""
    drops = [each for each in changes if isinstance(each, c.DropColumn | c.DropTable) and not each.cascade]
    return len(drops) == len(changes) == lost


def keeps_values(change: c.RetypeColumn, catalog: Catalog) -> bool:
    """Whether a column's new type keeps every value that it may hold: by the types, and with nothing else computed."""
    return inverse(change, catalog, with_guard=False).cls not in ("lossy", "impossible", "none")


def describe(decision: Decision) -> str:
    """The decision in a few words, for logs and tests."""
    match decision:
        case LetThrough(parts=parts):
            return "let through" + (f" ({', '.join(part.inverse_class for part in parts)})" if parts else "")
        case MovesVersion():
            return "let through: it moves the applied revision"
        case HideIndexes(indexes=indexes):
            return "hide " + ", ".join(str(index) for index in indexes)
        case Retire():
            return "retire " + ", ".join(f"{t}.{column}" if column else str(t) for t, column in decision.objects)
        case Refuse():
            return f"refuse: {decision.what}"
        case _:
            assert_never(decision)
