"""`schemaguard contracts readers`: may it be dropped? Who reads or writes it, and until when."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def readers(
    thing: Annotated[str, typer.Argument(metavar="TABLE[.COLUMN]", help="A table, a view, or one column.")],
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    may_drop: Annotated[bool, typer.Option("--may-drop", help="Answer with the exit code, for scripts.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """Say whether a table or column may be dropped: who reads or writes it, until when.

    Views of the database are followed. The output also says what contracts can't tell.

    Exit code: 0; with --may-drop 0 it may be dropped, 1 not now, 2 not known.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import readers as command
    from schemaguard.report.contracts import readers as report

    with open_site(database_url, contracts=contracts) as site:
        found = command.readers(site, thing, migrations=migrations, initial=initial)
    if output is Format.JSON:
        tell_json(report.document(found.readership, found.bench.source))
    else:
        report.show(found.readership, console(), found.bench.source)
    if may_drop:
        raise typer.Exit(command.exit_code(found))
