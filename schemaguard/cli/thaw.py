"""`schemaguard thaw`: a frozen model may be promoted again."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl


def thaw(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Let a frozen model be promoted again."""
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import thaw as command

    with open_site(database_url) as site:
        command.thaw(site, model, reason)
    typer.echo(f"THAWED {model}: {reason}")
