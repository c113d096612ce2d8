"""`schemaguard contracts list`: every contract, whom it is for, until when, and whether the catalog satisfies it."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def list_(
    thing: Annotated[
        str | None, typer.Argument(metavar="TABLE[.COLUMN]", help="Only contracts that name this table or column.")
    ] = None,
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List the contracts: for whom, until when, and whether the tables satisfy them.

    Lists the contracts of the folder and, where a database is configured, the published ones. Contracts are judged
    against the tables of that database, else against those that the migrations build.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts.list import list_contracts
    from schemaguard.report.contracts import list as report

    with open_site(database_url, contracts=contracts) as site:
        found = list_contracts(site, thing, migrations=migrations, initial=initial)
    if output is Format.JSON:
        tell_json(report.document(found.listed, found.fits, found.at, found.bench.source))
    else:
        said = (found.bench.source, *found.bench.why_not)
        report.show(found.rows, found.fits, console(), found.at, said, with_tables=thing is not None)
