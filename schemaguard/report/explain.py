"""Rules, explained."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from schemaguard.finding import Severity
from schemaguard.report.lines import line
from schemaguard.rules import MIGRATION_RULES
from schemaguard.rules.judging.overriding import not_overridden
from schemaguard.rules.rule import Rule

_STYLES = {"error": "red", "warning": "yellow", "note": "blue", "opt-in": "dim"}
_LABEL_WIDTH = 13


def show(rule: Rule, console: Console) -> None:
    """Print the rule's record."""
    severity = _severity(rule)
    line(console, Text.assemble((rule.id, "bold"), "  ", (severity, _STYLES[severity]), f"  {rule.family.value}"))
    for label, text in (
        ("fires on", rule.when),
        ("effect", rule.effect),
        ("instead", rule.instead),
        ("also known as", ", ".join(rule.aliases)),
        ("to ignore it", _silence(rule)),
    ):
        if text:
            line(console, Text.assemble("  ", (f"{label:<{_LABEL_WIDTH}}", "dim"), "  ", text), indent=_LABEL_WIDTH + 4)


def show_all(rules: Sequence[Rule], console: Console) -> None:
    """Print all rules, a line each."""
    ids = max(len(rule.id) for rule in rules)
    families = max(len(rule.family.value) for rule in rules)
    severities = max(len(severity.value) for severity in Severity)
    for rule in rules:
        severity = _severity(rule)
        head = Text.assemble(
            (f"{rule.id:<{ids}}", "bold"),
            "  ",
            (f"{severity:<{severities}}", _STYLES[severity]),
            f"  {rule.family.value:<{families}}  ",
        )
        line(console, head + Text(rule.when, "dim"), indent=len(head))


def _severity(rule: Rule) -> str:
    return "opt-in" if rule.opt_in else rule.severity.value


def _silence(rule: Rule) -> str:
    if rule.is_fixed:
        word = (
            ""
            if not_overridden(rule.id, MIGRATION_RULES)
            else f"; somebody can approve an exception: schemaguard override {rule.id} OBJECT --for MODEL@VERSION"
        )
        return f"no comment, baseline or setting can ignore it, because it protects a model version that serves{word}"
    return f"schemaguard: ignore {rule.id} -- why it is fine here"
