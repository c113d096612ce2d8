"""`schemaguard status`: what serves and what isn't at rest."""

from typing import Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, Format, Output, RegistryUri


def status(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Only this model.")] = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Show what serves, what is under way, retired, held, or has drifted."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.status import status as read_status
    from schemaguard.report.status import show_status, status_json

    with open_site(database_url, registry_uri, alias) as site:
        found = read_status(site, model)
    if output is Format.JSON:
        tell_json(status_json(found))
    else:
        show_status(found, console())
