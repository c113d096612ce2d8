"""How much there is behind a value. What is small in memory may be endless when it is compared, hashed or compiled:
`a = [a, a]`, sixty times over.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.machine.budget import Budget, Exhausted
from schemaguard.evaluation.values.objects import Value

T = TypeVar("T")
MOST_PARTS = 100_000
"""Parts of one value, each counted as often as it is met."""
DEEPEST = 120
"""Values inside one another; libraries in C have no other bound than the stack."""
_CHARACTERS_A_PART = 64
_PARTS_A_UNIT = 16
_CONTAINERS = (list, tuple, dict, set, frozenset)
_CONSTRUCTS = (ClauseElement, SchemaItem, TypeEngine)

Size = tuple[int, int]
"""Parts, and how deep they are nested."""


class Extents:
    """The sizes of the constructs that one evaluation has made."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._made: dict[int, tuple[object, Size]] = {}

    def check(self, *values: Value) -> Size:
        """The size of the values together. Raises Exhausted where it is too large to be worked on."""
        known: dict[int, Size] = {}
        parts, depth = 1, 0
        for value in values:
            its_parts, its_depth = self._size(value, known, 1)
            parts, depth = parts + its_parts, max(depth, its_depth)
            if parts > MOST_PARTS:
                raise Exhausted(f"a value has more than {MOST_PARTS:,} parts when it is written out")
        if depth >= DEEPEST:
            raise Exhausted(f"its values are nested more than {DEEPEST} deep")
        return parts, depth + 1

    def around(self, act: Callable[[], T], *parts: Value) -> T:
        """Let a library make something of these parts, and remember how large that is."""
        size = self.check(*parts)
        self._budget.labour(1 + size[0] // _PARTS_A_UNIT)
        made = act()
        if isinstance(made, _CONSTRUCTS):
            self._made[id(made)] = made, size
        return made

    def _size(self, value: Value, known: dict[int, Size], level: int) -> Size:
        if isinstance(value, str | bytes):
            return 1 + len(value) // _CHARACTERS_A_PART, 0
        if isinstance(value, _CONTAINERS):
            return self._size_of_container(value, known, level)
        return self._made[id(value)][1] if id(value) in self._made else (1, 0)

    def _size_of_container(self, value: Any, known: dict[int, Size], level: int) -> Size:
        if id(value) in known:
            return known[id(value)]
        if level > DEEPEST:
            raise Exhausted(f"its values are nested more than {DEEPEST} deep")
        parts, depth = 1, 0
        inside = (*value.keys(), *value.values()) if isinstance(value, dict) else value
        for one in inside:
            its_parts, its_depth = self._size(one, known, level + 1)
            parts, depth = parts + its_parts, max(depth, its_depth)
        known[id(value)] = size = min(parts, MOST_PARTS + 1), depth + 1
        return size
