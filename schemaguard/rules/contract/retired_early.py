"""retired-early: a contract that is marked as retired while its version is in its window."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="retired-early",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a contract that is marked as retired while a version that it speaks for is in its window",
    effect="nothing is judged for that version any more",
    instead="retire it when its window is over",
)
