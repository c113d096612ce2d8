"""`schemaguard override`: let a finding of the contract family pass, on somebody's word and until a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from schemaguard.commands.override import Connection


def override(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule that fires, such as breaks-reader.")],
    thing: Annotated[str, typer.Argument(metavar="OBJECT", help="TABLE or TABLE.COLUMN, as the finding names it.")],
    whom: Annotated[
        list[str],
        typer.Option("--for", metavar="MODEL@VERSION", help="For whom it may fire; may be repeated."),
    ],
    until: Annotated[
        datetime, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The last day on which it holds.")
    ],
    reason: Annotated[str, typer.Option(help="Why it is fine; it stands in every report.")],
    approved_by: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it: not the one who asks.")],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Let a finding of the contract family pass, for the model versions named and until a day.

    It goes to contracts/overrides.yaml and, where a database is configured, to the ledger. Nothing else can silence
    that family. Who asks is SCHEMAGUARD_ACTOR, else the system's user.
    """
    from datetime import UTC

    from schemaguard.adapters.files.tree import DiskFiles
    from schemaguard.cli.contracts.known import read_book
    from schemaguard.cli.operating import actor, console, tell_json
    from schemaguard.commands import override as command
    from schemaguard.report.override import granted_json, show_granted

    folder, root = contract_folder(contracts)
    known = read_book(contracts, database_url).listed
    wanted = [
        command.asked(rule, thing, one, until.date(), (reason, approved_by, actor())) for one in dict.fromkeys(whom)
    ]
    for each in wanted:
        command.check_asked(each, known, datetime.now(UTC).date())
    with _ledger(database_url) as (connection, why_not):
        done = command.grant(wanted, folder, DiskFiles(root), connection)
    if output is Format.JSON:
        tell_json(granted_json(done.overrides, why_not))
    else:
        show_granted(done.overrides, done.renewed, why_not, console())


@contextmanager
def _ledger(database_url: str | None) -> "Iterator[tuple[Connection | None, str | None]]":
    """The database that has the ledger; else None and why there is none."""
    from schemaguard.adapters import control
    from schemaguard.adapters.postgres.connection import connect, place
    from schemaguard.cli.operating import configured

    url = configured(database_url).database_url
    if url is None:
        yield None, "no database is configured"
        return
    with connect(url) as connection:
        if control.is_installed(connection):
            yield connection, None
        else:
            yield None, f"{place(url)} has no control schema yet: schemaguard init"
