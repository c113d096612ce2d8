"""ignore-without-reason: a suppression comment that doesn't say why, and therefore suppresses nothing."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where suppression comments are applied: rules/suppression.py.
RULE = Rule(
    id="ignore-without-reason",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a suppression comment without a reason",
    effect="it has no effect: without a reason nobody can tell later whether it is still right",
    instead="schemaguard: ignore RULE -- why it is fine here",
)
