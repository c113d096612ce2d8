"""`schemaguard contracts matrix`: which contract fits, breaks or is unproven at which revision."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations, complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def matrix(
    model: Annotated[
        str | None,
        typer.Argument(
            autocompletion=complete_model, metavar="MODEL[@VERSION]", help="Only this model or version (default: all)."
        ),
    ] = None,
    revisions: Annotated[
        str, typer.Option(metavar="A:B", help="The first and last revision to show; either may be left out.")
    ] = ":",
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Check every contract against every revision of the migrations.

    Neighbouring revisions with the same verdicts share a column. Nothing is run, and no database is needed.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import matrix as command
    from schemaguard.report.contracts import matrix as report

    with open_site(database_url, contracts=contracts) as site:
        found = command.matrix(site, model, revisions=revisions, migrations=migrations, initial=initial)
    if output is Format.JSON:
        tell_json(report.document(found.matrix, found.source))
    else:
        report.show(found.matrix, console(), found.source)
