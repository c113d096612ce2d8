"""reads-through-changed: another way to the data for a version in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="reads-through-changed",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a changed `readsThrough` in the contract of a version in its window",
    effect="check judges the version differently: a change that breaks a table reader may not break a view reader",
    instead="leave the published contract unchanged; write a contract file for the version that differs",
)
