"""What hangs on functions, types and extensions by their names alone: in expressions, queries and signatures.

The server notes such a dependency for every object but the body of a function that is kept as a string. These drops are
rare, so nothing is kept for them: everything that could name the object is looked through.
"""

import re
from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog.calls import Call, calls, casts, tokens
from schemaguard.catalog.extensions import EXTENSIONS, WITHOUT_MEMBERS, Members, known_types
from schemaguard.catalog.fold.draft import Draft, type_name
from schemaguard.catalog.objects import Check, Exclusion, Function, Index, Name, Table
from schemaguard.catalog.volatility import STABLE
from schemaguard.frozen import dataclass

HungKind = Literal["table", "view", "index", "function", "composite", "extension", "column", "constraint", "policy",
                   "default", "trigger", "attribute"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hung:
    """An object that goes with another; `part` and `certain` as in what goes by CASCADE.

    `is_own` says that it is a part of what goes, and nothing that would make the server ask for CASCADE.
    """

    kind: HungKind
    name: Name
    part: str | None = None
    certain: bool = True
    arguments: tuple[str, ...] | None = None
    is_own: bool = False


Text = tuple[Hung, str]
"""What goes if something that the SQL names goes, and the SQL."""


def _texts(draft: Draft) -> Iterator[Text]:
    """Every expression and query on which the server notes dependencies."""
    for table in draft.tables.values():
        yield from _table_texts(table)
    for index in draft.indexes.values():
        yield from ((Hung("index", index.name), text) for text in _index_texts(index))
    for view in draft.views.values():
        yield Hung("view", view.name), view.query
    for domain in draft.domains.values():
        if domain.default is not None:
            yield Hung("default", domain.name), domain.default
        yield from ((Hung("constraint", domain.name, check.name), check.definition) for check in domain.checks)
    for (name, arguments), function in draft.functions.items():
        if _is_parsed(function):
            yield Hung("function", name, arguments=arguments), function.body


def _table_texts(table: Table) -> Iterator[Text]:
    for column in table.columns:
        if column.generated is not None:
            yield Hung("column", table.name, column.name), column.generated
        if column.default is not None:
            yield Hung("default", table.name, column.name), column.default
    for constraint in table.constraints:
        if isinstance(constraint, Check):
            yield Hung("constraint", table.name, constraint.name), constraint.definition
        if isinstance(constraint, Exclusion):
            parts = (*(what for what, _ in constraint.elements), constraint.predicate or "")
            yield Hung("constraint", table.name, constraint.name), " ".join(parts)
    for policy in table.policies:
        yield Hung("policy", table.name, policy.name), f"{policy.using or ''} {policy.check or ''}"
    if table.partition_by is not None:
        yield Hung("table", table.name), table.partition_by.partition(" ")[2] or table.partition_by


def _index_texts(index: Index) -> Iterator[str]:
    yield from (key.expression for key in index.keys if key.expression is not None)
    if index.predicate is not None:
        yield index.predicate


def _is_parsed(function: Function) -> bool:
    """Whether its body is kept as a parsed tree, which depends on what it names: BEGIN ATOMIC, RETURN, aggregates."""
    head = tokens(function.body[:40])[:2]
    return function.kind == "aggregate" or head[:1] == ("return",) or head == ("begin", "atomic")


# Functions


def on_function(draft: Draft, name: Name, arguments: tuple[str, ...] | None) -> Iterator[Hung]:
    """What calls the function; where several have its name, those that one call can mean are told by their number."""
    others = [args for known, args in draft.functions if known == name and args != arguments]
    rivals = frozenset(map(len, others)) if arguments is not None else frozenset[int]()
    is_on_path = name.schema in draft.search_path
    for hung, text in _texts(draft):
        if hung.kind == "function" and (hung.name, hung.arguments) == (name, arguments):
            continue
        if _is_aggregate_of(draft, hung, name):
            yield hung
            continue
        for call in calls(text):
            if call.name != name.name or call.schema not in ({name.schema, None} if is_on_path else {name.schema}):
                continue
            certain = _is_meant(call, arguments, rivals)
            if certain is not None:
                yield hung if certain else _perhaps(hung)
                break


def _is_aggregate_of(draft: Draft, hung: Hung, name: Name) -> bool:
    """Whether it is an aggregate that names the function among its parts, as SFUNC and the others do."""
    aggregate = draft.functions.get((hung.name, hung.arguments or ())) if hung.kind == "function" else None
    return aggregate is not None and aggregate.kind == "aggregate" and name.name in tokens(aggregate.body)


def _is_meant(call: Call, arguments: tuple[str, ...] | None, rivals: frozenset[int]) -> bool | None:
    """Whether the call means the function with these arguments: certainly, perhaps (False), or not (None)."""
    if call.schema is None and call.name in STABLE:
        return False  # PostgreSQL's own comes first, for the types that it takes.
    if arguments is None or not rivals:
        return True
    if call.arguments in rivals:
        return False if call.arguments == len(arguments) else None
    return True


def _perhaps(hung: Hung) -> Hung:
    return Hung(hung.kind, hung.name, hung.part, False, hung.arguments)


def on_relation(draft: Draft, relation: Name, column: str | None = None) -> Iterator[Hung]:
    """The functions whose parsed bodies read the relation, or its column; others find out when they are called."""
    for (name, arguments), function in draft.functions.items():
        if function.kind == "aggregate" or not _is_parsed(function):
            continue
        words = tokens(function.body)
        if relation.name in words and (column is None or column in words):
            yield Hung("function", name, arguments=arguments)


# Types


def on_type(draft: Draft, name: Name) -> Iterator[Hung]:
    """What casts to the type, takes or returns it, or has an attribute of it; columns are found by their type."""
    for hung, text in _texts(draft):
        if any(_means(draft, Name(cast, schema), name) for cast, schema in casts(text)):
            yield hung
    for user in draft.uses(name):
        composite = draft.composites.get(user)
        for attribute in composite.columns if composite is not None else ():
            if type_name(attribute.type) == name:
                yield Hung("attribute", user, attribute.name)
    for (function, arguments), known in draft.functions.items():
        signature = (*arguments, known.returns or "")
        if any(_has_word(text, name) for text in signature):
            yield Hung("function", function, arguments=arguments)


def _means(draft: Draft, written: Name, name: Name) -> bool:
    return written.name == name.name and (draft.resolve_type(written) == name or written.schema == name.schema)


def _has_word(text: str, name: Name) -> bool:
    words = tokens(text)
    return name.name in words and (name.schema in (None, "public") or name.schema in words or "." not in words)


def on_attribute(draft: Draft, composite: Name, attribute: str) -> Iterator[Hung]:
    """What takes the attribute out of a value of the type, as `(column).attribute` does."""
    users = {user for user in draft.uses(composite) if user in draft.tables}
    for hung, text in _texts(draft):
        words = tokens(text)
        owner = draft.indexes[hung.name].table if hung.kind == "index" else hung.name
        view = draft.views.get(owner) if hung.kind == "view" else None
        below = {relation for relation, _ in view.reads} if view is not None else {owner}
        if below & users and any(words[at : at + 3] == (")", ".", attribute) for at in range(len(words))):
            yield hung


def on_other(draft: Draft, name: Name) -> Iterator[Hung]:
    """What names an object of a kind that the catalog doesn't keep, such as a collation or a search configuration."""
    for table in draft.tables.values():
        for column in table.columns:
            if column.collation is not None and column.collation.rpartition(".")[2].strip('"') == name.name:
                yield Hung("column", table.name, column.name)
    literal = re.compile(rf"'(?:\"?\w+\"?\.)?\"?{re.escape(name.name)}\"?'")
    for hung, text in _texts(draft):
        if name.name in tokens(text) or literal.search(text) is not None:
            yield hung
    for (function, arguments), known in draft.functions.items():
        if known.language == name.name:
            yield Hung("function", function, arguments=arguments)


# Extensions


def on_extension(draft: Draft, extension: str) -> Iterator[Hung]:
    """What stands on an extension: its types, functions, operator classes and index methods, as far as they are known.

    Of an extension that isn't known any type may be that nobody made here.
    """
    members = EXTENSIONS.get(extension)
    if members is None:
        yield from _on_unknown(draft, extension)
        return
    for name in draft.dependents:
        if name.name in members.types and not draft.is_type(name):
            yield Hung("composite", name, is_own=True)
    own = {name.name for name, _ in draft.functions}
    for hung, text in _texts(draft):
        called = any(members.has_function(call.name) and call.name not in own for call in calls(text))
        if called or any(type_ in members.types for type_, _ in casts(text)):
            yield hung
    yield from _triggers_of(draft, members)
    yield from (Hung("index", index.name) for index in draft.indexes.values() if _stands_on(draft, index, members))
    for other, needs in EXTENSIONS.items():
        if extension in needs.requires and other in draft.extensions:
            yield Hung("extension", Name(other))


def _on_unknown(draft: Draft, extension: str) -> Iterator[Hung]:
    for (name, arguments), function in draft.functions.items():
        if function.language == extension:
            yield Hung("function", name, arguments=arguments)
    if extension in WITHOUT_MEMBERS:
        return
    listed = known_types()
    for name in draft.dependents:
        if name.name not in listed and not draft.is_type(name) and not draft.is_relation(name):
            yield Hung("composite", name, certain=False, is_own=True)


def _triggers_of(draft: Draft, members: Members) -> Iterator[Hung]:
    for table in draft.tables.values():
        for trigger in table.triggers:
            if trigger.function.name in members.functions:
                yield Hung("trigger", table.name, trigger.name)


def _stands_on(draft: Draft, index: Index, members: Members) -> bool:
    if index.method in members.methods:
        return True
    named = {(key.opclass or "").rpartition(".")[2] for key in index.keys}
    if members.serves is None:
        return bool(named & members.opclasses)
    table = draft.tables.get(index.table)
    if index.method != members.serves or table is None:
        return False
    columns = [table.column(key.column) for key in index.keys if key.column is not None and key.opclass is None]
    return bool(named & members.opclasses) or any(c is not None and c.type.name in _SCALARS for c in columns)


_SCALARS = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "boolean", "date", "text"}
    | {"timestamp without time zone", "timestamp with time zone", "time without time zone", "uuid", "bytea"}
    | {"character varying", "character", "interval", "macaddr", "cidr", "oid"}
)
"""Types that GiST and GIN take only with btree_gist and btree_gin."""
