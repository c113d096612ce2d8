"""What a CHECK says about one column: the values it lets through, and its bounds; as far as its text shows."""

import re
from dataclasses import dataclass

from schemaguard.catalog.objects import Check, Table
from schemaguard.contracts.contract import Promise

_VALUE = r"'((?:[^']|'')*)'(?:\s*::\s*[\w\s\".]+(?:\(\d+\))?)?"
_LIST = re.compile(rf"(?:in\s*\(|=\s*any\s*\(\s*\(?\s*array\s*\[)\s*({_VALUE}(?:\s*,\s*{_VALUE})*)", re.IGNORECASE)
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*\(?\s*'?(-?\d+(?:\.\d+)?)'?")
_BETWEEN = re.compile(r"between\s+\(?\s*(-?\d+(?:\.\d+)?)\s*\)?\s+and\s+\(?\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and largest value, and the closed list of values; None where nothing is said."""

    minimum: float | None = None
    maximum: float | None = None
    values: frozenset[str] | None = None


def bounds(check: Check, column: str) -> Bounds | None:
    """What a check on that one column says; None where it is no plain list or comparison."""
    text = check.definition
    if check.columns and check.columns != (column,):
        return None
    if found := _LIST.search(text):
        values = re.findall(_VALUE, found.group(1))
        return Bounds(values=frozenset(value.replace("''", "'") for value in values))
    if re.search(r"\bor\b|\bnot\b|\bcase\b|[-+*/%]\s*[a-z(]", text, re.IGNORECASE):
        return None
    if found := _BETWEEN.search(text):
        return Bounds(float(found.group(1)), float(found.group(2)))
    lows = [float(number) for sign, number in _COMPARISON.findall(text) if sign in (">", ">=")]
    highs = [float(number) for sign, number in _COMPARISON.findall(text) if sign in ("<", "<=")]
    if not lows and not highs:
        return None
    return Bounds(max(lows, default=None), min(highs, default=None))


def table_bounds(table: Table, column: str) -> Bounds:
    """Everything that the checks of a table say together about one column."""
    found = [b for c in table.constraints if isinstance(c, Check) and (b := bounds(c, column)) is not None]
    lists = [each.values for each in found if each.values is not None]
    return Bounds(
        max((each.minimum for each in found if each.minimum is not None), default=None),
        min((each.maximum for each in found if each.maximum is not None), default=None),
        frozenset.intersection(*lists) if lists else None,
    )


def is_implied(check: Check, promise: Promise) -> bool:
    """Whether what a writer promises to send at most can't violate the check."""
    if re.fullmatch(rf'"?{re.escape(promise.column)}"?\s+is\s+not\s+null', check.definition.strip(), re.IGNORECASE):
        return promise.required
    said = bounds(check, promise.column)
    if said is None:
        return False
    low = promise.minimum if promise.minimum is not None else promise.exclusive_minimum
    high = promise.maximum if promise.maximum is not None else promise.exclusive_maximum
    return (
        (said.minimum is None or (low is not None and low >= said.minimum))
        and (said.maximum is None or (high is not None and high <= said.maximum))
        and (said.values is None or (promise.enum is not None and set(promise.enum) <= said.values))
    )
