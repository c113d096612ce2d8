"""Columns and constraints as SQLAlchemy's: what stands inside op.add_column() and op.create_table()."""

from schemaguard.catalog.objects import Check, Column, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique
from schemaguard.sql.writing.code import as_text, call, names, quoted, text
from schemaguard.sql.writing.column_types import column_type


def column(of: Column, *, in_table: bool = False, is_serial: bool = False) -> str | None:
    """`sa.Column(…)`; None where SQLAlchemy has no word for some part of it.

    `in_table`: an integer of a primary key would become a serial by itself there, and says that it is none.
    """
    type_ = column_type(of.type, of.collation)
    default = None if of.default is None else text(of.default)
    generated = None if of.generated is None else as_text(of.generated)
    if type_ is None or (of.default is not None and default is None):
        return None
    if of.generated is not None and (generated is None or not of.generated_stored):
        return None  # Virtual columns are younger than the SQLAlchemy that many projects have.
    computed = None if generated is None else call("sa.Computed", quoted(generated), persisted="True")
    identity = None if of.identity is None else call("sa.Identity", always=_true(of.identity == "always"))
    is_counted = of.identity is not None or is_serial or not in_table
    return call(
        "sa.Column",
        quoted(of.name),
        type_,
        computed or identity,
        autoincrement=None if is_counted or not type_.endswith("Integer()") else "False",
        nullable="False" if of.not_null else "True",
        server_default=default,
    )


def table_constraint(constraint: Constraint) -> str | None:
    """A constraint of a table that is made with it; None where SQLAlchemy has no word for some part of it."""
    name = None if constraint.name is None else quoted(constraint.name)
    match constraint:
        case PrimaryKey(columns=columns, include=()):
            return call("sa.PrimaryKeyConstraint", *map(quoted, columns), name=name, **timing(constraint))
        case Unique(columns=columns, include=()):
            nulls = _true(not constraint.nulls_distinct)
            given = {**timing(constraint), "postgresql_nulls_not_distinct": nulls}
            return call("sa.UniqueConstraint", *map(quoted, columns), name=name, **given)
        case Check(definition=definition, valid=True, no_inherit=False):
            condition = as_text(definition)
            return None if condition is None else call("sa.CheckConstraint", quoted(condition), name=name)
        case ForeignKey(valid=True) if constraint.ref_columns and not any(
            "." in part for part in _referred(constraint)
        ):
            # SQLAlchemy takes the referenced columns as texts with dots between their parts.
            head = f"{constraint.ref_table.schema}." if constraint.ref_table.schema is not None else ""
            referred = tuple(f"{head}{constraint.ref_table.name}.{one}" for one in constraint.ref_columns)
            given = {**actions(constraint), **timing(constraint)}
            return call("sa.ForeignKeyConstraint", names(constraint.columns), names(referred), name=name, **given)
        case PrimaryKey() | Unique() | Check() | ForeignKey() | Exclusion():
            return None


def _referred(key: ForeignKey) -> tuple[str, ...]:
    return (key.ref_table.name, key.ref_table.schema or "", *key.ref_columns)


def actions(key: ForeignKey) -> dict[str, str | None]:
    """The keywords for what a foreign key does when its target changes."""
    return {
        "onupdate": None if key.on_update == "NO ACTION" else quoted(key.on_update),
        "ondelete": None if key.on_delete == "NO ACTION" else quoted(key.on_delete),
        "match": quoted("FULL") if key.match_full else None,
    }


def timing(constraint: PrimaryKey | Unique | ForeignKey) -> dict[str, str | None]:
    """The keywords for when a constraint is checked."""
    return {
        "deferrable": _true(constraint.deferrable),
        "initially": quoted("DEFERRED") if constraint.initially_deferred else None,
    }


def _true(said: bool) -> str | None:
    return "True" if said else None
