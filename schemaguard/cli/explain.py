"""`schemaguard explain`: what a rule looks for, and why."""

from typing import Annotated

import typer


def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="A rule, or its name in another linter (default: list all).")
    ] = None,
) -> None:
    """Explain a rule: what it finds, what would happen, and the safer way."""
    from rich.console import Console

    from schemaguard.errors import UsageError
    from schemaguard.report import explain as report
    from schemaguard.rules import RULES
    from schemaguard.rules.judging.choice import nearest

    console = Console(highlight=False, markup=False, emoji=False)
    if rule is None:
        report.show_all(RULES, console)
        return
    meant = [known for known in RULES if known.answers_to(rule)]
    if not meant:
        raise UsageError(f"no rule {rule!r}", next=nearest(rule, RULES))
    for number, known in enumerate(meant):
        if number:
            console.print()
        report.show(known, console)
