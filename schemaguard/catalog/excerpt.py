"""What a catalog says of one relation, a line each, so that two catalogs can be laid side by side."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from schemaguard.catalog import description
from schemaguard.catalog.objects import Catalog, Column, CompositeType, Exclusion, Function, Name, Table, View
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass

_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One fact; `columns` are the columns that it is about, empty for the relation as a whole."""

    text: str
    columns: frozenset[str] = frozenset()


def excerpt(catalog: Catalog, relation: Name) -> tuple[Line, ...]:
    """Everything about a table or view that a contract can depend on; empty where the catalog doesn't know it.

    Of a table that was made elsewhere there are only the parts that were seen.
    """
    name = catalog.resolve(relation)
    if (table := catalog.tables.get(name)) is not None:
        return tuple(_table(table, catalog))
    if (view := catalog.views.get(name)) is not None:
        return tuple(_view(view, catalog))
    return ()


def changed(before: tuple[Line, ...], after: tuple[Line, ...]) -> tuple[tuple[str, Line], ...]:
    """The lines that differ, in order: (`-`, line) and (`+`, line)."""
    found: list[tuple[str, Line]] = []
    for what, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what != "equal":
            found += [("-", line) for line in before[start:end]]
            found += [("+", line) for line in after[new_start:new_end]]
    return tuple(found)


def surroundings(before: Catalog, after: Catalog) -> tuple[tuple[str, Line], ...]:
    """The lines that differ about views, composite types and functions, which a relation may stand on."""
    pairs: tuple[tuple[Mapping[Any, object], Mapping[Any, object]], ...] = (
        (before.views, after.views),
        (before.composites, after.composites),
        (before.functions, after.functions),
    )
    found: list[tuple[str, Line]] = []
    for old, new in pairs:
        for name in sorted({*old, *new}, key=str) if old is not new else ():
            was, now = tuple(_lines(old.get(name), before)), tuple(_lines(new.get(name), after))
            found += changed(was, now)
    return tuple(found)


def _lines(value: object, catalog: Catalog) -> Iterator[Line]:
    match value:
        case View():
            yield from _view(value, catalog)
        case CompositeType():
            yield Line(f"type {value.name}  {_attributes(value)}")
        case Function():
            yield Line(f"{value.kind} {value.name}({', '.join(value.arguments)})  {' '.join(value.body.split())}")
        case _:
            return


def _attributes(composite: CompositeType) -> str:
    return ", ".join(f"{attribute.name} {attribute.type.spelling}" for attribute in composite.columns)


def _table(table: Table, catalog: Catalog) -> Iterator[Line]:
    if not table.open:
        yield Line(f"table {table.name}")
    for column in table.columns:
        yield from _column(column, catalog)
    for each in table.constraints:
        columns = (what for what, _ in each.elements) if isinstance(each, Exclusion) else each.columns
        yield _described(description.constraint(each), frozenset(columns))
    for name in catalog.indexes_of.get(catalog.resolve(table.name), ()):
        index = catalog.indexes[name]
        if index.constraint is None:
            columns = (column for key in index.keys for column in (key.column, *key.columns) if column)
            yield _described(description.index(index), frozenset(columns))
    if table.row_security:
        yield Line(f"row security on{', forced on the owner' * table.force_row_security}")
    for policy in table.policies:
        yield Line(f"policy {policy.name} for {policy.command.lower()} to {', '.join(policy.roles)}")
    yield from _rights(table)


def _view(view: View, catalog: Catalog) -> Iterator[Line]:
    yield Line(f"{'materialized view' if view.materialized else 'view'} {view.name}")
    if not view.populated:
        yield Line("not populated")
    if view.security_invoker:
        yield Line("security invoker")
    yield Line(f"as {' '.join(view.query.split())}")
    for column in view.columns or ():
        yield from _column(column, catalog)
    yield from _rights(view)


def _rights(relation: Table | View) -> Iterator[Line]:
    if relation.owner is not None:
        yield Line(f"owner {relation.owner}")
    for grant in relation.grants:
        columns = f" ({', '.join(grant.columns)})" if grant.columns else ""
        yield Line(f"grant {grant.privilege.lower()}{columns} to {grant.grantee}", frozenset(grant.columns))


def _column(column: Column, catalog: Catalog) -> Iterator[Line]:
    about = frozenset({column.name})
    yield Line("  ".join((column.name, column.type.spelling, *description.column_notes(column))), about)
    yield from (Line(text, about) for text in _own_types(column.type, catalog))


def _own_types(type_: Type, catalog: Catalog) -> Iterator[str]:
    """What an own type is: an enum's labels, a composite's attributes, a domain's rules and those of its base."""
    for _ in range(_DEEPEST):
        name = Name(type_.name, type_.schema or "public")
        if (enum := catalog.enums.get(name)) is not None:
            yield f"enum {enum.name}  {', '.join(enum.labels)}"
        if (composite := catalog.composites.get(name)) is not None:
            yield f"type {composite.name}  {_attributes(composite)}"
        domain = catalog.domains.get(name)
        if domain is None:
            return
        checks = "".join(f"  check {check.definition}" for check in domain.checks)
        default = f"  default {domain.default}" if domain.default is not None else ""
        yield f"domain {domain.name}  {domain.base.spelling}{'  not null' * domain.not_null}{default}{checks}"
        type_ = domain.base


def _described(described: description.Described, columns: frozenset[str]) -> Line:
    kind, what, name = described
    return Line("  ".join(part for part in (kind, what, name) if part), columns)
