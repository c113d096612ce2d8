"""`schemaguard rules`: every rule with its family, its severity, and whether it is on here."""

from typing import Annotated

import typer


def rules(
    family: Annotated[
        str | None, typer.Argument(metavar="FAMILY", help="A family, such as clients (default: all of them).")
    ] = None,
) -> None:
    """List the rules: what each fires on, how severe it is here, and whether it is on."""
    from pathlib import Path

    from rich.console import Console

    from schemaguard import config
    from schemaguard.errors import UsageError
    from schemaguard.finding import Family
    from schemaguard.report import rules as report
    from schemaguard.rules import RULES
    from schemaguard.rules.judging.choice import Choice

    settings = config.load(Path.cwd())
    choice = Choice((), (), settings.rules, settings.adopt).checked(RULES, str(settings.file or ""))
    if family is not None and family not in set(Family):
        raise UsageError(f"no family {family!r}", next=f"one of {', '.join(Family)}")
    shown = [rule for rule in RULES if family in (None, rule.family.value)]
    report.show(shown, choice, Console(highlight=False, markup=False, emoji=False))
