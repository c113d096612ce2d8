"""What SQLAlchemy's reflection of a real server would say, said of a catalog: same keys, same order.

See https://docs.sqlalchemy.org/en/20/core/reflection.html.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import types
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope, ReflectionDefaults

from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Check, Column, ForeignKey, Name, PrimaryKey, Table, Unique, View
from schemaguard.catalog.types import Type
from schemaguard.evaluation.database.indexes import index_facts
from schemaguard.evaluation.database.texts import printed_condition, printed_default
from schemaguard.evaluation.database.types import TypeReflection
from schemaguard.frozen import dataclass

Relation = Table | View
Facts = dict[str, Any]
Found = TypeVar("Found")
ByTable = dict[tuple[str | None, str], Any]

VERSION_TABLE = Table(
    Name("alembic_version", "public"),
    (Column("version_num", Type("character varying", None, (32,)), not_null=True),),
    (PrimaryKey("alembic_version_pkc", ("version_num",)),),
)
"""Alembic made it before the first revision ran; no revision says so."""
_LARGEST = {"smallint": 32767, "integer": 2147483647, "bigint": 9223372036854775807}
_TEMPORARY = "pg_temp"


@dataclass(frozen=True, slots=True)
class Reflection:
    """Answers from one catalog."""

    catalog: Catalog

    # Which relations there are

    def table_like(self, name: Name) -> Relation | None:
        """The table or view of that full name."""
        found = self.catalog.tables.get(name) or self.catalog.views.get(name)
        return VERSION_TABLE if found is None and name == VERSION_TABLE.name else found

    def lookup(self, name: str, schema: str | None) -> Relation | None:
        """The table or view that the name means in a schema, or on the search_path."""
        if schema is not None:
            return self.table_like(Name(name, schema))
        found = self.catalog.resolve(Name(name))
        if found.name == VERSION_TABLE.name.name and self.table_like(found) is None:
            return VERSION_TABLE if "public" in self.catalog.search_path else None
        return self.table_like(found)

    def is_visible(self, name: Name) -> bool:
        """Whether the relation is the first of its name on the search_path."""
        on_path = name.schema == _TEMPORARY or name.schema in self.catalog.search_path
        return on_path and self.catalog.resolve(Name(name.name)) == name

    def names(self, store: Mapping[Name, Any], schema: str | None) -> Iterator[Name]:
        """The names of a store that a schema has, or that the search_path shows."""
        for name in store:
            if self.is_visible(name) if schema is None else name.schema == schema:
                yield name

    def tables(self, schema: str | None) -> list[Table]:
        """The tables, Alembic's own among them."""
        found = [self.catalog.tables[name] for name in self.names(self.catalog.tables, schema)]
        if VERSION_TABLE.name not in self.catalog.tables and self.lookup(VERSION_TABLE.name.name, schema):
            found.append(VERSION_TABLE)
        return found

    def views(self, schema: str | None) -> list[View]:
        """The views and materialised views."""
        return [self.catalog.views[name] for name in self.names(self.catalog.views, schema)]

    def relations(
        self, schema: str | None, filter_names: Collection[str] | None, scope: ObjectScope, kind: ObjectKind
    ) -> list[Relation]:
        """The relations that a get_multi_* call is about."""
        if filter_names:
            named = (self.lookup(str(name), schema) for name in dict.fromkeys(filter_names))
            candidates: list[Relation] = [relation for relation in named if relation is not None]
        else:
            candidates = [*self.tables(schema), *self.views(schema)]
        return [relation for relation in candidates if _is_of(relation, kind) and is_in_scope(relation, scope)]

    def each(self, relations: list[Relation], schema: str | None, tell: Callable[[Relation], Found]) -> ByTable:
        """What a get_multi_* call returns, in the order of the names."""
        ordered = sorted(relations, key=lambda relation: relation.name.name.encode())
        return {(schema, relation.name.name): tell(relation) for relation in ordered}

    # What they have

    def columns(self, relation: Relation, schema: str | None) -> list[Facts]:
        """As get_columns()."""
        reflected = TypeReflection(self.catalog)
        return [_column(column, reflected, schema) for column in relation.columns or ()]

    def primary_key(self, relation: Relation) -> Any:
        """As get_pk_constraint()."""
        key = relation.primary_key if isinstance(relation, Table) else None
        if key is None:
            return ReflectionDefaults.pk_constraint()
        return {
            "constrained_columns": list(key.columns),
            "name": key.name,
            "comment": None,
            "dialect_options": {"postgresql_include": list(key.include)},
        }

    def unique_constraints(self, relation: Relation) -> list[Facts]:
        """As get_unique_constraints()."""
        return [
            {
                "column_names": list(unique.columns),
                "name": unique.name,
                "comment": None,
                "dialect_options": {
                    "postgresql_include": list(unique.include),
                    "postgresql_nulls_not_distinct": not unique.nulls_distinct,
                },
            }
            for unique in _constraints(relation, Unique)
        ]

    def check_constraints(self, relation: Relation) -> list[Facts]:
        """As get_check_constraints()."""
        return [_check(check) for check in _constraints(relation, Check)]

    def foreign_keys(self, relation: Relation, schema: str | None, ignores_search_path: bool) -> list[Facts]:
        """As get_foreign_keys()."""
        found = []
        for key in _constraints(relation, ForeignKey):
            target = self.catalog.resolve(key.ref_table)
            if ignores_search_path:
                named = target.schema if target.schema != "public" else schema
            elif not self.is_visible(target):
                named = target.schema
            else:
                named = schema if schema == target.schema else None
            found.append(_foreign_key(key, target, named))
        return found

    def indexes(self, relation: Relation) -> list[Facts]:
        """As get_indexes(): all but the primary key's."""
        primary = relation.primary_key if isinstance(relation, Table) else None
        own = [self.catalog.indexes[name] for name in self.catalog.indexes_of.get(relation.name, ())]
        plain = [index for index in own if primary is None or index.constraint != primary.name]
        return [index_facts(index) for index in sorted(plain, key=lambda index: index.name.name.encode())]

    def options(self, relation: Relation) -> Facts:
        """As get_table_options()."""
        if not isinstance(relation, Table):
            return {}
        parents = (relation.partition_of,) if relation.partition_of else relation.inherits
        method = {"postgresql_using": relation.access_method} if relation.access_method else {}
        return method | ({"postgresql_inherits": tuple(parent.name for parent in parents)} if parents else {})


def _is_of(relation: Relation, kind: ObjectKind) -> bool:
    if isinstance(relation, Table):
        return ObjectKind.TABLE in kind
    return (ObjectKind.MATERIALIZED_VIEW if relation.materialized else ObjectKind.VIEW) in kind


def is_in_scope(relation: Relation, scope: ObjectScope) -> bool:
    """Whether the scope (default, temporary or any) has the relation."""
    is_temporary = relation.name.schema == _TEMPORARY
    return scope is ObjectScope.ANY or is_temporary == (scope is ObjectScope.TEMPORARY)


def _constraints(relation: Relation, kind: type[Found]) -> list[Found]:
    """The constraints of one kind, by name as the server's C collation orders them."""
    if not isinstance(relation, Table):
        return []
    found = [constraint for constraint in relation.constraints if isinstance(constraint, kind)]
    return sorted(found, key=lambda constraint: str(getattr(constraint, "name", "")).encode())


def _column(column: Column, reflected: TypeReflection, schema: str | None) -> Facts:
    type_ = reflected.reflected(column.type, column.collation)
    default: Any = printed_default(column.default, column.type) if column.default is not None else None
    nullable = not column.not_null
    if isinstance(type_, DOMAIN):
        default, nullable = default or type_.default, nullable and not type_.not_null
    autoincrement = column.identity is not None
    if default is not None and expressions.sequences(default):
        autoincrement = autoincrement or issubclass(type_._type_affinity or types.NullType, types.Integer)
        default = _with_schema(default, schema)
    facts: Facts = {
        "name": column.name,
        "type": type_,
        "nullable": nullable,
        "default": default,
        "autoincrement": autoincrement,
        "comment": column.comment,
    }
    if column.generated is not None:
        facts["default"] = None
        facts["computed"] = {"sqltext": printed_condition(column.generated), "persisted": column.generated_stored}
    if column.identity is not None:
        facts["identity"] = _identity(column)
    return facts


def _with_schema(default: str, schema: str | None) -> str:
    """The default with its sequence in the schema that was asked for, as SQLAlchemy writes it."""
    (sequence, *_) = expressions.sequences(default)
    if schema is None or "." in sequence:
        return default
    return default.replace(f"nextval('{sequence}", f'nextval(\'"{schema}".{sequence}', 1)


def _identity(column: Column) -> Facts:
    """The server's defaults: the catalog keeps no START WITH or INCREMENT BY."""
    return {
        "always": column.identity == "always",
        "start": 1,
        "increment": 1,
        "minvalue": 1,
        "maxvalue": _LARGEST.get(column.type.name, _LARGEST["bigint"]),
        "cache": 1,
        "cycle": False,
    }


def _check(check: Check) -> Facts:
    options = {"not_valid": True} if not check.valid else {}
    if check.no_inherit:
        options["no_inherit"] = True
    facts: Facts = {"name": check.name, "sqltext": check.definition, "comment": None}
    return facts | ({"dialect_options": options} if options else {})


def _foreign_key(key: ForeignKey, target: Name, schema: str | None) -> Facts:
    options: dict[str, object] = {"onupdate": key.on_update, "ondelete": key.on_delete}
    if key.initially_deferred:
        options["initially"] = "DEFERRED"
    if key.deferrable:
        options["deferrable"] = True
    if key.match_full:
        options["match"] = "FULL"
    return {
        "name": key.name,
        "constrained_columns": list(key.columns),
        "referred_schema": schema,
        "referred_table": target.name,
        "referred_columns": list(key.ref_columns),
        "options": {option: value for option, value in options.items() if value != "NO ACTION"},
        "comment": None,
    }
