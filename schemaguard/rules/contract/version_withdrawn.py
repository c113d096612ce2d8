"""version-withdrawn: a version that its contract lists no more while it is in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="version-withdrawn",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a version that was removed from its contract's list while it is in its window",
    effect="check no longer knows what that version reads and writes: any migration may break it",
    instead="keep it in the list: one contract may apply to many versions",
)
