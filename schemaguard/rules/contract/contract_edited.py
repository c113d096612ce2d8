"""contract-edited: an edit of a published contract that takes nothing away."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="contract-edited",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an edit of a published contract that takes nothing away",
    effect="publish refuses it: a published contract can't be changed",
    instead="leave the published contract unchanged; write a contract file for the version that differs",
)
