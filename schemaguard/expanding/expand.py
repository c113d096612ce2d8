"""From what a revision does to three revisions that break nobody: expand, backfill, contract."""

from collections.abc import Iterable, Sequence

from schemaguard.catalog import changes as c
from schemaguard.catalog.diff import difference
from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.objects import Catalog, Check, Column, Constraint, ForeignKey, Name, PrimaryKey, Table, Unique
from schemaguard.expanding import filling, renaming
from schemaguard.expanding.act import PHASES, Act, Ask, Expansion, ExpansionPhase, PhasePart, Unsplittable, Waiting, act
from schemaguard.expanding.expressions import given
from schemaguard.expanding.related import Given, Related, enum_swap, replaced, retype
from schemaguard.expanding.replacing import replace_columns
from schemaguard.expanding.shape import lost_with
from schemaguard.frozen import dataclass, replace
from schemaguard.history.folding import fold, is_refusal
from schemaguard.history.revision import Run
from schemaguard.rules.facts.directives import waits_for
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.sql.writing.identifiers import written
from schemaguard.sql.writing.statements import render

_OF_THE_SESSION = (c.ControlTransaction, c.NoEffect, c.LockTable)
_LATE = (
    c.DropTable, c.DropConstraint, c.DropIndex, c.DropDefault, c.DropNotNull, c.SetDefault, c.DropObject, c.DeleteRows,
    c.TruncateTable, c.RenameConstraint, c.RenameEnumValue, c.RenameObject, c.MoveObject, c.RevokeAccess,
)  # fmt: skip
"""What somebody may still need."""
_ON_COLUMN = (c.SetDefault, c.DropDefault, c.SetNotNull, c.DropNotNull, c.SetComment)


@dataclass(frozen=True, slots=True)
class Split:
    """A revision as three: what each does, and the catalog after it."""

    expansion: Expansion
    before: Catalog
    after: tuple[tuple[ExpansionPhase, Catalog], ...]


def split(run: Run, ups: Iterable[str] = (), downs: Iterable[str] = ()) -> Split:
    """The three parts of a revision, with the author's expressions where nothing else tells them.

    Raises Unsplittable where there is no such way, with what has to be given where that is all that is missing.
    """
    if waits_for(run.comments) is not None:
        raise Unsplittable(f"{run.revision.id} is the contract revision of a split", at=run.revision.file)
    visits = _understood(run)
    known = (given(ups, _columns(visits), "--up"), given(downs, _columns(visits), "--down"))
    expansion = _Expander(run, visits, known).expansion()
    return _proven(expansion, run)


def _understood(run: Run) -> tuple[Visit, ...]:
    visits = tuple(visit for visit in walk(run) if not isinstance(visit.change, _OF_THE_SESSION))
    for visit in visits:
        change = visit.change
        if isinstance(change, c.Opaque | c.Unreadable):
            raise Unsplittable(
                f"a statement can't be split: {change.reason}",
                at=str(visit.step.statement.place),
                next="put it into a revision of its own",
            )
    return visits


def _columns(visits: Sequence[Visit]) -> list[str]:
    """The columns that expressions may be for."""
    found: list[str] = []
    for visit in visits:
        match visit.change:
            case c.AddColumn(column=column):
                found.append(column.name)
            case c.DropColumn(column=name) | c.RetypeColumn(column=name) | c.SetNotNull(column=name):
                found.append(name)
            case c.AddConstraint(constraint=constraint):
                found.extend(getattr(constraint, "columns", ()))
            case _:
                pass
    return list(dict.fromkeys(found))


def _proven(expansion: Expansion, run: Run) -> Split:
    """The parts with the catalogs that they leave, the last of which is that of the revision itself."""
    catalog = run.before
    after: list[tuple[ExpansionPhase, Catalog]] = []
    for phase in PHASES:
        for one in expansion.part(phase).up:
            changes, left = fold(one.changes, catalog)
            if any(is_refusal(change) for change in changes):
                reason = next(str(getattr(change, "reason", "")) for change in changes if is_refusal(change))
                raise Unsplittable(
                    f"the {phase} revision can't run: {reason}",
                    at=one.sql.partition("\n")[0],
                    next="put what hangs on it, or is about another table, into a revision of its own",
                )
            if "DO $" not in one.sql:
                catalog = left
        after.append((phase, catalog))
    left_over = [
        each
        for each in difference(run.after, catalog)
        if (each.kind, each.what) != ("table", "columns") or _sorted(each.left) != _sorted(each.right)
    ]
    if left_over:
        raise Unsplittable(
            f"the three revisions would not arrive where this one does: {left_over[0]}",
            next="put what belongs to another table or column into a revision of its own",
        )
    return Split(expansion, run.before, tuple(after))


def _sorted(names: str | None) -> list[str]:
    return sorted((names or "").split(", "))


class _Expander:
    """Goes through the changes of a revision once."""

    def __init__(self, run: Run, visits: tuple[Visit, ...], known: tuple[Given, Given]) -> None:
        self.run, self.visits = run, visits
        self.ups, self.downs = known
        self.known = known
        self.found = Expansion()
        self.asks: list[Ask] = []
        self.done: set[int] = set()
        self.late: set[tuple[str, str | None]] = set()
        """(table, column) that get their last name in the contract revision."""
        self.is_destructive = False

    def expansion(self) -> Expansion:
        changes = [visit.change for visit in self.visits]
        swap = enum_swap(changes, (self.run.before, self.run.after), self.known)
        if swap is not None:
            self._take(swap)
        for table in self._tables():
            self._related(table)
        for at, visit in enumerate(self.visits):
            if at not in self.done:
                self.found += self._one(visit)
        if self.asks:
            raise Unsplittable(
                "only the author knows what becomes of the values",
                at=self.run.revision.id,
                next="add " + " and ".join(map(str, dict.fromkeys(self.asks))),
            )
        if not self.is_destructive:
            raise Unsplittable(
                f"revision {self.run.revision.id} does nothing that has to wait: there is nothing to split",
                at=self.run.revision.file,
            )
        return self.found

    def _tables(self) -> list[Name]:
        named = (getattr(visit.change, "table", None) for visit in self.visits)
        resolved = (self.run.before.resolve(name) for name in named if isinstance(name, Name))
        return [
            name for name in dict.fromkeys(resolved) if name in self.run.before.tables and name in self.run.after.tables
        ]

    def _related(self, name: Name) -> None:
        """The columns of a table that are replaced: by others, or by themselves in another type."""
        mine = [at for at, visit in enumerate(self.visits) if at not in self.done and self._is_on(visit, name)]
        tables = (self.run.before.tables[name], self.run.after.tables[name])
        found = replaced([self.visits[at].change for at in mine], tables, self.known)
        if found is not None:
            self._take(replace(found, positions=frozenset(mine[at] for at in found.positions)))
        for at in mine:
            change = self.visits[at].change
            if at not in self.done and isinstance(change, c.RetypeColumn):
                self._take(retype(at, change, tables, self.known))

    def _is_on(self, visit: Visit, name: Name) -> bool:
        table = getattr(visit.change, "table", None)
        return isinstance(table, Name) and visit.before.resolve(table) == name

    def _take(self, found: Related) -> None:
        self.is_destructive = True
        self.done |= found.positions
        self.asks.extend(found.asks)
        if found.replacement is None:
            return
        one = found.replacement
        table = self.run.before.resolve(one.spoken)
        columns = {name for name, _ in (*one.old, *one.new)}
        self.done |= {at for at, visit in enumerate(self.visits) if self._is_on_columns(visit, table, columns)}
        self.found += replace_columns(one, self.run.before, self.run.after) + Expansion(notes=found.notes)

    def _is_on_columns(self, visit: Visit, table: Name, columns: set[str]) -> bool:
        """Whether the change is about the replaced columns alone: what they are in the end says it all."""
        change = visit.change
        if isinstance(change, c.CreateIndex):
            return visit.before.resolve(change.index.table) == table and bool(
                columns & {key.column for key in change.index.keys}
            )
        if isinstance(change, c.DropIndex):
            index = visit.before.indexes.get(visit.before.resolve(change.index))
            return index is not None and index.table == table and bool(columns & {key.column for key in index.keys})
        if not self._is_on(visit, table):
            return False
        match change:
            case c.SetComment():
                return False
            case c.AddConstraint(constraint=constraint):
                return bool(columns & set(getattr(constraint, "columns", ())))
            case c.DropConstraint(constraint=name):
                known = visit.before.tables[table].constraint(name)
                return known is not None and bool(columns & set(getattr(known, "columns", ())))
            case _:
                return isinstance(change, _ON_COLUMN) and change.column in columns

    def _one(self, visit: Visit) -> Expansion:
        """The parts of a change that stands alone."""
        change, before = visit.change, visit.before
        if isinstance(change, c.SetSetting):
            if change.setting.lower() == "search_path":
                raise Unsplittable("the revision sets its search_path", next="write the schemas into the statements")
            return Expansion()
        if self._is_made_here(visit) or self._is_late(change):
            return self._as_it_is(visit, "contract" if self._is_late(change) else "expand")
        expansion = self._destructive(change, before)
        if expansion is not None:
            self.is_destructive = True
            return expansion
        if isinstance(change, c.InsertRows | c.UpdateRows):
            return self._as_it_is(visit, "backfill")
        if isinstance(change, _LATE) or (isinstance(change, c.CreateIndex) and change.index.unique):
            self.is_destructive = True
            return self._as_it_is(visit, "contract")
        return self._as_it_is(visit, "expand")

    def _is_made_here(self, visit: Visit) -> bool:
        table = getattr(visit.change, "table", None)
        return isinstance(table, Name) and visit.before.resolve(table) in visit.made.tables

    def _is_late(self, change: c.Change) -> bool:
        if isinstance(change, c.CreateIndex):
            names = {(change.index.table.name, key.column) for key in change.index.keys} | {
                (change.index.table.name, None)
            }
            return bool(names & self.late)
        table = getattr(change, "table", None)
        if not isinstance(table, Name):
            return False
        constraint = getattr(change, "constraint", None)
        columns = {getattr(change, "column", None), *getattr(constraint, "columns", ())}
        return bool({(table.name, column) for column in columns if not isinstance(column, Column)} & self.late) or (
            (table.name, None) in self.late
        )

    def _destructive(self, change: c.Change, before: Catalog) -> Expansion | None:
        match change:
            case c.RenameColumn(table=table, to=to) if before.resolve(table) in before.tables:
                self.late.add((table.name, to))
                return renaming.rename_column(change, before)
            case c.RenameTable(table=table, to=to) if before.resolve(table) in before.tables:
                self.late.add((to, None))
                return renaming.rename_table(change, before)
            case c.MoveTable(table=table) if before.resolve(table) in before.tables:
                self.late.add((table.name, None))
                return renaming.rename_table(change, before)
            case c.SetNotNull(table=table, column=name):
                return self._set_not_null(change, _column(before, table, name))
            case c.AddColumn(table=table, column=column) if (
                _is_required(column) and before.resolve(table) in before.tables
            ):
                return self._add_required(change)
            case c.DropColumn(table=table, column=name):
                return self._drop_column(change, before)
            case c.DropTable(table=table):
                return Expansion(contract=self._kept(change, before), waits=(Waiting(table),))
            case c.AddConstraint():
                return self._add_constraint(change, before)
            case _:
                return None

    def _set_not_null(self, change: c.SetNotNull, column: Column | None) -> Expansion | None:
        if column is not None and column.not_null:
            return None
        fill = self.ups.get(change.column)
        if fill is None and column is not None and column.filling is not None and filling.is_constant(column.filling):
            fill = column.filling
        if fill is None:
            self.asks.append(Ask("up", change.column, "what becomes of NULL"))
            return Expansion()
        return filling.set_not_null(change, fill)

    def _add_required(self, change: c.AddColumn) -> Expansion:
        fill = self.ups.get(change.column.name)
        if fill is None:
            self.asks.append(Ask("up", change.column.name, "what rows of old versions get"))
            return Expansion()
        return filling.add_required(change, fill)

    def _drop_column(self, change: c.DropColumn, before: Catalog) -> Expansion | None:
        table = before.tables.get(before.resolve(change.table))
        column = table.column(change.column) if table is not None else None
        if table is None or column is None:
            return None
        fill = self.downs.get(change.column)
        if fill is None and _is_required(column) and column.identity is None and column.generated is None:
            self.asks.append(Ask("down", change.column, "what old versions read in rows of new ones"))
            return Expansion()
        found = filling.drop_column(change, column, fill)
        plain = replace(table, constraints=tuple(k for k in table.constraints if not isinstance(k, PrimaryKey)))
        again = tuple(lost_with(change.table, plain, before, (change.column,)))
        return replace(found, contract=PhasePart(found.contract.up, (*found.contract.down, *again)))

    def _add_constraint(self, change: c.AddConstraint, before: Catalog) -> Expansion | None:
        constraint = change.constraint
        if change.using_index is not None or not isinstance(constraint, Check | ForeignKey | Unique):
            return None
        named = _named(change, before)
        columns = getattr(named, "columns", ())
        fills = tuple((name, self.ups[name]) for name in columns if name in self.ups)
        return filling.add_constraint(change, named, fills, before)

    def _as_it_is(self, visit: Visit, phase: ExpansionPhase) -> Expansion:
        kept = self._kept(visit.change, visit.before, visit)
        match phase:
            case "expand":
                return Expansion(expand=kept)
            case "backfill":
                return Expansion(backfill=kept)
            case "contract":
                return Expansion(contract=kept)

    def _kept(self, change: c.Change, before: Catalog, visit: Visit | None = None) -> PhasePart:
        """The change as its author wrote it, and what takes it back."""
        sql = render(change, written)
        if sql is None:
            if visit is None or len(visit.step.changes) > 1:
                raise Unsplittable(f"a statement with a {type(change).__name__} can't be written again")
            sql = visit.step.statement.sql.rstrip().removesuffix(";")
        back = inverse(change, before, with_guard=False)
        rendered = tuple(act(each) for each in back.changes if render(each, written) is not None)
        return PhasePart((Act(sql, (change,)),), rendered)


def _column(catalog: Catalog, table: Name, name: str) -> Column | None:
    known = catalog.tables.get(catalog.resolve(table))
    return known.column(name) if known is not None else None


def _is_required(column: Column) -> bool:
    return column.not_null and column.filling is None and column.identity is None and column.generated is None


def _named(change: c.AddConstraint, before: Catalog) -> Constraint:
    """The constraint with the name that the server gives it."""
    if change.constraint.name is not None:
        return change.constraint
    _, after = fold((change,), before)
    table: Table = after.tables[after.resolve(change.table)]
    return table.constraints[-1]
