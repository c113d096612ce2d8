"""ignore-without-reason: a suppression comment that doesn't say why, and therefore suppresses nothing."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where suppression comments are applied: rules/suppression.py.
RULE = Rule(
    id="ignore-without-reason",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a suppression comment without a reason",
    effect="it has no effect: whoever reads it later couldn't tell whether it still holds",
    instead="schemaguard: ignore RULE -- why it is fine here",
)
