"""What goes when an object goes: the server's dependencies, and which of them ask for CASCADE.

See findDependentObjects() in dependency.c; https://www.postgresql.org/docs/18/ddl-depend.html.
"""

from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import Change, DropColumn, DropConstraint, DropIndex, DropObject, DropTable
from schemaguard.catalog.fold.draft import Draft, indexed, parse_name, type_name
from schemaguard.catalog.hanging import Hung, on_attribute, on_extension, on_function, on_other, on_relation, on_type
from schemaguard.catalog.objects import Catalog, Check, ForeignKey, Index, Name, PrimaryKey, Table, Unique, View
from schemaguard.frozen import dataclass

GoneKind = Literal[
    "table", "view", "index", "sequence", "enum", "domain", "composite", "function", "schema", "extension",
    "column", "constraint", "trigger", "policy", "default", "attribute", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gone:
    """An object that goes: `part` is the column, constraint, trigger or policy of the relation `name`.

    `automatic` ones go without being asked for; the others make the server refuse (2BP01) unless CASCADE is written.
    `certain` is False where only the whole row, or an unknown part of it, is known to be read.
    """

    kind: GoneKind
    name: Name
    part: str | None = None
    automatic: bool = False
    certain: bool = True
    arguments: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, Name, str | None]:
        """What makes it the same object."""
        return self.kind, self.name, self.part if self.arguments is None else f"({', '.join(self.arguments)})"

    def __str__(self) -> str:
        return f"{self.kind} {self.part} of {self.name}" if self.part else f"{self.kind} {self.name}"


def constraint_seed(table: Name, constraint: str) -> tuple[Gone, ...]:
    """The constraint as what goes first."""
    return (Gone("constraint", table, constraint),)


def index_seed(index: Name) -> tuple[Gone, ...]:
    """The index as what goes first."""
    return (Gone("index", index),)


def reach(change: Change, catalog: Catalog) -> tuple[Gone, ...]:
    """Everything beyond its own object that the change takes with it, as CASCADE would."""
    draft = Draft(indexed(catalog))
    seeds = seeds_of(change, draft)
    first = {seed.key for seed in seeds}
    return tuple(gone for gone in closure(draft, seeds) if gone.key not in first)


def seeds_of(change: Change, draft: Draft) -> tuple[Gone, ...]:
    """The objects that the change drops by name."""
    match change:
        case DropTable(table=name):
            found = draft.resolve(name)
            return (Gone("view", found),) if found in draft.views else (Gone("table", found),)
        case DropColumn(table=name, column=column):
            return (Gone("column", draft.resolve(name), column),)
        case DropConstraint(table=name, constraint=constraint):
            return constraint_seed(draft.resolve(name), constraint)
        case DropIndex(index=name):
            return index_seed(draft.resolve(name))
        case DropObject():
            return _object_seeds(change, draft)
        case _:
            return ()


def _object_seeds(change: DropObject, draft: Draft) -> tuple[Gone, ...]:
    match change.kind:
        case "view" | "materialized view":
            return (Gone("view", draft.resolve(change.object)),)
        case "sequence":
            return (Gone("sequence", draft.resolve(change.object)),)
        case "index":
            return index_seed(draft.resolve(change.object))
        case "table":
            return (Gone("table", draft.resolve(change.object)),)
        case "type" | "domain":
            name = draft.resolve_type(change.object)
            kind: GoneKind = "domain" if name in draft.domains else "composite" if name in draft.composites else "enum"
            return (Gone(kind, name),)
        case "function" | "procedure" | "aggregate":
            return (Gone("function", draft.resolve_function(change.object), arguments=change.arguments),)
        case "schema":
            return (Gone("schema", Name(change.object.name)),)
        case "other" if change.cascade:
            return (Gone("other", change.object),)
        case "extension":
            return (Gone("extension", Name(change.object.name)),)
        case "trigger" | "policy" if change.on is not None:
            kind = "trigger" if change.kind == "trigger" else "policy"
            return (Gone(kind, draft.resolve(change.on), change.object.name),)
        case _:
            return ()


def closure(draft: Draft, seeds: tuple[Gone, ...]) -> tuple[Gone, ...]:
    """The seeds and everything that goes with them, each once, seeds first."""
    found: dict[tuple[str, Name, str | None], Gone] = {}
    waiting = list(seeds)
    while waiting:
        gone = waiting.pop(0)
        if gone.key in found:
            continue
        found[gone.key] = gone
        waiting.extend(other for other in _dependents(gone, draft) if other.key not in found)
    return tuple(gone for gone in found.values() if gone in seeds or not _is_inside(gone, found))


def _is_inside(gone: Gone, found: dict[tuple[str, Name, str | None], Gone]) -> bool:
    """Whether the part goes with its own table or column anyway."""
    if gone.kind == "default" and ("column", gone.name, gone.part) in found:
        return True
    return gone.part is not None and (("table", gone.name, None) in found or ("view", gone.name, None) in found)


def _dependents(gone: Gone, draft: Draft) -> Iterator[Gone]:
    match gone.kind:
        case "table":
            yield from _of_table(gone.name, draft)
            yield from map(_gone, on_relation(draft, gone.name))
        case "view":
            yield from _views_reading(draft, gone.name, None)
            yield from map(_gone, on_relation(draft, gone.name))
        case "column" if gone.part is not None and gone.name in draft.tables:
            yield from _of_column(draft.tables[gone.name], gone.part, draft)
            yield from map(_gone, on_relation(draft, gone.name, gone.part))
        case "constraint" if gone.part is not None and gone.name in draft.tables:
            yield from _of_constraint(draft.tables[gone.name], gone.part, draft)
        case "index" if gone.name in draft.indexes:
            yield from _of_index(draft.indexes[gone.name], draft)
        case "sequence":
            yield from _of_sequence(gone.name, draft)
        case "enum" | "domain" | "composite":
            yield from _of_type(gone.name, draft)
            yield from map(_gone, on_type(draft, gone.name))
        case "attribute" if gone.part is not None:
            yield from map(_gone, on_attribute(draft, gone.name, gone.part))
        case "function":
            yield from _of_function(gone.name, draft)
            yield from map(_gone, on_function(draft, gone.name, gone.arguments))
        case "other":
            yield from map(_gone, on_other(draft, gone.name))
        case "extension":
            yield from map(_gone, on_extension(draft, gone.name.name))
        case "schema":
            yield from _of_schema(gone.name.name, draft)
        case _:
            pass


def _gone(hung: Hung) -> Gone:
    return Gone(hung.kind, hung.name, hung.part, hung.is_own, hung.certain, hung.arguments)


def _views_reading(draft: Draft, relation: Name, column: str | None) -> Iterator[Gone]:
    for name in draft.uses(relation):
        view = draft.views.get(name)
        if view is None:
            continue
        read = {base for source, base in view.reads if source == relation}
        if column is None or column in read:
            yield Gone("view", name)
        elif None in read:
            yield Gone("view", name, certain=False)


def _of_table(table: Name, draft: Draft) -> Iterator[Gone]:
    for index in draft.indexes_of.get(table, ()):
        yield Gone("index", index, automatic=True)
    for name in draft.uses(table):
        other, sequence = draft.tables.get(name), draft.sequences.get(name)
        if sequence is not None and sequence.owned_by is not None and sequence.owned_by[0] == table:
            yield Gone("sequence", name, automatic=True)
        if other is None:
            continue
        if other.partition_of == table or table in other.inherits:
            yield Gone("table", name, automatic=other.partition_of == table)
        for constraint in other.constraints:
            if isinstance(constraint, ForeignKey) and constraint.ref_table == table and name != table:
                yield Gone("constraint", name, constraint.name)
    yield from _of_type(table, draft)
    yield from _views_reading(draft, table, None)


def _of_type(type_: Name, draft: Draft) -> Iterator[Gone]:
    for name in draft.uses(type_):
        table, domain = draft.tables.get(name), draft.domains.get(name)
        for column in table.columns if table is not None else ():
            if type_name(column.type) == type_:
                yield Gone("column", name, column.name)
        if domain is not None and type_name(domain.base) == type_:
            yield Gone("domain", name)


def _of_column(table: Table, column: str, draft: Draft) -> Iterator[Gone]:
    for index in draft.indexes_on(table.name):
        if index_uses(index, column) and index.constraint is None:
            yield Gone("index", index.name, automatic=True)
    for constraint in table.constraints:
        columns = constraint_columns(constraint)
        if column in columns:
            yield Gone("constraint", table.name, constraint.name, automatic=True)
    for other in table.columns:
        if other.name != column and expressions.mentions(other.generated, column):
            yield Gone("column", table.name, other.name)
    yield from _parts_naming(table, column)
    for name in draft.uses(table.name):
        sequence = draft.sequences.get(name)
        if sequence is not None and sequence.owned_by == (table.name, column):
            yield Gone("sequence", name, automatic=True)
    for child in draft.children(table.name):
        inherited = child.column(column)
        if inherited is not None and not inherited.is_local:
            yield Gone("column", child.name, column, automatic=True)
    yield from _views_reading(draft, table.name, column)


def _parts_naming(table: Table, column: str) -> Iterator[Gone]:
    for trigger in table.triggers:
        if column in trigger.columns:
            yield Gone("trigger", table.name, trigger.name)
    for policy in table.policies:
        if expressions.mentions(policy.using, column) or expressions.mentions(policy.check, column):
            yield Gone("policy", table.name, policy.name)


def constraint_columns(constraint: object) -> tuple[str, ...]:
    """The columns of its own table that a constraint names."""
    match constraint:
        case PrimaryKey() | Unique():
            return constraint.columns + constraint.include
        case ForeignKey():
            return constraint.columns
        case Check():
            return constraint.columns or tuple(expressions.words(constraint.definition))
        case _:
            elements = getattr(constraint, "elements", ())
            named = {word for element, _ in elements for word in expressions.words(element)}
            predicate = getattr(constraint, "predicate", None)
            return tuple(named | (expressions.words(predicate) if predicate else frozenset()))


def index_uses(index: Index, column: str) -> bool:
    """Whether the index names the column in a key, an expression, its predicate or INCLUDE."""
    return (
        any(key.column == column or expressions.mentions(key.expression, column) for key in index.keys)
        or column in index.include
        or expressions.mentions(index.predicate, column)
    )


def _of_constraint(table: Table, name: str, draft: Draft) -> Iterator[Gone]:
    constraint = table.constraint(name)
    index = draft.indexes.get(Name(name, table.name.schema))
    if index is not None and index.table == table.name and index.constraint == name:
        yield Gone("index", index.name, automatic=True)
    if isinstance(constraint, PrimaryKey | Unique):
        yield from _foreign_keys_on(table, name, constraint.columns, draft)
    if constraint is None:
        return
    for child in draft.children(table.name):
        same = _inherited(constraint, child)
        if same is not None:
            yield Gone("constraint", child.name, same, automatic=True)


def _inherited(constraint: object, child: Table) -> str | None:
    """The name of the child's constraint that came from the parent's."""
    for other in child.constraints:
        match constraint, other:
            case Check(no_inherit=False, name=name), Check() if other.name == name:
                return other.name
            case PrimaryKey(), PrimaryKey() if child.partition_of is not None:
                return other.name
            case Unique(columns=columns), Unique() if child.partition_of is not None and other.columns == columns:
                return other.name
            case ForeignKey(), ForeignKey() if child.partition_of is not None:
                if (other.columns, other.ref_table) == (constraint.columns, constraint.ref_table):
                    return other.name
            case _:
                pass
    return None


def _foreign_keys_on(table: Table, key: str, columns: tuple[str, ...], draft: Draft) -> Iterator[Gone]:
    """The foreign keys that need the key: the server ties each to one unique index, the primary key's first."""
    if _serving_index(table, set(columns), draft) != key:
        return
    for name in (table.name, *draft.uses(table.name)):
        other = draft.tables.get(name)
        for constraint in other.constraints if other is not None else ():
            if (
                isinstance(constraint, ForeignKey)
                and constraint.ref_table == table.name
                and set(constraint.ref_columns) == set(columns)
            ):
                yield Gone("constraint", name, constraint.name)


def _serving_index(table: Table, columns: set[str], draft: Draft) -> str | None:
    fit = [
        index
        for index in draft.indexes_on(table.name)
        if index.unique and index.predicate is None and {key.column for key in index.keys} == columns
    ]
    primary = table.primary_key
    fit.sort(key=lambda index: primary is None or index.constraint != primary.name)
    return fit[0].name.name if fit else None


def _of_index(index: Index, draft: Draft) -> Iterator[Gone]:
    table = draft.tables.get(index.table)
    if table is None:
        return
    if index.unique and index.constraint is None and index.predicate is None:
        columns = tuple(key.column for key in index.keys if key.column is not None)
        yield from _foreign_keys_on(table, index.name.name, columns, draft)
    if table.partition_by is None:
        return
    for child in draft.children(table.name):
        for other in draft.indexes_on(child.name):
            if other.constraint is None and other.keys == index.keys and other.predicate == index.predicate:
                yield Gone("index", other.name, automatic=True)
                break


def _of_sequence(sequence: Name, draft: Draft) -> Iterator[Gone]:
    for name in draft.uses(sequence):
        table = draft.tables.get(name)
        for column in table.columns if table is not None else ():
            drawn = (parse_name(text) for text in expressions.sequences(column.default))
            if any(found and draft.resolve(found) == sequence for found in drawn):
                yield Gone("default", name, column.name)


def _of_function(function: Name, draft: Draft) -> Iterator[Gone]:
    for name in draft.uses(function):
        owner: Table | View | None = draft.tables.get(name) or draft.views.get(name)
        for trigger in owner.triggers if owner is not None else ():
            if trigger.function == function:
                yield Gone("trigger", name, trigger.name)


def _of_schema(schema: str, draft: Draft) -> Iterator[Gone]:
    yield from (Gone("table", name) for name in draft.tables if name.schema == schema)
    yield from (Gone("view", name) for name in draft.views if name.schema == schema)
    yield from (Gone("sequence", name) for name in draft.sequences if name.schema == schema)
    yield from (Gone("enum", name) for name in draft.enums if name.schema == schema)
    yield from (Gone("domain", name) for name in draft.domains if name.schema == schema)
    yield from (Gone("composite", name) for name in draft.composites if name.schema == schema)
    yield from (Gone("function", name, arguments=args) for name, args in draft.functions if name.schema == schema)
    # A type that nobody made there by hand is one of an extension's.
    unknown = (name for name in draft.dependents if name.schema == schema)
    yield from (Gone("composite", name, automatic=True) for name in unknown if not draft.is_type(name))
