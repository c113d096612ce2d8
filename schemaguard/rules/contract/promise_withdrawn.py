"""promise-withdrawn: a table, column or bound that a published contract named, and that its file names no more."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="promise-withdrawn",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a promise about a table, column or bound that was removed from the contract of a version in its window",
    effect="check no longer protects it: a migration may remove it while the version is in its window",
    instead="leave the published contract unchanged; write a contract file for the version that differs",
)
