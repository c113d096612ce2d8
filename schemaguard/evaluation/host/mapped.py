"""Which table a class of the project stands for, also where not all of its columns are known."""

import sqlalchemy as sa

from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import Class, Modelled, Value

_MAPPED = "schemaguard: the class that it was made for"


def table_of(value: Value) -> sa.TableClause | None:
    """The table of a mapped class, a column or a table; None where nothing says which it is.

    SQLModel calls the table of a class without a `__tablename__` as the class, in small letters.
    """
    match value:
        case sa.TableClause():
            return value
        case sa.Column(table=table):
            return table if isinstance(table, sa.TableClause) else None
        case Class(made=sa.Table() as table):
            return table
        case Class():
            name = value.find("__tablename__")
            if not isinstance(name, str) and _is_of_sqlmodel(value):
                name = value.name.lower()
            if not isinstance(name, str) or has_hole(name):
                return None
            schema = _schema(value)
            return sa.table(name, schema=schema)
        case _:
            return None


def class_of(table: Value) -> Class | None:
    """The class of the project that the table was made for, where it was made for one."""
    found = table.info.get(_MAPPED) if isinstance(table, sa.Table) else None
    return found if isinstance(found, Class) else None


def note_class(table: sa.Table, cls: Class) -> None:
    """Note which class a table was made for."""
    table.info.setdefault(_MAPPED, cls)


def column_of(table: sa.TableClause, cls: Class | None, attribute: str) -> str | None:
    """The column that an attribute of a mapped class is; None where it is none, or nobody knows."""
    found = cls.find(attribute) if cls is not None else None
    if isinstance(found, sa.Column):
        return str(found.name or attribute)
    if isinstance(table, sa.Table) and len(table.c):
        return str(table.c[attribute].name) if attribute in table.c else None
    annotations = cls.find("__annotations__") if cls is not None else None
    is_annotated = isinstance(annotations, dict) and attribute in annotations
    return attribute if cls is None or is_annotated else None


def _is_of_sqlmodel(cls: Class) -> bool:
    bases = (base for one in cls.order for base in one.bases)
    return any(isinstance(base, Modelled) and base.name == "SQLModel" for base in bases)


def _schema(cls: Class) -> str | None:
    arguments = cls.find("__table_args__")
    last = arguments[-1] if isinstance(arguments, tuple | list) and arguments else arguments
    schema = last.get("schema") if isinstance(last, dict) else None
    return schema if isinstance(schema, str) and not has_hole(schema) else None
