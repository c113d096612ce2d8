"""`schemaguard contracts show`: all that a contract says, or an example to begin with."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, open_known
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def show(
    model: Annotated[
        str | None, typer.Argument(help="The model or consumer; left out: an example to begin with.")
    ] = None,
    version: Annotated[str | None, typer.Argument(help="One version; left out: all.")] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show all that a contract says, or an example of a contract file.

    Without a model, the example goes to standard output, to begin a file with.
    """
    from datetime import UTC, datetime

    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import contracts as command
    from schemaguard.contracts.example import EXAMPLE
    from schemaguard.releases.listing import chosen
    from schemaguard.report.contracts import one_json, show_one

    if model is None:
        typer.echo(EXAMPLE, nl=False)
        return
    name, _, after = model.partition("@")
    now = datetime.now(UTC)
    with open_known(contracts, database_url) as here:
        found = chosen(command.contracts(here.files, here.database, now), name, version or after or None)
    if output is Format.JSON:
        tell_json({"version": 1, "contracts": [one_json(each) for each in found]})
        return
    screen = console()
    for number, each in enumerate(found):
        if number:
            screen.print()
        show_one(each, screen, now)
