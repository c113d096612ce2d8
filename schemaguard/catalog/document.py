"""A catalog as the JSON that `schemaguard catalog --format json` prints."""

from typing import Any

from schemaguard.catalog.fold.draft import indexed
from schemaguard.catalog.objects import Catalog, Check, Column, Domain, ForeignKey, Index, Table, Unique, View

Document = dict[str, Any]


def document(catalog: Catalog) -> Document:
    """The value of the key `catalog`: every list sorted by name, columns in their order, indexes with their table.

    Temporary tables and indexes of what is not a table are left out.
    """
    catalog = indexed(catalog)
    tables = sorted(catalog.tables.values(), key=lambda table: (table.name.schema or "", table.name.name))
    return {
        "tables": [_table(table, catalog) for table in tables if table.persistence != "temporary"],
        "views": [_view(catalog.views[name]) for name in sorted(catalog.views, key=str)],
        "enums": [
            {"schema": name.schema, "name": name.name, "labels": list(catalog.enums[name].labels)}
            for name in sorted(catalog.enums, key=str)
        ],
        "sequences": [
            {
                "schema": name.schema,
                "name": name.name,
                "owned_by": f"{owned[0]}.{owned[1]}" if (owned := catalog.sequences[name].owned_by) else None,
            }
            for name in sorted(catalog.sequences, key=str)
        ],
        "domains": [_domain(catalog.domains[name]) for name in sorted(catalog.domains, key=str)],
    }


def _table(table: Table, catalog: Catalog) -> Document:
    key = table.primary_key
    return {
        "schema": table.name.schema,
        "name": table.name.name,
        "columns": [_column(column) for column in table.columns],
        "primary_key": {"name": key.name, "columns": list(key.columns)} if key is not None else None,
        "unique": [{"name": c.name, "columns": list(c.columns)} for c in table.constraints if isinstance(c, Unique)],
        "foreign_keys": [_foreign_key(c) for c in table.constraints if isinstance(c, ForeignKey)],
        "checks": [
            {"name": c.name, "columns": list(c.columns), "definition": c.definition}
            for c in table.constraints
            if isinstance(c, Check)
        ],
        "indexes": sorted(
            (_index(catalog.indexes[name]) for name in catalog.indexes_of.get(table.name, ())),
            key=lambda index: str(index["name"]),
        ),
    }


def _column(column: Column) -> Document:
    return {
        "name": column.name,
        "type": column.type.spelling,
        "not_null": column.not_null,
        "has_default": column.default is not None,
        "default": column.default,
        "identity": column.identity,
        "generated": column.generated,
    }


def _foreign_key(key: ForeignKey) -> Document:
    return {
        "name": key.name,
        "columns": list(key.columns),
        "ref_schema": key.ref_table.schema,
        "ref_table": key.ref_table.name,
        "ref_columns": list(key.ref_columns),
        "on_delete": key.on_delete,
        "on_update": key.on_update,
    }


def _index(index: Index) -> Document:
    return {
        "name": index.name.name,
        "unique": index.unique,
        "method": index.method,
        "keys": [key.column if key.column is not None else key.expression for key in index.keys],
        "predicate": index.predicate,
        "constraint": index.constraint,
    }


def _view(view: View) -> Document:
    return {
        "schema": view.name.schema,
        "name": view.name.name,
        "materialized": view.materialized,
        "columns": [column.name for column in view.columns] if view.columns is not None else None,
    }


def _domain(domain: Domain) -> Document:
    return {
        "schema": domain.name.schema,
        "name": domain.name.name,
        "type": domain.base.spelling,
        "not_null": domain.not_null,
        "default": domain.default,
        "checks": [{"name": check.name, "definition": check.definition} for check in domain.checks],
    }
