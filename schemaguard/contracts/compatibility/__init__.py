"""Whether a catalog gives a contract what it was promised: a predicate, and what a change breaks.

Readers break on what loosens, writers on what tightens. The causes and their SQLSTATEs were measured on PostgreSQL.
"""

from schemaguard.contracts.compatibility.breakage import Breakage
from schemaguard.contracts.compatibility.judgement import breakages, unmet

__all__ = ["Breakage", "breakages", "unmet"]
