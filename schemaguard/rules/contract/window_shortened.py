"""window-shortened: an earlier end of support for a version in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="window-shortened",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an end of support that is earlier than the one that was promised",
    effect="check stops defending the version before the day that was promised",
    instead="keep the date that was promised",
)
