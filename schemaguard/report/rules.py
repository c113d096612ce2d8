"""The rules as a list."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from schemaguard.report.lines import line
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.rule import Rule

_STYLES = {"error": "red", "warning": "yellow", "note": "blue", "off": "dim"}
_SEVERITY_WIDTH = 7


def show(rules: Sequence[Rule], choice: Choice, console: Console) -> None:
    """Print the rules by family: a line each, with the severity that they have here, or `off`."""
    ids = max((len(rule.id) for rule in rules), default=0)
    family = None
    for rule in rules:
        if rule.family is not family:
            if family is not None:
                console.print()
            family = rule.family
            line(console, Text(family.value, "bold"))
        severity = choice.severity(rule, rule.severity).value if choice.is_on(rule) else "off"
        head = Text.assemble(f"  {rule.id:<{ids}}  ", (f"{severity:<{_SEVERITY_WIDTH}}", _STYLES[severity]), "  ")
        line(console, head + Text(rule.when, "dim"), indent=len(head))
    off = sum(not choice.is_on(rule) for rule in rules)
    console.print()
    line(console, Text(f"{len(rules)} rules, {off} of them off · schemaguard explain RULE says more"))
