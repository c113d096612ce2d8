"""Expressions and queries after a function got another name or schema: the server keeps them parsed, and follows."""

import re
from collections.abc import Callable

from schemaguard.catalog.calls import calls
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.fold.symbols import follow_symbols
from schemaguard.catalog.objects import Check, Column, Constraint, Exclusion, Name, Table
from schemaguard.catalog.types import quote_identifier
from schemaguard.frozen import replace

_Put = Callable[[str], str]


def follow_function(draft: Draft, old: Name, new: Name) -> None:
    """Call the function by its new name wherever it was called by the old one."""
    put = _putting(old, new)
    follow_symbols(draft, old, new)
    for table in list(draft.tables.values()):
        moved = _table(table, put)
        if moved != table:
            draft.put(moved)
    for view in list(draft.views.values()):
        if (query := put(view.query)) != view.query:
            draft.put(replace(view, query=query))
    for index in list(draft.indexes.values()):
        keys = tuple(replace(k, expression=put(k.expression)) if k.expression else k for k in index.keys)
        predicate = put(index.predicate) if index.predicate else None
        if (keys, predicate) != (index.keys, index.predicate):
            draft.put(replace(index, keys=keys, predicate=predicate))
    for domain in list(draft.domains.values()):
        checks = tuple(replace(check, definition=put(check.definition)) for check in domain.checks)
        default = put(domain.default) if domain.default is not None else None
        if (checks, default) != (domain.checks, domain.default):
            draft.put(replace(domain, checks=checks, default=default))


def _putting(old: Name, new: Name) -> _Put:
    schema = rf'(?:"?{re.escape(old.schema or "public")}"?\s*\.\s*)?'
    pattern = re.compile(rf'(?<![\w.$"]){schema}"?{re.escape(old.name)}"?(?=\s*\()', re.IGNORECASE)
    spelled = quote_identifier(new.name)
    if new.schema not in (None, "public"):
        spelled = f"{quote_identifier(new.schema or '')}.{spelled}"

    def put(text: str) -> str:
        if not any(call.name == old.name and call.schema in (None, old.schema) for call in calls(text)):
            return text
        return pattern.sub(lambda _: spelled, text)

    return put


def _table(table: Table, put: _Put) -> Table:
    return replace(
        table,
        columns=tuple(_column(column, put) for column in table.columns),
        constraints=tuple(_constraint(constraint, put) for constraint in table.constraints),
        policies=tuple(
            replace(p, using=put(p.using) if p.using else None, check=put(p.check) if p.check else None)
            for p in table.policies
        ),
        partition_by=put(table.partition_by) if table.partition_by else None,
    )


def _column(column: Column, put: _Put) -> Column:
    if column.default is None and column.generated is None:
        return column
    default = put(column.default) if column.default is not None else None
    return replace(column, default=default, generated=put(column.generated) if column.generated is not None else None)


def _constraint(constraint: Constraint, put: _Put) -> Constraint:
    match constraint:
        case Check():
            return replace(constraint, definition=put(constraint.definition))
        case Exclusion():
            return replace(constraint, elements=tuple((put(what), how) for what, how in constraint.elements))
        case _:
            return constraint
