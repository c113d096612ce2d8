"""The objects of a catalog: frozen values, spelled as PostgreSQL spells them."""

from collections.abc import Mapping
from typing import Literal

from schemaguard.catalog.persistent import PersistentMap
from schemaguard.catalog.types import Type
from schemaguard.catalog.volatility import is_null
from schemaguard.frozen import dataclass, field, replace

Identity = Literal["always", "by default"]
ReferentialAction = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an object; `schema` is None where the statement left it to the search_path."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `default` and `generated` are SQL text as written, None where there is none."""

    name: str
    type: Type
    not_null: bool = False
    default: str | None = None
    identity: Identity | None = None
    generated: str | None = None
    generated_stored: bool = True
    collation: str | None = None
    comment: str | None = None
    is_local: bool = True
    """False where the table only has it because a parent does."""
    converted: tuple[str, ...] = field(default=(), compare=False)
    """What USING made other values of than the column's own, in the order of its conversions."""
    is_listed: bool = field(default=True, compare=False)
    """False where it was made elsewhere, so that its default and whether it is required aren't known."""

    @property
    def filling(self) -> str | None:
        """The default that a row gets, None where that is NULL: the server keeps `DEFAULT NULL` for some types."""
        return None if is_null(self.default) else self.default


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """PRIMARY KEY; `name` is None until the server's own name is given in apply."""

    name: str | None
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    deferrable: bool = False
    initially_deferred: bool = False
    made_as: tuple[str, ...] = field(default=(), compare=False)
    """The columns' names when it was made, where one was renamed since: copies in other tables are named after them."""
    without_overlaps: bool = field(default=False, compare=False)
    """Whether its last column is a range that mustn't overlap, for which its index is of another method."""


@dataclass(frozen=True, slots=True)
class Unique:
    """UNIQUE."""

    name: str | None
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    deferrable: bool = False
    initially_deferred: bool = False
    made_as: tuple[str, ...] = field(default=(), compare=False)
    without_overlaps: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """FOREIGN KEY; empty `ref_columns` means the referenced table's primary key until apply resolves it."""

    name: str | None
    columns: tuple[str, ...]
    ref_table: Name
    ref_columns: tuple[str, ...] = ()
    on_delete: ReferentialAction = "NO ACTION"
    on_update: ReferentialAction = "NO ACTION"
    match_full: bool = False
    valid: bool = True
    deferrable: bool = False
    initially_deferred: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """CHECK; `definition` is the expression's SQL without the outer parentheses, `columns` the ones it names."""

    name: str | None
    definition: str
    columns: tuple[str, ...] = ()
    valid: bool = True
    no_inherit: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """EXCLUDE; `elements` are (column or expression, operator)."""

    name: str | None
    elements: tuple[tuple[str, str], ...]
    method: str = "gist"
    predicate: str | None = None


Constraint = PrimaryKey | Unique | ForeignKey | Check | Exclusion


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One key of an index: a column name, or an expression's SQL."""

    column: str | None = None
    expression: str | None = None
    descending: bool = False
    opclass: str | None = None
    collation: str | None = None
    columns: tuple[str, ...] = ()
    """The columns that the expression names."""
    made_as: str | None = field(default=None, compare=False)
    """The key's name when the index was made, where a column was renamed since: the index's own columns keep it."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `constraint` is the constraint it stands for, None for a plain index."""

    name: Name
    table: Name
    keys: tuple[IndexKey, ...]
    unique: bool = False
    method: str = "btree"
    predicate: str | None = None
    predicate_columns: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    valid: bool = True
    nulls_distinct: bool = True
    constraint: str | None = None
    include_made_as: tuple[str, ...] = field(default=(), compare=False)
    """As `made_as` of a key, for the columns of INCLUDE."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger on a table or view."""

    name: str
    function: Name
    timing: str
    """BEFORE, AFTER or INSTEAD OF."""
    events: tuple[str, ...]
    for_each_row: bool = True
    columns: tuple[str, ...] = ()
    enabled: bool = True
    constraint: bool = False
    definition: str | None = field(default=None, compare=False)
    """The statement that makes it, as the server spells it; None where no server was asked, or it was renamed since."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A row-security policy on a table."""

    name: str
    command: str = "ALL"
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: str | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege on an object; empty `columns` means the whole object."""

    grantee: str
    privilege: str
    columns: tuple[str, ...] = ()
    grantable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `open` says that it was made elsewhere and may have columns that nobody listed."""

    name: Name
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    persistence: Literal["permanent", "unlogged", "temporary"] = "permanent"
    partition_by: str | None = None
    partition_key: tuple[str, ...] = ()
    partition_of: Name | None = None
    partition_bound: str | None = None
    inherits: tuple[Name, ...] = ()
    row_security: bool = False
    force_row_security: bool = False
    policies: tuple[Policy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    grants: tuple[Grant, ...] = ()
    owner: str | None = None
    comment: str | None = None
    replica_identity: str | None = None
    access_method: str | None = None
    open: bool = False
    number: int = field(default=0, compare=False)
    """Which one of the history's objects it is, whatever it is called; 0 where it wasn't made in it."""
    absent: frozenset[str] = frozenset()
    """Names of columns that an open table certainly doesn't have: they were dropped or renamed."""

    def column(self, name: str) -> Column | None:
        """The column of that name, None where there is none."""
        return next((column for column in self.columns if column.name == name), None)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of that name, None where there is none."""
        return next((constraint for constraint in self.constraints if constraint.name == name), None)

    @property
    def primary_key(self) -> PrimaryKey | None:
        """The primary key, None where there is none."""
        return next((c for c in self.constraints if isinstance(c, PrimaryKey)), None)

    def with_column(self, column: Column) -> "Table":
        """This table with the column of the same name replaced."""
        return replace(self, columns=tuple(column if c.name == column.name else c for c in self.columns))


@dataclass(frozen=True, slots=True)
class View:
    """A view or materialised view; `columns` are the names it shows, None where its query can't be read.

    `reads` holds (relation, base column) pairs; a column None stands for "the whole row, or unknown which".
    """

    name: Name
    query: str
    columns: tuple[Column, ...] | None = None
    materialized: bool = False
    reads: frozenset[tuple[Name, str | None]] = frozenset()
    security_invoker: bool = False
    populated: bool = True
    """False where it is materialised and holds nothing yet: reading it fails with 55000."""
    triggers: tuple[Trigger, ...] = ()
    grants: tuple[Grant, ...] = ()
    owner: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum and its labels, in order."""

    name: Name
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain over a base type."""

    name: Name
    base: Type
    not_null: bool = False
    default: str | None = None
    checks: tuple[Check, ...] = ()
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class CompositeType:
    """A composite, range or other type whose inside only matters by name."""

    name: Name
    columns: tuple[Column, ...] = ()
    kind: Literal["composite", "range", "base"] = "composite"


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence; `owned_by` is (table, column) where a column owns it."""

    name: Name
    type: Type | None = None
    owned_by: tuple[Name, str] | None = None
    number: int = field(default=0, compare=False)
    """Which one of the history's objects it is, whatever it is called; 0 where it wasn't made in it."""
    is_continued: bool = field(default=False, compare=False)
    """Whether its counter was set to what the rows ask for."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, procedure or aggregate by its signature; its body is kept as text for scanning."""

    name: Name
    arguments: tuple[str, ...] = ()
    returns: str | None = None
    kind: Literal["function", "procedure", "aggregate"] = "function"
    language: str | None = None
    body: str = ""
    definition: str | None = field(default=None, compare=False)
    """The statement that makes it, as the server spells it; None where no server was asked, or it was renamed since."""
    has_own_access: bool = field(default=False, compare=False)
    """Whether who may call it, or whose it is, was changed after it was made: made anew it would be open again."""
    strict: bool = False
    """Whether it isn't called for NULL, and gives NULL."""
    search_path: str = field(default="", compare=False)
    """The search_path that it runs with, empty where that is its caller's."""
    is_definer: bool = field(default=False, compare=False)
    """Whether it runs with the rights of its owner, and not of its caller."""


SymbolKind = Literal["operator", "cast", "collation", "text search configuration", "text search dictionary"]
SymbolKey = tuple[SymbolKind, Name, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Symbol:
    """What SQL uses by a name or sign of its own, and is no relation: an operator, a cast, a collation …

    `types` are an operator's operands, or what a cast leads from and to; `function` is what computes either.
    """

    kind: SymbolKind
    name: Name
    types: tuple[str, ...] = ()
    definition: str = ""
    function: Name | None = None

    @property
    def key(self) -> SymbolKey:
        """What no other symbol has; casts are in no schema."""
        return (self.kind, self.name, self.types)

    @property
    def in_words(self) -> str:
        """Such as `operator ===` or `the cast of pair to integer`."""
        return f"the cast of {self.types[0]} to {self.types[1]}" if self.kind == "cast" else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """The shape of a database: every object under its resolved name. A value; `apply` makes the next one.

    Keys always carry their schema. `search_path` resolves names that don't.
    """

    tables: Mapping[Name, Table] = field(default_factory=dict)
    views: Mapping[Name, View] = field(default_factory=dict)
    indexes: Mapping[Name, Index] = field(default_factory=dict)
    sequences: Mapping[Name, Sequence] = field(default_factory=dict)
    enums: Mapping[Name, EnumType] = field(default_factory=dict)
    domains: Mapping[Name, Domain] = field(default_factory=dict)
    composites: Mapping[Name, CompositeType] = field(default_factory=dict)
    functions: Mapping[tuple[Name, tuple[str, ...]], Function] = field(default_factory=dict)
    schemas: frozenset[str] = frozenset({"public"})
    extensions: frozenset[str] = frozenset()
    search_path: tuple[str, ...] = ("public",)
    indexes_of: Mapping[Name, tuple[Name, ...]] = field(default_factory=dict)
    """Table → names of its indexes, so that nothing scans all indexes."""
    opaque: int = 0
    """How many statements so far couldn't be understood and may have changed anything."""
    clouded: frozenset[Name] | None = frozenset()
    """Relations that those statements could have changed, None for all: nothing is certain about them."""
    assumed: frozenset[Name] = frozenset()
    """Relations made with IF NOT EXISTS: they may have been there before, and have been others."""
    gone: Mapping[Name, None] = field(default_factory=dict)
    """Relations that were dropped, renamed or moved away and not made again."""
    constraints_named: Mapping[Name, tuple[Name, ...]] = field(default_factory=dict)
    """Constraint name (with its table's schema) → the tables that have one of that name."""
    dependents: Mapping[Name, Mapping[Name, None]] = field(default_factory=dict)
    """Object → relations and types that refer to it in any way, so that nothing scans everything."""
    session_path: tuple[str, ...] | None = None
    """The search_path that comes back when the transaction ends, where it was set for its length only."""
    at_begin: "Catalog | None" = None
    """The catalog at the BEGIN of the open transaction, which ROLLBACK brings back."""
    savepoints: tuple[tuple[str, "Catalog"], ...] = ()
    """The savepoints of the open transaction, the last one at the end, each with the catalog that it brings back."""
    made: int = field(default=0, compare=False)
    """How many tables and sequences the history has made."""
    symbols: Mapping[SymbolKey, Symbol] = field(default_factory=dict, compare=False)
    """Those that the history has made; a server isn't asked for them."""
    has_temporary: bool = field(default=False, compare=False)
    """Whether a relation was ever put into pg_temp, as far as that was counted: where not, none is looked for there."""

    def resolve(self, name: Name) -> Name:
        """The name with its schema: the first on the search_path that has such a relation, else the first of it."""
        if name.schema is not None:
            return name
        # Only a draft counts; a catalog that was put together otherwise has plain mappings.
        is_counted = type(self.tables) is PersistentMap
        if is_counted and not self.has_temporary and len(self.search_path) == 1:
            # Whether it is there or not, it can be nowhere else.
            return Name(name.name, self.search_path[0])
        for schema in self.search_path if is_counted and not self.has_temporary else ("pg_temp", *self.search_path):
            found = Name(name.name, schema)
            if found in self.tables or found in self.views or found in self.indexes or found in self.sequences:
                return found
        return Name(name.name, self.search_path[0] if self.search_path else "public")

    def table(self, name: Name) -> Table | None:
        """The table that the name means, None where the catalog knows none."""
        return self.tables.get(self.resolve(name))
