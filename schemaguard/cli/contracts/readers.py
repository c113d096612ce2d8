"""`schemaguard contracts readers`: may it be dropped? Who reads or writes it, and until when."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations, judged_catalog, read_book, source
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def readers(
    thing: Annotated[str, typer.Argument(metavar="TABLE[.COLUMN]", help="A table, a view, or one column.")],
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Say whether a table or column may be dropped: who reads or writes it, until when.

    Views of the database are followed. What contracts can't tell is said, too.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands.contracts import known as command
    from schemaguard.report.contracts import readers as report

    known = read_book(contracts, database_url)
    catalog, why_not = judged_catalog(known, migrations, initial)
    found = command.readers(thing, known, catalog, why_not)
    if output is Format.JSON:
        tell_json(report.document(found, source(known, migrations, initial)))
    else:
        report.show(found, console(), source(known, migrations, initial))
