"""Columns that are replaced by others: another type, a split, a merge, a drop with an addition that belongs to it."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Column, Name, PrimaryKey, Sequence, Table, Unique
from schemaguard.catalog.types import Type
from schemaguard.expanding.act import Act, Expansion, PhasePart, Waiting, act
from schemaguard.expanding.naming import column_beside
from schemaguard.expanding.shape import HungActs, built, hung, lost_with, nullable, require_plain, required, tightened
from schemaguard.expanding.syncing import Sync
from schemaguard.frozen import dataclass, replace


@dataclass(frozen=True, slots=True)
class Replacement:
    """Columns of one table that go and those that come, each with the expression that makes it of the other side.

    `down` names the new columns as they are called in the meantime (`beside`).
    """

    spoken: Name
    old: tuple[tuple[str, str], ...]
    """(column, down)."""
    new: tuple[tuple[str, str], ...]
    """(column, up)."""
    proven: bool = False
    """Whether `down` is known to bring back every value, so that no row has to be looked at."""
    loses: bool = False
    """Whether the change itself leaves some values apart no longer, so that no `down` brings all of them back."""
    type_meanwhile: Type | None = None
    """The type of the new column as long as the old one is there, where its own has no name yet."""
    first: PhasePart = PhasePart()
    """What comes before the new columns: their type."""
    between: PhasePart = PhasePart()
    """What happens once the old columns are gone, and is taken back before they come again."""


def beside(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Column → what it is called as long as the old columns are there."""
    taken = {column.name for column in table.columns}
    return {column: column_beside(table, column) if column in taken else column for column in columns}


def replace_columns(one: Replacement, before: Catalog, after: Catalog) -> Expansion:
    """The three parts of a replacement. Raises Unsplittable where something hangs on a column that can't follow."""
    table, wanted = before.tables[before.resolve(one.spoken)], after.tables[after.resolve(one.spoken)]
    olds = tuple(name for name, _ in one.old)
    require_plain(table, olds, before)
    names = beside(table, tuple(name for name, _ in one.new))
    columns = {name: _listed(wanted, name) for name, _ in one.new}
    meantime = {name: nullable(columns[name], names[name]) for name, _ in one.new}
    if one.type_meanwhile is not None:
        meantime = {name: replace(column, type=one.type_meanwhile) for name, column in meantime.items()}
    sync = Sync(
        table,
        one.spoken,
        tuple((_listed(table, name), down) for name, down in one.old),
        tuple((_with_default(meantime[name], columns[name]), up) for name, up in one.new),
    )
    follows = hung(one.spoken, wanted, after, names, before)
    return Expansion(
        _expand(one, sync, meantime, columns, names, follows),
        _backfill(one, sync, columns, names, follows),
        _contract(one, sync, (table, before), (columns, names), follows),
        (Waiting(one.spoken, olds),),
        tuple(_notes(one, table, names)),
    )


def _listed(table: Table, name: str) -> Column:
    column = table.column(name)
    assert column is not None, name
    return column


def _with_default(column: Column, final: Column) -> Column:
    return replace(column, default=final.default)


def _expand(
    one: Replacement, sync: Sync, meantime: dict[str, Column], columns: dict[str, Column], names: dict[str, str],
    follows: HungActs,
) -> PhasePart:  # fmt: skip
    added = tuple(act(c.AddColumn(one.spoken, column)) for column in meantime.values())
    trigger = sync.trigger()
    checks = tuple(required(one.spoken, names[name]).check for name, column in columns.items() if column.not_null)
    dropped = tuple(act(c.DropColumn(one.spoken, column.name)) for column in reversed(meantime.values()))
    return one.first + PhasePart((*added, *trigger.up, *follows.expand, *checks), (*trigger.down, *dropped))


def _backfill(
    one: Replacement, sync: Sync, columns: dict[str, Column], names: dict[str, str], follows: HungActs
) -> PhasePart:  # fmt: skip
    proof = () if one.proven or one.loses else (sync.prove_inverse(),)
    tight = [required(one.spoken, names[name]) for name, column in columns.items() if column.not_null]
    return PhasePart((*proof, sync.fill(), sync.prove_same())) + built(follows.backfill) + tightened(tight)


def _contract(
    one: Replacement, sync: Sync, there: tuple[Table, Catalog], new: tuple[dict[str, Column], dict[str, str]],
    follows: HungActs,
) -> PhasePart:  # fmt: skip
    table, before = there
    columns, names = new
    olds = tuple(name for name, _ in one.old)
    counters = _counters(table, before, one, names)
    renamed = [(names[name], name) for name in columns if names[name] != name]
    up = (
        *sync.drop(),
        *(there for there, _ in counters),
        *(act(c.DropColumn(one.spoken, name)) for name in olds),
        *one.between.up,
        *(act(c.RenameColumn(one.spoken, early, name)) for early, name in renamed),
        *_named(follows, names),
        *(act(c.SetDefault(one.spoken, name, col.default)) for name, col in columns.items() if col.default is not None),
        *(act(c.SetComment("column", one.spoken, n, col.comment)) for n, col in columns.items() if col.comment),
    )
    down = (
        *(act(c.DropDefault(one.spoken, name)) for name, column in columns.items() if column.default is not None),
        *(act(c.RenameColumn(one.spoken, name, early)) for early, name in reversed(renamed)),
        *follows.undone,
        *one.between.down,
        *(act(c.AddColumn(one.spoken, nullable(_listed(table, name)))) for name in olds),
        *(back for _, back in counters),
        sync.refill(),
        *(act(c.SetNotNull(one.spoken, name)) for name in olds if _listed(table, name).not_null),
        *_defaults(one.spoken, table, olds),
        *lost_with(one.spoken, table, before, olds),
        *sync.trigger().up,
    )
    return PhasePart(up, down)


def _named(follows: HungActs, names: dict[str, str]) -> tuple[Act, ...]:
    """What gets its last name after the columns have theirs: keys then name the columns as they are called."""
    return tuple(_recalled(each, {early: name for name, early in names.items()}) for each in follows.contract)


def _recalled(one: Act, to: dict[str, str]) -> Act:
    match one.changes:
        case (c.AddConstraint(constraint=constraint) as added,) if added.using_index is not None:
            assert isinstance(constraint, PrimaryKey | Unique)
            named = replace(constraint, columns=tuple(to.get(column, column) for column in constraint.columns))
            return act(replace(added, constraint=named), one.note)
        case _:
            return one


def _defaults(spoken: Name, table: Table, columns: tuple[str, ...]) -> list[Act]:
    known = [_listed(table, name) for name in columns]
    return [act(c.SetDefault(spoken, column.name, column.default)) for column in known if column.default is not None]


def _counters(table: Table, before: Catalog, one: Replacement, names: dict[str, str]) -> list[tuple[Act, Act]]:
    """Sequences that belong to a column that goes would go with it: they get to the one that takes its place."""
    found: list[tuple[Act, Act]] = []
    for sequence in before.sequences.values():
        owner = _owner(sequence, table)
        if owner is None or owner not in [name for name, _ in one.old] or owner not in names:
            continue
        spoken = Name(sequence.name.name, one.spoken.schema)
        there = act(c.AlterSequence(spoken, (one.spoken, names[owner])), "The counter goes on with the new column.")
        found.append((there, act(c.AlterSequence(spoken, (one.spoken, owner)))))
    return found


def _owner(sequence: Sequence, table: Table) -> str | None:
    return sequence.owned_by[1] if sequence.owned_by is not None and sequence.owned_by[0] == table.name else None


def _notes(one: Replacement, table: Table, names: dict[str, str]) -> list[str]:
    notes = [
        f"until the contract revision {name} of {one.spoken.name} is called {early} for whoever wants it as it will be"
        for name, early in names.items()
        if name != early
    ]
    notes.append(f"{', '.join(names)} of {one.spoken.name} will be the last in the order of the table's columns")
    if not one.proven:
        notes.append(
            "the way back behind the contract revision computes the old values from the new ones: what differs between "
            "two old values and not between their new ones comes back only where schemaguard has retired the column"
        )
    for name, _ in one.old:
        column = _listed(table, name)
        if column.filling is not None and not column.not_null:
            notes.append(
                f"{one.spoken.name}.{name} has a default: an INSERT of NULL into what replaces it gets that default "
                "until the contract revision, because nothing tells it from an INSERT that leaves the column out"
            )
    return notes
