"""`schemaguard ready`: could this model be rolled back now?"""

from typing import Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, Format, Output, RegistryUri


def ready(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version to go back to (default: as rollback does).")
    ] = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Show what a rollback would do now, whom else it concerns, and what stands in its way; nothing is changed.

    Exit code: 0 ready, 1 something stands in the way.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import ready as command
    from schemaguard.errors import ExitCode
    from schemaguard.report.ready import show_standing, standing_json

    with open_site(database_url, registry_uri, alias) as site:
        found = command.ready(site, model, to)
    if output is Format.JSON:
        tell_json(standing_json(found))
    else:
        show_standing(found, console())
    raise typer.Exit(ExitCode.OK if found.is_ready else ExitCode.FINDINGS)
