"""A catalog while one change is folded into it: the maps move on, the catalog that it came from stays as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from operator import attrgetter, is_
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.names import choose_name
from schemaguard.catalog.objects import (
    Catalog,
    Column,
    CompositeType,
    Domain,
    EnumType,
    ForeignKey,
    Function,
    Index,
    Name,
    Sequence,
    Symbol,
    SymbolKey,
    Table,
    View,
)
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.types import Type
from schemaguard.frozen import replace

Object = Table | View | Index | Sequence | EnumType | Domain | CompositeType
_STORES: dict[type, str] = {
    Table: "tables", View: "views", Index: "indexes", Sequence: "sequences",
    EnumType: "enums", Domain: "domains", CompositeType: "composites",
}  # fmt: skip
_RELATIONS = (Table, View, Index, Sequence)
_PARTS = tuple(part.name for part in fields(Catalog))
_parts = attrgetter(*_PARTS)
_QUALIFIED = re.compile(r'(?:("(?:[^"]|"")+"|[^\W\d][\w$]*)\s*\.\s*)?("(?:[^"]|"")+"|[^\W\d][\w$]*)\Z')
UNKNOWN_TYPE = Type("unknown")
"""The type of a column of which only something else is known; no real column has it."""


def unlisted_column(name: str) -> Column:
    """A column of which nothing but its name is known."""
    return Column(name, UNKNOWN_TYPE, is_listed=False)


def parse_name(text: str) -> Name | None:
    """The name that a regclass text such as `app."T_id_seq"` means; None where it is not a name."""
    found = _QUALIFIED.match(text.strip())
    if found is None:
        return None
    schema, name = (
        part and (part[1:-1].replace('""', '"') if part[0] == '"' else part.lower()) for part in found.groups()
    )
    return Name(name, schema)


def type_name(type_: Type) -> Name | None:
    """The name of a user type, None for a built-in one."""
    return None if type_.is_built_in else Name(type_.name, type_.schema)


def indexed(catalog: Catalog) -> Catalog:
    """The catalog with all that is derived from its objects filled in; itself where that was done."""
    if (
        type(catalog.tables) is PersistentMap
        and type(catalog.dependents) is PersistentMap
        and type(catalog.functions) is PersistentMap
        and type(catalog.gone) is PersistentMap
    ):
        return catalog
    nothing: PersistentMap[Any, Any] = PersistentMap()
    bare = replace(
        catalog, tables=nothing, views=nothing, indexes=nothing, sequences=nothing, enums=nothing, domains=nothing,
        composites=nothing, functions=PersistentMap(catalog.functions), indexes_of=nothing, constraints_named=nothing,
        dependents=nothing, gone=nothing,
    )  # fmt: skip
    draft = Draft(bare)
    for store in reversed(_STORES.values()):
        for value in getattr(catalog, store).values():
            draft.put(value)
    draft.gone = PersistentMap(catalog.gone)
    return draft.freeze()


class Draft:
    """One change's working copy; what is put or removed keeps every derived map true."""

    __slots__ = ("__dict__", "_catalog")

    tables: PersistentMap[Name, Table]
    views: PersistentMap[Name, View]
    indexes: PersistentMap[Name, Index]
    sequences: PersistentMap[Name, Sequence]
    enums: PersistentMap[Name, EnumType]
    domains: PersistentMap[Name, Domain]
    composites: PersistentMap[Name, CompositeType]
    functions: PersistentMap[tuple[Name, tuple[str, ...]], Function]
    indexes_of: PersistentMap[Name, tuple[Name, ...]]
    constraints_named: PersistentMap[Name, tuple[Name, ...]]
    dependents: PersistentMap[Name, Mapping[Name, None]]
    gone: PersistentMap[Name, None]
    schemas: frozenset[str]
    extensions: frozenset[str]
    search_path: tuple[str, ...]
    session_path: tuple[str, ...] | None
    opaque: int
    clouded: frozenset[Name] | None
    at_begin: Catalog | None
    savepoints: tuple[tuple[str, Catalog], ...]
    assumed: frozenset[Any]
    made: int
    symbols: Mapping[SymbolKey, Symbol]
    has_temporary: bool

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.__dict__ = dict(zip(_PARTS, _parts(catalog), strict=True))

    def freeze(self) -> Catalog:
        """The catalog that the draft has become; the one that it came from where nothing is different."""
        # In the order of the fields: an attribute that is set anew keeps its place in a dictionary.
        parts = vars(self).values()
        return self._catalog if all(map(is_, parts, _parts(self._catalog))) else Catalog(*parts)

    def next_number(self) -> int:
        """The number of an object that is made now."""
        self.made += 1
        return self.made

    # Looking up

    def resolve(self, name: Name) -> Name:
        """The name with its schema, as the search_path finds it; where nothing has it, the schema that would get it.

        See RangeVarGetRelidExtended() in namespace.c.
        """
        if name.schema is not None:
            return name
        for schema in ("pg_temp", *self.search_path) if self.has_temporary else self.search_path:
            found = Name(name.name, schema)
            if self.is_relation(found):
                return found
        return self.placed(name)

    def placed(self, name: Name) -> Name:
        """The name with the schema in which CREATE would put it. See RangeVarGetCreationNamespace() in namespace.c."""
        if name.schema is not None:
            return name
        return Name(name.name, self.search_path[0] if self.search_path else "public")

    def is_relation(self, name: Name) -> bool:
        """Whether a table, view, index, sequence or composite type has the name."""
        return (
            name in self.tables
            or name in self.indexes
            or name in self.sequences
            or name in self.views
            or name in self.composites
        )

    def is_type(self, name: Name) -> bool:
        """Whether a type made by a user has the name; tables and views make types too."""
        return (
            name in self.enums
            or name in self.domains
            or name in self.composites
            or name in self.tables
            or name in self.views
        )

    def type(self, type_: Type) -> Type:
        """The type with the schema of a user type found on the search_path."""
        if type_.schema is not None or type_.is_built_in or type_ == UNKNOWN_TYPE:
            return type_
        found = self.resolve_type(Name(type_.name))
        return replace(type_, schema=found.schema)

    def resolve_type(self, name: Name) -> Name:
        """A type's name with its schema, as the search_path finds it. See LookupTypeName() in parse_type.c."""
        if name.schema is not None:
            return name
        for schema in self.search_path:
            found = Name(name.name, schema)
            if self.is_type(found):
                return found
        return self.placed(name)

    def resolve_function(self, name: Name) -> Name:
        """A function's name with its schema; whatever its arguments. See FuncnameGetCandidates() in namespace.c."""
        if name.schema is not None:
            return name
        known = {key for key, _ in self.functions if key.name == name.name} if len(self.functions) else set()
        for schema in self.search_path:
            if Name(name.name, schema) in known:
                return Name(name.name, schema)
        return self.placed(name)

    def is_certain(self, name: Name) -> bool:
        """Whether no opaque statement could have changed the relation."""
        return self.clouded is not None and name not in self.clouded

    def refuse(self, name: Name, message: str, sqlstate: str, said: str = "") -> None:
        """Raise Refusal, unless an opaque statement leaves open whether the server would."""
        if self.is_certain(name):
            raise Refusal(message, sqlstate, said)

    def table(self, name: Name) -> Table:
        """The table that the name means; one that nobody listed is taken to exist, with unknown columns."""
        found = self.resolve(name)
        table = self.tables.get(found)
        if table is not None:
            return table
        if found in self.views or found in self.sequences or found in self.indexes:
            self.refuse(found, f'"{found.name}" is not a table', "42809")
        if found in self.gone:
            self.refuse(found, f'relation "{found.name}" does not exist', "42P01")
        return Table(found, open=True)

    def uses(self, name: Name) -> Iterator[Name]:
        """The relations and types that refer to the object."""
        return iter(self.dependents.get(name, ()))

    def children(self, table: Name) -> Iterator[Table]:
        """The partitions and inheritance children of a table."""
        for name in self.uses(table):
            child = self.tables.get(name)
            if child is not None and (child.partition_of == table or table in child.inherits):
                yield child

    def parents(self, table: Table) -> Iterator[Table]:
        """The tables that it is a partition or an inheritance child of, as far as they are known."""
        for name in (*table.inherits, *((table.partition_of,) if table.partition_of else ())):
            parent = self.tables.get(name)
            if parent is not None:
                yield parent

    def is_inherited(self, table: Table, column: str) -> bool:
        """Whether a parent has the column too: it can't go, or become another, in the child alone."""
        return any(parent.column(column) is not None for parent in self.parents(table))

    def indexes_on(self, table: Name) -> tuple[Index, ...]:
        """The indexes of a table."""
        return tuple(self.indexes[name] for name in self.indexes_of.get(table, ()))

    # Choosing names

    def choose_relation_name(self, table: Name, addition: str | None, label: str, *, is_constraint: bool) -> str:
        """ChooseRelationName(): free among relations, and among constraints for a constraint's index."""

        def is_taken(name: str) -> bool:
            full = Name(name, table.schema)
            return self.is_relation(full) or (is_constraint and bool(self.constraints_named.get(full)))

        return choose_name(table.name, addition, label, is_taken)

    def choose_constraint_name(self, table: Name, addition: str | None, label: str, others: frozenset[str]) -> str:
        """ChooseConstraintName(): free among the constraints of the schema and the others of the same statement."""

        def is_taken(name: str) -> bool:
            return name in others or bool(self.constraints_named.get(Name(name, table.schema)))

        return choose_name(table.name, addition, label, is_taken)

    # Changing

    def put(self, value: Object) -> None:
        """Add the object, or replace the one of that name."""
        store = _STORES[type(value)]
        held: PersistentMap[Name, Any] = getattr(self, store)
        old = held.get(value.name)
        setattr(self, store, held.set(value.name, value))
        if value.name.schema == "pg_temp":
            self.has_temporary = True
        if not _refer_alike(old, value):
            self._relink(value.name, _references(old, self), _references(value, self))
        if isinstance(value, Table) and (old is None or old.constraints is not value.constraints):
            self._rename_constraints(value.name, _constraint_names(old), _constraint_names(value))
        if isinstance(value, Index):
            self._list_index(old, value)
        if isinstance(value, _RELATIONS) and self.gone:
            self.gone = self.gone.without(value.name)

    def remove(self, value: Object) -> None:
        """Take the object out, and nothing else."""
        store = _STORES[type(value)]
        held: PersistentMap[Name, Any] = getattr(self, store)
        old = held.get(value.name)
        if old is None:
            return
        setattr(self, store, held.without(value.name))
        self._relink(value.name, _references(old, self), frozenset())
        if isinstance(old, Table):
            self._rename_constraints(value.name, _constraint_names(old), frozenset())
        if isinstance(old, Index):
            self._list_index(old, None)
        if isinstance(value, Table | View):
            self.gone = self.gone.set(value.name, None)
        if value.name in self.assumed:
            self.assumed -= {value.name}

    def _relink(self, name: Name, old: frozenset[Name], new: frozenset[Name]) -> None:
        for target in old - new:
            left = _persistent(self.dependents.get(target, {})).without(name)
            self.dependents = self.dependents.set(target, left) if left else self.dependents.without(target)
        for target in new - old:
            users: PersistentMap[Name, None] = _persistent(self.dependents.get(target, {}))
            self.dependents = self.dependents.set(target, users.set(name, None))

    def _rename_constraints(self, table: Name, old: frozenset[str], new: frozenset[str]) -> None:
        for name in old - new:
            key = Name(name, table.schema)
            left = tuple(other for other in self.constraints_named.get(key, ()) if other != table)
            named = self.constraints_named
            self.constraints_named = named.set(key, left) if left else named.without(key)
        for name in new - old:
            key = Name(name, table.schema)
            self.constraints_named = self.constraints_named.set(key, (*self.constraints_named.get(key, ()), table))

    def _list_index(self, old: Index | None, new: Index | None) -> None:
        if old is not None and (new is None or old.table != new.table):
            left = tuple(name for name in self.indexes_of.get(old.table, ()) if name != old.name)
            self.indexes_of = self.indexes_of.set(old.table, left) if left else self.indexes_of.without(old.table)
        if new is not None and (old is None or old.table != new.table):
            self.indexes_of = self.indexes_of.set(new.table, (*self.indexes_of.get(new.table, ()), new.name))


def _persistent(value: Mapping[Any, Any]) -> PersistentMap[Any, Any]:
    return value if isinstance(value, PersistentMap) else PersistentMap(value)


def _constraint_names(table: Table | None) -> frozenset[str]:
    if table is None:
        return frozenset()
    return frozenset(constraint.name for constraint in table.constraints if constraint.name)


def _refer_alike(old: Object | None, new: Object) -> bool:
    """Whether both certainly refer to the same, as most changes leave it: seen without reading all of a table."""
    if isinstance(new, Index | EnumType):
        return True
    if not isinstance(old, Table) or not isinstance(new, Table):
        return False
    same = old.inherits == new.inherits and old.partition_of == new.partition_of and old.triggers is new.triggers
    return same and _columns_refer_alike(old, new) and _keys_refer_alike(old, new)


def _columns_refer_alike(old: Table, new: Table) -> bool:
    if old.columns is new.columns:
        return True
    mine, theirs = set(map(id, old.columns)), set(map(id, new.columns))
    differing = [c for c in (*old.columns, *new.columns) if (id(c) in mine) != (id(c) in theirs)]
    return not any(type_name(c.type) is not None or expressions.sequences(c.default) for c in differing)


def _keys_refer_alike(old: Table, new: Table) -> bool:
    if old.constraints is new.constraints:
        return True
    mine, theirs = ([one for one in table.constraints if isinstance(one, ForeignKey)] for table in (old, new))
    return mine == theirs


def _references(value: Object | None, draft: Draft) -> frozenset[Name]:
    """Everything that the object refers to by name."""
    match value:
        case Table():
            return _table_references(value, draft)
        case View():
            return frozenset(name for name, _ in value.reads) | {trigger.function for trigger in value.triggers}
        case Sequence():
            return frozenset({value.owned_by[0]} if value.owned_by else ())
        case Domain():
            return frozenset(name for name in (type_name(value.base),) if name)
        case CompositeType():
            return frozenset(name for column in value.columns if (name := type_name(column.type)))
        case _:
            return frozenset()


def _table_references(table: Table, draft: Draft) -> frozenset[Name]:
    found = {constraint.ref_table for constraint in table.constraints if isinstance(constraint, ForeignKey)}
    found.update(table.inherits)
    found.update(trigger.function for trigger in table.triggers)
    if table.partition_of:
        found.add(table.partition_of)
    for column in table.columns:
        name = type_name(column.type)
        if name:
            found.add(name)
        for text in expressions.sequences(column.default):
            sequence = parse_name(text)
            if sequence:
                found.add(draft.resolve(sequence))
    return frozenset(found)
