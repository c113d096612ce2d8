"""window-shortened: an earlier end of support for a version in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="window-shortened",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an end of support that was moved to an earlier date",
    effect="check stops protecting the version before the promised date",
    instead="keep the promised date",
)
