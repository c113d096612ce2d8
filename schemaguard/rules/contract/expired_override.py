"""expired-override: an override whose day is past."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where overrides are applied: rules/overriding.py.
RULE = Rule(
    id="expired-override",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="an override whose day is past",
    effect="it overrides nothing any more, and whoever approved it was promised that it would be gone by then",
    instead="take it out of the file; if it is needed still, have it approved anew: schemaguard override",
)
