"""The lists: names, one by one, of what may be called and read of Python's library, SQLAlchemy and Alembic."""

import datetime
import decimal
import uuid
from enum import Enum
from typing import Any

import sqlalchemy as sa
from alembic.ddl.impl import DefaultImpl
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import schema as sa_schema
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect, Engine, Inspector
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql import dml, expression, selectable
from sqlalchemy.sql.base import ColumnCollection, ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import IdentifierPreparer
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, conv, quoted_name
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.database.connection import RecordedTransaction


def words(text: str) -> frozenset[str]:
    """The words of a text, for a list of many names."""
    return frozenset(text.split())


Listed = tuple[tuple[type, frozenset[str]], ...]
"""(class, names): of its objects, and of those of the classes below it."""

_EXPRESSIONS = words("""
    all_ and_ any_ asc between bindparam bitwise_not case cast collate column cte delete desc distinct except_
    except_all exists extract false func funcfilter insert intersect intersect_all join label lateral literal
    literal_column not_ null nulls_first nulls_last nullsfirst nullslast or_ outerjoin over select table tablesample
    text true try_cast tuple_ type_coerce union union_all update values within_group alias False_ True_ Null
""")
_ITEMS = words("""
    CheckConstraint Column ColumnDefault Computed DefaultClause FetchedValue ForeignKey ForeignKeyConstraint Identity
    Index MetaData PrimaryKeyConstraint Sequence Table UniqueConstraint DDL CreateTable DropTable CreateIndex DropIndex
    CreateSequence DropSequence CreateSchema DropSchema AddConstraint DropConstraint SetTableComment SetColumnComment
""")
POSTGRESQL_CONSTRUCTS = words("""
    ExcludeConstraint aggregate_order_by array array_agg insert to_tsquery to_tsvector plainto_tsquery
    phraseto_tsquery websearch_to_tsquery ts_headline distinct_on
""")

NAMES: dict[str, Any] = {
    **{name: getattr(expression, name) for name in _EXPRESSIONS},
    **{name: getattr(sa_schema, name) for name in _ITEMS},
    "quoted_name": quoted_name,
    "conv": conv,
    "BLANK_SCHEMA": sa_schema.BLANK_SCHEMA,
}
"""What `sqlalchemy` and its modules of constructs have, as far as it may be used."""
POSTGRESQL_NAMES: dict[str, Any] = {
    **{name: getattr(postgresql, name) for name in POSTGRESQL_CONSTRUCTS},
    "dialect": postgresql.dialect,
}
PURE: tuple[Any, ...] = (
    datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone, decimal.Decimal,
    uuid.UUID, uuid.uuid5, uuid.uuid3,
)  # fmt: skip
"""Callables of Python's library that only compute."""

_EXPRESSION_METHODS = words("""
    label in_ not_in notin_ is_ is_not isnot like ilike not_like notlike not_ilike notilike op bool_op cast desc asc
    between startswith endswith contains any_ all_ distinct collate concat as_string as_integer as_boolean as_float
    as_json astext nulls_first nulls_last nullsfirst nullslast has_key has_any has_all contained_by overlap match
    regexp_match regexp_replace is_distinct_from isnot_distinct_from is_not_distinct_from bitwise_and bitwise_or
    icontains istartswith iendswith over filter within_group alias select exists self_group scalar_table_valued
    table_valued column_valued
""")
_STATEMENT_METHODS = words("""
    where filter filter_by values from_select returning join outerjoin select_from group_by having order_by limit
    offset distinct subquery scalar_subquery as_scalar cte alias exists union union_all except_ intersect
    with_only_columns add_columns add_cte on_conflict_do_nothing on_conflict_do_update execution_options correlate
    correlate_except params bindparams columns label with_for_update lateral join_from inline ordered_values in_
    prefix_with suffix_with select unique_params with_hint fetch return_defaults insert update delete is_derived_from
""")
_REFLECTION = words("""
    has_table has_index has_schema has_sequence get_schema_names get_table_names get_view_names get_columns
    get_materialized_view_names get_temp_table_names get_temp_view_names get_sequence_names get_pk_constraint
    get_foreign_keys get_indexes get_unique_constraints get_check_constraints get_table_comment get_enums get_domains
    get_view_definition get_table_options
""")
_COLLECTION = words("keys values items get contains_column")
METHODS: Listed = (
    (sa_schema.ExecutableDDLElement, words("execute_if against")),
    (MigrationContext, words("autocommit_block begin_transaction get_current_revision execute")),
    (
        DefaultImpl,
        words("""
            add_column add_constraint alter_column bulk_insert create_index create_table create_table_comment
            drop_column drop_constraint drop_index drop_table drop_table_comment execute rename_table
        """),
    ),
    (
        BatchOperations,
        words("""
            add_column alter_column drop_column create_foreign_key create_index create_primary_key drop_constraint
            create_check_constraint create_unique_constraint create_exclude_constraint create_table_comment
            drop_table_comment drop_index execute f get_bind get_context
        """),
    ),
    (
        Operations,
        words("""
            add_column alter_column batch_alter_table bulk_insert create_check_constraint create_exclude_constraint
            create_foreign_key create_index create_primary_key create_table create_table_comment drop_column
            create_unique_constraint drop_constraint drop_index drop_table drop_table_comment execute f get_bind
            get_context inline_literal rename_table
        """),
    ),
    (
        Connection,
        words("""
            execute exec_driver_sql scalar scalars execution_options begin begin_nested commit rollback close connect
            in_transaction in_nested_transaction get_isolation_level get_transaction run_callable detach invalidate
        """),
    ),
    (RecordedTransaction, words("commit rollback close")),
    (Engine, words("connect begin dispose execution_options raw_connection")),
    (Inspector, _REFLECTION | words("clear_cache reflect_table get_multi_columns get_multi_indexes")),
    (Dialect, _REFLECTION | words("has_type type_descriptor")),
    (IdentifierPreparer, words("quote quote_identifier quote_schema format_table format_column")),
    (
        sa.Table,
        _STATEMENT_METHODS
        | words("create drop append_column append_constraint to_metadata tometadata corresponding_column"),
    ),
    (sa.MetaData, words("create_all drop_all reflect clear")),
    (sa.Column, _EXPRESSION_METHODS | words("copy _copy references")),
    (sa.Index, words("create drop")),
    (sa.Sequence, words("create drop next_value")),
    (selectable.FromClause, _STATEMENT_METHODS),
    (dml.UpdateBase, _STATEMENT_METHODS),
    (selectable.SelectBase, _STATEMENT_METHODS | _EXPRESSION_METHODS),
    (ColumnElement, _EXPRESSION_METHODS),
    (ClauseElement, _EXPRESSION_METHODS | _STATEMENT_METHODS | {"compile"}),
    (ColumnCollection, _COLLECTION),
    (ReadOnlyColumnCollection, _COLLECTION),
    (TypeEngine, words("with_variant create drop compile as_generic dialect_impl adapt copy")),
    (
        datetime.datetime,
        words("isoformat strftime date time replace timestamp astimezone utcoffset timetuple toordinal weekday"),
    ),
    (datetime.date, words("isoformat strftime replace toordinal weekday")),
    (datetime.time, words("isoformat strftime replace")),
    (datetime.timedelta, words("total_seconds")),
    (decimal.Decimal, words("quantize normalize as_tuple is_nan")),
)
READABLE: Listed = (
    (MigrationContext, words("dialect bind connection impl as_sql opts")),
    (DefaultImpl, words("dialect connection bind as_sql __dialect__ transactional_ddl")),
    (Operations, words("migration_context impl")),
    (BatchOperations, words("migration_context impl")),
    (Connection, words("dialect engine default_isolation_level closed")),
    (Engine, words("dialect name driver")),
    (Inspector, words("default_schema_name dialect bind engine")),
    (
        Dialect,
        words("""
            name driver server_version_info default_schema_name paramstyle identifier_preparer max_identifier_length
            supports_native_boolean supports_native_enum dialect_description
        """),
    ),
    (
        sa.Table,
        words("""
            c columns name schema primary_key constraints indexes foreign_keys foreign_key_constraints metadata key
            fullname comment
        """),
    ),
    (sa.MetaData, words("tables naming_convention schema sorted_tables")),
    (
        sa.Column,
        words("""
            name type nullable server_default primary_key table key index unique foreign_keys comment default
            autoincrement identity computed constraints onupdate
        """),
    ),
    (sa.ForeignKey, words("column parent name ondelete onupdate target_fullname constraint")),
    (sa_schema.ColumnCollectionConstraint, words("columns name column_keys")),
    (SchemaItem, words("name table columns unique elements referred_table arg sqltext")),
    (selectable.FromClause, words("c columns name primary_key foreign_keys schema")),
    (dml.Insert, words("excluded table")),
    (dml.UpdateBase, words("table")),
    (selectable.SelectBase, words("c selected_columns")),
    (ColumnElement, words("type name key astext left right operator text")),
    (FunctionElement, words("type name c columns")),
    (ClauseElement, words("text type name c")),
    (
        TypeEngine,
        words("""
            length precision scale timezone enums name schema item_type asdecimal dimensions impl collation native_enum
            python_type as_uuid __visit_name__ display_width none_as_null fsp charset
        """),
    ),
    (Enum, words("name value _value_ _name_")),
    (datetime.datetime, words("year month day hour minute second microsecond tzinfo")),
    (datetime.date, words("year month day")),
    (datetime.timedelta, words("days seconds")),
    (uuid.UUID, words("hex int bytes urn version")),
    (BaseException, words("args orig")),
)
OF_CLASSES: Listed = (
    (datetime.timezone, words("utc")),
    (datetime.datetime, words("min max fromisoformat strptime fromtimestamp combine")),
    (datetime.date, words("min max fromisoformat")),
)
"""What may be read of the classes themselves."""
SETTABLE: Listed = (
    (sa.Column, words("name nullable comment")),
    (sa.Table, words("comment")),
    (sa.MetaData, words("naming_convention schema")),
)
