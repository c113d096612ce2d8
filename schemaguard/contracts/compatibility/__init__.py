"""Whether a catalog gives a contract what it was promised: a predicate (`satisfied`), and what a change breaks.

Readers break on what loosens, writers on what tightens. The causes and their SQLSTATEs were measured on PostgreSQL.
What judges a change is imported when it is first asked for: it reads queries, and where there is no contract nobody
asks.
"""

from typing import TYPE_CHECKING, Any

from schemaguard.contracts.compatibility.breakage import Breakage

if TYPE_CHECKING:
    from schemaguard.contracts.compatibility.judgement import breakages, part_breakages, together

__all__ = ["Breakage", "breakages", "part_breakages", "together"]

_JUDGING = ("breakages", "part_breakages", "together")


def __getattr__(name: str) -> Any:
    """What judges, when it is first asked for."""
    if name not in _JUDGING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from schemaguard.contracts.compatibility import judgement

    return getattr(judgement, name)
