"""Whether a catalog gives a contract what it was promised: a predicate, and what a change breaks.

Readers break on what loosens, writers on what tightens. The causes and their SQLSTATEs were measured on PostgreSQL.
The predicate is imported when it is first asked for: it reads queries, and where there is no contract nobody asks.
"""

from typing import TYPE_CHECKING, Any

from schemaguard.contracts.compatibility.breakage import Breakage

if TYPE_CHECKING:
    from schemaguard.contracts.compatibility.judgement import breakages, part_breakages, together, unmet

__all__ = ["Breakage", "breakages", "part_breakages", "together", "unmet"]

_JUDGING = ("breakages", "part_breakages", "together", "unmet")


def __getattr__(name: str) -> Any:
    """What judges, when it is first asked for."""
    if name not in _JUDGING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from schemaguard.contracts.compatibility import judgement

    return getattr(judgement, name)
