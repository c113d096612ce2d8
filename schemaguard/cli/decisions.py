"""`schemaguard decisions`: what playbooks have led to."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


def decisions(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="One model (default: all).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest.")] = 20,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List what triggers have led to, newest first: why, which act, and what became of it."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.watch import decisions as ask
    from schemaguard.report.watch import decisions_json, show_decisions

    with open_site(database_url) as site:
        found = ask(site, model, limit)
    if output is Format.JSON:
        tell_json(decisions_json(found))
    else:
        show_decisions(found, console())
