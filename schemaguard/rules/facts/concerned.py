"""Which contracts a change can concern, so that a thousand contracts cost no more than the few that are touched."""

from collections.abc import Iterable, Iterator, Mapping

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AlterConstraint,
    AttachPartition,
    Change,
    ControlTransaction,
    CreateIndex,
    CreatePolicy,
    CreateTable,
    CreateTrigger,
    DeleteRows,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropIndex,
    DropNotNull,
    DropTable,
    EnableTrigger,
    InsertRows,
    LockTable,
    MoveTable,
    NoEffect,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    RetypeColumn,
    SetColumnOption,
    SetComment,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetInheritance,
    SetNotNull,
    SetReplicaIdentity,
    SetRowSecurity,
    SetSetting,
    SetTableOption,
    TruncateTable,
    UpdateRows,
    ValidateConstraint,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.contracts.compatibility.ran import effects, unknown_effects
from schemaguard.contracts.compatibility.rowsource import (
    ancestors,
    below_view,
    deleted_from,
    emptied,
    family,
    updated_with,
)
from schemaguard.contracts.contract import ContractTable
from schemaguard.frozen import dataclass
from schemaguard.rules.facts.walk import Visit
from schemaguard.window.under_contract import UnderContract

# What these do, they do to relations; everything else (types, schemas, privileges …) may concern anybody.
_ON_RELATIONS = frozenset(
    {
        AddColumn, AddConstraint, AlterConstraint, AttachPartition, ControlTransaction, CreateIndex, CreatePolicy,
        CreateTable, CreateTrigger, DeleteRows, DetachPartition, DropColumn, DropConstraint, DropDefault, DropIndex,
        DropNotNull, DropTable, EnableTrigger, InsertRows, LockTable, MoveTable, NoEffect, RenameColumn,
        RenameConstraint, RenameTable, RetypeColumn, SetColumnOption, SetComment, SetDefault, SetGenerated,
        SetIdentity, SetInheritance, SetNotNull, SetReplicaIdentity, SetRowSecurity, SetSetting, SetTableOption,
        TruncateTable, UpdateRows, ValidateConstraint,
    }
)  # fmt: skip


_LOOKED_UP_LATE = (
    AddColumn, AddConstraint, CreateIndex, CreateTrigger, DeleteRows, DropColumn, DropDefault, DropTable, MoveTable,
    RenameColumn, RenameTable, RetypeColumn, SetNotNull, SetRowSecurity, TruncateTable, UpdateRows,
)  # fmt: skip
"""What a function's body feels only when it runs."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The contracts by the names of their tables, schemas left aside."""

    contracts: tuple[UnderContract, ...]
    by_table: Mapping[str, tuple[UnderContract, ...]]

    def concerned(self, visits: Iterable[Visit]) -> tuple[UnderContract, ...]:
        """The contracts that one of the changes can concern, in their order."""
        if not self.contracts:
            return ()
        found: dict[int, UnderContract] = {}
        for visit in visits:
            names = touched(visit.change, visit.before, visit.after)
            if names is None:
                return self.contracts
            found.update((id(held), held) for name in names for held in self.by_table.get(name, ()))
        return tuple(held for held in self.contracts if id(held) in found)


def directory(contracts: tuple[UnderContract, ...]) -> Directory:
    """The contracts, ready to be looked up."""
    by_table: dict[str, dict[int, UnderContract]] = {}
    for held in contracts:
        for part in held.contract.tables:
            for name in relations_under(part):
                by_table.setdefault(name, {})[id(held)] = held
        # A feature query may name what no entry lists.
        for word in expressions.words(held.contract.query or ""):
            by_table.setdefault(word, {})[id(held)] = held
    return Directory(contracts, {name: tuple(found.values()) for name, found in by_table.items()})


def relations_under(part: ContractTable) -> Iterator[str]:
    """The names of the relations that one table of a contract rests on: its own, and those whose rows are its types."""
    yield part.table.name
    # A column may be of a table's row type.
    yield from (each.type.name for each in part.promises if each.type is not None and not each.type.is_built_in)


def touched(change: Change, before: Catalog, after: Catalog) -> frozenset[str] | None:
    """The names of the relations that a change touches, and of the views over them; None where it could be any."""
    if type(change) not in _ON_RELATIONS or before.search_path != after.search_path:
        return None
    if isinstance(change, SetSetting) and change.of is not None:
        return None  # Sessions that begin elsewhere look for names in other schemas.
    if any(True for _ in effects(change, after)) or any(True for _ in unknown_effects(change, after)):
        return None  # What a function changes that the statement runs.
    if isinstance(change, DropIndex) and before.resolve(change.index) not in before.indexes:
        return None  # Whose it is nobody knows.
    names = {
        value.name for field in ("table", "partition", "parent") if isinstance(value := _name(change, field), Name)
    }
    if isinstance(change, CreateIndex):
        names.add(change.index.table.name)
    for old, new in ((before.tables, after.tables), (before.views, after.views)):
        names.update(name.name for name in differing(old, new))
    for name in differing(before.indexes, after.indexes):
        names.update(catalog.indexes[name].table.name for catalog in (before, after) if name in catalog.indexes)
    if type(change) in _LOOKED_UP_LATE and _stands_in_a_body(names, before):
        return None
    return resting_on(names | _related(change, before), before)


def resting_on(names: set[str], catalog: Catalog) -> frozenset[str]:
    """The names, and those of the relations that rest on one of them: a column is of its row type, a view reads it."""
    return _with_views(_with_row_types(names, catalog), catalog)


def differing(old: Mapping[Name, object], new: Mapping[Name, object]) -> frozenset[Name]:
    """The names that only one of the two has, or that they give another value."""
    if old is new:
        return frozenset()
    if isinstance(old, PersistentMap) and isinstance(new, PersistentMap):
        return old.differing(new)
    return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _related(change: Change, catalog: Catalog) -> set[str]:
    """The tables that show the rows of the changed one as theirs, and those whose rows go with its rows."""
    table = change.index.table if isinstance(change, CreateIndex) else getattr(change, "table", None)
    if not isinstance(table, Name):
        return set()
    name = below_view(table, catalog)
    found = {name}
    match change:
        case DeleteRows(only=only):
            found |= {*deleted_from(name, catalog, only=only), *catalog.dependents.get(name, ())}
        case UpdateRows(columns=columns, only=only):
            found |= {*family(name, catalog, only=only), *updated_with(name, frozenset(columns), catalog)}
        case TruncateTable(cascade=cascade, only=only):
            found |= (emptied if cascade else family)(name, catalog, only=only)
        case InsertRows():
            found |= family(name, catalog)
        case _:
            pass
    return {each.name for one in found for each in (one, *ancestors(one, catalog))}


def _stands_in_a_body(names: Iterable[str], catalog: Catalog) -> bool:
    """Whether a function or a policy names one of the relations, so that whoever runs it feels the change."""
    bodies = (function.body for function in catalog.functions.values())
    policies = (policy.using or "" for table in catalog.tables.values() for policy in table.policies)
    return any(name in expressions.words(text) for text in (*bodies, *policies) for name in names)


def _name(change: Change, field: str) -> object:
    value = getattr(change, field, None)
    return getattr(value, "name", value) if isinstance(change, CreateTable) else value


def _with_row_types(names: set[str], catalog: Catalog) -> set[str]:
    """The names and those of the tables that have a column of one of their row types."""
    known = (Name(name, schema) for name in names for schema in catalog.schemas)
    used = (
        user
        for name in known
        if name in catalog.tables
        for user in catalog.dependents.get(name, ())
        if (table := catalog.tables.get(user)) is not None
        and any((c.type.name, c.type.schema) == (name.name, name.schema) for c in table.columns)
    )
    return names | {user.name for user in used}


def _with_views(names: set[str], catalog: Catalog) -> frozenset[str]:
    """The names and those of all views that read one of them, directly or through other views."""
    grown = bool(names) and bool(catalog.views)
    while grown:
        size = len(names)
        for name, view in catalog.views.items():
            # A view whose query can't be read may read anything.
            if view.columns is None or any(relation.name in names for relation, _ in view.reads):
                names.add(name.name)
        grown = len(names) > size
    return frozenset(names)
