"""unused-ignore: a suppression comment that matches no finding."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where suppression comments are applied: rules/suppression.py.
RULE = Rule(
    id="unused-ignore",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a suppression comment that matches no finding, names no rule, or names a rule that can't be ignored",
    effect="it would hide the next finding of that rule before anybody has seen it",
    instead="remove the comment",
    aliases=("squawk/unused-ignore",),
)
