"""contract-edited: an edit of a published contract that takes nothing away."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="contract-edited",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an edit of a published contract that takes nothing away",
    effect="publish refuses it, for a published contract is bound for good",
    instead="leave the published contract as it is, and give what changes to another version in a file of its own",
)
