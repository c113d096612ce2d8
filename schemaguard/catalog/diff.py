"""How two catalogs differ, as values that read well; the same expression in two spellings is not a difference."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from schemaguard.catalog.fold.draft import UNKNOWN_TYPE
from schemaguard.catalog.literals import plain_literals, same_moments
from schemaguard.catalog.names import bare
from schemaguard.catalog.objects import Catalog, Check, Column, Exclusion, Index, Name, Table, View
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.catalog.types import parse_type
from schemaguard.frozen import dataclass

Fact = tuple[str, str, str]
"""Kind of object, its name, and which of its properties."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs; None on a side where the object isn't there."""

    kind: str
    object: str
    what: str
    left: str | None
    right: str | None

    @property
    def is_order_alone(self) -> bool:
        """Whether a table has the same columns in another order: what is dropped and added again stands last."""
        same = sorted((self.left or "").split(", ")) == sorted((self.right or "").split(", "))
        return (self.kind, self.what) == ("table", "columns") and same

    def __str__(self) -> str:
        if self.left is None or self.right is None:
            sign, value = ("+", self.right) if self.left is None else ("-", self.left)
            return f"{sign} {self.kind} {self.object} {self.what} {value}".replace("  ", " ").rstrip()
        return f"~ {self.kind} {self.object} {self.what}: {self.left} → {self.right}"


def difference(left: Catalog, right: Catalog) -> tuple[Difference, ...]:
    """What the right catalog has otherwise than the left one, sorted by object.

    Left out are things of a session or a server rather than of a shape: owners that only one side knows, queries of
    views, bodies of functions, storage options.
    """
    before, after = _facts(left, right), _facts(right, left)
    return tuple(
        Difference(*fact, before.get(fact), after.get(fact))
        for fact in sorted(before.keys() | after.keys())
        if before.get(fact) != after.get(fact)
    )


def _facts(catalog: Catalog, other: Catalog) -> dict[Fact, str]:
    found: dict[Fact, str] = {}
    for name, table in _changed(catalog.tables, other.tables):
        found.update(_table_facts(name, table, other.tables.get(name)))
    for name, view in _changed(catalog.views, other.views):
        found.update(_view_facts(name, view, other.views.get(name)))
    for name, index in _changed(catalog.indexes, other.indexes):
        found["index", str(name), ""] = _index_text(index)
    for name, sequence in _changed(catalog.sequences, other.sequences):
        owner = f"owned by {sequence.owned_by[0]}.{sequence.owned_by[1]}" if sequence.owned_by else "owned by none"
        found["sequence", str(name), ""] = owner
    for name, enum in _changed(catalog.enums, other.enums):
        found["enum", str(name), "labels"] = ", ".join(enum.labels)
    for name, domain in _changed(catalog.domains, other.domains):
        found["domain", str(name), "base"] = f"{domain.base}{' not null' * domain.not_null}"
        found["domain", str(name), "default"] = same_spelling(domain.default)
        for check in domain.checks:
            found["domain", str(name), f"check {check.name}"] = same_spelling(check.definition)
    for name, composite in _changed(catalog.composites, other.composites):
        inside = ", ".join(f"{column.name} {column.type}" for column in composite.columns)
        found["type", str(name), ""] = f"{composite.kind} ({inside})"
    for (name, arguments), function in _changed(catalog.functions, other.functions):
        found["function", f"{name}({', '.join(map(_type_text, arguments))})", ""] = function.kind
    for schema in catalog.schemas ^ other.schemas:
        if schema in catalog.schemas:
            found["schema", schema, ""] = "there"
    for extension in catalog.extensions ^ other.extensions:
        if extension in catalog.extensions:
            found["extension", extension, ""] = "there"
    return found


def _type_text(text: str) -> str:
    try:
        return parse_type(text).spelling
    except ValueError:
        return text


def _changed(mine: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """The objects that aren't the very same on the other side."""
    if type(mine) is PersistentMap and type(theirs) is PersistentMap:
        # What both have grown from isn't looked at.
        return ((name, mine[name]) for name in mine.differing(theirs) if name in mine)
    return ((name, value) for name, value in mine.items() if theirs.get(name) is not value)


def _table_facts(name: Name, table: Table, other: Table | None) -> Iterator[tuple[Fact, str]]:
    # What an open table doesn't list may be there all the same, so only what both sides list is compared.
    is_open = other is not None and (table.open or other.open)
    yield ("table", str(name), ""), "there"
    if is_open and other is not None:
        shared = [column for column in table.columns if other.column(column.name)]
    else:
        shared = list(table.columns)
        yield ("table", str(name), "columns"), ", ".join(column.name for column in shared)
    for column in shared:
        facts = _column_facts(name, column, other.column(column.name) if other is not None else None)
        # Before PostgreSQL 17 the partitions of a table have none of its identity.
        yield from (fact for fact in facts if table.partition_of is None or fact[0][2] != "identity")
    if is_open:
        return
    for constraint in table.constraints:
        yield ("constraint", f"{constraint.name} of {name}", ""), _constraint_text(constraint)
    yield ("table", str(name), "persistence"), table.persistence
    yield ("table", str(name), "parents"), ", ".join(map(str, filter(None, (*table.inherits, table.partition_of))))
    yield ("table", str(name), "partition by"), same_spelling(table.partition_by)
    yield (
        ("table", str(name), "partition bound"),
        same_spelling(same_moments(plain_literals(table.partition_bound or ""))),
    )
    yield ("table", str(name), "row security"), f"{table.row_security}, forced {table.force_row_security}"
    yield ("table", str(name), "replica identity"), (table.replica_identity or "default").lower()
    yield from _hung_on(name, table)
    if other is not None and table.owner is not None and other.owner is not None:
        yield ("table", str(name), "owner"), table.owner


def _hung_on(name: Name, table: Table | View) -> Iterator[tuple[Fact, str]]:
    yield (("table", str(name), "comment"), table.comment or "")
    for trigger in table.triggers:
        when = f"{trigger.timing} {' or '.join(sorted(trigger.events))} of ({', '.join(trigger.columns)})"
        how = f"row {trigger.for_each_row} enabled {trigger.enabled} constraint {trigger.constraint}"
        yield ("trigger", f"{trigger.name} on {name}", ""), f"{when} {trigger.function} {how}"
    for grant in table.grants:
        columns = f" ({', '.join(grant.columns)})" if grant.columns else ""
        key = f"{grant.privilege}{columns} on {name} to {grant.grantee}"
        yield ("grant", key, ""), "grantable" if grant.grantable else "granted"
    for policy in table.policies if isinstance(table, Table) else ():
        texts = f"using {same_spelling(policy.using)} check {same_spelling(policy.check)}"
        head = f"{policy.command} {policy.permissive} {sorted(policy.roles)}"
        yield ("policy", f"{policy.name} on {name}", ""), f"{head} {texts}"


def _column_facts(table: Name, column: Column, other: Column | None) -> Iterator[tuple[Fact, str]]:
    name = f"{table}.{column.name}"
    if column.type != UNKNOWN_TYPE and (other is None or other.type != UNKNOWN_TYPE):
        yield ("column", name, "type"), column.type.spelling
        yield ("column", name, "not null"), str(column.not_null).lower()
        yield ("column", name, "default"), _default_text(column)
        yield ("column", name, "identity"), column.identity or ""
        yield ("column", name, "generated"), same_spelling(column.generated)
        yield ("column", name, "collation"), (column.collation or "").rpartition(".")[2].strip('"')
        yield ("column", name, "comment"), column.comment or ""


def _default_text(column: Column) -> str:
    """The default; a literal is compared as the value that the server makes of it for the column's type."""
    text = same_spelling(column.default)
    kind = column.type.name if column.type.is_built_in and not column.type.dimensions else ""
    if kind.startswith("timestamp") and (literal := _STRING.match(bare(column.default or ""))):
        try:
            # Which zone a literal without one is in, only the session could say.
            return datetime.fromisoformat(literal[0].strip("'")).replace(tzinfo=None).isoformat()
        except ValueError:
            return text
    return text


def _constraint_text(constraint: Any) -> str:
    match constraint:
        case Check(definition=definition, valid=valid, no_inherit=no_inherit):
            return f"check {same_spelling(definition)} valid {valid} no inherit {no_inherit}"
        case Exclusion(elements=elements, method=method, predicate=predicate):
            texts = [(same_spelling(element), operator) for element, operator in elements]
            return f"exclude {method} {texts} {same_spelling(predicate)}"
        case _:
            parts = {f.name: getattr(constraint, f.name) for f in fields(constraint) if f.name != "name" and f.compare}
            return f"{type(constraint).__name__} {', '.join(f'{k} {_plain(v)}' for k, v in parts.items())}"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _index_text(index: Index) -> str:
    keys = []
    for key in index.keys:
        direction, opclass = " desc" * key.descending, f" {key.opclass}" if key.opclass else ""
        keys.append(f"{key.column or same_spelling(key.expression)}{direction}{opclass}")
    flags = f"unique {index.unique} valid {index.valid} nulls distinct {index.nulls_distinct}"
    tail = f"{flags} where {same_spelling(index.predicate)} for {index.constraint}"
    return f"{index.table} {index.method} ({', '.join(keys)}) include ({', '.join(index.include)}) {tail}"


def _view_facts(name: Name, view: View, other: View | None) -> Iterator[tuple[Fact, str]]:
    yield ("view", str(name), ""), "materialized" if view.materialized else "there"
    yield from _hung_on(name, view)
    if view.columns is None or (other is not None and other.columns is None):
        return
    yield ("view", str(name), "columns"), ", ".join(column.name for column in view.columns)


# Expressions in two spellings

_STRING = re.compile(r"('(?:[^']|'')*')")
_CAST = re.compile(
    r"::\s*(?:\"?[a-z_]\w*\"?\.)?"
    r"(?:character varying|double precision|bit varying|time(?:stamp)?(?:\(\d\))? with(?:out)? time zone"
    r"|\"[^\"]+\"|[a-z_]\w*)"
    r"(?:\s*\([\d, ]*\))?(?:\[\])*",
    re.IGNORECASE,
)
_NUMBER_IN_QUOTES = re.compile(r"'(-?\d+(?:\.\d+)?)'")
_SPELLINGS = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"!="), "<>"),
    (re.compile(r"= any *\(*array\[(.*?)\]\)*", re.DOTALL), r"in (\1)"),
    (re.compile(r"<> all *\(*array\[(.*?)\]\)*", re.DOTALL), r"not in (\1)"),
    (re.compile(r"([\w.]+) between (\S+) and ([^\s)]+)"), r"\1 >= \2 and \1 <= \3"),
    (re.compile(r"!~~\*"), "not ilike"),
    (re.compile(r"!~~"), "not like"),
    (re.compile(r"~~\*"), "ilike"),
    (re.compile(r"~~"), "like"),
)


@lru_cache(maxsize=8192)
def same_spelling(text: str | None) -> str:
    """The expression in a form in which two spellings of the same one are mostly equal; only for comparing."""
    if text is None:
        return ""
    parts = _STRING.split(plain_literals(bare(text)))
    folded = "".join(part if part.startswith("'") else part.lower() for part in parts)
    folded = _CAST.sub("", folded)
    for _ in range(3):
        folded = _CAST.sub("", folded)
        folded = re.sub(r"\(((?:'(?:[^']|'')*'|[\w.\-\"])*)\)", r" \1 ", folded)
    for pattern, spelled in _SPELLINGS:
        folded = pattern.sub(spelled, folded)
    folded = _NUMBER_IN_QUOTES.sub(r"\1", folded)
    return re.sub(r'[\s()"]+', "", folded)
