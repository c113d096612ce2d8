"""`schemaguard at`: what served at a time."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


def at(
    time: Annotated[datetime, typer.Argument(metavar="TIME", help="Such as 2026-11-29T02:00 (UTC).")],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show which version of a model served at a time, with its contract, schema revision and data, who and why."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import at as command
    from schemaguard.report.at import past_json, show_past

    moment = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    with open_site(database_url) as site:
        found = command.at(site, moment, model)
    if output is Format.JSON:
        tell_json(past_json(found))
    else:
        show_past(found, console())
