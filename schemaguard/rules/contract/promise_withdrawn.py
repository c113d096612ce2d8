"""promise-withdrawn: a table, column or bound that a published contract named, and that its file names no more."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="promise-withdrawn",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a table, column or bound that the contract of a version in its window promised, and promises no longer",
    effect="check no longer defends it: a migration may take it away while the version is in its window",
    instead="leave the published contract as it is, and give what changes to another version in a file of its own",
)
