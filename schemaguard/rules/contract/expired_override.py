"""expired-override: an override that has expired."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where overrides are applied: rules/overriding.py.
RULE = Rule(
    id="expired-override",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an override that has expired",
    effect="it has no effect, and it was approved until that date only",
    instead="remove it from the file; if it is still needed, have it approved again: schemaguard override",
)
