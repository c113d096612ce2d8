"""`schemaguard runbook`: what to do about a model at two in the morning."""

from typing import Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, Format, Output, RegistryUri


def runbook(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Print what to do when a model goes wrong, filled in with what serves now: one page, as Markdown."""
    from schemaguard.cli.operating import open_site, tell_json
    from schemaguard.commands.runbook import runbook as read_runbook
    from schemaguard.report.runbook import runbook_json, runbook_text

    with open_site(database_url, registry_uri, alias) as site:
        found = read_runbook(site, model)
    if output is Format.JSON:
        tell_json(runbook_json(found))
    else:
        typer.echo(runbook_text(found))
