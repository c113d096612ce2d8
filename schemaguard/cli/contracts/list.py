"""`schemaguard contracts list`: who reads and writes what, and until when."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, open_known
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def list_(
    thing: Annotated[
        str | None, typer.Argument(metavar="[TABLE[.COLUMN]]", help="Only who uses this table or column.")
    ] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List who reads and writes what, and until when.

    The contracts of the folder, and the published ones where a database is configured.
    """
    from datetime import UTC, datetime

    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import contracts as command
    from schemaguard.releases.listing import things
    from schemaguard.report.contracts import list_json, show_list

    now = datetime.now(UTC)
    with open_known(contracts, database_url) as here:
        listed = command.contracts(here.files, here.database, now)
    wanted = things(thing, listed) if thing is not None else None
    listed = tuple(each for each in listed if wanted is None or each.accesses(wanted))
    if output is Format.JSON:
        tell_json(list_json(listed, here.source))
    else:
        show_list(listed, console(), now, wanted, here.source)
