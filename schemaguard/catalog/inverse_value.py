"""What an inverse is: the changes that take another one back, and what they cost."""

from typing import Literal

from schemaguard.catalog import changes as c
from schemaguard.frozen import dataclass

InverseClass = Literal["instant", "slow", "needs values", "lossy", "impossible", "none"]


@dataclass(frozen=True, slots=True)
class Inverse:
    """What takes a change back: `instant` is metadata only, `none` has nothing to take back.

    `changes` are what is run, in order; empty where there is nothing to run, or where the guard's retirement is the
    inverse (`is_retirement`): what was dropped was only hidden then, and comes back by restoring it.
    """

    cls: InverseClass
    changes: tuple[c.Change, ...] = ()
    why: str = ""
    is_retirement: bool = False


NOTHING = Inverse("none")
MAY_STAY = "what was added may stay until nobody uses it"


def instant(*changes: c.Change, why: str = "") -> Inverse:
    """An inverse that is metadata only."""
    return Inverse("instant", changes, why)
