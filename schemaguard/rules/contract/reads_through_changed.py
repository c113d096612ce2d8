"""reads-through-changed: another way to the data for a version in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="reads-through-changed",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="another `readsThrough` in the contract of a version in its window",
    effect="check judges the version in another way: what reaches a table reader may not reach a view reader",
    instead="leave the published contract as it is, and give what changes to another version in a file of its own",
)
