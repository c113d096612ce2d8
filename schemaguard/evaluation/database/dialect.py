"""PostgreSQL's dialect whose questions about the database are answered from a catalog.

See PGDialect in sqlalchemy/dialects/postgresql/base.py.
"""
# ruff: noqa: ARG002 - the signatures are SQLAlchemy's

import zlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import exc
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGExecutionContext_psycopg
from sqlalchemy.engine import reflection
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope

from schemaguard.catalog.objects import Catalog, Name, View
from schemaguard.evaluation.database.reflection import Reflection, Relation, is_in_scope
from schemaguard.evaluation.database.types import TypeReflection

_OF_THE_SERVER = frozenset({"information_schema", "pg_catalog", "pg_toast"})
_FIRST_FREE_OID = 16384
_VIRTUAL_COLUMNS_SINCE = 18


class RecordingContext(PGExecutionContext_psycopg):
    """An execution that has a statement and parameters, and no cursor."""

    def create_cursor(self) -> Any:
        """None: nothing is sent to a driver."""
        return None

    def _execute_scalar(self, stmt: str, type_: Any, parameters: Any = None) -> Any:
        connection: Any = self.root_connection
        return connection.ask(stmt, dict(parameters or {}))


class CatalogDialect(PGDialect_psycopg):
    """PostgreSQL by psycopg, as it is after the first connection; no driver is loaded."""

    supports_statement_cache = True
    execution_ctx_cls = RecordingContext
    catalog: Callable[[], Catalog]

    def _asked(self) -> Reflection:
        return Reflection(self.catalog())

    def _types(self) -> TypeReflection:
        return TypeReflection(self.catalog())

    # Is there?

    @reflection.cache
    def has_table(self, connection: Any, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is such a table or view."""
        return self._asked().lookup(str(table_name), schema) is not None

    def has_multi_table(self, connection: Any, table_names: Any, schema: str | None = None, **kw: Any) -> Any:
        """Which of the tables there are."""
        asked = self._asked()
        return {(schema, name): asked.lookup(str(name), schema) is not None for name in table_names}.items()

    @reflection.cache
    def has_schema(self, connection: Any, schema: str, **kw: Any) -> bool:  # type: ignore[override]
        """Whether there is such a schema."""
        return schema in self.catalog().schemas or schema in _OF_THE_SERVER

    @reflection.cache
    def has_sequence(self, connection: Any, sequence_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is such a sequence, owned ones too."""
        catalog = self.catalog()
        return catalog.resolve(Name(str(sequence_name), schema)) in catalog.sequences

    @reflection.cache
    def has_type(self, connection: Any, type_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is such a type, made by itself, by a relation, or as an array of one."""
        known = self._types()
        catalog = known.catalog
        schemas = catalog.search_path if schema is None else tuple(catalog.schemas) if schema == "*" else (schema,)
        text = str(type_name)
        spellings = (text, text[1:]) if text.startswith("_") else (text,)
        return any(known.is_type(Name(name, one)) for one in schemas for name in spellings)

    # What is there?

    @reflection.cache
    def get_schema_names(self, connection: Any, **kw: Any) -> Any:
        """The schemas, the server's own left out but for information_schema."""
        schemas = {schema for schema in self.catalog().schemas if not schema.startswith("pg_")}
        return sorted(schemas | {"information_schema"})

    @reflection.cache
    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The tables in the order in which they were made."""
        return _names(self._asked().tables(schema), ObjectScope.DEFAULT)

    @reflection.cache
    def get_temp_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The temporary tables."""
        return _names(self._asked().tables(None), ObjectScope.TEMPORARY)

    @reflection.cache
    def _get_foreign_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """None: the catalog takes a foreign table for a table."""
        return []

    @reflection.cache
    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The views that aren't materialised."""
        views = [view for view in self._asked().views(schema) if not view.materialized]
        return _names(views, ObjectScope.DEFAULT)

    @reflection.cache
    def get_materialized_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The materialised views."""
        return _names([view for view in self._asked().views(schema) if view.materialized], ObjectScope.DEFAULT)

    @reflection.cache
    def get_temp_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The temporary views."""
        return _names(self._asked().views(schema), ObjectScope.TEMPORARY)

    @reflection.cache
    def get_sequence_names(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        """The sequences, owned ones too."""
        asked = self._asked()
        return [name.name for name in asked.names(asked.catalog.sequences, schema)]

    @reflection.cache
    def get_view_definition(self, connection: Any, view_name: str, schema: str | None = None, **kw: Any) -> Any:
        """The view's query as written."""
        found = self._asked().lookup(str(view_name), schema)
        if not isinstance(found, View):
            raise exc.NoSuchTableError(_full(view_name, schema))
        return f"{found.query.rstrip().rstrip(';')};"

    @reflection.cache
    def get_table_oid(self, connection: Any, table_name: str, schema: str | None = None, **kw: Any) -> int:
        """A number that is the table's own as long as it keeps its name."""
        found = self._asked().lookup(str(table_name), schema)
        if found is None:
            raise exc.NoSuchTableError(_full(table_name, schema))
        return _FIRST_FREE_OID + zlib.crc32(f"{found.name.schema}.{found.name.name}".encode()) // 2

    @reflection.cache
    def _load_enums(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        return self._types().enums(schema)

    @reflection.cache
    def _load_domains(self, connection: Any, schema: str | None = None, **kw: Any) -> Any:
        return self._types().domains(schema)

    # What do the tables have? The get_… of one table call these.

    def _each(self, tell: Callable[[Reflection, Relation], Any], asked_for: dict[str, Any]) -> Any:
        asked, schema = self._asked(), asked_for.get("schema")
        relations = asked.relations(
            schema,
            asked_for.get("filter_names"),
            asked_for.get("scope", ObjectScope.DEFAULT),
            asked_for.get("kind", ObjectKind.TABLE),
        )
        return asked.each(relations, schema, lambda relation: tell(asked, relation)).items()

    def get_multi_columns(self, *args: Any, **kw: Any) -> Any:
        """Table → columns."""
        return self._each(lambda asked, one: asked.columns(one, kw.get("schema")), kw)

    def get_multi_pk_constraint(self, *args: Any, **kw: Any) -> Any:
        """Table → primary key."""
        return self._each(Reflection.primary_key, kw)

    def get_multi_foreign_keys(self, *args: Any, **kw: Any) -> Any:
        """Table → foreign keys."""
        ignores = bool(kw.get("postgresql_ignore_search_path"))
        return self._each(lambda asked, one: asked.foreign_keys(one, kw.get("schema"), ignores), kw)

    def get_multi_indexes(self, *args: Any, **kw: Any) -> Any:
        """Table → indexes."""
        return self._each(Reflection.indexes, kw)

    def get_multi_unique_constraints(self, *args: Any, **kw: Any) -> Any:
        """Table → unique constraints."""
        return self._each(Reflection.unique_constraints, kw)

    def get_multi_check_constraints(self, *args: Any, **kw: Any) -> Any:
        """Table → check constraints."""
        return self._each(Reflection.check_constraints, kw)

    def get_multi_table_comment(self, *args: Any, **kw: Any) -> Any:
        """Table → comment."""
        return self._each(lambda _, one: {"text": one.comment}, kw)

    def get_multi_table_options(self, *args: Any, **kw: Any) -> Any:
        """Table → the storage options that the catalog keeps."""
        return self._each(Reflection.options, kw)


def catalog_dialect(catalog: Callable[[], Catalog], postgresql: int = 16) -> CatalogDialect:
    """The dialect as it is after a first connection to a server of that version."""
    dialect: Any = CatalogDialect()  # type: ignore[no-untyped-call]
    dialect.catalog = catalog
    dialect.default_schema_name = "public"
    dialect.server_version_info = (postgresql, 0)
    dialect.default_isolation_level = "READ COMMITTED"
    dialect.supports_virtual_generated_columns = postgresql >= _VIRTUAL_COLUMNS_SINCE
    made: CatalogDialect = dialect
    return made


def _names(relations: Any, scope: ObjectScope) -> list[str]:
    return [relation.name.name for relation in relations if is_in_scope(relation, scope)]


def _full(name: str, schema: str | None) -> str:
    return f"{schema}.{name}" if schema else name
