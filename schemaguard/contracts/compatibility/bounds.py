"""What a CHECK says about one column: the values it lets through, and its bounds; as far as its text shows."""

import re
from collections.abc import Iterable

from schemaguard.catalog.objects import Check, Table
from schemaguard.contracts.contract import Promise
from schemaguard.frozen import dataclass

_VALUE = r"'((?:[^']|'')*)'(?:\s*::\s*[\w\s\".]+(?:\(\d+\))?)?"
_LIST = re.compile(rf"(?:in\s*\(|=\s*any\s*\(\s*\(?\s*array\s*\[)\s*({_VALUE}(?:\s*,\s*{_VALUE})*)", re.IGNORECASE)
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*\(?\s*'?(-?\d+(?:\.\d+)?)'?")
_BETWEEN = re.compile(r"between\s+\(?\s*(-?\d+(?:\.\d+)?)\s*\)?\s+and\s+\(?\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound seen from within: the higher it ranks, the less it lets through. `excluded`: the bound itself is out."""

    rank: float
    """The bound for a minimum, its negative for a maximum."""
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lower and the upper limit, and the closed list of values; None where nothing is said."""

    minimum: Limit | None = None
    maximum: Limit | None = None
    values: frozenset[str] | None = None


def is_within(inner: Limit | None, outer: Limit) -> bool:
    """Whether everything that the one lets through passes the other, too."""
    return inner is not None and _strictness(inner) >= _strictness(outer)


def _strictness(limit: Limit) -> tuple[float, bool]:
    return limit.rank, limit.excluded


def strictest(limits: Iterable[Limit]) -> Limit | None:
    """The limit that lets the least through, None where there is none."""
    return max(limits, key=_strictness, default=None)


def promised_bounds(promise: Promise) -> Bounds:
    """The limits that a contract promises."""
    lows = (
        *((Limit(promise.minimum),) if promise.minimum is not None else ()),
        *((Limit(promise.exclusive_minimum, True),) if promise.exclusive_minimum is not None else ()),
    )
    highs = (
        *((Limit(-promise.maximum),) if promise.maximum is not None else ()),
        *((Limit(-promise.exclusive_maximum, True),) if promise.exclusive_maximum is not None else ()),
    )
    return Bounds(strictest(lows), strictest(highs), frozenset(promise.enum) if promise.enum is not None else None)


def bounds(check: Check, column: str) -> Bounds | None:
    """What a check on that one column says; None where it is not a plain list or comparison."""
    text = check.definition
    if check.columns and check.columns != (column,):
        return None
    if found := _LIST.search(text):
        values = re.findall(_VALUE, found.group(1))
        return Bounds(values=frozenset(value.replace("''", "'") for value in values))
    if re.search(r"\bor\b|\bnot\b|\bcase\b|[-+*/%]\s*[a-z(]", text, re.IGNORECASE):
        return None
    if found := _BETWEEN.search(text):
        return Bounds(Limit(float(found.group(1))), Limit(-float(found.group(2))))
    compared = _COMPARISON.findall(text)
    low = strictest(Limit(float(number), sign == ">") for sign, number in compared if sign[0] == ">")
    high = strictest(Limit(-float(number), sign == "<") for sign, number in compared if sign[0] == "<")
    return Bounds(low, high) if low is not None or high is not None else None


def table_bounds(table: Table, column: str) -> Bounds:
    """Everything that the checks of a table say together about one column."""
    found = [b for c in table.constraints if isinstance(c, Check) and (b := bounds(c, column)) is not None]
    lists = [each.values for each in found if each.values is not None]
    return Bounds(
        strictest(each.minimum for each in found if each.minimum is not None),
        strictest(each.maximum for each in found if each.maximum is not None),
        frozenset.intersection(*lists) if lists else None,
    )


def is_implied(check: Check, promise: Promise) -> bool:
    """Whether what a writer promises to send at most can't violate the check."""
    if re.fullmatch(rf'"?{re.escape(promise.column)}"?\s+is\s+not\s+null', check.definition.strip(), re.IGNORECASE):
        return promise.required
    said = bounds(check, promise.column)
    if said is None:
        return False
    promised = promised_bounds(promise)
    return (
        (said.minimum is None or is_within(promised.minimum, said.minimum))
        and (said.maximum is None or is_within(promised.maximum, said.maximum))
        and (said.values is None or (promised.values is not None and promised.values <= said.values))
    )
