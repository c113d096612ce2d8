"""`schemaguard rehearse`: try the standing rollback on a copy of the schema."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def rehearse(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="The model (default: all that serve).", autocompletion=complete_model),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server to make the copy on (default: an embedded PostgreSQL)."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many rows each table gets in the copy.")] = 200,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Carry out the rollback that would be needed now, on a copy of the live schema and of the control schema.

    Rows are made up; none is copied. Class, locks and seconds are kept, and shown by status. Let it run every night.
    Exit code: 0 all passed, 1 one failed, 2 one couldn't be tried.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import rehearse as command
    from schemaguard.report.rehearse import rehearsal_json, show_rehearsals

    with open_site(database_url) as site:
        found = command.rehearse(site, model, command.RehearsalOptions(server, rows))
    if output is Format.JSON:
        tell_json({"version": 1, "rehearsals": [rehearsal_json(one) for one in found]})
    else:
        show_rehearsals(found, console())
    outcomes = {one.outcome for one in found}
    raise typer.Exit(1 if "failed" in outcomes else 2 if "not covered" in outcomes else 0)
