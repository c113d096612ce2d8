"""`schemaguard contracts show`: all that a contract says, or an example to begin with."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations, complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def show(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL",
            autocompletion=complete_model,
            help="The model or consumer; left out: an example to start from.",
        ),
    ] = None,
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="One version (default: all).")] = None,
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show all that a contract says, or an example of a contract file.

    Without a model, it prints an example to start a file from.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import show as command
    from schemaguard.contracts.example import EXAMPLE
    from schemaguard.registry.listing import shared
    from schemaguard.report.contracts import show as report

    if model is None:
        typer.echo(EXAMPLE, nl=False)
        return
    name, _, after = model.partition("@")
    with open_site(database_url, contracts=contracts) as site:
        found = command.show(site, name, version or after or None, migrations=migrations, initial=initial)
    if output is Format.JSON:
        documents = [report.document(each, found.fits, found.at) for each in found.listed]
        tell_json({"version": 1, "contracts": documents})
        return
    screen = console()
    for number, each in enumerate(shared(found.listed)):
        if number:
            screen.print()
        report.show(each, found.fits, screen, found.at, found.bench.place)
