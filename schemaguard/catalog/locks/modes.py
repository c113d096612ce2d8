"""PostgreSQL's table lock modes and what each keeps waiting (chapter 13.3 of its documentation).

See https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES.
"""

import re
from typing import Literal

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass

Mode = Literal[
    "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]  # fmt: skip
MODES: tuple[Mode, ...] = (
    "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)  # fmt: skip
"""From the weakest to the strongest."""

_CONFLICTS: dict[Mode, frozenset[Mode]] = {
    "ACCESS SHARE": frozenset(MODES[7:]),
    "ROW SHARE": frozenset(MODES[6:]),
    "ROW EXCLUSIVE": frozenset(MODES[4:]),
    "SHARE UPDATE EXCLUSIVE": frozenset(MODES[3:]),
    "SHARE": frozenset((*MODES[2:4], *MODES[5:])),
    "SHARE ROW EXCLUSIVE": frozenset(MODES[2:]),
    "EXCLUSIVE": frozenset(MODES[1:]),
    "ACCESS EXCLUSIVE": frozenset(MODES),
}


def conflicts(one: Mode, other: Mode) -> bool:
    """Whether a lock of one mode waits for the other on the same table. See LockConflicts[] in lock.c."""
    return other in _CONFLICTS[one]


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock on one table, index or view."""

    relation: Name
    mode: Mode

    @property
    def blocks_reads(self) -> bool:
        """Whether a SELECT waits for it."""
        return conflicts(self.mode, "ACCESS SHARE")

    @property
    def blocks_writes(self) -> bool:
        """Whether an INSERT, UPDATE or DELETE waits for it."""
        return conflicts(self.mode, "ROW EXCLUSIVE")

    @property
    def blocks(self) -> str:
        """What waits: `reads and writes`, `writes`, `schema changes`, or `nothing but ACCESS EXCLUSIVE`."""
        if self.blocks_reads:
            return "reads and writes"
        if self.blocks_writes:
            return "writes"
        return "schema changes" if conflicts(self.mode, self.mode) else "nothing but stronger locks"


def strongest(modes: tuple[Mode, ...]) -> Mode:
    """The strongest of the modes."""
    return max(modes, key=MODES.index)


_WEAK_OPTIONS = re.compile(
    r"fillfactor|autovacuum|toast|toast_tuple_target|parallel_workers|vacuum_|n_distinct|log_autovacuum|cluster", re.I
)


def option_mode(option: str) -> Mode:
    """The lock of ALTER TABLE … SET (option). See AlterTableGetRelOptionsLockLevel() in reloptions.c."""
    return "SHARE UPDATE EXCLUSIVE" if _WEAK_OPTIONS.search(option) else "ACCESS EXCLUSIVE"
