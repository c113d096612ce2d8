"""retired-early: a contract that is marked as retired while its version is in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="retired-early",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a contract that was marked as retired while one of its versions is in its window",
    effect="check ignores that version",
    instead="retire it when its window is over",
)
