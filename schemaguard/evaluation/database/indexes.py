"""An index as SQLAlchemy's get_indexes() tells of it."""

import re
from typing import Any

from schemaguard.catalog.objects import Index, IndexKey
from schemaguard.evaluation.database.texts import printed_condition, printed_key, unquoted

_DEFAULT_CLASS = re.compile(
    r"(?:int[248]|text|bpchar|name|oid|bool|float[48]|numeric|date|time|timetz|timestamp|timestamptz|interval|uuid|bytea"
    r"|jsonb|json|array|enum|range|multirange|tsvector|tsquery|inet|macaddr8?|bit|varbit|char|money|pg_lsn|record"
    r"|citext|hstore|point|box|poly|circle)_ops\Z"
)


def index_facts(index: Index) -> dict[str, Any]:
    """Name, columns, expressions and options; what is the server's default isn't told."""
    elements = [_element(key) for key in index.keys]
    facts: dict[str, Any] = {"name": index.name.name, "unique": index.unique}
    if any(key.column is None for key in index.keys):
        facts["column_names"] = [key.column for key in index.keys]
        facts["expressions"] = elements
    else:
        facts["column_names"] = elements
    # NULLS LAST isn't kept by the catalog; the order's own default goes without saying.
    sorting = {element: ("desc",) for element, key in zip(elements, index.keys, strict=True) if key.descending}
    if sorting:
        facts["column_sorting"] = sorting
    if index.constraint is not None:
        facts["duplicates_constraint"] = index.name.name
    facts["dialect_options"] = _options(index, elements)
    return facts


def _element(key: IndexKey) -> str:
    return key.column if key.column is not None else printed_key(key.expression or "")


def _options(index: Index, elements: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    classes = {element: _class(key, index.method) for element, key in zip(elements, index.keys, strict=True)}
    if any(classes.values()):
        options["postgresql_ops"] = {element: name for element, name in classes.items() if name}
    if index.method != "btree":
        options["postgresql_using"] = index.method
    if index.predicate is not None:
        options["postgresql_where"] = printed_condition(index.predicate)
    options["postgresql_include"] = list(index.include)
    if not index.nulls_distinct:
        options["postgresql_nulls_not_distinct"] = True
    if not index.valid:
        options["postgresql_invalid"] = True
    return options


def _class(key: IndexKey, method: str) -> str | None:
    """The operator class, None where it is the one that the server takes by itself.

    See GetDefaultOpClass() in indexcmds.c.
    """
    if key.opclass is None:
        return None
    name = unquoted(key.opclass)[1]
    is_default = bool(_DEFAULT_CLASS.match(name)) and (name, method) != ("inet_ops", "gist")
    return None if is_default else name
