"""`schemaguard history`: what happened to a model."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


def history(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the newest N.")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show every switch of a model and every move of its registry alias: who, when, why, from what to what.

    The registry itself keeps no history of its aliases. Where it was given when a problem was noticed, the time until
    the switch is told.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import history as command
    from schemaguard.report.history import history_json, show_history

    with open_site(database_url) as site:
        found = command.history(site, model, limit)
    if output is Format.JSON:
        tell_json(history_json(found))
    else:
        show_history(found, console())
