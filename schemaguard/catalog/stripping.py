"""What a hidden column would go on refusing: taken off when it is retired, and owed on the way back.

The same rules as the server's (control/versions/0004_retirement.sql), read from texts instead of parsed trees.
"""

import re
from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog import expressions
from schemaguard.catalog.calls import calls
from schemaguard.catalog.changes import Change, DropNotNull
from schemaguard.catalog.fold.cascade import index_uses
from schemaguard.catalog.fold.draft import Draft, type_name
from schemaguard.catalog.objects import Check, Column, Constraint, Domain, Exclusion, Index, Table, Unique
from schemaguard.catalog.types import Type
from schemaguard.catalog.volatility import is_constant
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Retirability:
    """What retiring the object costs: `instant` (metadata only both ways), `slow` (the way back looks at the rows),
    `needs values` (so do rows that are written meanwhile without one), `impossible`.

    `why` says what stands in the way, `first` what to do about it, in words or as a change; both empty for an instant
    one.
    """

    cls: Literal["instant", "slow", "needs values", "impossible"]
    why: str = ""
    first: str | Change = ""


INSTANT = Retirability("instant")

_STRING = re.compile(r"'(?:[^']|'')*'")
_SEQUENCE = re.compile(r"\s*(?:pg_catalog\.)?nextval\s*\(", re.IGNORECASE)
_ALWAYS = re.compile(
    r"\s*\(?\s*(?:(?:pg_catalog\.)?(?:now|transaction_timestamp|statement_timestamp|clock_timestamp|gen_random_uuid|"
    r"uuidv4|uuidv7|random)\s*\(\s*\)|current_timestamp|current_date|current_time|localtimestamp|localtime)\s*\)?"
    r"(?:::[\w ]+)?\s*\Z|\s*\(?\s*(?:pg_catalog\.)?timezone\s*\(\s*'\w+'(?:::text)?\s*,\s*(?:now\(\)|current_timestamp)"
    r"|\s*\(?\s*(?:now\(\)|current_timestamp)\s+at\s+time\s+zone\s+'[\w/]+'",
    re.IGNORECASE,
)
"""Defaults that can't fail and need no rights: a moment or a random number."""
_SEES_NULL = re.compile(
    r"\bis\s+not\b|\bnot\s+\(?.*\bis\s+null|\bcoalesce\b|\bnum_n\w+|\bcase\b|\bis\s+true\b|\bdistinct\b|\bis\s+false\b",
    re.IGNORECASE | re.DOTALL,
)
"""An expression that may be false, rather than NULL, where the column is NULL."""
_CHANGES = re.compile(r"\b(?:current_\w+|localtime\w*|now|user|session_user)\b", re.IGNORECASE)
_TOTAL = frozenset(
    {"upper", "lower", "initcap", "btrim", "ltrim", "rtrim", "length", "char_length", "octet_length"}
    | {"md5", "reverse", "coalesce"}
)
_CONVERTS = re.compile(
    r"(?<!')(?<!\w\])::\s*(?!text|character|varchar|bpchar|numeric|double|bigint|integer|date\b)", re.IGNORECASE
)


def blocked_writes(table: Table, column: Column, draft: Draft) -> Iterator[Retirability]:
    """What would refuse a row of whoever doesn't know the column."""
    fills = fills_itself(column, draft)
    gets_null = not fills and column.identity is None and column.generated is None
    for constraint in table.constraints:
        if _mentions(constraint, column.name) and not _is_kept(constraint, column, draft):
            yield Retirability("slow", f"{_words(constraint)} is looked at again on the way back")
    for index in draft.indexes_on(table.name):
        if index.unique and index_uses(index, column.name) and not _is_lone(index, table, column, gets_null=gets_null):
            yield Retirability("slow", f"{index.name.name} would go on refusing rows: its index is built again")
    if column.not_null and not fills:
        why = f"column {column.name} is NOT NULL and nothing fills it: rows that are written meanwhile need a value"
        yield Retirability("needs values", why, DropNotNull(table.name, column.name))
    if gets_null and _refuses_null(_domain(column.type, draft), draft):
        why = f"its domain {column.type} refuses NULL: rows that are written meanwhile need a value"
        yield Retirability("needs values", why)


def fills_itself(column: Column, draft: Draft) -> bool:
    """Whether a row that doesn't name the column gets a value in it, without anything that could fail."""
    filling = column.filling
    domain = _domain(column.type, draft)
    if filling is None and domain is not None and column.generated is None:
        filling = domain.default
    if column.identity is not None:
        return True
    return filling is not None and (
        is_constant(filling) or _SEQUENCE.match(filling) is not None or _ALWAYS.match(filling) is not None
    )


def cannot_fail(expression: str) -> bool:
    """Whether it gives a value for every input, however long or large."""
    bare = _STRING.sub("''", expression)
    named = {call.name for call in calls(expression)}
    return named <= _TOTAL and re.search(r"[-+*/%^]|::(?!text)", bare) is None


def is_whole_row(table: Table, constraint: Constraint) -> bool:
    """Whether a CHECK reads the row as one value, as `CHECK (t IS NOT NULL)` does."""
    if not isinstance(constraint, Check) or table.column(table.name.name) is not None:
        return False
    pattern = rf"(?<![\w.\"]){re.escape(table.name.name)}(?:\.\*)?(?![\w.\"(])"
    return re.search(pattern, _STRING.sub("''", constraint.definition)) is not None


def _mentions(constraint: Constraint, column: str) -> bool:
    match constraint:
        case Check(definition=text):
            return expressions.mentions(text, column)
        case Exclusion(elements=elements, predicate=predicate):
            return any(
                expressions.mentions(each, column) for each in (*(what for what, _ in elements), predicate or "")
            )
        case _:
            return False  # Keys are judged by their indexes, foreign keys come back without a look.


def _is_kept(constraint: Constraint, column: Column, draft: Draft) -> bool:
    match constraint:
        case Check(definition=text, columns=columns, valid=valid):
            return valid and {*columns} <= {column.name} and _always_passes(text, column, draft)
        case Exclusion(elements=elements, predicate=None):
            return [what.strip('"') for what, _ in elements] == [column.name.strip('"')] and not fills_itself(
                column, draft
            )
        case _:
            return False


def _always_passes(text: str, column: Column, draft: Draft) -> bool:
    bare = _STRING.sub("''", text)
    own = {name.name for name, _ in draft.functions}
    if _CHANGES.search(bare) or _CONVERTS.search(bare) or any(call.name in own for call in calls(text)):
        return False
    filling = column.filling
    if filling is None:
        return column.generated is None and column.identity is None and _SEES_NULL.search(bare) is None
    return is_constant(filling)


def _is_lone(index: Index, table: Table, column: Column, *, gets_null: bool) -> bool:
    if not gets_null or not index.nulls_distinct or index.predicate is not None or len(index.keys) != 1:
        return False
    constraint = table.constraint(index.constraint) if index.constraint is not None else None
    if isinstance(constraint, Unique) and constraint.deferrable:
        return False  # It can't be an arbiter of ON CONFLICT, and would refuse the whole statement.
    others = (table.column(each) for each in index.include)
    return index.keys[0].column == column.name and all(each is not None and _is_short(each) for each in others)


def _is_short(column: Column) -> bool:
    return column.type.name in {"smallint", "integer", "bigint", "boolean", "date", "real", "double precision", "uuid"}


def _domain(type_: Type, draft: Draft) -> Domain | None:
    name = type_name(type_)
    return draft.domains.get(draft.resolve_type(name)) if name is not None else None


def _refuses_null(domain: Domain | None, draft: Draft) -> bool:
    if domain is None:
        return False
    if domain.not_null or any("not null" in check.definition.lower() for check in domain.checks):
        return True
    return _refuses_null(_domain(domain.base, draft), draft)


def _words(constraint: Constraint) -> str:
    kind = "CHECK" if isinstance(constraint, Check) else "EXCLUDE"
    return f"{kind} {constraint.name or ''}".strip()
