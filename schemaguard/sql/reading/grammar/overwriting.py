"""Which assignments of an UPDATE give rows other values that had some, as far as the statement shows."""

import re
from collections.abc import Iterable

from schemaguard.catalog import expressions
from schemaguard.catalog.names import bare

_PARAMETER = re.compile(r"%\(\w+\)s|(?<!:):[^\W\d]\w*|\{+\s*\w+\s*\}+")
"""A driver's or a template's placeholder, which is a value whatever it is called."""
Assigned = tuple[tuple[str, ...], str]
"""The columns that are assigned together, and the value's text."""


def overwritten(assigned: Iterable[Assigned], where: str | None, *, joins: bool) -> tuple[str, ...]:
    """The columns that are assigned in every row, from another relation, or from what they were before.

    One that is only filled where it was NULL isn't among them, nor one that single rows get a new value of: that is
    what writers do every day.
    """
    return tuple(
        column
        for columns, value in assigned
        for column in columns
        if (where is None or joins or expressions.mentions(_PARAMETER.sub("?", value), column))
        and not _keeps(column, value, where, joins=joins)
    )


def _keeps(column: str, value: str, where: str | None, *, joins: bool) -> bool:
    """Whether rows that had a value keep it. Beside other relations a qualified name may mean one of theirs."""
    own = rf'(?:[\w"]+\s*\.\s*)?"?{re.escape(column)}"?'
    text = bare(value)
    is_itself = not joins and re.fullmatch(own, text, re.IGNORECASE) is not None
    is_filled = re.match(rf"coalesce\s*\(\s*{own}\s*,", text, re.IGNORECASE) is not None
    is_null = where is not None and re.search(rf"\b{own}\s+is\s+null\b", where, re.IGNORECASE) is not None
    return is_itself or is_filled or is_null
