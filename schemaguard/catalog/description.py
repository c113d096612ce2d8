"""Parts of a catalog in words: (kind, what it is, its name)."""

from schemaguard.catalog.objects import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)

Described = tuple[str, str, str | None]


def column_notes(column: Column) -> tuple[str, ...]:
    """What is said of a column beside its name and type: not null, identity, generated, default, collation."""
    notes = (
        "not null" if column.not_null else "",
        f"identity {column.identity}" if column.identity else "",
        f"generated {column.generated}" if column.generated else "",
        f"default {column.default}" if column.default is not None else "",
        f"collate {column.collation}" if column.collation else "",
        *(f"converted using {using}" for using in column.converted),
    )
    return tuple(note for note in notes if note)


def constraint(constraint: Constraint) -> Described:
    """A constraint of a table."""
    match constraint:
        case PrimaryKey(name=name, columns=columns):
            return "primary key", f"({', '.join(columns)})", name
        case Unique(name=name, columns=columns, nulls_distinct=distinct):
            return "unique", f"({', '.join(columns)}){'' if distinct else ' nulls not distinct'}", name
        case ForeignKey(name=name, columns=columns, ref_table=table, ref_columns=referenced):
            what = f"({', '.join(columns)}) → {table} ({', '.join(referenced)})"
            for event, action in (("delete", constraint.on_delete), ("update", constraint.on_update)):
                if action != "NO ACTION":
                    what += f" on {event} {action.lower()}"
            return "foreign key", what + ("" if constraint.valid else " not valid"), name
        case Check(name=name, definition=definition, valid=valid):
            return "check", definition + ("" if valid else " not valid"), name
        case Exclusion(name=name, elements=elements, method=method):
            return "exclude", f"using {method} ({', '.join(f'{what} with {how}' for what, how in elements)})", name


def index(index: Index) -> Described:
    """An index that stands for no constraint."""
    keys = ", ".join(key.column or f"({key.expression})" for key in index.keys)
    what = f"({keys})"
    if index.method != "btree":
        what = f"using {index.method} {what}"
    if index.include:
        what += f" include ({', '.join(index.include)})"
    if index.predicate:
        what += f" where {index.predicate}"
    return "unique index" if index.unique else "index", what + ("" if index.valid else " invalid"), index.name.name
