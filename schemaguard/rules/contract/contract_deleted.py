"""contract-deleted: a contract file that is gone while a version that it spoke for is in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="contract-deleted",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a contract that was deleted while one of its versions is in its window",
    effect="check no longer knows what that version reads and writes: any migration may break it",
    instead="keep the file until the window is over",
)
