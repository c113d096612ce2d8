"""unused-override: an override that no finding needs."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where overrides are applied: rules/overriding.py. Only where everything is judged: an override stays of use to
# the migration that it was given for after that is merged.
RULE = Rule(
    id="unused-override",
    family=Family.CONTRACT,
    severity=Severity.WARNING,
    when="an override that no finding needs: nothing breaks there, or the model version is out of its window",
    effect="it would hide the next finding on that object before anybody has seen it",
    instead="remove it from the file",
)
