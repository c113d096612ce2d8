"""What stands inside statements: columns, constraints, indexes and the elements of a table."""

from schemaguard.catalog.objects import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.sql.writing.identifiers import Spelling, columns, held, quote
from schemaguard.sql.writing.types import collated, serial_text, type_text


def column_text(column: Column, *, serial: bool = False) -> str:
    """A column's definition without its constraints; `serial` says that it is written in the short form."""
    parts = [
        quote(column.name),
        collated(serial_text(column.type) if serial else type_text(column.type), column.collation),
    ]
    if column.generated is not None:
        parts.append(f"GENERATED ALWAYS AS ({column.generated}) {'STORED' if column.generated_stored else 'VIRTUAL'}")
    if column.identity is not None:
        parts.append(f"GENERATED {column.identity.upper()} AS IDENTITY")
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.not_null and not serial and column.identity is None:
        parts.append("NOT NULL")
    return " ".join(parts)


def is_inline(constraint: Constraint, column: Column) -> bool:
    """Whether the constraint can be written on the column itself."""
    match constraint:
        case PrimaryKey() | Unique() | ForeignKey():
            return constraint.columns == (column.name,)
        case Check():
            return True
        case Exclusion():
            return False


def inline_text(constraint: Constraint, spell: Spelling) -> str:
    """A constraint as it is written on its one column."""
    match constraint:
        case PrimaryKey() | Unique():
            body = f"{_key_head(constraint)}{_include(constraint)}{_deferrable(constraint)}"
        case ForeignKey():
            body = _references(constraint, spell)
        case _:
            body = definition(constraint, spell)
    return _named(constraint.name, body)


def constraint_text(constraint: Constraint, spell: Spelling) -> str:
    """A constraint of a table with its name, where it has one."""
    return _named(constraint.name, definition(constraint, spell))


def definition(constraint: Constraint, spell: Spelling) -> str:
    """A constraint of a table without its name; NOT VALID where it says so."""
    match constraint:
        case ForeignKey():
            return f"FOREIGN KEY {columns(constraint.columns)} {_references(constraint, spell)}"
        case Check():
            tail = " NO INHERIT" * constraint.no_inherit + " NOT VALID" * (not constraint.valid)
            return f"CHECK ({constraint.definition}){tail}"
        case PrimaryKey() | Unique():
            of = columns(constraint.columns)
            return f"{_key_head(constraint)} {of}{_include(constraint)}{_deferrable(constraint)}"
        case Exclusion():
            elements = ", ".join(f"{element} WITH {operator}" for element, operator in constraint.elements)
            where = f" WHERE ({constraint.predicate})" if constraint.predicate else ""
            return f"EXCLUDE USING {quote(constraint.method)} ({elements}){where}"


def over_index(constraint: Constraint, index: str) -> str:
    """A key that takes over an index."""
    assert isinstance(constraint, PrimaryKey | Unique)
    kind = "PRIMARY KEY" if isinstance(constraint, PrimaryKey) else "UNIQUE"
    return _named(constraint.name, f"{kind} USING INDEX {quote(index)}{_deferrable(constraint)}")


def _named(name: str | None, body: str) -> str:
    return body if name is None else f"CONSTRAINT {quote(name)} {body}"


def _key_head(key: PrimaryKey | Unique) -> str:
    if isinstance(key, PrimaryKey):
        return "PRIMARY KEY"
    return "UNIQUE" if key.nulls_distinct else "UNIQUE NULLS NOT DISTINCT"


def _include(key: PrimaryKey | Unique) -> str:
    return f" INCLUDE {columns(key.include)}" if key.include else ""


def _references(key: ForeignKey, spell: Spelling) -> str:
    text = f"REFERENCES {spell(key.ref_table)}"
    text += f" {columns(key.ref_columns)}" if key.ref_columns else ""
    text += " MATCH FULL" if key.match_full else ""
    text += f" ON UPDATE {key.on_update}" if key.on_update != "NO ACTION" else ""
    text += f" ON DELETE {key.on_delete}" if key.on_delete != "NO ACTION" else ""
    return text + _deferrable(key) + ("" if key.valid else " NOT VALID")


def _deferrable(constraint: ForeignKey | PrimaryKey | Unique) -> str:
    if not constraint.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if constraint.initially_deferred else " DEFERRABLE"


def elements_text(
    table: Table, serials: tuple[str, ...], like: tuple[tuple[str, frozenset[str]], ...], spell: Spelling
) -> str:
    """What stands between the parentheses of CREATE TABLE; empty where nothing does."""
    elements = [
        " ".join((f"LIKE {source}", *(f"INCLUDING {option}" for option in sorted(options)))) for source, options in like
    ]
    elements += [column_text(column, serial=column.name in serials) for column in table.columns]
    elements += [constraint_text(constraint, spell) for constraint in table.constraints]
    return ", ".join(elements)


def key_text(key: IndexKey) -> str:
    """One key of an index."""
    text = quote(key.column) if key.column is not None else f"({key.expression})"
    text += f" COLLATE {held(key.collation)}" if key.collation else ""
    text += f" {held(key.opclass)}" if key.opclass else ""
    return text + " DESC" * key.descending


def index_text(index: Index, spell: Spelling, *, only: bool = False) -> str:
    """What follows ON in CREATE INDEX: all that a catalog holds of the index."""
    method = f" USING {quote(index.method)}" if index.method != "btree" else ""
    tail = f" INCLUDE {columns(index.include)}" if index.include else ""
    tail += "" if index.nulls_distinct else " NULLS NOT DISTINCT"
    tail += f" WHERE ({index.predicate})" if index.predicate else ""
    return f"{'ONLY ' * only}{spell(index.table)}{method} ({', '.join(map(key_text, index.keys))}){tail}"
