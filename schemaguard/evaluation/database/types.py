"""Our types as SQLAlchemy's reflection of a real server gives them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import postgresql as pg

from schemaguard.catalog.objects import Catalog, Domain, EnumType, Name
from schemaguard.catalog.types import Type, parse_type
from schemaguard.evaluation.database.texts import printed_default, printed_domain_check, unquoted
from schemaguard.frozen import dataclass, replace

_PLAIN: dict[str, Callable[..., types.TypeEngine[Any]]] = {
    "smallint": pg.SMALLINT, "integer": pg.INTEGER, "bigint": pg.BIGINT, "real": pg.REAL, "money": pg.MONEY,
    "boolean": pg.BOOLEAN, "text": pg.TEXT, "name": types.String, '"char"': types.String, "bytea": pg.BYTEA,
    "date": pg.DATE, "uuid": pg.UUID, "json": pg.JSON, "jsonb": pg.JSONB, "oid": pg.OID, "regclass": pg.REGCLASS,
    "regconfig": pg.REGCONFIG, "inet": pg.INET, "cidr": pg.CIDR, "macaddr": pg.MACADDR, "macaddr8": pg.MACADDR8,
    "tsvector": pg.TSVECTOR, "tsquery": pg.TSQUERY,
    "int4range": pg.INT4RANGE, "int8range": pg.INT8RANGE, "numrange": pg.NUMRANGE, "daterange": pg.DATERANGE,
    "tsrange": pg.TSRANGE, "tstzrange": pg.TSTZRANGE,
    "int4multirange": pg.INT4MULTIRANGE, "int8multirange": pg.INT8MULTIRANGE, "nummultirange": pg.NUMMULTIRANGE,
    "datemultirange": pg.DATEMULTIRANGE, "tsmultirange": pg.TSMULTIRANGE, "tstzmultirange": pg.TSTZMULTIRANGE,
    "character varying": pg.VARCHAR, "character": pg.CHAR, "bit": pg.BIT,
}  # fmt: skip
_OF_EXTENSIONS: dict[str, Callable[..., types.TypeEngine[Any]]] = {"citext": pg.CITEXT, "hstore": pg.HSTORE}
_COLLATABLE: dict[str, str] = {
    "text": "default", "character varying": "default", "character": "default", "bpchar": "default", "name": "C",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeReflection:
    """The types of one catalog."""

    catalog: Catalog

    def reflected(self, type_: Type, collation: str | None = None) -> types.TypeEngine[Any]:
        """The type of a column, NullType where SQLAlchemy knows none, as it says with a warning of a real server."""
        made = self._element(type_, self._collation(collation))
        if made is None:
            return types.NULLTYPE
        return pg.ARRAY(made) if type_.dimensions else made

    def _collation(self, written: str | None) -> dict[str, str]:
        if written is None:
            return {}
        schema, name = unquoted(written)
        if schema in (None, "pg_catalog"):
            return {"collation": name} if name != "default" else {}
        visible = schema in self.catalog.search_path
        return {"collation": name} | ({} if visible or schema is None else {"collation_schema": schema})

    def _element(self, type_: Type, collation: dict[str, str]) -> types.TypeEngine[Any] | None:
        if type_.schema is not None or not type_.is_built_in:
            return self._named(type_, collation)
        if made := _temporal(type_):
            return made
        match type_.name:
            case "numeric":
                return pg.NUMERIC(*type_.modifiers) if len(type_.modifiers) == 2 else pg.NUMERIC()
            case "double precision":
                return pg.DOUBLE_PRECISION(53)
            case "bit varying":
                return pg.BIT(type_.modifiers[0] if type_.modifiers else None, varying=True)
        known = _PLAIN.get(type_.name)
        return known(*type_.modifiers, **collation) if known is not None else None

    def _named(self, type_: Type, collation: dict[str, str]) -> types.TypeEngine[Any] | None:
        name = Name(type_.name, type_.schema)
        visible = self.is_visible(name)
        if visible and type_.name in _OF_EXTENSIONS:
            return _OF_EXTENSIONS[type_.name](**collation)
        if enum := self.catalog.enums.get(name):
            elsewhere: dict[str, Any] = {} if visible else {"schema": name.schema}
            return pg.ENUM(*enum.labels, name=name.name, **elsewhere)
        if domain := self.catalog.domains.get(name):
            return self._domain(domain, visible)
        return None

    def _domain(self, domain: Domain, visible: bool) -> types.TypeEngine[Any]:
        facts = self.domain_facts(domain, visible)
        schema, collation = facts["collation_schema"], facts["collation"]
        inherited = {"collation": collation} if collation is not None else {}
        if schema is not None:
            inherited["collation_schema"] = schema
        options: dict[str, Any] = dict(inherited)
        if facts["constraints"]:
            options["constraint_name"] = facts["constraints"][0]["name"]
            options["check"] = facts["constraints"][0]["check"]
        if not visible:
            options["schema"] = domain.name.schema
        base = self._element(_without_arguments(domain.base), inherited) or types.NULLTYPE
        return pg.DOMAIN(
            domain.name.name,
            base,
            default=facts["default"],
            not_null=domain.not_null,
            create_type=False,
            **options,
        )

    def domain_facts(self, domain: Domain, visible: bool) -> dict[str, Any]:
        """A domain as the Inspector's get_domains() tells of it."""
        collation: Mapping[str, str | None] = self._collation(domain.collation)
        collation = collation or {"collation": self._own_collation(domain.base)}
        checks = sorted(domain.checks, key=lambda check: check.name or "")
        return {
            "name": domain.name.name,
            "schema": domain.name.schema,
            "visible": visible,
            "type": _without_arguments(domain.base, spelled=True),
            "nullable": not domain.not_null,
            "default": printed_default(domain.default, domain.base) if domain.default is not None else None,
            "constraints": [{"name": check.name, "check": printed_domain_check(check.definition)} for check in checks],
            "collation": collation.get("collation"),
            "collation_schema": collation.get("collation_schema"),
        }

    def _own_collation(self, type_: Type) -> str | None:
        if type_.is_built_in:
            return _COLLATABLE.get(type_.name)
        domain = self.catalog.domains.get(Name(type_.name, type_.schema))
        if domain is not None:
            return unquoted(domain.collation)[1] if domain.collation else self._own_collation(domain.base)
        return "default" if type_.name in ("citext",) else None

    def is_visible(self, name: Name) -> bool:
        """Whether the type is the first of its name on the search_path."""
        for schema in self.catalog.search_path:
            found = Name(name.name, schema)
            if found == name:
                return True
            if self.is_type(found):
                return False
        return False

    def is_type(self, name: Name) -> bool:
        """Whether something of that name is or makes a type."""
        catalog = self.catalog
        stores: tuple[Mapping[Name, object], ...] = (
            catalog.enums, catalog.domains, catalog.composites, catalog.tables, catalog.views,
        )  # fmt: skip
        return any(name in store for store in stores)

    def enums(self, schema: str | None) -> list[dict[str, Any]]:
        """The enums as the Inspector's get_enums() tells of them."""
        return [
            {
                "name": enum.name.name,
                "schema": enum.name.schema,
                "visible": visible,
                "labels": list(enum.labels),
            }
            for enum, visible in self._wanted(self.catalog.enums, schema)
            if isinstance(enum, EnumType)
        ]

    def domains(self, schema: str | None) -> list[dict[str, Any]]:
        """The domains as the Inspector's get_domains() tells of them."""
        return [
            self.domain_facts(domain, visible)
            for domain, visible in self._wanted(self.catalog.domains, schema)
            if isinstance(domain, Domain)
        ]

    def _wanted(self, store: Mapping[Name, Any], schema: str | None) -> Iterator[tuple[Any, bool]]:
        for name in sorted(store, key=lambda name: (name.schema or "", name.name)):
            visible = self.is_visible(name)
            if visible if schema is None else schema in ("*", name.schema):
                yield store[name], visible


def _temporal(type_: Type) -> types.TypeEngine[Any] | None:
    precision: dict[str, Any] = {"precision": type_.modifiers[0]} if type_.modifiers else {}
    head, _, zone = type_.name.partition(" ")
    if head == "interval":
        return pg.INTERVAL(**precision, fields=type_.interval_fields)
    if head in ("timestamp", "time"):
        made = pg.TIMESTAMP if head == "timestamp" else pg.TIME
        return made(timezone=zone == "with time zone", **precision)
    return None


def _without_arguments(type_: Type, *, spelled: bool = False) -> Any:
    """A domain's base as SQLAlchemy reads it: everything from the first parenthesis on is lost."""
    head, parenthesis, _ = type_.spelling.partition("(")
    if spelled:
        return head
    if not parenthesis:
        return type_
    if head in ("character", "bit"):
        return Type(head)
    return replace(type_, modifiers=(), words=(), dimensions=0) if type_.schema else parse_type(head)
