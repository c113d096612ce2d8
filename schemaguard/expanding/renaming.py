"""Names that change: a column stands under both for a while, a table is seen under the other one."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Name, Table
from schemaguard.expanding.act import Act, Expansion, PhasePart, Unsplittable, Waiting, act, raw
from schemaguard.expanding.shape import built, indexes_on_copy, nullable, require_plain, required, tightened
from schemaguard.expanding.syncing import Sync
from schemaguard.frozen import replace
from schemaguard.sql.writing.identifiers import quote, written


def rename_column(change: c.RenameColumn, before: Catalog) -> Expansion:
    """A copy under the new name, kept the same; then the column itself takes that name, with all that hangs on it."""
    spoken = change.table
    table = before.tables[before.resolve(spoken)]
    if table.partition_by is not None or table.partition_of is not None or table.inherits:
        require_plain(table, (), before)
    column = table.column(change.column)
    assert column is not None
    if column.generated is not None:
        raise Unsplittable(
            f"{table.name}.{column.name} is a generated column", next="write expand, backfill and contract by hand"
        )
    copy = nullable(column, change.to)
    sync = Sync(table, spoken, ((column, quote(change.to)),), ((copy, quote(change.column)),))
    follows = indexes_on_copy(spoken, table, before, change.column, change.to)
    tight = (required(spoken, change.to),) if column.not_null else ()
    trigger = sync.trigger()
    added = act(c.AddColumn(spoken, copy))
    checks = tuple(each.check for each in tight)
    kept = PhasePart((sync.fill(), sync.prove_same())) + built(follows) + tightened(tight)
    again = (added, *trigger.up, *_at_once(kept.up))
    up = (
        *sync.drop(),
        act(
            c.DropColumn(spoken, change.to),
            "schemaguard: ignore drop-column -- the copy goes; the column itself takes its name, and keeps all else",
        ),
        act(c.RenameColumn(spoken, change.column, change.to)),
    )
    down = (act(c.RenameColumn(spoken, change.to, change.column)), *again)
    return Expansion(
        PhasePart((added, *trigger.up, *checks), (*trigger.down, act(c.DropColumn(spoken, change.to)))),
        kept,
        PhasePart(up, down),
        (Waiting(spoken, (change.column,)),),
        tuple(_notes(spoken, table, change)),
    )


def _at_once(acts: tuple[Act, ...]) -> Iterator[Act]:
    """The acts of a backfill in one transaction: the table is locked, so nobody writes meanwhile."""
    for each in acts:
        match each.changes:
            case (c.CreateIndex() as made,):
                yield act(replace(made, concurrently=False))
            case (c.UpdateRows() | c.SetNotNull(),):
                yield replace(each, alone=False, note="")
            case _:
                pass


def _notes(spoken: Name, table: Table, change: c.RenameColumn) -> list[str]:
    column = table.column(change.column)
    if column is None or column.filling is None or column.not_null:
        return []
    return [_on_default(spoken, change)]


def _on_default(spoken: Name, change: c.RenameColumn) -> str:
    return (
        f"{spoken.name}.{change.column} has a default: an INSERT of NULL into {change.to} gets that default until the "
        "contract revision, because nothing tells it from an INSERT that leaves the column out"
    )


def rename_table(change: c.RenameTable | c.MoveTable, before: Catalog) -> Expansion:
    """A view under the new name, through which rows are read and written, until the table itself takes it."""
    table = before.tables[before.resolve(change.table)]
    to = (
        Name(change.to, change.table.schema)
        if isinstance(change, c.RenameTable)
        else Name(change.table.name, change.schema)
    )
    made = (
        raw(
            f"CREATE VIEW {written(to)} WITH (security_invoker) AS SELECT "
            f"{', '.join(quote(column.name) for column in table.columns)} FROM {written(change.table)}",
            f"Old versions go on with {change.table.name}; new ones read and write it as {to}.",
        ),
        *(
            act(c.GrantAccess("table", to, (replace(grant, columns=()),)))
            for grant in table.grants
            if not grant.columns and grant.grantee != table.owner
        ),
    )
    gone = act(c.DropObject("view", to))
    if isinstance(change, c.RenameTable):
        back: c.Change = c.RenameTable(to, change.table.name)
    else:
        back = c.MoveTable(to, before.resolve(change.table).schema or "public")
    return Expansion(
        expand=PhasePart(made, (gone,)),
        contract=PhasePart((gone, act(change)), (act(back), *made)),
        waits=(Waiting(change.table),),
        notes=(_on_view(to),),
    )


def _on_view(to: Name) -> str:
    return (
        f"until the contract revision {to} is a view: COPY, TRUNCATE, ON CONFLICT ON CONSTRAINT, foreign keys to "
        "it, and MERGE before PostgreSQL 17 don't work there"
    )
