"""What validated constraints show, so that the server needn't look at the rows."""

import re

from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Check, Table


def proves_not_null(table: Table, column: str) -> bool:
    """Whether the server knows without looking that the column holds no NULL."""
    known = table.column(column)
    if known is not None and known.not_null:
        return True
    pattern = re.compile(rf'(?:^|\band\b)\s*\(*\s*"?{re.escape(column)}"?\s+is\s+not\s+null\b', re.IGNORECASE)
    return any(
        isinstance(check, Check) and check.valid and pattern.search(check.definition) and not _has_or(check.definition)
        for check in table.constraints
    )


def _has_or(definition: str) -> bool:
    return "or" in expressions.words(definition)


_LITERAL = re.compile(r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?")


def implies_bound(child: Table, parent: Table, bound: str) -> bool:
    """Whether validated CHECKs of the child show that its rows fit a range bound, written in the plain form."""
    if len(parent.partition_key) != 1 or parent.partition_by is None:
        return False
    column = parent.partition_key[0]
    values = bounds_of(bound)
    checks = " and ".join(k.definition for k in child.constraints if isinstance(k, Check) and k.valid)
    if values is None or _has_or(checks) or not proves_not_null(child, column):
        return False
    low = re.search(rf'"?{re.escape(column)}"?\)*\s*>=\s*\(*{re.escape(values[0])}(?![\w.])', checks)
    high = re.search(rf'"?{re.escape(column)}"?\)*\s*<\s*\(*{re.escape(values[1])}(?![\w.])', checks)
    return low is not None and high is not None


def bounds_of(bound: str) -> tuple[str, str] | None:
    """The two literals of a range over one column, written in the plain form; None for any other bound."""
    text = bound.upper()
    if "FROM" not in text or "TO" not in text or "MODULUS" in text:
        return None
    values = _LITERAL.findall(bound)
    return (values[0], values[1]) if len(values) == 2 else None
