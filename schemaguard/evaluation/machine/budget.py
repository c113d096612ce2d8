"""How much evaluating one revision may cost. Whatever is asked for beyond that ends in a finding."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

MOST_STEPS = 400_000
"""Nodes evaluated and items visited; the longest revision of 1,435 real ones takes about 9,000."""
MOST_STEPS_OF_IMPORTS = 16_000
"""Of what the project's modules do for the sake of one name, where the revision isn't concerned."""
MOST_STEPS_OF_APPLICATION = 20_000
"""Of a function of the application that a revision calls."""
MOST_DEPTH = 60
"""Calls inside one another."""
MOST_ITEMS = 50_000
"""Items of one list, tuple, set or dict."""
MOST_CHARACTERS = 2_000_000
MOST_CHARACTERS_IN_ALL = 40_000_000
"""Of all texts that a revision makes."""
MOST_BITS = 4_096
MOST_LABOUR = 20_000
"""What libraries are asked to make, a column being one; the longest real revision asks for about 1,500."""


class Exhausted(Exception):  # noqa: N818 - it becomes a finding
    """The revision asks for more than evaluating one may cost; the message says of what."""


class OutOfReach(Exhausted):
    """Code of the application goes further than evaluating follows it; the revision itself may go on."""


class Budget:
    """What is left for one revision."""

    __slots__ = ("characters", "depth", "fence", "labour_left", "steps")

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.characters = MOST_CHARACTERS_IN_ALL
        self.labour_left = MOST_LABOUR
        self.depth = 0
        self.fence = 0
        """How many steps have to be left: code of the application may not take them all."""

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises Exhausted where none are left."""
        self.steps -= steps
        if self.steps < self.fence:
            if self.steps < 0:
                raise Exhausted(f"it takes more than {MOST_STEPS:,} steps")
            raise OutOfReach("the application's code takes too many steps")

    def fenced(self, steps: int) -> int:
        """Let what comes now take so many steps; gives the fence to put back afterwards."""
        before = self.fence
        self.fence = max(before, self.steps - steps)
        return before

    @property
    def within_fence(self) -> int:
        """The steps that are left inside of the fence."""
        return self.steps - self.fence

    def enter(self) -> None:
        """One call deeper."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.depth -= 1
            raise OutOfReach(f"its calls go more than {MOST_DEPTH} deep")

    def items(self, values: Iterable[Any]) -> Iterator[Any]:
        """The values, each one a step, at most as many as may be in one list."""
        for count, value in enumerate(values):
            if count >= MOST_ITEMS:
                raise Exhausted(f"it goes over more than {MOST_ITEMS:,} items")
            self.spend()
            yield value

    def listed(self, values: Iterable[Any]) -> list[Any]:
        """The values as a list that isn't too long."""
        found = list(islice(values, MOST_ITEMS + 1))
        self.sized(len(found))
        self.spend(1 + len(found) // 8)
        return found

    def sized(self, items: int) -> None:
        """Items of a list, set or dict that is about to be made."""
        if items > MOST_ITEMS:
            raise Exhausted(f"a list or dict has more than {MOST_ITEMS:,} items")

    def text(self, length: int) -> None:
        """Characters of a text that is about to be made."""
        self.characters -= max(length, 0)
        if length > MOST_CHARACTERS or self.characters < 0:
            raise Exhausted(f"its texts are longer than {MOST_CHARACTERS:,} characters")

    def labour(self, units: int) -> None:
        """What a library is about to make, or has made."""
        self.labour_left -= units
        if self.labour_left < 0:
            raise Exhausted(f"it has libraries make more than {MOST_LABOUR:,} things")

    def number(self, bits: int) -> None:
        """Bits of an integer that is about to be made."""
        if bits > MOST_BITS:
            raise Exhausted(f"a number has more than {MOST_BITS:,} bits")
