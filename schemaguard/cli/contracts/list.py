"""`schemaguard contracts list`: every contract, whom it is for, until when, and whether the catalog satisfies it."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations, judged_catalog, read_book, source
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def list_(
    thing: Annotated[
        str | None, typer.Argument(metavar="TABLE[.COLUMN]", help="Only what names this table or column.")
    ] = None,
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List the contracts: for whom, until when, and whether the tables satisfy them.

    The contracts of the folder, and the published ones where a database is configured; then its tables are judged, else
    those that the migrations arrive at.
    """
    from schemaguard.catalog.objects import Catalog
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands.contracts import known as command
    from schemaguard.registry.listing import shared
    from schemaguard.report.contracts import list as report

    known = read_book(contracts, database_url)
    catalog, why_not = judged_catalog(known, migrations, initial)
    over = catalog or Catalog()
    wanted = command.meant(thing, known, over) if thing is not None else None
    listed = tuple(each for each in known.listed if wanted is None or each.accesses(wanted, over))
    rows = shared(listed)
    fits = command.fits(rows, catalog)
    if output is Format.JSON:
        tell_json(report.document(listed, fits, known.at, source(known, migrations, initial)))
    else:
        said = (source(known, migrations, initial), *why_not)
        report.show(rows, fits, console(), known.at, said, with_tables=wanted is not None)
