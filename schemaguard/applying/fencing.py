"""How well the server itself keeps what is dropped, table by table: what status says of the fence."""

from typing import Literal

from schemaguard.frozen import dataclass

Strength = Literal["full", "views only", "client only", "none"]
"""`full`: whatever would lose a value is refused by the server. `views only`: drops without CASCADE and retypes are.
`client only`: just the guard in env.py stands between a statement and the values. `none`: nothing does.
"""

EVENTS = ("schemaguard_start", "schemaguard_drop", "schemaguard_rewrite", "schemaguard_end")
"""The event triggers that a fence is made of."""


@dataclass(frozen=True, slots=True)
class FencedTable:
    """One table that a contract names: how well it is kept, why not better, and who relies on it."""

    name: str
    strength: Strength
    why: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FenceState:
    """The fence of a database; `elsewhere` is how well tables that no contract names are kept."""

    is_wanted: bool
    elsewhere: Strength
    keep: str
    left_out: tuple[str, ...]
    tables: tuple[FencedTable, ...]
    why: str = ""
    """Why it isn't full where it is wanted."""

    @property
    def is_weaker(self) -> bool:
        """Whether it is wanted, and something is kept less well than a fence keeps it."""
        kept = [table.strength for table in self.tables]
        if self.keep == "all":
            kept.append(self.elsewhere)
        return self.is_wanted and any(strength != "full" for strength in kept)

    @property
    def is_lossless(self) -> bool:
        """Whether nothing that is dropped, by whomever, can be lost: only then is a way back called lossless."""
        return self.elsewhere == "full" and self.keep == "all" and not self.left_out
